"""Rescaling: raw data to what a network is given."""

from __future__ import annotations

import numpy as np

from nn.layers.layer import Layer, Pass, Shape


class Rescaling(Layer):
    """``z = x · scale + offset``: raw data, such as pixels from 0 to 255, to small numbers.

    Args:
        scale, offset: one number for all features, or an array whose shape broadcasts to that of a
            sample, such as one number a channel.

    >>> from nn import Dense, Sequential
    >>> model = Sequential([Rescaling(1 / 255), Dense(10)])
    """

    def __init__(self, scale: float | np.ndarray = 1.0, offset: float | np.ndarray = 0.0) -> None:
        self.scale, self.offset = scale, offset

    def output_shape(self, x: Shape) -> Shape:
        for name, value in (("scale", self.scale), ("offset", self.offset)):
            try:
                fits = np.broadcast_shapes(np.shape(value), x) == x
            except ValueError:
                fits = False
            if not fits:
                raise ValueError(f"{name} has the shape {np.shape(value)}, the inputs have {x}")
        return x

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        if _is_number(self.scale, 1) and _is_number(self.offset, 0):
            # A copy: with few samples of few features, arithmetic would take a tenth of all time.
            z[...] = x
            return
        np.multiply(x, self.scale, out=z, dtype=z.dtype, casting="unsafe")
        np.add(z, self.offset, out=z, dtype=z.dtype, casting="unsafe")

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        if dx is not None:
            np.multiply(dz, self.scale, out=dx, dtype=dx.dtype, casting="unsafe")


def _is_number(value: float | np.ndarray, number: float) -> bool:
    return isinstance(value, int | float) and value == number
