"""A network for a table: which of two moons a point lies on. `python examples/table.py`"""

import numpy as np

from nn import Adam, Dense, Sequential


def moons(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points (count, 2), and which of the moons each is on (count,)."""
    which = rng.integers(2, size=count)
    angle = rng.uniform(0, np.pi, count)
    sign = 1 - 2 * which
    x = np.stack([which + sign * np.cos(angle), which / 2 + sign * np.sin(angle)], axis=1)
    return x + rng.normal(0, 0.1, x.shape), which


rng = np.random.default_rng(1)
x, y = moons(1_000, rng)
x_test, y_test = moons(1_000, rng)

model = Sequential([Dense(32, activation="tanh"), Dense(2, activation="softmax")])
model.compile(optimizer=Adam(0.01), loss="categorical_crossentropy")
model.fit(x, y, batch_size=16, epochs=40, rng=1)
print(f"accuracy {model.evaluate(x_test, y_test).accuracy:.1%}")
