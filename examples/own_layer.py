"""A layer kind of one's own, trained and checked. `python examples/own_layer.py`

NumPy computes it; CONTRIBUTING.md says how a layer kind becomes a part of `nn` and is compiled.
"""

import numpy as np

from nn import Dense, Sequential
from nn.data import Dataset
from nn.gradcheck import checking
from nn.initializers import Ones
from nn.layers import Layer, Pass, Shape, Weight
from nn.progress import exhaust


class Scale(Layer):
    """``z = x · scale``: each feature times a weight of its own."""

    scale: np.ndarray

    def weights(self, x: Shape) -> list[Weight]:
        return [Weight("scale", x, Ones())]

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        np.multiply(x, self.scale, out=z)

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        (x * dz).sum(axis=0, out=p.gradients["scale"])
        if dx is not None:
            np.multiply(dz, self.scale, out=dx)


# Only the first of three features says anything.
rng = np.random.default_rng(1)
x = rng.normal(size=(500, 3))
y = (x[:, 0] > 0).astype(int)

scale = Scale()
model = Sequential([scale, Dense(8, activation="tanh"), Dense(2, activation="softmax")])
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(x, y, batch_size=10, epochs=20, rng=1)
print(f"accuracy {model.evaluate(x, y).accuracy:.1%}")
print("scale", np.round(scale.scale, 2))

# Its gradients, against differences.
found = exhaust(checking(model, Dataset(x[:32].astype(np.float32), y[:32], 2), rng))
print("gradients are right" if found.passed else f"gradients differ by {found.relative:.1e}")
