"""Tables: columns of equal length, read from whatever a table comes in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np

from nn.data.gzipped import Content, Slices
from nn.data.tables.arff import rows_of_arff
from nn.data.tables.cells import Numbers, is_missing
from nn.data.tables.column import Column, Kind, column_of, plain_number, shown
from nn.data.tables.json_rows import rows_of_json
from nn.data.tables.rows import Rows, splitting_rows, table_of
from nn.data.tables.source import open_source
from nn.progress import exhaust

_KEPT = 1_000_000
"""Cells up to which a table keeps them as they stand in the file."""

_TOLD = 500
"""Different texts of a column that are looked at for how numbers are written."""


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of equal length by name, in the file's order; at least one, with at least one row.

    Attributes:
        columns: by name.
        notes: sentences on what was assumed on reading it.
        left_out: how many rows of the file are not among these, for their length.
        header: whether the names stood in the file; None where there could be no other way.
    """

    columns: dict[str, Column]
    notes: tuple[str, ...] = ()
    left_out: int = 0
    header: bool | None = None

    def __len__(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values())))

    def column(self, name: str) -> Column:
        """Return a column; small letters, capitals and spaces around its name do not matter.

        Raises:
            ValueError: there is none of that name.
        """
        if name not in self.columns:
            same = [known for known in self.columns if _plain(known) == _plain(name)]
            if len(same) == 1:
                return self.columns[same[0]]
            names = [shown(known) for known in self.columns]
            listed = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
            raise ValueError(f"there is no column {shown(name)}; expected one of {listed}")
        return self.columns[name]

    def with_kind(self, name: str, kind: Kind) -> Table:
        """Return the table with a column taken for another kind.

        Raises:
            ValueError: there is no such column, or it has values that are not of that kind.
        """
        column = self.column(name).as_kind(kind)
        return replace(self, columns={**self.columns, name: column})

    def take(self, rows: np.ndarray | Sequence[int]) -> Table:
        """Return the table with some of its rows, in that order."""
        places = np.asarray(rows, dtype=np.intp)
        columns = {name: column.take(places) for name, column in self.columns.items()}
        return replace(self, columns=columns)


def _plain(name: str) -> str:
    return name.strip().casefold()


def read_table(data: Content, header: bool | None = None) -> Table:
    r"""Read a table from the content of a file: text, JSON or a workbook, packed or not.

    Text may be parted by commas, semicolons, tabs, bars or spaces, with or without a header, in
    UTF-8, UTF-16 or Windows-1252. Numbers may have units, marks between thousands and decimal
    commas; cells may be missing. JSON may be records, columns, or lists under any one key. What was
    assumed is in ``notes``.

    Args:
        data: the file's bytes.
        header: whether the first row has the names of columns; None to see for oneself.

    Raises:
        ValueError: the file is no table, is damaged, has no row, or more of anything than can be
            read here.

    >>> table = read_table(b"size,price\n50,1.5\n80,2.25\n")
    >>> len(table), list(table.columns)
    (2, ['size', 'price'])
    >>> table.columns["price"].numbers.tolist()
    [1.5, 2.25]
    """
    return exhaust(reading_table(data, header))


def reading_table(data: Content, header: bool | None = None) -> Slices[Table]:
    """Do the same as :func:`read_table`, a slice each time that the generator is pulled."""
    source = open_source(data)
    yield
    if source.workbook:
        rows = _workbook(source.workbook, header)
    else:
        start = source.text.lstrip("\ufeff \t\r\n")
        if not start:
            raise ValueError("the file is empty; expected a table in CSV or JSON")
        if start[0] in "[{" or _assigns(start):
            rows = rows_of_json(start, header)
        elif start[:9].lower() == "@relation" or start[:10].lower() == "@attribute":
            rows = rows_of_arff(start)
        elif start[:1] == "<":
            raise ValueError("this is HTML or XML: save its table as CSV")
        else:
            rows = yield from splitting_rows(source.text, header)
    yield
    return (yield from _table(rows, source.notes))


def _assigns(start: str) -> bool:
    """Whether text is JavaScript that names a list or an object."""
    return start.startswith(("const ", "let ", "var ", "export default ")) and "=" in start[:200]


def _table(rows: Rows, notes: Sequence[str]) -> Slices[Table]:
    comma = _decimal_commas(rows)
    columns = {}
    small = sum(map(len, rows.cells)) <= _KEPT
    for name, cells in zip(rows.names, rows.cells, strict=True):
        column = column_of(name, cells, comma)
        columns[name] = replace(column, cells=cells) if small else column
        yield
    if not columns:
        raise ValueError("the table has no columns with names or values")
    told = [column.note for column in columns.values() if column.note]
    if len(told) > 3:
        told = [*told[:2], f"and {len(told) - 2} more columns like these"]
    notes = (*notes, *rows.notes, *told)
    return Table(columns, notes, rows.left_out, rows.header if rows.separator else None)


def _decimal_commas(rows: Rows) -> bool | None:
    """Whether the numbers in a table have decimal commas, as far as any column tells."""
    marks: set[str] = set()
    commas_only = False
    for cells in rows.cells:
        texts = dict.fromkeys(cell for cell in cells[:_TOLD] if isinstance(cell, str))
        if not any("." in text or "," in text for text in texts):
            continue
        found = Numbers.of(text for text in texts if not is_missing(text))
        if found is not None and len(found.decimals) == 1:
            marks |= found.decimals
        elif found is not None:
            commas_only = commas_only or any("," in text for text in texts)
    if len(marks) == 1:
        return marks == {","}
    return True if not marks and commas_only and rows.separator not in ",|" else None


def _workbook(data: bytes, header: bool | None) -> Rows:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise ValueError("this is an Excel workbook: save it as CSV") from None
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = {sheet.title: _sheet(sheet) for sheet in book.worksheets}
    except Exception:
        # Its ways to fail over a damaged file are many, and none says more.
        raise ValueError("this is an Excel workbook that cannot be read: save it as CSV") from None
    filled = {title: lines for title, lines in sheets.items() if lines}
    # A sheet of a single line is a remark.
    filled = {title: lines for title, lines in filled.items() if len(lines) > 1} or filled
    if not filled:
        raise ValueError("the Excel workbook has no rows")
    title, lines = next(iter(filled.items()))
    notes = [
        f"read the sheet {shown(title)}" + (", the first of several" if len(filled) > 1 else "")
    ]
    return table_of(lines, header, notes=notes)


def _sheet(sheet: Any) -> list[list[str]]:
    lines = [
        ["" if cell is None else _cell(cell) for cell in line]
        for line in sheet.iter_rows(values_only=True)
    ]
    while lines and not any(lines[-1]):
        lines.pop()
    width = max((i + 1 for line in lines for i, cell in enumerate(line) if cell), default=0)
    return [(line + [""] * width)[:width] for line in lines]


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
