"""Two ways to read a column that does not tell: dates in either order, -999 as missing or not."""

from __future__ import annotations

import re

import numpy as np

from nn.data.tables.dates import ORDERS

AS_MISSING, AS_NUMBER = "as missing", "as a number"

_MARKS = np.array([float(f"-{'9' * n}{end}") for n in range(3, 10) for end in ("", ".9")])
"""-999, -999.9, -9999 and so on: what weather stations and maps have where nothing was measured."""

_READING = re.compile(
    rf"(?P<marks>-9{{3,9}}(?:\.9)?(?: and -9{{3,9}}(?:\.9)?)*) (?P<how>{AS_MISSING}|{AS_NUMBER})"
)
_FEW_VALUES = 3
"""Different values of a code rather than of what is measured."""

_FAR, _NEAR = 3, 0.5
"""Ranges of the other values, by which a mark lies below them: any, and one that is frequent."""

_OFTEN = 2
"""Times as often as the most frequent of the others a frequent one occurs."""


def marks_in(reading: str) -> tuple[float, ...]:
    """Return the numbers that a reading is about; none of an order of dates.

    >>> marks_in("-999 and -9999 as missing"), marks_in("day first")
    ((-999.0, -9999.0), ())
    """
    found = _READING.fullmatch(reading)
    return tuple(map(float, found["marks"].split(" and "))) if found else ()


def reading_of(marks: tuple[float, ...], how: str) -> str:
    """Return the name of a way to read marks, such as "-999 as missing"."""
    return f"{' and '.join(f'{mark:.12g}' for mark in marks)} {how}"


def both(reading: str) -> tuple[str, str]:
    """Return the names of a reading and of the other one, always in the same order.

    >>> both("month first"), both("-999 as a number")
    (('day first', 'month first'), ('-999 as missing', '-999 as a number'))
    """
    marks = marks_in(reading)
    if not marks:
        return ORDERS
    return reading_of(marks, AS_MISSING), reading_of(marks, AS_NUMBER)


def fits(reading: str, kind: str) -> bool:
    """Whether a column that is taken for a kind may be read so; nothing always fits.

    >>> fits("day first", "date"), fits("-999 as missing", "number"), fits("day first", "number")
    (True, True, False)
    """
    return reading == "" or (reading in ORDERS if kind == "date" else bool(marks_in(reading)))


def without(numbers: np.ndarray, reading: str) -> np.ndarray:
    """Return (n,) numbers with NaN for marks, if the reading takes them for missing."""
    marks = marks_in(reading)
    if not marks or not reading.endswith(AS_MISSING):
        return numbers
    return np.where(np.isin(numbers, marks), np.nan, numbers)


def reading_of_numbers(numbers: np.ndarray) -> str:
    """Return how a column of numbers is read in which a mark such as -999 occurs; else nothing.

    It is missing where it can hardly be a number: the others are not below 0 and none is 999, as
    where a sum was paid back; or it lies further below them than thrice their range, or than half
    of it where no value is as frequent. Of two or three different values it may be a code. Where
    this does not hold it is a number, but may be chosen to be missing.

    >>> reading_of_numbers(np.array([0.0, 0.2, 5, 3, -999]))
    '-999 as missing'
    >>> reading_of_numbers(np.array([-999.0, -1500, 20, 800, 999])), reading_of_numbers(np.ones(3))
    ('-999 as a number', '')
    """
    low = numbers[numbers <= _MARKS.max()]
    candidates = np.unique(low[np.isin(low, _MARKS)])
    if not candidates.size:
        return ""
    values, counts = np.unique(numbers[np.isfinite(numbers)], return_counts=True)
    others = values[~np.isin(values, candidates)]
    if not others.size:
        return ""
    certain = candidates if len(values) > _FEW_VALUES else candidates[:0]
    while certain.size:
        rest = ~np.isin(values, certain)
        usual = int(counts[rest].max())
        often = {mark: counts[values == mark].item() > _OFTEN * usual for mark in certain.tolist()}
        kept = certain[[_stands_out(*mark, values[rest]) for mark in often.items()]]
        if len(kept) == len(certain):
            break
        certain = kept
    found, how = (certain, AS_MISSING) if certain.size else (candidates, AS_NUMBER)
    return reading_of(tuple(found[::-1].tolist()), how)


def _stands_out(mark: float, often: bool, others: np.ndarray) -> bool:
    lowest = float(others.min())
    if lowest >= 0 and -mark not in others:
        return True
    return lowest - mark > (_NEAR if often else _FAR) * float(np.ptp(others))
