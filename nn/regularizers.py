"""Penalties on large weights, added to the loss."""

from __future__ import annotations

import numpy as np


class L1L2:
    """``l1 · Σ|w| + l2 · Σw²``, whose derivative is ``l1 · sign(w) + 2 · l2 · w``, as in Keras.

    >>> import numpy as np
    >>> L1L2(l1=0.1, l2=0.5).penalty(np.array([[1.0, -2.0]]))
    2.8
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        if not (l1 >= 0 and l2 >= 0):
            raise ValueError(f"l1 and l2 must not be negative, got l1={l1}, l2={l2}")
        self.l1, self.l2 = l1, l2

    def penalty(self, kernel: np.ndarray) -> float:
        """Return the penalty of ``kernel``, of any shape."""
        return self.l1 * float(np.abs(kernel).sum()) + self.l2 * float(np.vdot(kernel, kernel))

    def add_gradient(self, kernel: np.ndarray, gradient: np.ndarray) -> None:
        """Add the penalty's derivative to ``gradient``, of ``kernel``'s shape."""
        if self.l1:
            gradient += self.l1 * np.sign(kernel)
        if self.l2:
            gradient += (2 * self.l2) * kernel
