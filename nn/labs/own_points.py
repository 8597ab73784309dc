"""Points of a visitor's table: two columns of numbers as axes, and a class or a number."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nn.data.columns import Output
from nn.data.dataset import Dataset
from nn.data.tables import Column, Table, shown
from nn.labs.edits import Edits, Placed, placed
from nn.labs.point_columns import PointColumns
from nn.labs.split import rows_to_hold_out

_MARGIN = 0.05
"""Room between the outermost points and the edge of the square, as a share of its side."""


@dataclass(frozen=True)
class Axis:
    """A column as one side of the unit square.

    Attributes:
        name: of the column.
        low, high: the values at 0 and at 1.
    """

    name: str
    low: float
    high: float

    @classmethod
    def of(cls, column: Column, values: np.ndarray) -> Axis:
        """Return an axis that fits values, with a margin.

        Raises:
            ValueError: they are all equal.
        """
        low, high = float(values.min()), float(values.max())
        room = _MARGIN / (1 - 2 * _MARGIN) * (high - low)
        if not low - room < low or not high < high + room:
            raise ValueError(
                f"the column {shown(column.name)} is always {low:g}; expected different numbers"
            )
        return cls(column.name, low - room, high + room)

    def place(self, values: np.ndarray) -> np.ndarray:
        """Return where values are, from 0 to 1."""
        return (values - self.low) / (self.high - self.low)

    def value(self, place: float) -> float:
        """Return the value at a place."""
        return self.low + place * (self.high - self.low)


@dataclass(frozen=True, eq=False)
class OwnPoints:
    """Points of a table.

    Attributes:
        axes: the two columns of numbers.
        output: the column that is predicted, with the names of its classes, or with the scaling of
            its numbers.
        drawn: the points: inputs in the unit square, and targets.
        left_out: how many rows lack a number or an answer.
        notes: what was assumed, in sentences.
        chosen: names of the columns of x, y and the answer where someone chose them, else nothing.
    """

    axes: tuple[Axis, Axis]
    output: Output
    drawn: Dataset
    left_out: int
    notes: tuple[str, ...]
    chosen: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Table, *chosen: str) -> OwnPoints:
        """Take the points of a table.

        Args:
            table: the rows.
            chosen: names of the columns of x, y and the answer; the sensible ones by default.

        Raises:
            ValueError: it has no two columns of numbers and a class or a number to predict, or the
                chosen ones cannot be these.

        >>> from nn.data.tables import read_table
        >>> rows = b"size,weight,kind\\n1,10,cat\\n3,20,dog\\n2,12,cat\\n4,30,dog\\n"
        >>> own = OwnPoints.of(read_table(rows))
        >>> [axis.name for axis in own.axes], own.output.classes, len(own.drawn)
        (['size', 'weight'], ('cat', 'dog'), 4)
        """
        columns = PointColumns.chosen(table, *chosen) if chosen else PointColumns.first(table)
        x, y, answer, sort = columns.x, columns.y, columns.answer, columns.sort
        rows = np.flatnonzero(~(x.missing | y.missing | answer.missing))
        if len(rows) < 2:
            raise ValueError(f"only {len(rows)} of {len(table):,} rows has both numbers and answer")
        axes, places = [], []
        for column in (x, y):
            assert column.numbers is not None
            values = column.numbers[rows]
            axes.append(Axis.of(column, values))
            places.append(axes[-1].place(values))
        output, targets = _targets(answer, sort, rows)
        inputs = np.stack(places, axis=1).astype(np.float32)
        classes = None if output.classes is None else len(output.classes)
        left_out = table.left_out + len(table) - len(rows)
        others = [name for name in table.columns if name not in (x.name, y.name, answer.name)]
        notes = list(table.notes)
        if left_out:
            notes.append(f"{left_out:,} rows are left out, which lack a number or an answer")
        if others:
            listed = ", ".join(map(shown, others[:5])) + (" and others" if len(others) > 5 else "")
            notes.append(f"left out: {listed}")
        drawn = Dataset(inputs, targets, classes, output.classes)
        return cls((axes[0], axes[1]), output, drawn, left_out, tuple(notes), chosen)

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and the highest number to predict."""
        numbers = self.output.numbers(self.drawn.targets.astype(np.float64))
        return float(numbers.min()), float(numbers.max())

    def for_network(self, output: Output) -> OwnPoints | None:
        """Return the points as a network with this output has them; None if it is for others."""
        if (output.name, output.classes) != (self.output.name, self.output.classes):
            return None
        if output.classes is not None:
            return self
        numbers = self.output.numbers(self.drawn.targets.astype(np.float64))
        targets = ((numbers - output.offset) / output.scale).astype(np.float32)
        return replace(self, output=output, drawn=Dataset(self.drawn.inputs, targets))

    def placed(self, share: float, rng: np.random.Generator, edits: Edits | None = None) -> Placed:
        """Return what is trained on and tested with, classes held out in proportion.

        Args:
            share: of the points to hold out, 0 to below 1.
            rng: draws them.
            edits: what a visitor has done to the points.

        Raises:
            ValueError: no point is left to train on.
        """
        groups = self.drawn.targets
        if self.output.classes is None:
            groups = np.zeros(len(groups), np.intp)
        held = rows_to_hold_out(groups, share, rng)
        rows = np.arange(len(self.drawn))
        return placed(self.drawn, rows[~held], rows[held], edits or Edits(), self._as_targets)

    def _as_targets(self, labels: np.ndarray) -> np.ndarray:
        if self.output.classes is not None:
            return labels
        return ((labels - self.output.offset) / self.output.scale)[:, np.newaxis]


def _targets(answer: Column, sort: str, rows: np.ndarray) -> tuple[Output, np.ndarray]:
    if sort == "number":
        assert answer.numbers is not None
        values = answer.numbers[rows]
        scale = float(values.std())
        if not scale > 0:
            raise ValueError(f"the column {shown(answer.name)} has one number only")
        output = Output(answer.name, None, scale, float(values.mean()))
        targets = (values - output.offset) / output.scale
        return output, targets[:, np.newaxis].astype(np.float32)
    codes, texts = answer.categories
    used, targets = np.unique(codes[rows], return_inverse=True)
    if len(used) < 2:
        raise ValueError(f"the column {shown(answer.name)} has one class only in these rows")
    return Output(answer.name, tuple(texts[code] for code in used.tolist())), targets
