"""What a network is for: what it is given, and what it shall answer."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from nn.initializers import Initializer
from nn.layers import Rescaling


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


@dataclass(frozen=True, eq=False)
class Task:
    """What a network is for.

    Attributes:
        features: how many numbers it is given.
        outputs: how many it answers.
        inputs: how raw data is scaled for it.
        target_range: what an output shall be for a class that is not, and one that is, the label.
        output_activation: of the output layer, where neither loss nor settings say.
        initializer: of all parameters whose initializer the settings leave open; None for what
            suits each layer's activation, and biases of zero.
        dtype: of parameters and arithmetic.
        columns: what inputs and outputs stand for, where they have names.
    """

    features: int
    outputs: int
    inputs: Rescaling = field(default_factory=Rescaling)
    target_range: tuple[float, float] = (0.0, 1.0)
    output_activation: str = "sigmoid"
    initializer: Initializer | None = None
    dtype: str = "float32"
    columns: Columns | None = None
