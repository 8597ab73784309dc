"""Tables from the contents of files: CSV with a header, or JSON with an object a row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from nn import checks
from nn.data.gzipped import Content, unpack
from nn.data.tables import Column, Table, decimal_points, shown

MAX_BYTES = 256 * 2**20
MAX_ROWS = 1_000_000
MAX_COLUMNS = 1_000
MAX_VALUES = 10_000_000
"""Limits that keep a file from filling a browser tab: of bytes unpacked, and of values in all."""

_JSON_MARKS = 2 * MAX_VALUES  # a million rows of four numbers and a text have 14 million
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK_START = re.compile(rb"(?:\xef\xbb\xbf)?([ \r\n]*)")
_LINE_END = re.compile(rb"\r\n?|\n")
_PIECE = re.compile(r"[^\r\n]*[\r\n]*")
_BLOCK = 2**20  # bytes that are cut into lines at a time
_SEPARATORS = ",;\t"
_HEADER = 2**16  # bytes in which the separators of the first row are counted


def read_table(data: Content) -> Table:
    r"""Read a table from the content of a CSV or JSON file, gzipped or not.

    CSV is UTF-8 with the names of columns in its first row, separated by commas, semicolons or
    tabs, quoted where needed; lines end in \n, \r\n or \r, and empty ones are skipped, as are lines
    of spaces before the header and after the last row. Where commas do not separate, a column of
    numbers may have decimal commas in place of points. JSON is a list of objects, or an object
    whose "entries" is one; every key is a column. Rows are counted from 1 without the header. A
    value may be missing as long as its column is not used.

    Raises:
        ValueError: the file is neither, is damaged, has no row, a row of another length than the
            header or two columns of the same name, or more of anything than can be read here.

    Example:
        >>> table = read_table(b"size,price\n50,1.5\n80,2.25\n")
        >>> len(table), list(table.columns)
        (2, ['size', 'price'])
        >>> table.columns["price"].values.tolist()
        [1.5, 2.25]
    """
    unpacked = unpack(data)
    if len(unpacked) > MAX_BYTES:
        raise ValueError(
            f"the file has {len(unpacked) / 2**20:,.0f} MB; "
            f"tables of up to {MAX_BYTES // 2**20} MB can be read"
        )
    content = bytes(unpacked)
    first = content.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1]
    if not first:
        raise ValueError("the file is empty; expected a table in CSV or JSON")
    return _read_json(content) if first in b"[{" else _read_csv(content)


def _read_json(content: bytes) -> Table:
    entries = checks.parse_json(content, "a table", MAX_VALUES, _JSON_MARKS)
    if isinstance(entries, dict):
        entries = entries.get("entries")
    if not isinstance(entries, list):
        raise ValueError(
            'the file is JSON, but not a table: expected a list of objects, or "entries" with one'
        )
    for row, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise ValueError(f"row {row} is {checks.shown(entry)}; expected an object")
    keys = list(dict.fromkeys(chain.from_iterable(entries)))
    names = _names(keys)
    _check_size(len(entries), len(names))
    return _table(names, ([entry.get(key) for entry in entries] for key in keys))


def _read_csv(content: bytes) -> Table:
    start, end = _extent(content)
    separator = _separator(content[start : min(end, start + _HEADER)].decode("utf-8", "replace"))
    if content.count(separator.encode()) > MAX_VALUES:
        raise ValueError(f"the file has more than {MAX_VALUES:,} values, which is the limit")
    reader = _reader(_pieces(content, start, end), separator)
    rows = filter(None, reader)
    try:
        names = _names(next(rows, []))
        columns = _columns(rows, len(names))
        return _table(names, columns if separator == "," else map(decimal_points, columns))
    except csv.Error as error:
        before = islice(_pieces(content, start, end), reader.line_num - 1)
        line = 1 + _line_ends(content[:start]) + sum(_line_ends(text.encode()) for text in before)
        raise ValueError(f"the CSV is damaged, at or before line {line}: {error}") from None
    except UnicodeDecodeError:
        raise ValueError("the file is not a table: it is not text in UTF-8") from None


def _extent(content: bytes) -> tuple[int, int]:
    """Where the first line begins that is not blank, and where the last such line ends."""
    blank = _BLANK_START.match(content)
    assert blank is not None  # it matches nothing at all, too
    start, end = blank.span(1)
    # The spaces that the first line begins with are its own.
    newline = max(content.rfind(b"\n", start, end), content.rfind(b"\r", start, end))
    return max(start, newline + 1), len(content.rstrip(b" \r\n"))


def _pieces(content: bytes, start: int, end: int) -> Iterator[str]:
    """Lines for a CSV reader, each with the line ends of the empty ones after it.

    The reader skips those a character at a time, where a line at a time costs thirty times as much:
    half a minute for a file of nothing else. Inside of quotes they stay what they are.
    """

    def blocks() -> Iterator[list[str]]:
        place = start
        while place < end:
            newline = _LINE_END.search(content, place + _BLOCK, end)
            stop = newline.end() if newline else end
            yield _PIECE.findall(content[place:stop].decode())
            place = stop

    return chain.from_iterable(blocks())


def _line_ends(text: bytes) -> int:
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def _reader(lines: Iterable[str], separator: str) -> Any:
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)


def _separator(start: str) -> str:
    """The separator that cuts the first row into most fields."""

    def fields(separator: str) -> int:
        try:
            return len(next(_reader(io.StringIO(start, newline=""), separator), []))
        except csv.Error:
            return 0

    return max(_SEPARATORS, key=fields)


def _columns(rows: Iterable[list[str]], width: int) -> Iterator[list[str]]:
    cells: list[str] = []
    count = 0
    for count, row in enumerate(rows, start=1):
        if len(row) != width:
            raise ValueError(
                f"row {count} has {len(row):,} values; the header names {width:,} columns"
            )
        if count > MAX_ROWS:
            break
        cells += row
    _check_size(count, width)
    return (cells[column::width] for column in range(width))


def _names(keys: Sequence[str]) -> list[str]:
    if len(keys) > MAX_COLUMNS:
        raise ValueError(f"there are {len(keys):,} columns; up to {MAX_COLUMNS:,} can be read")
    names = [key.strip() or f"column {position}" for position, key in enumerate(keys, start=1)]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise ValueError(f"two columns have the name {shown(name)}; expected different ones")
    return names


def _check_size(rows: int, columns: int) -> None:
    if rows == 0 or columns == 0:
        raise ValueError("the table has no rows; expected at least one after the names of columns")
    if rows > MAX_ROWS:
        raise ValueError(f"the table has more than {MAX_ROWS:,} rows, which is the limit")
    if rows * columns > MAX_VALUES:
        raise ValueError(f"the table has more than {MAX_VALUES:,} values, which is the limit")


def _table(names: list[str], columns: Iterable[list[Any]]) -> Table:
    return Table({name: Column.of(name, cells) for name, cells in zip(names, columns, strict=True)})
