"""Columns of a table: numbers, categories, dates and what they are taken for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, Literal, get_args

import numpy as np

from nn.data.tables.cells import (
    LONGEST_NUMBER,
    MISSING,
    MULTIPLES,
    Dates,
    Decimal,
    Numbers,
    is_missing,
    number,
    truths,
)

Kind = Literal["number", "category", "true/false", "date", "identifier", "text"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_SHOWN = 40
"""Characters of a name or a value in a message."""

_FEW_CLASSES = 20
_ROWS_A_CLASS = 4
_GAPS = 3
_ROWS_A_CATEGORY = 4
_NUMBER_LIMIT = float(np.finfo(np.float32).max)
_IDENTIFIERS = frozenset(
    (
        "id",
        "index",
        "idx",
        "no",
        "nr",
        "number",
        "row",
        "rowid",
        "rownames",
        "uuid",
        "guid",
        "key",
        "#",
    )
    + ("unnamed: 0", "unnamed:0", "")
)
_MOST_ODD = 3
_ODD_SHARE = 0.05
_MISSING_AS_WRITTEN = frozenset(
    spelling for text in MISSING for spelling in (text, text.upper(), text.title(), f" {text}")
) | {"NaN", "N/A", "None", "Null", "<NA>", "NaT"}


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
        first_kind: what it was taken for when it was read.
        cells: (n,) as they stand in the file; None of a large table.
    """

    name: str
    kind: Kind
    numbers: np.ndarray | None
    codes: np.ndarray | None = None
    texts: tuple[str, ...] = ()
    note: str = ""
    timed: bool = False
    first_kind: Kind | None = None
    cells: Sequence[Any] | None = None

    def __post_init__(self) -> None:
        if self.first_kind is None:
            object.__setattr__(self, "first_kind", self.kind)

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
        return self.as_texts() if self.cells is None else [_text(cell) for cell in self.cells]

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

    def take(self, rows: np.ndarray) -> Column:
        """Return the column with some of its rows, in that order."""
        parts = [None if a is None else a[rows] for a in (self.numbers, self.codes)]
        cells = None if self.cells is None else [self.cells[row] for row in rows.tolist()]
        return replace(self, numbers=parts[0], codes=parts[1], cells=cells)


def column_of(name: str, cells: Sequence[Any], comma: bool | None = None) -> Column:
    """Return a column of values as JSON has them, or as texts.

    Args:
        name: of the column.
        cells: texts, numbers, booleans or None.
        comma: whether numbers have decimal commas where they do not tell; None where nothing does.

    >>> column_of("size", ["1 kg", "?", "2.5 kg"]).numbers.tolist()
    [1.0, nan, 2.5]
    >>> column_of("size", ["red", "blue", "red", "red"]).kind
    'category'
    """
    # Where commas are decimal, the point in "1.234" is none.
    grouped = comma and any(isinstance(cell, str) and "." in cell for cell in cells)
    numbers = None if grouped else plain_numbers(cells)
    if numbers is not None:
        return Column(name, _kind_of_numbers(name, numbers), numbers)
    numbers = _with_commas(cells, comma)
    if numbers is not None:
        note = f"{shown(name)} is read with decimal commas"
        return Column(name, _kind_of_numbers(name, numbers), numbers, note=note)
    texts = [_text(cell) for cell in cells]
    distinct = {text: text.strip() for text in dict.fromkeys(texts)}
    known = {text: plain for text, plain in distinct.items() if not is_missing(plain)}
    values = list(dict.fromkeys(known.values()))
    found = Numbers.of(values)
    if found is not None:
        return _numbers(name, texts, distinct, found, comma)
    odd = _odd_ones(texts, known)
    if odd is not None:
        distinct = {text: "" if text in odd else plain for text, plain in distinct.items()}
        usual = Numbers.of([plain for text, plain in known.items() if text not in odd])
        assert usual is not None
        column = _numbers(name, texts, distinct, usual, comma)
        told = ", ".join(shown(known[text]) for text in odd)
        note = f"{told} in {shown(name)}, a column of numbers, is taken for missing"
        return replace(column, note="; ".join(filter(None, (column.note, note))))
    dates = Dates.of(values) if values else None
    if dates is not None:
        days = {text: dates.days.get(plain, math.nan) for text, plain in distinct.items()}
        note = f"{shown(name)} has dates" + (f", {dates.order}" if dates.order else "")
        array = np.array([days[text] for text in texts])
        return Column(name, "date", array, note=note, timed=dates.timed)
    return _categories(name, texts, known)


