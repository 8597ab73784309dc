"""What a lab's network is asked in the lab's first card: a drawing, a row, a place, a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nn.data.columns import Columns, Output
from nn.data.dataset import Dataset
from nn.explain.changes import Knob, knobs_of


@dataclass(frozen=True)
class Given:
    """An input as people know it, which may be several features.

    Attributes:
        name: with its value.
        start, stop: where its features are.
    """

    name: str
    start: int
    stop: int


@dataclass(frozen=True, eq=False)
class Question:
    """What the network is asked.

    Attributes:
        what: it is called, as in "the drawing".
        inputs: (1, *shape) raw: a picture, or a row of features.
        outputs: what is answered.
        given: the inputs of a row; empty for a picture.
        knobs: what of a row can be changed by itself.
        truth: the right answer of each output, a class's position or a number; None if unknown.
        plane: (side², features) rows all over the square that a place is of; None for others.
    """

    what: str
    inputs: np.ndarray
    outputs: tuple[Output, ...]
    given: tuple[Given, ...] = ()
    knobs: tuple[Knob, ...] = ()
    truth: tuple[float, ...] | None = None
    plane: np.ndarray | None = None

    @classmethod
    def of_row(
        cls,
        what: str,
        columns: Columns,
        row: np.ndarray,
        rows: np.ndarray,
        truth: tuple[float, ...] | None = None,
    ) -> Question:
        """Return the question for a row of a table.

        Args:
            what: it is called.
            columns: of the network.
            row: (features,) raw.
            rows: (n, features), over which numbers may be changed; may be empty.
            truth: the right answers, if they are known.
        """
        knobs, given, start = knobs_of(columns, row, rows), [], 0
        for column, knob in zip(columns.inputs, knobs, strict=True):
            stop = start + len(column.features)
            given.append(Given(f"{column.name} = {knob.told(knob.value)}", start, stop))
            start = stop
        inputs = np.asarray(row, np.float32)[np.newaxis]
        return cls(what, inputs, columns.outputs, tuple(given), tuple(knobs), truth)

    def sample(self, right: float) -> Dataset:
        """Return it as a sample to be learnt, with its right answer: a class's position or number.

        Raises:
            ValueError: it asks for several answers at once.
        """
        if len(self.outputs) != 1:
            raise ValueError(
                "the network answers several questions: follow a training sample or a test sample"
            )
        (output,) = self.outputs
        if output.classes is None:
            target = np.array([[(right - output.offset) / output.scale]])
            return Dataset(self.inputs, target)
        label = np.array([round(right)])
        return Dataset(self.inputs, label, len(output.classes), output.classes)
