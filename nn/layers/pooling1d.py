"""Pooling over sequences: GlobalMaxPooling1D."""

from __future__ import annotations

import numpy as np

from nn.layers.layer import Layer, Pass, Shape, checked_sequence


class GlobalMaxPooling1D(Layer):
    """The largest number that each channel has at any step: (steps, channels) become (channels,).

    In the gradient, the first of the largest gets all.

    >>> GlobalMaxPooling1D().output_shape((64, 16))
    (16,)
    """

    couples_steps = True

    def output_shape(self, x: Shape) -> Shape:
        return checked_sequence(x)[1:]

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        np.max(x, axis=1, out=z)

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        if dx is not None:
            dx[...] = 0
            first = x.argmax(axis=1)[:, np.newaxis]
            np.put_along_axis(dx, first, dz[:, np.newaxis], axis=1)
