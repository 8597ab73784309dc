"""What a network is for: what it is given, what it shall answer, and what it learns from."""

from __future__ import annotations

from dataclasses import dataclass, field

from nn.data.columns import Columns
from nn.initializers import Initializer
from nn.layers import Rescaling, Shape
from nn.losses import Loss, SlicedLoss, named

EACH_OUTPUT = "each_output"
"""The loss, in settings, of what answers several questions: by the task's, each has its own."""


def loss_setting(loss: Loss) -> str:
    """Return how settings call a loss."""
    return EACH_OUTPUT if isinstance(loss, SlicedLoss) else loss.name


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
        picture: the shape of a sample as a picture, (height, width, channels), where it is one.
        classes: what the classes of pictures are called; None for their numbers.
        sequence: the shape of a sample as a sequence, (steps, features), where it is one; (steps,)
            of whole numbers.
        things: how many there are that these whole numbers stand for.
        each_loss: the name of the loss where settings say :data:`EACH_OUTPUT`.
    """

    features: int
    outputs: int
    inputs: Rescaling = field(default_factory=Rescaling)
    target_range: tuple[float, float] = (0.0, 1.0)
    output_activation: str = "sigmoid"
    initializer: Initializer | None = None
    dtype: str = "float32"
    columns: Columns | None = None
    picture: Shape | None = None
    classes: tuple[str, ...] | None = None
    each_loss: str = ""
    sequence: Shape | None = None
    things: int = 2

    def loss(self, setting: str) -> Loss:
        """Return the loss that settings name."""
        return named(self.each_loss if setting == EACH_OUTPUT else setting)


@dataclass(frozen=True)
class DataCode:
    """The part of a program that gets the data.

    Attributes:
        imports: whole lines, such as "from pathlib import Path".
        lines: what defines ``train`` and ``test``, both a :class:`nn.Dataset`.
    """

    imports: list[str]
    lines: list[str]
