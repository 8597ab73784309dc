"""Embedding: a row of numbers, learned, for each of a few things such as the letters of a text."""

from __future__ import annotations

import math

import numpy as np

from nn.initializers import Initializer, RandomUniform
from nn.layers.layer import Layer, Pass, Shape, Weight, checked_count, checked_initializer

SMALL = RandomUniform(-0.05, 0.05)
"""Keras's "uniform", where embeddings start."""


class Embedding(Layer):
    """``z[..., :] = embeddings[x[...]]``: what is given are whole numbers, which thing it is.

    ``embeddings`` is (input_dim, output_dim). Inputs (...,) become (..., output_dim). A number is
    rounded to the nearest row there is; no gradient goes to it.

    Args:
        input_dim: how many things there are.
        output_dim: how many numbers stand for each.
        embeddings_initializer: a name in :data:`nn.initializers.INITIALIZERS` or an initializer.
        mask_zero: whether 0 stands for padding, which recurrent layers then pass over.

    Raises:
        ValueError: a name is unknown, or a size is not a positive whole number.

    >>> Embedding(60, 32).output_shape((64,))
    (64, 32)
    """

    embeddings: np.ndarray

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: str | Initializer = SMALL,
        mask_zero: bool = False,
    ) -> None:
        self.input_dim = checked_count("input_dim", input_dim)
        self.output_dim = checked_count("output_dim", output_dim)
        self.embeddings_initializer = checked_initializer(embeddings_initializer)
        self.mask_zero = mask_zero

    def output_shape(self, x: Shape) -> Shape:
        return (*x, self.output_dim)

    def weights(self, x: Shape) -> list[Weight]:
        shape = self.input_dim, self.output_dim
        return [Weight("embeddings", shape, self.embeddings_initializer)]

    def multiplications(self, x: Shape) -> int:
        return math.prod(x) * self.output_dim

    def mask_after(self, x: np.ndarray, mask: np.ndarray | None) -> np.ndarray | None:
        return self._rows(x) != 0 if self.mask_zero else mask

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        z[...] = self.embeddings[self._rows(x)]

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        gradient = p.gradients["embeddings"]
        gradient[...] = 0
        np.add.at(gradient, self._rows(x), dz)
        if dx is not None:
            dx[...] = 0

    def _rows(self, x: np.ndarray) -> np.ndarray:
        rows: np.ndarray = np.clip(np.rint(x), 0, self.input_dim - 1).astype(np.intp)
        return rows
