"""What the inputs, the units and the outputs of a network are called."""

from __future__ import annotations

import math

import numpy as np

from nn.data.dataset import Dataset
from nn.data.text import SIGNS
from nn.layers import (
    Activation,
    BatchNormalization,
    Dropout,
    Embedding,
    Flatten,
    Rescaling,
    Shape,
)
from nn.model import Sequential

KEEPING = (Activation, BatchNormalization, Dropout, Flatten, Rescaling)
"""Layers whose outputs stand for the same places as their inputs."""


class Names:
    """The names in a network; level 0 is its input, level i + 1 what layer i makes.

    Args:
        model: built.
        data: what it is trained on.

    Attributes:
        classes: what the network tells apart, if it says so.
        shapes: of each level as people see it: a row that was made of a picture is that picture.
    """

    def __init__(self, model: Sequential, data: Dataset) -> None:
        self._last = len(model.layers)
        self._in_steps = bool(model.layers) and isinstance(model.layers[0], Embedding)
        columns = model.columns
        self._inputs: tuple[str, ...] = ()
        if columns is not None and len(columns.features) == model.features:
            self._inputs = columns.features
        self.classes = tuple(model.classes or ())
        self._answers = _answers(model, data)
        self._outputs = self._answers if len(self._answers) == model.outputs else ()
        self.shapes: list[Shape] = []
        picture = data.inputs.shape[1:]
        for level, shape in enumerate(model.shapes):
            if level == 0 and len(picture) == 3 and math.prod(picture) == math.prod(shape):
                shape = picture
            elif level and isinstance(model.layers[level - 1], KEEPING):
                shape = self.shapes[-1]
            self.shapes.append(shape)

    def of(self, level: int, place: int) -> str:
        """Return what number ``place`` of a level is called, as "unit 7"."""
        kind = "input" if level == 0 else "output" if level == self._last else "unit"
        if listed := self.listed(level):
            return f"{kind} {listed[place]}"
        shape = self.shapes[level]
        if level == 0 and self._in_steps:
            return f"step {place + 1}"
        if len(shape) == 2:
            step, number = divmod(place, shape[1])
            if level == self._last and len(self._answers) == shape[1]:
                return f"{kind} {self._answers[number]} of step {step + 1}"
            return f"step {step + 1}" + (f", {kind} {number + 1}" if shape[1] > 1 else "")
        if len(shape) == 3:
            row, column, channel = (int(n) + 1 for n in np.unravel_index(place, shape))
            pixel = f"row {row}, column {column}"
            return pixel if shape[2] == 1 else f"{pixel}, {self.channel(level)} {channel}"
        return f"the {kind}" if shape == (1,) else f"{kind} {place + 1}"

    def listed(self, level: int) -> tuple[str, ...]:
        """Return the names of a level's places, if they have names of their own."""
        if level == 0:
            return self._inputs
        return self._outputs if level == self._last else ()

    def channel(self, level: int) -> str:
        """Return what the last axis of pictures counts."""
        return "filter" if level else "colour"


def _answers(model: Sequential, data: Dataset) -> tuple[str, ...]:
    """Return the names of the outputs, of each step where there are several."""
    names: list[str] = []
    if model.columns is not None:
        for output in model.columns.outputs:
            names += [output.name] if output.classes is None else map(quoted, output.classes)
    elif data.classes is not None:
        names += map(quoted, model.classes or data.names or map(str, range(data.classes)))
    if len(names) == 2 and model.outputs == 1:
        names = names[1:]  # two classes share the output, which is the second one's
    return tuple(names)


def quoted(name: str) -> str:
    """Return a class's name in quotes; of a character that cannot be seen, a sign for it.

    >>> quoted("7"), quoted(" ")
    ('“7”', '“␣”')
    """
    return f"“{SIGNS.get(name, name)}”"
