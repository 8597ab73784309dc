"""The names of a table's columns: whether the first line has them, and what they are made into."""

from __future__ import annotations

import re
from itertools import pairwise

from nn.data.tables.cells import is_missing, number

_LOOKED_AT = 100
"""Lines that are looked at for what columns hold."""

_YEARS = range(1800, 2101)


def has_header(lines: list[list[str]]) -> bool:
    """Whether the first of some lines has the names of columns.

    It has none where it has a number in a column of numbers, unless these are years that follow
    each other, or, of texts alone, where one of them stands further down in its column too.

    >>> has_header([["a", "b"], ["1", "x"]]), has_header([["1", "x"], ["2", "x"]])
    (True, False)
    """
    first, rest = lines[0], lines[1 : 10 * _LOOKED_AT]
    if _count_up(first, rest):
        return True
    if not rest:
        return not any(is_number(cell) for cell in first)
    named = 0
    repeated = False
    for i, cell in enumerate(first):
        column = [line[i] for line in rest if i < len(line) and not is_missing(line[i])]
        if not column or not cell.strip():
            continue
        if sum(map(is_number, column)) > 0.9 * len(column):
            if is_number(cell):
                return False
            named += not is_missing(cell)
        else:
            repeated = repeated or cell.strip() in {text.strip() for text in column}
    titles = [cell for cell in first if cell.strip()]
    return named > 0 or (not repeated and len(set(titles)) == len(titles))


def _count_up(first: list[str], rest: list[list[str]]) -> bool:
    """Whether some names are numbers, each one more than the one before: years, or 0, 1, 2."""
    whole = [int(cell) for cell in map(str.strip, first) if re.fullmatch(r"[0-9]{1,4}", cell)]
    if len(whole) < 2 or any(b - a != 1 for a, b in pairwise(whole)):
        return False
    others = [cell.strip() for cell in first if cell.strip() and not is_number(cell)]
    below = {cell.strip() for line in rest for cell in line}
    if not rest or any(name in below for name in others):
        return False
    if not others:
        return whole[0] == 0 and len(whole) == len(first) > 3 and rest[0][0].strip() != "0"
    return whole[0] in _YEARS


def is_number(cell: str) -> bool:
    return number(cell) == number(cell) or number(cell, ",") == number(cell, ",")


def are_names(names: list[str], first: list[str]) -> bool:
    """Whether the cells of a comment above the table are names for those of its first line."""
    fits = len(names) == len(first) > 1 and not any(map(is_number, names))
    return fits and any(map(is_number, first))


def unique_names(names: list[str], cells: list[list[object]], notes: list[str]) -> list[str]:
    """Return different names; "" for a column that has neither a name nor a value."""
    found: dict[str, int] = {}
    taken = {name.strip() for name in names}
    result = []
    for position, (given, column) in enumerate(zip(names, cells, strict=True), start=1):
        name = given.strip()
        if not name:
            empty = all(
                cell is None or (isinstance(cell, str) and not cell.strip()) for cell in column
            )
            name = "" if empty else f"column {position}"
        elif name in found:
            found[name] += 1
            while f"{name} ({found[name]})" in taken:
                found[name] += 1
            new = f"{name} ({found[name]})"
            notes.append(f"a second column with the name {name!r} is called {new!r}")
            name = new
        found.setdefault(name, 1)
        taken.add(name)
        result.append(name)
    return result


def units_in(cells: list[list[object]]) -> str:
    """Return the first row if it has a text, not a number, in every column of numbers."""
    firsts = []
    for column in cells:
        rest = [cell for cell in column[1 : _LOOKED_AT + 1] if isinstance(cell, str)]
        rest = [cell for cell in rest if not is_missing(cell)]
        numeric = len(rest) > 0 and all(map(is_number, rest))
        first = str(column[0]).strip()
        if numeric:
            if is_number(first) or is_missing(first):
                return ""
            firsts.append(first)
        elif first and first in map(str, column[1:]):
            return ""
    return ", ".join(firsts[:3])
