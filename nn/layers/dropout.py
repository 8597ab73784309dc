"""Dropout: some inputs are left out while training."""

from __future__ import annotations

import math

import numpy as np

from nn.layers.layer import Layer, Pass, Shape
from nn.layers.noise import random_bits

BITS = 24
"""Of a hash that decide, so that a rate of nearly 1 still leaves something."""


class Dropout(Layer):
    """While training, each input is 0 with a probability of ``rate``, and the others grow.

    They are multiplied by ``1 / (1 - rate)``, so that sums stay the same on average; in prediction
    nothing changes (Srivastava et al. 2014, in Keras's form). What is left out depends on the
    network's noise, the count of updates and the place in the mini-batch, and on nothing else.

    Args:
        rate: from 0 to below 1.

    Raises:
        ValueError: ``rate`` is not such a number.

    >>> Dropout(0.3).output_shape((64,))
    (64,)
    """

    random = True

    def __init__(self, rate: float) -> None:
        if not 0 <= rate < 1:
            raise ValueError(f"rate must be from 0 to below 1, got {rate!r:.40}")
        self.rate = float(rate)

    @property
    def threshold(self) -> int:
        """Hashes below this, of :data:`BITS` bits, leave an input out."""
        return min(round(self.rate * (1 << BITS)), (1 << BITS) - 1)

    def residuals(self, x: Shape) -> dict[str, Shape]:
        return {"factor": x}

    def multiplications(self, x: Shape) -> int:
        return math.prod(x)

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        if not p.training:
            z[...] = x
            return
        factor = p.residuals["factor"]
        hashes = random_bits(p.key, p.first, x.shape) >> np.uint32(32 - BITS)
        np.multiply(hashes >= self.threshold, 1 / (1 - self.rate), out=factor, casting="unsafe")
        np.multiply(x, factor, out=z)

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        if dx is not None:
            np.multiply(dz, p.residuals["factor"] if p.training else 1, out=dx)
