"""What the inputs and outputs of a network stand for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Columns:
    """What the inputs and outputs of a network stand for, kept in its weights file.

    Attributes:
        inputs: a name for each feature.
        output: the name of what is predicted.
        classes: a name for each class; None when the output is a number.
        scale, offset: an output ``y`` stands for the number ``scale · y + offset``.
    """

    inputs: tuple[str, ...]
    output: str
    classes: tuple[str, ...] | None = None
    scale: float = 1.0
    offset: float = 0.0

    def numbers(self, outputs: np.ndarray) -> np.ndarray:
        """Return the numbers that (n, 1) ``outputs`` stand for."""
        return outputs * self.scale + self.offset
