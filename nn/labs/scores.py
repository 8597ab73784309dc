"""How good a network for a table is: each output by its own measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nn.data import Dataset
from nn.data.columns import Columns
from nn.metrics import accuracy, confusion_matrix, r2_score


@dataclass(frozen=True, eq=False)
class Score:
    """What a test says of one output.

    Attributes:
        name: of the column.
        classes: their names; None for a number.
        true, predicted: (n,) classes by position, or numbers in the column's own unit.
    """

    name: str
    classes: tuple[str, ...] | None
    true: np.ndarray
    predicted: np.ndarray

    @property
    def accuracy(self) -> float:
        """The share of right classes."""
        return accuracy(self.true, self.predicted)

    @property
    def confusion(self) -> np.ndarray:
        """(classes, classes) how often one was taken for another."""
        assert self.classes
        return confusion_matrix(self.true, self.predicted, len(self.classes))

    @property
    def r2(self) -> float:
        """The share of the variance that the predictions explain; NaN where any is not finite."""
        if not np.isfinite(self.predicted).all():
            return float("nan")
        return r2_score(self.true, self.predicted)

    @property
    def mean_absolute_error(self) -> float:
        """How far predictions are off, in the column's own unit."""
        return float(np.abs(self.true - self.predicted).mean())


def scores(columns: Columns, test: Dataset, outputs: np.ndarray) -> list[Score]:
    """Return what ``outputs``, (n, width), of a network say of the rows of ``test``."""
    predicted = columns.answers(outputs)
    true = [test.targets] if columns.classes is not None else columns.answers(test.targets)
    return [
        Score(output.name, output.classes, answers, found)
        for output, answers, found in zip(columns.outputs, true, predicted, strict=True)
    ]
