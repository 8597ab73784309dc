"""Rows of texts from the text of a table: separated by something, with or without a header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from nn.data.gzipped import Slices, stage
from nn.data.tables.groups import Header, grouped_header, name_of_rows
from nn.data.tables.names import are_names, has_header, unique_names, units_in
from nn.progress import exhaust

MAX_ROWS = 1_000_000
MAX_COLUMNS = 1_000
MAX_VALUES = 10_000_000
"""Limits that keep a file from filling a browser tab."""

_SEPARATORS = "\t;|~^,"
"""In the order of what is rarer in texts: the first of equally good ones is taken."""

_SPACES = " "
_COLONS = "\x1f"
"""Stands for "::", as the reader parts cells at a single character: one that no text has."""

_MARKS = {
    "\t": "tabs",
    ";": "semicolons",
    "|": "bars",
    "~": "tildes",
    "^": "carets",
    ":": "colons",
    ",": "commas",
    _SPACES: "spaces",
    _COLONS: '"::"',
}
_SAMPLE = 100
_AT_A_TIME = 5_000
_ROWS_BELOW_UNITS = 3
_PIECE = re.compile(r"[^\r\n]*[\r\n]*")
_SEP_LINE = re.compile(r"\s*sep=(.)\s*[\r\n]+", re.IGNORECASE)
_SINGLE_QUOTED = re.compile(r"(?:^|[,;\t|])[ \t]*'[^']*'[ \t]*(?:$|[,;\t|])")
_COMMENT = re.compile(r"[ \t]*(?:#|//|%)([^\r\n]*)[\r\n]+")
_RULE = re.compile(r":?[-+]{3,}:?")
_LONGEST = csv.field_size_limit()
"""Characters of a cell; more are hardly one."""

_SPARSE = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[ \t]+\d+:[-+.\deE]+)+[ \t]*(?:#.*)?")
_MOST_RAGGED = 0.05
"""The share of rows that may have another length: more of them mean another separator."""


@dataclass
class Rows:
    """Rows of equal length under names.

    Attributes:
        names: of the columns; different ones.
        cells: a list of texts, or of JSON's values, for each column.
        separator: what stands between two cells; "" where that is not text.
        header: whether the names stood in the file.
        left_out: rows of another length, which are not among ``cells``.
        notes: sentences on what was assumed.
    """

    names: list[str]
    cells: list[list[object]]
    separator: str = ""
    header: bool = True
    left_out: int = 0
    notes: list[str] = field(default_factory=list)


def split_rows(text: str, header: bool | None = None) -> Rows:
    r"""Return the rows of a table's text.

    The separator is what parts most lines into equally many cells. Lines before the header with one
    cell are titles, lines that begin with #, // or % are comments, blank ones are nothing; columns
    without a name and without a value are left out.

    Args:
        text: with lines that end in \n, \r\n or \r.
        header: whether the first row has the names of columns; None to see for oneself.

    Raises:
        ValueError: there are no rows, too many of anything, or rows of all lengths.

    >>> rows = split_rows("A title\nsize;price\n50;1\n80;2\n")
    >>> rows.names, rows.cells
    (['size', 'price'], [['50', '80'], ['1', '2']])
    >>> rows.notes
    ['cells are parted by semicolons', 'the first line, "A title", is a title']
    """
    return exhaust(splitting_rows(text, header))


def splitting_rows(text: str, header: bool | None = None) -> Slices[Rows]:
    """Do the same as :func:`split_rows`, a slice each time that the generator is pulled."""
    notes: list[str] = []
    whole = text
    text, named = _without_comments(text.lstrip("\ufeff"))
    declared = _SEP_LINE.match(text)
    if declared:
        text = text[declared.end() :]
    sample = _sample(text)
    if '"' not in text and _in_single_quotes(sample):
        text = text.replace("'", '"')
        sample = _sample(text)
    separator = declared[1] if declared else _separator_of(sample)
    if sample and all(_SPARSE.fullmatch(line.strip()) for line in sample):
        raise ValueError("this is LIBSVM data, with places before values: save it as CSV")
    if not declared and _colons_part(sample, separator):
        text, separator = text.replace("::", _COLONS), _COLONS
    body = text.lstrip("\r\n")
    skipped = _line_ends(whole[: len(whole) - len(body)])
    lines = yield from stage(_lines(body, separator, notes, skipped), 0, 0.9)
    return (yield from stage(making_table(lines, header, separator, notes, named), 0.9, 1))


def table_of(
    lines: list[list[str]],
    header: bool | None = None,
    separator: str = "",
    notes: list[str] | None = None,
) -> Rows:
    """Return the table in lines of cells; ``notes`` are sentences on how they were found."""
    return exhaust(making_table(lines, header, separator, notes))


def making_table(
    lines: list[list[str]],
    header: bool | None = None,
    separator: str = "",
    notes: list[str] | None = None,
    named: str = "",
) -> Slices[Rows]:
    """Return the table in lines of cells; ``named`` is a comment that may hold the names."""
    notes = [] if notes is None else notes
    filled: list[list[str]] = []
    for start in range(0, len(lines), _AT_A_TIME):
        part = lines[start : start + _AT_A_TIME]
        filled += [line for line in part if any(map(str.strip, line)) and not _is_rule(line)]
        yield None
    lines = _without_titles(filled, notes)
    if not lines:
        raise ValueError("the table has no rows: the file is empty")
    names: list[str] = next(_cut([named[:_LONGEST]], separator or ","), [])
    if header is not None or not are_names(names, lines[0]):
        grouped = None if header is False else grouped_header(lines)
        if grouped is not None:
            found, names = True, _named_by(grouped, lines, notes)
        else:
            found = has_header(lines) if header is None else header
            names = lines.pop(0) if found else []
        if not found:
            notes.append("no header was found: columns have numbers for names")
    else:
        found, names = True, [name.strip() for name in names]
        notes.append("names of columns stand in a comment")
    if not lines:
        raise ValueError("the table has no rows; expected at least one below the names of columns")
    if names and all(_length(line) == len(names) + 1 for line in lines):
        # As R writes it: the names of the rows have no name themselves.
        names = ["", *names]
    while len(lines) > 1 and lines[-1][0].startswith("#") and _length(lines[-1]) == 1 < len(names):
        # A comment at the end.
        lines.pop()
    width, left_out = _width(names, lines, notes)
    if left_out:
        lines = [line for line in lines if _fits(line, width)]
    cells: list[list[object]] = []
    for i in range(width):
        cells.append([line[i] for line in lines])
        yield None
    titles = unique_names([*names, *[""] * (width - len(names))], cells, notes)
    if found and len(lines) > _ROWS_BELOW_UNITS and (units := units_in(cells)):
        notes.append(f"the line below the names, {units}, has units")
        cells = [column[1:] for column in cells]
    kept = [i for i, title in enumerate(titles) if title]
    return Rows(
        [titles[i] for i in kept], [cells[i] for i in kept], separator, found, left_out, notes
    )


# ---- Lines.


def _is_rule(line: list[str]) -> bool:
    """Whether a line only draws one, as below the names in Markdown and in what databases print."""
    return line[-1][-1:] in "-+:|" and all(
        _RULE.fullmatch(cell.strip()) for cell in line if cell.strip()
    )


def _without_comments(text: str) -> tuple[str, str]:
    """Return text without the comments it begins with, and the last of them."""
    last, start = "", 0
    while found := _COMMENT.match(text, start):
        last, start = found[1].strip(), found.end()
    return text[start:], last


def _pieces(text: str) -> Iterator[str]:
    """Yield lines, each with the line ends of the empty ones after it."""
    return (match[0] for match in _PIECE.finditer(text.rstrip(" \r\n")) if match[0])


def separator_of(text: str) -> str:
    """Return what stands between the cells of the first lines.

    >>> separator_of("4,9;setosa"), separator_of("1.5  2.5 x"), separator_of("1, 2.5")
    (';', ' ', ',')
    """
    return _separator_of(_sample(text))


def _separator_of(sample: list[str]) -> str:
    best, share, width = ",", 0.0, 1
    for separator in _SEPARATORS:
        found, columns = _evenness(sample, separator)
        much_wider = columns > 2 * width and found > share - _MOST_RAGGED
        if columns > 1 and (found > share or much_wider):
            best, share, width = separator, found, columns
    # Of names above the columns one may be lacking.
    found, columns = max(_evenness(part, _SPACES) for part in (sample, sample[1:]))
    if columns > width and found > 1 - _MOST_RAGGED and _spaced(sample):
        return _SPACES
    if width == 1 and not any("::" in line for line in sample):
        share, width = _evenness(sample, ":")
        if width > 2 and share > 1 - _MOST_RAGGED:
            return ":"
    return best


def _sample(text: str) -> list[str]:
    lines = (line.rstrip("\r\n") for line in islice(_pieces(text), _SAMPLE))
    return [line for line in lines if line.strip()]


def _in_single_quotes(sample: list[str]) -> bool:
    """Whether texts in cells are between single quotes, as programs of databases write them."""
    quoted = sum(_SINGLE_QUOTED.search(line) is not None for line in sample)
    return bool(sample) and quoted > (1 - _MOST_RAGGED) * len(sample)


def _colons_part(sample: list[str], separator: str) -> bool:
    """Whether "::" parts lines into cells, as in MovieLens, better than ``separator`` does."""
    share, width = _evenness([line.replace("::", _COLONS) for line in sample], _COLONS)
    other, columns = _evenness(sample, separator)
    return width > 1 and share > 1 - _MOST_RAGGED and (columns == 1 or share > other)


def _evenness(sample: list[str], separator: str) -> tuple[float, int]:
    """Return which share of lines a separator parts into as many cells, and into how many."""
    try:
        lengths = Counter(map(_length, _cut(sample, separator)))
    except csv.Error:
        return 0.0, 1
    columns, count = max(lengths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
    return count / max(1, len(sample)), columns


def _spaced(sample: list[str]) -> bool:
    """Whether nothing but spaces can part the cells of lines."""
    plain = [re.sub(r'"[^"]*"', "", line) for line in sample]
    return not any(mark in line for line in plain for mark in ";|,~^")


def _cut(lines: Iterable[str], separator: str, strict: bool = False) -> Any:
    if separator == _SPACES:
        lines = (re.sub(r"[ \t]+", " ", line.strip(" \t")) for line in lines)
    # Where "::" parts cells, none is in quotes: the titles of films have quotes of their own.
    quote = None if separator == _COLONS else '"'
    return csv.reader(
        lines, delimiter=separator, skipinitialspace=True, strict=strict, quotechar=quote
    )


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _length(line: list[str]) -> int:
    """How many cells a line has, without the empty ones at its end."""
    length = len(line)
    while length and not line[length - 1].strip():
        length -= 1
    return length


def _lines(text: str, separator: str, notes: list[str], skipped: int) -> Slices[list[list[str]]]:
    """Return the cells of all lines; ``skipped`` lines of the file came before them."""
    if text.count(separator) > MAX_VALUES and separator != _SPACES:
        raise ValueError(f"the file has more than {MAX_VALUES:,} values, which is the limit")
    lines: list[list[str]] = []
    ends = max(1, _line_ends(text))
    reader = _cut(_pieces(text), separator, strict=True)
    try:
        for line in reader:
            lines.append(line)
            if len(lines) % _AT_A_TIME == 0:
                yield min(1.0, reader.line_num / ends)
            if len(lines) > MAX_ROWS + 100:
                raise ValueError(f"the table has more than {MAX_ROWS:,} rows, which is the limit")
    except csv.Error as error:
        # The reader counts lines, each with the empty ones after it.
        before = "".join(islice(_pieces(text), reader.line_num - 1))
        place = 1 + skipped + _line_ends(before)
        if "field larger" in str(error):
            raise ValueError(
                f"a cell has more than {_LONGEST:,} characters, at or before line {place}: a quote "
                "that is not closed makes such a cell, and so does a file that is no table"
            ) from None
        raise ValueError(f"the table is damaged, at or before line {place}: {error}") from None
    if separator not in ",":
        notes.append(f"cells are parted by {_MARKS.get(separator, repr(separator))}")
    return lines


def _without_titles(lines: list[list[str]], notes: list[str]) -> list[list[str]]:
    """Leave out lines above a table that have a single cell, or lack two and more of its columns.

    The latter are as exports begin: "Last Updated", and a date.
    """
    usual = Counter(_length(line) for line in lines[1 : _SAMPLE + 1])
    if not usual or usual.most_common(1)[0][0] < 2:
        return lines
    most = max(1, usual.most_common(1)[0][0] - 2)
    start = 0
    while start < min(len(lines) - 2, 10) and _length(lines[start]) <= most:
        if grouped_header(lines[start : start + _SAMPLE]) is not None:
            break
        start += 1
    if start:
        title = next(cell for cell in lines[0] if cell.strip()).strip()[:40]
        which = "the first line" if start == 1 else f"the first {start} lines"
        notes.append(f'{which}, "{title}", {"is a title" if start == 1 else "are titles"}')
    return lines[start:]


def _named_by(header: Header, lines: list[list[str]], notes: list[str]) -> list[str]:
    """Take the lines of a header with groups out of ``lines``, and return the names."""
    listed = ", ".join(header.groups[:3]) + ", ..." * (len(header.groups) > 3)
    notes.append(f"the line above the names, {listed}, has groups of columns")
    del lines[:2]
    named = name_of_rows(header.names, *lines[:2])
    if named is None:
        return header.names
    del lines[0]
    return named


def _width(names: list[str], lines: list[list[str]], notes: list[str]) -> tuple[int, int]:
    """Return how many columns there are, and how many rows have another number of cells."""
    lengths = Counter(map(len, lines))
    usual = lengths.most_common(1)[0][0]
    width = _length(names) or max(map(_length, lines[:_SAMPLE]), default=0)
    if names and usual > len(names) and all(_length(line) <= width for line in lines):
        # A separator at the end of each row.
        usual = len(names)
    width = max(width, min(usual, len(names) or usual))
    if width > MAX_COLUMNS:
        raise ValueError(f"there are {width:,} columns; up to {MAX_COLUMNS:,} can be read")
    if len(lines) > MAX_ROWS:
        raise ValueError(f"the table has more than {MAX_ROWS:,} rows, which is the limit")
    if len(lines) * width > MAX_VALUES:
        raise ValueError(f"the table has more than {MAX_VALUES:,} values, which is the limit")
    wrong = [i for i, line in enumerate(lines) if not _fits(line, width)]
    if len(wrong) > max(1, _MOST_RAGGED * len(lines)):
        row = wrong[0]
        raise ValueError(
            f"row {row + 1} has {len(lines[row]):,} values; expected {width:,}, as many as there "
            "are columns: put texts that have the separator in them in quotes"
        )
    if wrong:
        row = wrong[0]
        more = f" and {len(wrong) - 1} more like it" if len(wrong) > 1 else ""
        notes.append(
            f"row {row + 1}, with {len(lines[row])} values instead of {width}{more}, is left out"
        )
    return width, len(wrong)


def _fits(line: list[str], width: int) -> bool:
    return len(line) == width or (len(line) > width and _length(line) <= width)
