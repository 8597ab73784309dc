"""How good a network for a table is: each output by its own measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nn.data import Dataset
from nn.data.columns import Columns
from nn.metrics import confusion_matrix, predicted_classes, r2_score


@dataclass(frozen=True, eq=False)
class Score:
    """What a test says of one output.

    Attributes:
        name: of the column.
        classes: their names; None for a number.
        true, predicted: (n,) classes by position, or numbers in the column's own unit.
        unknown: how many more rows have a class that the network does not know: they are wrong.
    """

    name: str
    classes: tuple[str, ...] | None
    true: np.ndarray
    predicted: np.ndarray
    unknown: int = 0

    @property
    def accuracy(self) -> float:
        """The share of right classes."""
        return self.right / (len(self.true) + self.unknown)

    @property
    def right(self) -> int:
        """How many classes are right."""
        return int((self.true == self.predicted).sum())

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
    if columns.classes is not None:
        (output,) = columns.outputs
        return [Score(output.name, output.classes, test.targets, predicted[0], test.unknown)]
    found = []
    parts = zip(columns.outputs, columns.of_each(test.targets), predicted, strict=True)
    for output, part, said in parts:
        if output.classes is None:
            true = output.numbers(part[:, 0].astype(np.float64))
            found.append(Score(output.name, None, true, said))
            continue
        # A class that the network does not know is 1 nowhere.
        known = part.any(axis=1)
        true, unknown = predicted_classes(part[known]), len(part) - int(known.sum())
        found.append(Score(output.name, output.classes, true, said[known], unknown))
    return found
