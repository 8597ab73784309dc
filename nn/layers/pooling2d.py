"""Pooling: pictures made smaller, by the largest number of each window or by the mean."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from nn.layers.layer import Layer, Pass, Shape
from nn.layers.windows import checked_padding, checked_picture, output_size, padding_before, pair

Cells = tuple[tuple[tuple[slice, slice], tuple[slice, slice]], ...]


class _Pooling2D(Layer):
    couples_steps = True

    """What both kinds have in common: windows that slide over each channel."""

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
    ) -> None:
        self.pool_size = pair("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else pair("strides", strides)
        self.padding = checked_padding(padding)

    def output_shape(self, x: Shape) -> Shape:
        checked_picture(x, self.pool_size, self.padding)
        rows, columns = (
            output_size(size, window, stride, self.padding)
            for size, window, stride in zip(x, self.pool_size, self.strides, strict=False)
        )
        return rows, columns, x[2]

    def multiplications(self, x: Shape) -> int:
        return math.prod(self.output_shape(x)) * math.prod(self.pool_size)

    def axes(self, x: Shape) -> tuple[list[range], list[range]]:
        """Return for each row, and each column, of the output the inputs in its window."""
        rows, columns = (
            [
                range(max(start, 0), min(start + window, size))
                for start in range(
                    -padding_before(size, window, stride, self.padding),
                    size,
                    stride,
                )
            ][: output_size(size, window, stride, self.padding)]
            for size, window, stride in zip(x, self.pool_size, self.strides, strict=False)
        )
        return rows, columns

    def _cells(self, x: np.ndarray) -> Cells:
        return _cells(x.shape[1:], self.pool_size, self.strides, self.padding)


@lru_cache
def _cells(x: Shape, window: tuple[int, int], strides: tuple[int, int], padding: str) -> Cells:
    """Return, for each place in a window, where it lies in x and which outputs have it there.

    It is remembered: with few samples it would take longer than the arithmetic.
    """
    cells = []
    for places in np.ndindex(*window):
        inside, outside = [], []
        for axis, place in enumerate(places):
            size, stride = x[axis], strides[axis]
            start = place - padding_before(size, window[axis], stride, padding)
            first = max(0, -(start // stride))
            last = min(
                output_size(size, window[axis], stride, padding), -(-(size - start) // stride)
            )
            begin = start + first * stride
            inside.append(slice(begin, max(begin, start + (last - 1) * stride + 1), stride))
            outside.append(slice(first, max(first, last)))
        cells.append(((inside[0], inside[1]), (outside[0], outside[1])))
    return tuple(cells)


class MaxPooling2D(_Pooling2D):
    """The largest number of each window, channel by channel: a picture made smaller.

    ``z[i, j, c] = max x[i·s + a, j·s + b, c]`` over rows a and columns b of the window, with stride
    s. In the gradient, the first of the largest, row by row, gets all. Inputs and outputs are
    (height, width, channels).

    Args:
        pool_size: of the window: one number, or rows and columns.
        strides: how far the window moves; by its own size by default.
        padding: "valid", or "same": windows that reach beyond the edge look at what is within.

    Raises:
        ValueError: a size is not a positive whole number.

    >>> MaxPooling2D(2).output_shape((11, 10, 32))
    (5, 5, 32)
    """

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        z[...] = -np.inf
        for (rows, columns), (down, right) in self._cells(x):
            largest = z[:, down, right]
            np.maximum(largest, x[:, rows, columns], out=largest)

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        if dx is None:
            return
        z = np.empty_like(dz)
        self.forward(x, z, p)
        left = np.ones(dz.shape, dtype=bool)
        dx[...] = 0
        for (rows, columns), (down, right) in self._cells(x):
            here = left[:, down, right] & (x[:, rows, columns] == z[:, down, right])
            left[:, down, right] &= ~here
            dx[:, rows, columns] += dz[:, down, right] * here


class AveragePooling2D(_Pooling2D):
    """The mean of each window, channel by channel; arguments as :class:`MaxPooling2D` has them.

    ``z[i, j, c] = (1/n) Σ x[i·s + a, j·s + b, c]`` over the n cells of the window, with stride s.
    Where a window reaches beyond the edge, only what is within counts, as in Keras.

    >>> AveragePooling2D((2, 4)).output_shape((10, 8, 3))
    (5, 2, 3)
    """

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        z[...] = 0
        for (rows, columns), (down, right) in self._cells(x):
            z[:, down, right] += x[:, rows, columns]
        z *= self._shares(x)

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        if dx is None:
            return
        parts = dz * self._shares(x)
        dx[...] = 0
        for (rows, columns), (down, right) in self._cells(x):
            dx[:, rows, columns] += parts[:, down, right]

    def _shares(self, x: np.ndarray) -> np.ndarray:
        """Return what each output's sum is multiplied by: (rows, columns, 1)."""
        rows, columns = (
            np.array([len(cells) for cells in axis]) for axis in self.axes(x.shape[1:])
        )
        return (1 / np.outer(rows, columns))[:, :, np.newaxis].astype(x.dtype)


class GlobalAveragePooling2D(Layer):
    """The mean of each channel over the whole picture: (height, width, channels) to (channels,).

    ``z[c] = (1 / (height · width)) Σ x[i, j, c]`` over rows i and columns j.

    >>> GlobalAveragePooling2D().output_shape((7, 7, 64))
    (64,)
    """

    couples_steps = True

    def output_shape(self, x: Shape) -> Shape:
        checked_picture(x, (1, 1), "valid")
        return x[2:]

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        np.mean(x, axis=(1, 2), out=z)

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        if dx is not None:
            dx[...] = (dz / (x.shape[1] * x.shape[2]))[:, np.newaxis, np.newaxis]
