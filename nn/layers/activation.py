"""Activation: only an activation, for where it does not follow a layer's own sums."""

from __future__ import annotations

import numpy as np

from nn import activations
from nn.layers.layer import Layer, Pass, Shape, checked_activation


class Activation(Layer):
    """``y = activation(x)``, as after a :class:`~nn.layers.BatchNormalization`.

    Args:
        activation: a name in :data:`nn.activations.ACTIVATIONS`.

    >>> Activation("relu").output_shape((12, 12, 16))
    (12, 12, 16)
    """

    def __init__(self, activation: str | activations.Activation | None) -> None:
        self.activation = checked_activation(activation)

    def multiplications(self, x: Shape) -> int:
        return 0

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        z[...] = x

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        if dx is not None:
            dx[...] = dz
