"""Tables: columns of equal length, read from whatever a table comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nn.data.gzipped import Content, Slices, stage
from nn.data.tables.arff import rows_of_arff
from nn.data.tables.cells import Numbers, is_missing
from nn.data.tables.column import Column, Kind, plain_number, shown
from nn.data.tables.from_cells import column_of
from nn.data.tables.json_rows import looks_like_json, making_rows_of_json
from nn.data.tables.readings import AS_MISSING, both, marks_in
from nn.data.tables.rows import Rows, splitting_rows
from nn.data.tables.source import open_source
from nn.data.tables.workbook import rows_of_workbook
from nn.progress import exhaust

_KEPT = 1_000_000
"""Cells up to which a table keeps them as they stand in the file."""

_ROWS_SHARE, _WORKBOOK_SHARE = 0.6, 0.95
"""Of the time that a table takes goes into its rows, as measured, the rest into columns."""

_MOST_NAMED = 5
"""Columns that a sentence names."""

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
        encoding: what the file was read as, one of :data:`~nn.data.tables.encodings.ENCODINGS`,
            where it may be another one; else nothing.
    """

    columns: dict[str, Column]
    notes: tuple[str, ...] = ()
    left_out: int = 0
    header: bool | None = None
    encoding: str = ""

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

    def with_reading(self, name: str, reading: str) -> Table:
        """Return the table with a column read in one of the two ways that are possible.

        Args:
            name: of the column.
            reading: one of :func:`~nn.data.tables.readings.both`: the order of dates, as in "day
                first", or what a number such as -999 is, as in "-999 as missing".

        Raises:
            ValueError: there is no such column, or it cannot be read so.
        """
        column = self.column(name)
        if column.other is None:
            raise ValueError(f"the column {shown(name)} can be read in one way only")
        possible = both(column.reading)
        if reading not in possible:
            raise ValueError(
                f"the column {shown(name)} cannot be read with {shown(reading)}; expected "
                f"{' or '.join(map(repr, possible))}"
            )
        if reading == column.reading:
            return self
        changed = column.reread()
        columns = {**self.columns, column.name: changed}
        told = told_marks(self.columns)
        notes = [changed.note if note == column.note else note for note in self.notes]
        notes = [note for note in notes if note not in told] + told_marks(columns)
        return replace(self, columns=columns, notes=tuple(notes))

    def read_as(self, other: Table, names: Sequence[str]) -> Table:
        """Return the table with some columns read as those of another one, unless they tell."""
        columns = {name: self.column(name).in_reading(other.column(name).reading) for name in names}
        return replace(self, columns={**self.columns, **columns})

    def take(self, rows: np.ndarray | Sequence[int]) -> Table:
        """Return the table with some of its rows, in that order."""
        places = np.asarray(rows, dtype=np.intp)
        columns = {name: column.take(places) for name, column in self.columns.items()}
        return replace(self, columns=columns)


def _plain(name: str) -> str:
    return name.strip().casefold()


def read_table(data: Content, header: bool | None = None, encoding: str = "") -> Table:
    r"""Read a table from the content of a file: text, JSON or a workbook, packed or not.

    Text may be parted by commas, semicolons, tabs, bars or spaces, with or without a header, in
    Unicode or an older encoding, which is guessed. Numbers may have units, marks between thousands
    and decimal commas; cells may be missing. JSON may be records, columns, or lists under any one
    key. What was assumed is in ``notes``.

    Args:
        data: the file's bytes.
        header: whether the first row has the names of columns; None to see for oneself.
        encoding: a name in :data:`~nn.data.tables.encodings.ENCODINGS` for text that is not
            Unicode; nothing to guess it.

    Raises:
        ValueError: the file is no table, is damaged, has no row, or more of anything than can be
            read here.

    >>> table = read_table(b"size,price\n50,1.5\n80,2.25\n")
    >>> len(table), list(table.columns)
    (2, ['size', 'price'])
    >>> table.columns["price"].numbers.tolist()
    [1.5, 2.25]
    """
    return exhaust(reading_table(data, header, encoding))


def reading_table(data: Content, header: bool | None = None, encoding: str = "") -> Slices[Table]:
    """Do the same as :func:`read_table`, a slice each time that the generator is pulled."""
    source = open_source(data, encoding)
    yield None
    if source.workbook:
        rows = yield from stage(rows_of_workbook(source.workbook, header), 0, _WORKBOOK_SHARE)
    else:
        start = source.text.lstrip("\ufeff \t\r\n")
        if not start:
            raise ValueError("the file is empty; expected a table in CSV or JSON")
        if looks_like_json(start):
            rows = yield from stage(making_rows_of_json(start, header), 0, _ROWS_SHARE)
        elif start[:9].lower() == "@relation" or start[:10].lower() == "@attribute":
            rows = rows_of_arff(start)
        elif start[:1] == "<":
            raise ValueError("this is HTML or XML: save its table as CSV")
        else:
            rows = yield from stage(splitting_rows(source.text, header), 0, _ROWS_SHARE)
    yield None
    read = _WORKBOOK_SHARE if source.workbook else _ROWS_SHARE
    table = yield from stage(_table(rows, source.notes), read, 1)
    return replace(table, encoding=source.encoding)


def _table(rows: Rows, notes: Sequence[str]) -> Slices[Table]:
    comma = _decimal_commas(rows)
    columns = {}
    small = sum(map(len, rows.cells)) <= _KEPT
    for place, (name, cells) in enumerate(zip(rows.names, rows.cells, strict=True), start=1):
        column = column_of(name, cells, comma)
        columns[name] = replace(column, cells=cells) if small else column
        yield place / len(rows.names)
    if not columns:
        raise ValueError("the table has no columns with names or values")
    orders = {one.reading for one in columns.values() if one.reading and one.other is None}
    if len(orders) == 1:
        # Who writes one column with the day first writes all so.
        (order,) = orders
        columns = {name: column.in_reading(order) for name, column in columns.items()}
    told = [column.note for column in columns.values() if column.note]
    if len(told) > 3:
        told = [*told[:2], f"and {len(told) - 2} more columns like these"]
    notes = (*notes, *rows.notes, *told, *told_marks(columns))
    return Table(columns, notes, rows.left_out, rows.header if rows.separator else None)


def told_marks(columns: Mapping[str, Column]) -> list[str]:
    """Return sentences on marks such as -999 that are taken for missing, or were chosen not to be.

    >>> from nn.data.tables import column_of
    >>> told_marks({"rain": column_of("rain", [0.0, 0.2, 1.5, -999])})
    ["-999 in 'rain' is taken for missing"]
    """
    found: dict[tuple[tuple[float, ...], str], list[str]] = {}
    for column in columns.values():
        marks = marks_in(column.reading)
        chosen = ", as was chosen" if column.reading != column.first_reading else ""
        missing = column.reading.endswith(AS_MISSING)
        if marks and (missing or chosen):
            several = len(marks) > 1
            what = "missing" if missing else "numbers" if several else "a number"
            told = f"{'are' if several else 'is'} taken for {what}{chosen}"
            found.setdefault((marks, told), []).append(shown(column.name))
    sentences = []
    for (marks, told), names in found.items():
        if len(names) > _MOST_NAMED:
            names = [*names[: _MOST_NAMED - 1], f"{len(names) - _MOST_NAMED + 1} more columns"]
        listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
        sentences.append(f"{' and '.join(map(plain_number, marks))} in {listed} {told}")
    return sentences


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
