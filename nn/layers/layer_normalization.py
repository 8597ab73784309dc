"""LayerNormalization: every row with mean 0 and variance 1."""

from __future__ import annotations

import math

import numpy as np

from nn.initializers import INITIALIZERS
from nn.layers.layer import Layer, Pass, Shape, Weight


class LayerNormalization(Layer):
    """``z = gamma · (x - mean) / √(variance + epsilon) + beta``, over the last axis.

    Mean and variance are those of each row by itself, in training and in prediction alike (Ba et
    al. 2016). ``gamma`` and ``beta`` are (features,).

    Args:
        epsilon: above 0; Keras's 0.001.

    Raises:
        ValueError: it is not such a number.

    >>> LayerNormalization().output_shape((64, 128))
    (64, 128)
    """

    gamma: np.ndarray
    beta: np.ndarray

    def __init__(self, epsilon: float = 0.001) -> None:
        if not 0 < epsilon < math.inf:
            raise ValueError(f"epsilon must be above 0, got {epsilon!r:.40}")
        self.epsilon = float(epsilon)

    def weights(self, x: Shape) -> list[Weight]:
        shape = (x[-1],)
        return [
            Weight("gamma", shape, INITIALIZERS["ones"]),
            Weight("beta", shape, INITIALIZERS["zeros"]),
        ]

    def residuals(self, x: Shape) -> dict[str, Shape]:
        return {"mean": (*x[:-1], 1), "scale": (*x[:-1], 1)}

    def multiplications(self, x: Shape) -> int:
        return 3 * math.prod(x)

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        mean, scale = p.residuals["mean"], p.residuals["scale"]
        np.mean(x, axis=-1, keepdims=True, out=mean)
        np.subtract(x, mean, out=z)
        variance = np.square(z).mean(axis=-1, keepdims=True)
        scale[...] = 1 / np.sqrt(variance + self.epsilon)
        z *= scale
        z *= self.gamma
        z += self.beta

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        normalized = (x - p.residuals["mean"]) * p.residuals["scale"]
        rows = tuple(range(x.ndim - 1))
        np.sum(dz * normalized, axis=rows, out=p.gradients["gamma"])
        np.sum(dz, axis=rows, out=p.gradients["beta"])
        if dx is not None:
            g = dz * self.gamma
            along = (g * normalized).mean(axis=-1, keepdims=True)
            np.subtract(g, g.mean(axis=-1, keepdims=True) + normalized * along, out=dx)
            dx *= p.residuals["scale"]
