"""Series: numbers one after another, of which each is to be foretold from those before."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from nn.data.columns import Columns, Input, Output
from nn.data.dataset import Dataset
from nn.data.tables import Column, Table, shown
from nn.data.tables.readings import marks_in
from nn.layers import Rescaling

LEAST, MOST = 20, 100_000
"""Values in a series."""

MOST_WINDOWS = 2_000
"""Of a longer series windows begin further apart: they overlap enough as they are."""

_MOST_FILLED = 0.1
"""Of the values, as many as may be missing."""

_FINEST = 1e-4
"""A series whose values differ less, as a share of them, is rounded away in float32."""

_SMALLEST, _LARGEST = 1e-30, 1e30
"""Differences and values that float32 has room for, scaled too."""


@dataclass(frozen=True, eq=False)
class Series:
    """Numbers one after another.

    Attributes:
        values: (n,) float64.
        name: what they are.
        notes: what was assumed on reading them, in sentences.

    Raises:
        ValueError: they are too few or too many, all equal, or not all known.

    >>> len(Series(np.sin(np.arange(100.0)), "sine"))
    100
    """

    values: np.ndarray
    name: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = np.asarray(self.values, np.float64)
        object.__setattr__(self, "values", values)
        if len(values) < LEAST:
            raise ValueError(
                f"{_shown(self.name)} has {len(values)} values; to learn how it goes on takes at "
                f"least {LEAST}"
            )
        if len(values) > MOST:
            raise ValueError(f"{_shown(self.name)} has {len(values):,} values; at most {MOST:,}")
        unknown = np.flatnonzero(~np.isfinite(values))
        if unknown.size:
            raise ValueError(f"value {unknown[0] + 1} of {_shown(self.name)} is not a number")
        low, high = float(values.min()), float(values.max())
        if low == high:
            raise ValueError(
                f"{_shown(self.name)} is always {low:g}: there is nothing to learn; expected "
                "different numbers"
            )
        if high - low < _SMALLEST or max(abs(low), abs(high)) > _LARGEST:
            raise ValueError(
                f"{_shown(self.name)} reaches from {low:g} to {high:g}, which is too little or too "
                "much: multiply or divide it first"
            )
        if high - low < _FINEST * max(abs(low), abs(high)):
            raise ValueError(
                f"{_shown(self.name)} differs by {high - low:g} around {high:g}, which is too "
                "little: subtract most of it first"
            )

    def __len__(self) -> int:
        """The number of values."""
        return len(self.values)


def _shown(name: str) -> str:
    return name or "the series"


# ---- From tables and text.


def series_of(table: Table, name: str | None = None) -> Series:
    """Return a column of a table as a series.

    Rows without a value at its beginning and end are left out; those between, if they are few, are
    filled by straight lines.

    Args:
        table: the rows, in the order of time.
        name: of the column; by default the first of numbers that does not only count the rows.

    Raises:
        ValueError: there is no such column, or it cannot be a series.

    >>> from nn.data.tables import read_table
    >>> rows = "".join(f"{i},{i * i}\\n" for i in range(30))
    >>> series_of(read_table(f"day,height\\n{rows}".encode())).name
    'height'
    """
    column = _first_column(table) if name is None else table.column(name)
    if not can_be_series(column):
        found = shown(column.texts[0]) if column.numbers is None and column.texts else "no numbers"
        raise ValueError(f"the column {shown(column.name)} has {found}; expected numbers")
    assert column.numbers is not None
    known = np.flatnonzero(~column.missing)
    values = column.numbers[known[0] : known[-1] + 1]
    gaps = np.flatnonzero(np.isnan(values))
    notes = list(table.notes)
    if gaps.size > _MOST_FILLED * len(values):
        read = f" (read with {column.reading})" if marks_in(column.reading) else ""
        raise ValueError(
            f"the column {shown(column.name)} lacks {gaps.size:,} of {len(values):,} values{read}, "
            f"the first in row {known[0] + gaps[0] + 1:,}: fill them, or choose another column"
        )
    if gaps.size:
        places = np.arange(len(values))
        values = np.interp(places, known - known[0], column.numbers[known])
        notes.append(f"{gaps.size:,} missing values are filled by straight lines")
    return Series(values, column.name, tuple(notes))


def can_be_series(column: Column) -> bool:
    """Whether a column holds numbers, and no dates."""
    return column.numbers is not None and column.kind != "date" and not column.missing.all()


def _first_column(table: Table) -> Column:
    possible = [one for one in table.columns.values() if can_be_series(one)]
    if not possible:
        raise ValueError("no column of the table holds numbers; expected one")
    # What counts the rows, or is always the same, is rarely what one wants to foresee.
    return next((one for one in possible if not _is_even(one)), possible[0])


def _is_even(column: Column) -> bool:
    """Whether every row has as much more than the one before."""
    assert column.numbers is not None
    steps = np.diff(column.numbers[~column.missing])
    return not steps.size or bool(np.ptp(steps) <= 1e-9 * np.abs(steps).max())


_DECIMAL_COMMA = re.compile(r"[-+]?\d+(,\d+)?(e[-+]?\d+)?", re.IGNORECASE)


def read_numbers(text: str) -> np.ndarray:
    """Return numbers that someone typed: between spaces, line ends, semicolons or commas.

    Commas within numbers are decimal ones where spaces, line ends or semicolons stand between.

    Raises:
        ValueError: one is not a number; the message has it, and its place.

    >>> read_numbers("1, 2.5, -3e2").tolist(), read_numbers("1,5 2 3,25").tolist()
    ([1.0, 2.5, -300.0], [1.5, 2.0, 3.25])
    """
    words = [word for word in re.split(r"[\s;]+", text) if word]
    decimal = len(words) > 1 and all(map(_DECIMAL_COMMA.fullmatch, words))
    if decimal:
        words = [word.replace(",", ".") for word in words]
    else:
        words = [word for word in re.split(r"[\s;,]+", text) if word]
    numbers = []
    for place, word in enumerate(words, start=1):
        try:
            numbers.append(float(word))
        except ValueError:
            raise ValueError(f"value {place} is {shown(word)}; expected a number") from None
    return np.array(numbers, np.float64)


# ---- For networks.


@dataclass(frozen=True, eq=False)
class Parted:
    """A series that a network learns to go on with.

    Attributes:
        values: (n,) all of it.
        start: where the end begins that is held out.
        steps: values in a window.
        scaling: of inputs and targets.
        train: (m, steps, 1) windows of what comes before ``start``, each with the value after each
            step as its targets, scaled: (m, steps, 1), or (m, 1) for the one after the last only.
        test: windows of the end, the last that is long enough.
    """

    values: np.ndarray
    start: int
    steps: int
    scaling: Rescaling
    train: Dataset
    test: Dataset


def scaling_of(series: Series, held_out: float) -> Rescaling:
    """Return what gives the part of a series that is not held out mean 0 and variance 1."""
    values = series.values[: start_of_end(series, held_out)]
    # Before its end a series may always be the same.
    values = values if np.ptp(values) else series.values
    mean, scale = float(values.mean()), 1 / float(values.std())
    return Rescaling(scale, -mean * scale)


def columns_of(name: str, scaling: Rescaling) -> Columns:
    """Return what a network for a series takes and predicts: its answers are scaled as its inputs.

    >>> columns_of("height", Rescaling(0.5, -10.0)).outputs[0].numbers(np.array([1.0])).tolist()
    [22.0]
    """
    scale, offset = float(scaling.scale), float(scaling.offset)
    return Columns((Input(name),), (Output(name, None, 1 / scale, -offset / scale),))


def start_of_end(series: Series, held_out: float) -> int:
    """Return the place of the first value that is held out, where a share of them is."""
    return len(series) - round(held_out * len(series))


def parted(
    series: Series,
    steps: int,
    held_out: float,
    each_step: bool = True,
    scaling: Rescaling | None = None,
) -> Parted:
    """Return a series in windows, with its end held out.

    Args:
        series: the numbers.
        steps: values in a window.
        held_out: the share of the values that is held out at the end, 0 to 0.5.
        each_step: whether the value after each step is a target, or only that after the last.
        scaling: of a network that has learnt already; else :func:`scaling_of` the series.

    Raises:
        ValueError: the series is too short for such windows.

    >>> parts = parted(Series(np.arange(40.0), "ramp"), 8, 0.25)
    >>> parts.start, parts.train.inputs.shape, parts.test.inputs.shape
    (30, (22, 8, 1), (2, 8, 1))
    """
    values = series.values
    start = start_of_end(series, held_out)
    if start <= steps:
        raise ValueError(
            f"windows of {steps} values do not fit into the {start} that are learnt from: choose "
            "shorter windows, or a longer series"
        )
    scaling = scaling or scaling_of(series, held_out)
    train = windows(values[:start], steps, scaling, each_step)
    # Of the end alone, unless it does not fill a window.
    end = min(start, len(values) - steps - 1)
    test = windows(values[end:], steps, scaling, each_step) if held_out else train
    return Parted(values, start, steps, scaling, train, test)


def windows(values: np.ndarray, steps: int, scaling: Rescaling, each_step: bool = True) -> Dataset:
    """Return the windows of (n,) values that have a value after them, with scaled targets."""
    beside = np.lib.stride_tricks.sliding_window_view(values, steps + 1)
    beside = beside[:: min(-(-len(beside) // MOST_WINDOWS), steps)]
    after = beside[:, 1:, np.newaxis] if each_step else beside[:, -1:]
    targets = after * scaling.scale + scaling.offset
    return Dataset(beside[:, :-1, np.newaxis].astype(np.float32), targets.astype(np.float32))
