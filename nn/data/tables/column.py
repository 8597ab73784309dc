"""Columns of a table: numbers, categories, dates and what they are taken for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np

from nn.data.tables import readings
from nn.data.tables.dates import ORDERS

Kind = Literal["number", "category", "true/false", "date", "identifier", "text"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_SHOWN = 40
"""Characters of a name or a value in a message."""

_FEW_CLASSES = 20
_ROWS_A_CLASS = 4
_GAPS = 3


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table.

    Attributes:
        name: as the file has it, without spaces around it.
        kind: what it is taken for; :meth:`as_kind` takes it for something else.
        numbers: (n,) float64 of numbers, of true and false, and of dates (days since 1970-01-01);
            NaN where the value is missing. None for other texts.
        codes: (n,) positions in ``texts``, -1 where the value is missing; None for numbers.
        texts: the different texts, sorted.
        note: what was assumed on reading it; often nothing.
        timed: whether dates have hours.
        reading: how it was read where there are two ways, one of :func:`readings.both`: of dates
            "day first" or "month first", of numbers such as "-999 as missing"; else nothing.
        other: (n,) the numbers in the other reading, where it is possible too; else None.
        first_kind, first_reading: what it was taken for when it was read.
        cells: (n,) as they stand in the file; None of a large table.
    """

    name: str
    kind: Kind
    numbers: np.ndarray | None
    codes: np.ndarray | None = None
    texts: tuple[str, ...] = ()
    note: str = ""
    timed: bool = False
    reading: str = ""
    other: np.ndarray | None = None
    first_kind: Kind | None = None
    first_reading: str | None = None
    cells: Sequence[Any] | None = None

    def __post_init__(self) -> None:
        if self.first_kind is None:
            object.__setattr__(self, "first_kind", self.kind)
        if self.first_reading is None:
            object.__setattr__(self, "first_reading", self.reading)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.missing)

    @cached_property
    def missing(self) -> np.ndarray:
        """(n,) whether each row has no value."""
        if self.numbers is not None:
            return np.asarray(np.isnan(self.numbers))
        assert self.codes is not None
        return self.codes < 0

    @cached_property
    def categories(self) -> tuple[np.ndarray, tuple[str, ...]]:
        """(n,) positions in the different values as texts, -1 where missing; and these texts."""
        if self.codes is not None:
            return self.codes, self.texts
        assert self.numbers is not None
        values, places = np.unique(self.numbers, return_inverse=True)
        known = int(np.isfinite(values).sum())
        texts = tuple(plain_number(value) for value in values[:known].tolist())
        return np.where(places < known, places, -1), texts

    @cached_property
    def few_classes(self) -> bool:
        """Whether numbers are whole and so few that they may be classes."""
        if self.numbers is None:
            return False
        values = np.unique(self.numbers[~self.missing])
        most = min(_FEW_CLASSES, max(2, (len(self) - int(self.missing.sum())) // _ROWS_A_CLASS))
        if not 2 <= len(values) <= most or (values != np.floor(values)).any():
            return False
        # Labels lie side by side; prices in hundreds do not.
        return len(values) == 2 or bool(np.ptp(values) < _GAPS * len(values))

    def as_texts(self) -> list[str]:
        """Return every value as people write it, "" where it is missing."""
        if self.codes is not None:
            texts = (*self.texts, "")
            return [texts[code] for code in self.codes.tolist()]
        assert self.numbers is not None
        if self.kind == "date":
            unit = "m" if self.timed else "D"
            steps = np.rint(np.nan_to_num(self.numbers) * (1440 if self.timed else 1))
            dates = np.datetime_as_string(steps.astype(f"datetime64[{unit}]"))
            return [
                "" if lost else str(text).replace("T", " ")
                for lost, text in zip(self.missing.tolist(), dates, strict=True)
            ]
        return ["" if math.isnan(value) else plain_number(value) for value in self.numbers.tolist()]

    def as_written(self) -> list[str]:
        """Return every cell as it stands in the file, as far as that is known."""
        return self.as_texts() if self.cells is None else [text_of(cell) for cell in self.cells]

    def as_kind(self, kind: Kind) -> Column:
        """Return the column taken for another kind.

        Raises:
            ValueError: it has values that are not of that kind.
        """
        if kind in ("number", "true/false", "date") and self.numbers is None:
            code = int(self.codes[~self.missing][0]) if len(self.texts) else 0  # type: ignore[index]
            found = shown(self.texts[code]) if self.texts else "nothing"
            raise ValueError(f"the column {shown(self.name)} holds {found}; it cannot be a {kind}")
        if kind == "true/false" and len(self.categories[1]) > 2:
            raise ValueError(
                f"the column {shown(self.name)} has {len(self.categories[1]):,} different values; "
                "expected two for true and false"
            )
        return replace(self, kind=kind)

    def in_reading(self, reading: str) -> Column:
        """Return the column read as another one was, unless its own cells tell otherwise.

        Args:
            reading: of the other column; nothing changes nothing.
        """
        if reading in ORDERS:
            if self.other is None or self.reading not in ORDERS:
                return self
            numbers = self.numbers if reading == self.reading else self.other
            found = replace(self, note=f"{shown(self.name)} has dates, {reading}")
            return found._settled(numbers, reading)
        marks = readings.marks_in(reading)
        if not marks or self.numbers is None or self.kind == "date":
            return self
        numbers = self.numbers
        if reading.endswith(readings.AS_NUMBER) and self.other is not None:
            # What stands for nothing in these rows alone still does.
            numbers = np.where(np.isin(self.other, marks), self.other, numbers)
        return self._settled(readings.without(numbers, reading), reading)

    def _settled(self, numbers: np.ndarray | None, reading: str) -> Column:
        return replace(self, numbers=numbers, other=None, reading=reading, first_reading=reading)

    def reread(self) -> Column:
        """Return the column in its other reading, which must be possible."""
        assert self.other is not None
        (reading,) = {*readings.both(self.reading)} - {self.reading}
        note = self.note
        if reading in ORDERS:
            note = f"{shown(self.name)} has dates, {reading}, as was chosen"
        found = replace(self, numbers=self.other, other=self.numbers, reading=reading, note=note)
        several = found.kind == "true/false" and len(found.categories[1]) > 2
        return replace(found, kind="number") if several else found

    def take(self, rows: np.ndarray) -> Column:
        """Return the column with some of its rows, in that order."""
        parts = (None if a is None else a[rows] for a in (self.numbers, self.codes, self.other))
        numbers, codes, other = parts
        cells = None if self.cells is None else [self.cells[row] for row in rows.tolist()]
        return replace(self, numbers=numbers, codes=codes, other=other, cells=cells)


def text_of(cell: Any) -> str:
    """Return a value of JSON's as people write it; nothing for None."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return plain_number(cell)
    return str(cell)


def plain_number(value: float) -> str:
    """Return a number as people write it: 3 and not 3.0.

    >>> plain_number(3.0), plain_number(0.25)
    ('3', '0.25')
    """
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def shown(value: Any) -> str:
    """Return a name or a value of a table for a message, on one line and cut short."""
    if isinstance(value, str) and not value.strip():
        return "nothing"
    if isinstance(value, str):
        value = value[:_SHOWN] + "..." * (len(value) > _SHOWN)
    return repr(value)
