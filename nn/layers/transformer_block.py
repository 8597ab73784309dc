"""TransformerBlock: attention, then two dense layers, each added to what it is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from nn.layers.dense import Dense
from nn.layers.layer import Layer, Pass, Shape, Weight, checked_count, checked_sequence
from nn.layers.layer_normalization import LayerNormalization
from nn.layers.multi_head_attention import MultiHeadAttention

EPSILON = 1e-5


class TransformerBlock(Layer):
    """``y = x + attention(norm(x))``, then ``z = y + dense(relu(dense(norm(y))))``.

    Normalized before, not after, so that gradients pass unchanged along the sums (Xiong et al.
    2020). Sequences keep their shape. Weights have the names of the layers that they are part of:
    ``attention_query_kernel``, ``wider_kernel`` and so on.

    Args:
        num_heads, key_dim: of the attention, which sees only what comes before.
        units: of the first dense layer; usually four times the features.

    Raises:
        ValueError: a size is not a positive whole number.

    >>> TransformerBlock(4, 16, 256).output_shape((64, 64))
    (64, 64)
    """

    def __init__(self, num_heads: int, key_dim: int, units: int) -> None:
        self.num_heads = checked_count("num_heads", num_heads)
        self.key_dim = checked_count("key_dim", key_dim)
        self.units = checked_count("units", units)

    def branches(self, features: int) -> tuple[dict[str, Layer], dict[str, Layer]]:
        """Return the two rows of layers whose outputs are added, without weights yet."""
        return (
            {
                "norm_before_attention": LayerNormalization(EPSILON),
                "attention": MultiHeadAttention(self.num_heads, self.key_dim),
            },
            {
                "norm_before_dense": LayerNormalization(EPSILON),
                "wider": Dense(self.units, "relu"),
                "narrower": Dense(features),
            },
        )

    def parts(self, x: Shape) -> list[list[tuple[str, Layer, Shape]]]:
        """Return the layers of both branches, with their names and what shape each is given."""
        found = []
        for branch in self.branches(x[-1]):
            shape, row = x, []
            for name, layer in branch.items():
                row.append((name, layer, shape))
                shape = layer.output_shape(shape)
            found.append(row)
        return found

    def output_shape(self, x: Shape) -> Shape:
        return checked_sequence(x)

    def weights(self, x: Shape) -> list[Weight]:
        return [
            replace(weight, name=f"{name}_{weight.name}")
            for name, layer, shape in self._all(x)
            for weight in layer.weights(shape)
        ]

    def residuals(self, x: Shape) -> dict[str, Shape]:
        # What each layer keeps, and what it gives; the sum of the first branch.
        kept: dict[str, Shape] = {"between": x}
        for name, layer, shape in self._all(x):
            kept[f"{name}_output"] = layer.output_shape(shape)
            kept |= {f"{name}_{key}": s for key, s in layer.residuals(shape).items()}
        return kept

    def multiplications(self, x: Shape) -> int:
        return sum(layer.multiplications(shape) for _, layer, shape in self._all(x))

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        first, second = self.built(x.shape[1:])
        between = p.residuals["between"]
        np.add(x, self.along(first, x, p), out=between)
        np.add(between, self.along(second, between, p), out=z)

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        first, _ = self.built(x.shape[1:])
        d_between = self.between_backward(dz, p)
        d_x = self._back(first, x, d_between, p)
        if dx is not None:
            np.add(d_between, d_x, out=dx)

    def between_backward(self, dz: np.ndarray, p: Pass) -> np.ndarray:
        """Return ∂L/∂between, of the sum of the first branch, and set the second's gradients."""
        _, second = self.built(dz.shape[1:])
        d_between: np.ndarray = dz + self._back(second, p.residuals["between"], dz, p)
        return d_between

    def step(self, x: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        for branch in self.built((1, x.shape[1])):
            y = x
            for name, layer in branch:
                own = _without(name, memory)
                y = layer.step(y, own)
                layer.activation.forward(y)
                memory |= {f"{name}_{key}": value for key, value in own.items()}
            x = x + y
        return x

    def _all(self, x: Shape) -> Iterator[tuple[str, Layer, Shape]]:
        for row in self.parts(x):
            yield from row

    def built(self, x: Shape) -> list[list[tuple[str, Layer]]]:
        """Return both branches with this layer's weights, for inputs of shape ``x``."""
        built = []
        for row in self.parts(x):
            for name, layer, _ in row:
                layer.adopt(_without(name, self.views), self)
            built.append([(name, layer) for name, layer, _ in row])
        return built

    def along(self, branch: Sequence[tuple[str, Layer]], x: np.ndarray, p: Pass) -> np.ndarray:
        """Return what one of the branches makes of ``x``."""
        for name, layer in branch:
            y = p.residuals[f"{name}_output"]
            layer.forward(x, y, self.pass_of(name, p))
            layer.activation.forward(y)
            x = y
        return x

    def _back(
        self, branch: Sequence[tuple[str, Layer]], x: np.ndarray, dz: np.ndarray, p: Pass
    ) -> np.ndarray:
        inputs = [x, *(p.residuals[f"{name}_output"] for name, _ in branch[:-1])]
        for (name, layer), given in zip(reversed(branch), reversed(inputs), strict=True):
            y = p.residuals[f"{name}_output"]
            gradient = dz.copy()
            layer.activation.backward(y, gradient)
            dz = np.empty_like(given)
            layer.backward(given, gradient, dz, self.pass_of(name, p))
        return dz

    def pass_of(self, name: str, p: Pass) -> Pass:
        """Return what a part is given of the block's own gradients and residuals."""
        gradients, residuals = _without(name, p.gradients), _without(name, p.residuals)
        return replace(p, gradients=gradients, residuals=residuals)


def _without(name: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return those that belong to a part, by their names there."""
    start = f"{name}_"
    return {key[len(start) :]: array for key, array in arrays.items() if key.startswith(start)}
