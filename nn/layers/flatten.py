"""Flatten: pictures to rows."""

from __future__ import annotations

import math

import numpy as np

from nn.layers.layer import Layer, Pass, Shape


class Flatten(Layer):
    """The same numbers in one row: (height, width, channels) becomes their product.

    >>> Flatten().output_shape((28, 28, 1))
    (784,)
    """

    couples_steps = True

    def output_shape(self, x: Shape) -> Shape:
        return (math.prod(x),)

    def multiplications(self, x: Shape) -> int:
        return 0

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        z[...] = x.reshape(z.shape)

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        if dx is not None:
            dx[...] = dz.reshape(dx.shape)
