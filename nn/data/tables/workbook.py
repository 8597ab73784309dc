"""Rows of an Excel workbook, read by openpyxl where that is installed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from nn.data.gzipped import Slices
from nn.data.tables.column import plain_number, shown
from nn.data.tables.rows import MAX_ROWS, MAX_VALUES, Rows, making_table

_AT_A_TIME = 200
_MOST_LINES = 2**20
"""Of a sheet, as Excel has it."""

UNREADABLE = "this is an Excel workbook that cannot be read: save it as CSV"


def rows_of_workbook(data: bytes, header: bool | None = None) -> Slices[Rows]:
    """Return the rows of the first sheet that is more than a line, a slice each turn.

    Args:
        data: the workbook.
        header: whether the first row has the names of columns; None to see for oneself.

    Raises:
        ValueError: it is damaged, empty or too large, or openpyxl is not installed.
    """
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise ValueError("this is an Excel workbook: save it as CSV") from None
    try:
        sheets = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets
        declared = [sheet.max_row or 0 for sheet in sheets]
        # A sheet of a single line is a remark.
        starts = [list(islice(_lines(sheet), 2)) for sheet in sheets]
    except Exception:
        # Its ways to fail over a damaged file are many, and none says more.
        raise ValueError(UNREADABLE) from None
    filled = [place for place, lines in enumerate(starts) if len(lines) > 1]
    filled = filled or [place for place, lines in enumerate(starts) if lines]
    if not filled:
        raise ValueError("the Excel workbook has no rows")
    sheet = sheets[filled[0]]
    lines = yield from _read(sheet, declared[filled[0]])
    several = ", the first of several" if len(filled) > 1 else ""
    notes = [f"read the sheet {shown(sheet.title)}{several}"]
    return (yield from making_table(lines, header, notes=notes))


def _read(sheet: Any, declared: int) -> Slices[list[list[str]]]:
    """Return the lines of a sheet, all of one length; it declares how many there are, or 0."""
    lines: list[list[str]] = []
    values = 0
    found = _lines(sheet)
    while True:
        try:
            part = list(islice(found, _AT_A_TIME))
        except Exception:
            raise ValueError(UNREADABLE) from None
        lines += part
        values += sum(map(len, part))
        if len(lines) > MAX_ROWS + 1:
            raise ValueError(f"the table has more than {MAX_ROWS:,} rows, which is the limit")
        if values > MAX_VALUES:
            raise ValueError(f"the table has more than {MAX_VALUES:,} values, which is the limit")
        if len(part) < _AT_A_TIME:
            break
        # A sheet that declares fewer lines, or all there could be, does not tell how far it is.
        yield len(lines) / declared if len(lines) <= declared < _MOST_LINES else None
    width = max(map(len, lines))
    return [line + [""] * (width - len(line)) for line in lines]


def _lines(sheet: Any) -> Iterator[list[str]]:
    """Yield the lines of a sheet that have anything in them, up to its last cell."""
    # What a sheet declares about its size may be wrong, or a million rows of nothing.
    sheet.reset_dimensions()
    for line in sheet.iter_rows(values_only=True):
        cells = ["" if cell is None else _cell(cell) for cell in line]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield cells


def _cell(value: Any) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, timedelta):
        return plain_number(value.total_seconds() / 3600)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(value, time):
        return plain_number(value.hour + value.minute / 60 + value.second / 3600)
    return str(value)