def _numbers(
    name: str, texts: list[str], distinct: dict[str, str], found: Numbers, comma: bool | None
) -> Column:
    decimal: Decimal = "."
    if len(found.decimals) == 1:
        (decimal,) = found.decimals
    elif comma:
        decimal = ","
    values = {text: number(plain, decimal) for text, plain in distinct.items()}
    array = np.array([values[text] for text in texts])
    notes = []
    if found.unit and set(found.unit.split()) <= MULTIPLES.keys():
        notes.append(f"with {found.unit} as multiples")
    elif found.unit:
        notes.append(f"without {shown(found.unit)}")
    if found.marked and any("," in text for text in distinct):
        notes.append("with decimal commas" if decimal == "," else "with commas between thousands")
    note = f"{shown(name)} is read {' and '.join(notes)}" if notes else ""
    return Column(name, _kind_of_numbers(name, array), array, note=note)


def _odd_ones(texts: list[str], known: dict[str, str]) -> list[str] | None:
    """Return the few texts in a column that is of numbers but for them; None in any other."""
    strange_ones = (text for text, plain in known.items() if Numbers.of([plain]) is None)
    # One more than may be is enough to know: most columns of texts are of nothing else.
    odd = list(islice(strange_ones, _MOST_ODD + 1))
    if not 1 <= len(odd) <= _MOST_ODD or len(known) - len(odd) < _MOST_ODD:
        return None
    rows = [text for text in texts if text in known]
    strange = sum(text in odd for text in rows)
    if strange > _ODD_SHARE * len(rows):
        return None
    usual = [plain for text, plain in known.items() if text not in odd]
    return None if Numbers.of(usual) is None else odd


def _categories(name: str, texts: list[str], known: dict[str, str]) -> Column:
    sorted_texts = tuple(sorted(set(known.values())))
    places = {text: i for i, text in enumerate(sorted_texts)}
    codes = {text: places[plain] for text, plain in known.items()}
    array = np.array([codes.get(text, -1) for text in texts], dtype=np.intp)
    pair = truths(sorted_texts)
    if pair is not None:
        ordered = np.array([pair.index(text) for text in sorted_texts], dtype=np.float64)
        numbers = np.where(array < 0, np.nan, ordered[array])
        codes_ = np.where(array < 0, -1, ordered[array]).astype(np.intp)
        return Column(name, "true/false", numbers, codes_, pair)
    present = int((array >= 0).sum())
    often = len(sorted_texts) < present and len(sorted_texts) <= max(5, present // _ROWS_A_CATEGORY)
    return Column(name, "category" if often else "text", None, array, sorted_texts)


def _kind_of_numbers(name: str, numbers: np.ndarray) -> Kind:
    """Return "identifier" for numbers that only count rows or name them, else "number"."""
    n = len(numbers)
    if n < 3 or not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any():
        return "number"
    if np.abs(numbers).max() > 2**53:
        # More digits than a number has: a code.
        return "identifier"
    ordered = np.sort(numbers)
    if (ordered[1:] == ordered[:-1]).any():
        return "number"
    counts = ordered[0] in (0, 1) and ordered[-1] - ordered[0] == n - 1
    word = name.strip().lower()
    named = (
        word in _IDENTIFIERS or word.endswith(("_id", " id", ".id")) or name.endswith(("Id", "ID"))
    )
    return (
        "identifier"
        if named or (counts and (n >= 10 or (np.diff(numbers) == 1).all()))
        else "number"
    )


def plain_numbers(cells: Sequence[Any]) -> np.ndarray | None:
    """Return the usual column at once, as value by value a million take seconds; or None."""
    try:
        if set(map(type, cells)) <= {int, float, type(None)}:
            numbers = np.array(cells, np.float64)
        else:
            text = "".join(cells)
            if not text.isascii() or "_" in text or max(map(len, cells)) > LONGEST_NUMBER:
                return None
            try:
                numbers = np.fromiter(map(float, cells), np.float64, len(cells))
            except ValueError:
                nan, missing = math.nan, _MISSING_AS_WRITTEN
                numbers = np.fromiter(
                    (nan if cell in missing else float(cell) for cell in cells),
                    np.float64,
                    len(cells),
                )
    except (OverflowError, TypeError, ValueError):
        return None
    if len(numbers) == 0 or np.isnan(numbers).all():
        return None
    return np.where(np.abs(numbers) <= _NUMBER_LIMIT, numbers, np.nan)


def _with_commas(cells: Sequence[Any], comma: bool | None) -> np.ndarray | None:
    """Return a column of numbers with decimal commas at once, if it surely is one."""
    if not all(isinstance(cell, str) for cell in cells) or any("." in cell for cell in cells):
        return None
    places = {len(cell) - cell.rfind(",") for cell in cells if "," in cell}
    # Three digits behind every comma may be thousands.
    if not places or (not comma and places == {4}):
        return None
    return plain_numbers([cell.replace(",", ".") for cell in cells])


def _text(cell: Any) -> str:
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
