"""Columns made of cells as files have them: what they are taken for, and how numbers are read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from nn.data.tables.cells import (
    FEET,
    LONGEST_NUMBER,
    MISSING,
    MULTIPLES,
    Decimal,
    Numbers,
    is_missing,
    number,
    truths,
)
from nn.data.tables.column import Column, Kind, shown, text_of
from nn.data.tables.dates import ORDERS, Dates, days_of_numbers, hours_of, in_both_orders
from nn.data.tables.readings import both, reading_of_numbers, without

_ROWS_A_CATEGORY = 4
_NUMBER_LIMIT = float(np.finfo(np.float32).max)
_IDENTIFIERS = {
    *("id", "index", "idx", "no", "nr", "number", "row", "rowid", "rownames", "uuid", "guid"),
    *("key", "#", "unnamed: 0", "unnamed:0", ""),
}
_MOST_ODD = 3
_ODD_SHARE = 0.05
_MISSING_AS_WRITTEN = frozenset(
    spelling for text in MISSING for spelling in (text, text.upper(), text.title(), f" {text}")
) | {"NaN", "N/A", "None", "Null", "<NA>", "NaT"}


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
    return _marked(_column(name, cells, comma))


def _marked(column: Column) -> Column:
    """Return a column with marks such as -999 taken for missing, where they can be nothing else."""
    if column.kind != "number" or _names_rows(column.name):
        return column
    assert column.numbers is not None
    reading = reading_of_numbers(column.numbers)
    if not reading:
        return column
    (as_missing, as_number) = both(reading)
    numbers = without(column.numbers, as_missing)
    found = replace(column, reading=reading, first_reading=reading)
    if reading == as_number:
        return replace(found, other=numbers)
    return replace(found, numbers=numbers, other=column.numbers)


def _column(name: str, cells: Sequence[Any], comma: bool | None) -> Column:
    # Where commas are decimal, the point in "1.234" is none.
    grouped = comma and any(isinstance(cell, str) and "." in cell for cell in cells)
    numbers = None if grouped else plain_numbers(cells)
    if numbers is not None:
        days = days_of_numbers(numbers)
        if days is not None:
            return Column(name, "date", days, note=f"{shown(name)} has dates, such as 20240131")
        return Column(name, _kind_of_numbers(name, numbers), numbers)
    numbers = _with_commas(cells, comma)
    if numbers is not None:
        note = f"{shown(name)} is read with decimal commas"
        return Column(name, _kind_of_numbers(name, numbers), numbers, note=note)
    texts = [text_of(cell) for cell in cells]
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
    dates = Dates.of(values)
    if dates is not None:
        return _dates(name, texts, distinct, dates)
    hours = hours_of(values) if values else None
    if hours is not None:
        array = np.array([hours.get(distinct[text], math.nan) for text in texts])
        note = f"{shown(name)} has times of day, read as hours"
        return Column(name, _kind_of_numbers(name, array), array, note=note)
    column = _categories(name, texts, known)
    if in_both_orders(values):
        note = (
            f"{shown(name)} has dates with the day first and with the month first: taken for text"
        )
        return replace(column, note=note)
    return column


def _dates(name: str, texts: list[str], distinct: dict[str, str], found: Dates) -> Column:
    def days(dates: Dates) -> np.ndarray:
        table = {text: dates.days.get(plain, math.nan) for text, plain in distinct.items()}
        return np.array([table[text] for text in texts])

    note = f"{shown(name)} has dates" + (f", {found.order}" if found.order else "")
    swapped = None
    if found.order and not found.certain:
        other = ORDERS[1 - ORDERS.index(found.order)]
        note = f"{note}, as it seems: no day above 12 tells them from {other}"
        again = Dates.of(list(found.days), other)
        swapped = None if again is None else days(again)
    return Column(
        *(name, "date", days(found)),
        note=note,
        timed=found.timed,
        reading=found.order,
        other=swapped,
    )


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
    elif found.unit == FEET:
        notes.append("in inches")
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
    counts = counts and (n >= 10 or (np.diff(numbers) == 1).all())
    return "identifier" if counts or _names_rows(name) else "number"


def _names_rows(name: str) -> bool:
    """Whether a column is called as those are that name rows or number them."""
    word = name.strip().lower()
    return (
        word in _IDENTIFIERS or word.endswith(("_id", " id", ".id")) or name.endswith(("Id", "ID"))
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
