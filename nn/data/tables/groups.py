"""Two lines of names: groups of columns, such as "Weather", above the columns' own names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from nn.data.tables.cells import is_missing
from nn.data.tables.names import is_number

_LOOKED_AT = 100
"""Lines that are looked at for what columns hold."""

_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_WORDS = """
m mm cm km ft in mi kg g mg t lb lbs l ml s sec min h hr hrs ms c k f w kw mw wh kwh mwh v a mv ma
hz khz mhz pa hpa kpa mbar bar psi j kj kcal n nm rpm mph kmh knots kn ppm ppb dbm db lux lx cd mol
days years months hours minutes seconds usd eur gbp chf € $ £ percent count degrees celsius kelvin
fahrenheit
"""
_UNITS = frozenset(_WORDS.split())
_UNIT = re.compile(
    r"deg(?:rees?)?\W?[cfk]?|.*[%°µ²³].*|[a-z]{1,4}\d?(?:[/·*^][a-z]{0,4}-?\d?)+|\(.*\)|\[.*\]"
)
_LONGEST_UNIT = 12


@dataclass(frozen=True)
class Header:
    """Names of columns that stand below groups of them.

    Attributes:
        groups: the different ones, in the order of columns.
        names: of the columns, with their group before where they are not different without it.
    """

    groups: list[str]
    names: list[str]


def grouped_header(lines: list[list[str]]) -> Header | None:
    """Return the names in the second of some lines, where the first has groups of columns.

    A group stands above its first column or above each of them. There must be numbers below, or
    nothing tells names from texts; and what is below names of columns may be units.

    >>> lines = [["", "Sky", ""], ["day", "rain", "sun"], ["Mo", "1", "5"], ["Tu", "0", "9"]]
    >>> grouped_header(lines)
    Header(groups=['Sky'], names=['day', 'rain', 'sun'])
    """
    if len(lines) < 4:
        return None
    above, names = ([cell.strip() for cell in line] for line in lines[:2])
    width = max((i for i, cell in enumerate(names, start=1) if cell), default=0)
    names, beyond = names[:width], above[width:]
    above = above[:width] + [""] * (width - len(above))
    if not names or any(beyond):
        return None
    # As pandas writes what has no name: the numbers of rows.
    start = next((i for i, pair in enumerate(zip(above, names, strict=True)) if any(pair)), 0)
    groups = _spread(above)
    counts = Counter(names[start:])
    joined = [
        f"{group} {name}" if counts[name] > 1 and group else name
        for group, name in zip(groups, names, strict=True)
    ][start:]
    if (
        not all(names[start:])
        or len(set(joined)) < len(joined)
        or not _are_groups(above[start:], groups[start:])
        or _are_units(names[start:])
        or not _are_names(above, names, lines[2 : _LOOKED_AT + 2])
    ):
        return None
    return Header(list(dict.fromkeys(filter(None, above))), [*names[:start], *joined])


def _spread(above: list[str]) -> list[str]:
    """Return the group of each column: where there is none, that of the column before."""
    groups = [""]
    for cell in above:
        groups.append(cell or groups[-1])
    return groups[1:]


def _are_groups(above: list[str], groups: list[str]) -> bool:
    """Whether some columns beside each other have a group in common, and none has two places."""
    places = Counter(group for group, _ in groupby(groups))
    if len(places) < 2 or max(places.values()) > 1:
        # What is above all columns is a title.
        return False
    # Two cells above the first of many columns are no groups, but what exports begin with.
    last = max((i for i, cell in enumerate(above) if cell), default=-1)
    shared = list(filter(None, groups if len(groups) - last <= 2 else groups[: last + 1]))
    return len(set(shared)) < len(shared)


def _are_units(names: list[str]) -> bool:
    small = [name.casefold() for name in names if len(name) <= _LONGEST_UNIT]
    return 2 * sum(name in _UNITS or bool(_UNIT.fullmatch(name)) for name in small) >= len(names)


def _are_names(above: list[str], names: list[str], rest: list[list[str]]) -> bool:
    """Whether neither of the first two lines is like what is below it, where that is numbers."""
    numeric = 0
    for i, (group, name) in enumerate(zip(above, names, strict=True)):
        column = [line[i].strip() for line in rest if i < len(line) and not is_missing(line[i])]
        numbers = [cell for cell in column if is_number(cell)]
        if 2 * len(numbers) <= len(column) or not column:
            if name and name in column:
                return False
            continue
        years = all(map(_YEAR.fullmatch, numbers))
        if any(is_number(cell) and (years or not _YEAR.fullmatch(cell)) for cell in (group, name)):
            return False
        numeric += 1
    return numeric > 0


def name_of_rows(names: list[str], line: list[str], below: list[str]) -> list[str] | None:
    """Return names with what a line adds below columns without one, if it has nothing else.

    So pandas writes what the names of rows are called, even below what the names are called.

    Args:
        names: of the columns.
        line: that may have more of them.
        below: the next line.

    >>> name_of_rows(["", "rain", "sun"], ["day", "", ""], ["1", "0.5", "7"])
    ['day', 'rain', 'sun']
    """
    cells = [cell.strip() for cell in line] + [""] * (len(names) - len(line))
    if len(cells) > len(names) or not any(cells):
        return None
    if cells[0] and not any(cells[1:]) and not is_number(cells[0]) and is_number(below[0]):
        return [cells[0], *names[1:]]
    both = list(zip(names, cells, strict=True))
    if any(bool(name) == bool(cell) for name, cell in both):
        return None
    return [name or cell for name, cell in both]
