"""What would change a network's mind: the smallest change of a single input that does."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from nn.data.columns import Columns, Input
from nn.data.tables.dates import text_of_days

_PARTS = 2_000
"""Parts of its range in which a number is changed, at most."""

_COARSE = 20
"""So many of these are passed over at first; what lies only between them is not found."""

Rows = Callable[[np.ndarray], np.ndarray]
"""Called with (n,) values of one input; returns (n, features) raw rows with the others as are."""


@dataclass(frozen=True, eq=False)
class Knob:
    """An input that can be changed by itself.

    Attributes:
        name: of the column.
        value: what it is now: a number, days since 1970-01-01, or which of ``options``.
        rows: makes rows for other values.
        low, high, step: where a number may go, and in which steps.
        options: what a choice is between; empty for numbers.
        date, timed: whether the number is days, and whether their hours matter.
    """

    name: str
    value: float
    rows: Rows
    low: float = 0.0
    high: float = 1.0
    step: float = 0.001
    options: tuple[str, ...] = ()
    date: bool = False
    timed: bool = False

    @classmethod
    def between(
        cls,
        name: str,
        value: float,
        rows: Rows,
        low: float,
        high: float,
        whole: bool = False,
        date: bool = False,
    ) -> Knob:
        """Return a knob for numbers from ``low`` to ``high``, in steps of 1, 2 or 5 times 10ⁿ."""
        low, high = min(low, value), max(high, value)
        if not low < high:
            low, high = low - 1, high + 1
        finest = (high - low) / _PARTS
        power = 10.0 ** math.floor(math.log10(finest))
        step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= finest * 0.999)
        step = max(step, 1.0) if whole or date else step
        return cls(name, value, rows, low, high, step, date=date)

    def told(self, value: float) -> str:
        """Return a value as people read it, in the column's own unit.

        >>> Knob.between("size", 2.0, lambda values: values, 0, 100).told(12.499999)
        '12.5'
        """
        if self.options:
            return self.options[round(value)] if value < len(self.options) else "something else"
        if self.date:
            return text_of_days(value, self.timed)
        places = max(0, -math.floor(math.log10(self.step) + 1e-9))
        text = f"{value:,.{places}f}"
        return text.rstrip("0").rstrip(".") if places else text

    def values(self) -> np.ndarray:
        """Return all values that it can take, in their order."""
        if self.options:
            return np.arange(float(len(self.options)))
        first, last = math.ceil(self.low / self.step), math.floor(self.high / self.step)
        return np.arange(first, last + 1) * self.step


@dataclass(frozen=True, eq=False)
class Change:
    """A change of one input, and the answer that follows.

    Attributes:
        knob: the input.
        value: what it would be.
        answer: the class, or the number, that is answered then.
    """

    knob: Knob
    value: float
    answer: float

    @property
    def size(self) -> float:
        """The share of its range that a number moves; a choice moves by all of it."""
        if self.knob.options:
            return 1.0
        return abs(self.value - self.knob.value) / (self.knob.high - self.knob.low)

    def __str__(self) -> str:
        return f"{self.knob.name}: {self.knob.told(self.value)}"


def smallest_changes(
    answer: Callable[[np.ndarray], np.ndarray], knobs: Sequence[Knob]
) -> list[Change]:
    """Return for each input the smallest change after which another class is answered.

    The smallest comes first; inputs that cannot change the answer by themselves are left out.

    Args:
        answer: returns the (n,) classes of (n, features) raw rows.
        knobs: the inputs.

    >>> size = Knob.between("size", 2.0, lambda values: values[:, np.newaxis], 0, 10)
    >>> [str(change) for change in smallest_changes(lambda rows: rows[:, 0] >= 7.1, [size])]
    ['size: 7.1']
    """
    found = [change for knob in knobs if (change := _smallest(answer, knob)) is not None]
    return sorted(found, key=lambda change: change.size)


def _smallest(answer: Callable[[np.ndarray], np.ndarray], knob: Knob) -> Change | None:
    now = answer(knob.rows(np.array([knob.value])))[0]
    values = knob.values()
    coarse = values if knob.options else np.unique(np.append(values[::_COARSE], values[-1:]))
    change = _nearest(answer, knob, coarse, now)
    if change is None or knob.options:
        return change
    # Between there and the last place that changed nothing: step by step.
    near = np.abs(values - change.value) <= _COARSE * knob.step * 1.001
    return _nearest(answer, knob, values[near], now) or change


def _nearest(
    answer: Callable[[np.ndarray], np.ndarray], knob: Knob, values: np.ndarray, now: float
) -> Change | None:
    answers = answer(knob.rows(values))
    others = np.flatnonzero(answers != now)
    if not len(others):
        return None
    place = others[np.abs(values[others] - knob.value).argmin()]
    return Change(knob, float(values[place]), float(answers[place]))


def furthest_changes(
    answer: Callable[[np.ndarray], np.ndarray], knobs: Sequence[Knob]
) -> list[tuple[Change, Change]]:
    """Return for each input what takes a number lowest, and what highest.

    The input that moves it most comes first.

    Args:
        answer: returns the (n,) numbers of (n, features) raw rows.
        knobs: the inputs.

    >>> size = Knob.between("size", 2.0, lambda values: values[:, np.newaxis], 0, 10)
    >>> [(low, high)] = furthest_changes(lambda rows: 3 * rows[:, 0], [size])
    >>> low.answer, high.answer, str(high)
    (0.0, 30.0, 'size: 10')
    """
    found = []
    for knob in knobs:
        values = knob.values()
        values = values if knob.options else values[:: max(1, len(values) // 100)]
        answers = answer(knob.rows(values))
        if np.isfinite(answers).all():
            ends = (int(answers.argmin()), int(answers.argmax()))
            low, high = (Change(knob, float(values[i]), float(answers[i])) for i in ends)
            found.append((low, high))
    return sorted(found, key=lambda ends: ends[0].answer - ends[1].answer)


def knobs_of(columns: Columns, row: np.ndarray, rows: np.ndarray) -> list[Knob]:
    """Return a knob for each column of a table.

    Args:
        columns: of the network.
        row: (features,) raw, which is changed.
        rows: (n, features) raw ones, whose range is that of the numbers; may be empty.
    """
    knobs, start = [], 0
    for column in columns.inputs:
        place = slice(start, start + len(column.features))
        start = place.stop
        knobs.append(_knob(column, place, row, rows[:, place]))
    return knobs


def _knob(column: Input, place: slice, row: np.ndarray, others: np.ndarray) -> Knob:
    value = column.value_of(row[place])
    made = partial(_with, column, place, row)
    if column.kind in ("category", "true/false"):
        return Knob(column.name, value, made, options=column.values)
    if column.kind == "date":
        days = [column.value_of(other) for other in others[:: max(1, len(others) // 500)]] or [
            value - 365,
            value + 365,
        ]
        knob = Knob.between(column.name, value, made, min(days), max(days), date=True)
        return replace(knob, timed=column.timed)
    if not len(others):
        spread = max(1.0, abs(value))
        return Knob.between(column.name, value, made, value - spread, value + spread)
    whole = bool((others == np.floor(others)).all())
    low, high = float(others.min()), float(others.max())
    return Knob.between(column.name, value, made, low, high, whole)


def _with(column: Input, place: slice, row: np.ndarray, values: np.ndarray) -> np.ndarray:
    rows = np.repeat(np.asarray(row, np.float64)[np.newaxis], len(values), axis=0)
    rows[:, place] = [column.features_of(value) for value in values.tolist()]
    return rows
