"""What stands in cells: missing values, numbers with marks and units, true and false, dates."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Decimal = Literal[".", ","]
"""The decimal mark."""

MISSING = frozenset(
    ("", "na", "n/a", "n.a.", "#n/a", "<na>", "nan", "-nan", "null", "none", "nil", "?", "-", "--")
    + ("(null)", "undefined", "k.a.", "n.d.", "***", "no data", "not available")
    + ("\u2013", "\u2014", ".", "..", "...", "missing", "(missing)", "#value!", "#div/0!", "nat")
)
"""Spellings of a missing value, in small letters."""

LONGEST_NUMBER = 100
"""Characters; more digits are a code, not a quantity."""

MULTIPLES = {
    **{"k": 1e3, "K": 1e3, "M": 1e6, "bn": 1e9, "B": 1e9},
    **{"Mio": 1e6, "Mio.": 1e6, "Mrd": 1e9, "Mrd.": 1e9},
}
"""What stands behind a number and makes it larger."""

_GROUPED = {
    ".": r"[1-9]\d{0,2}(?:[,'’ \u00a0\u202f]\d{2,3})*[,'’ \u00a0\u202f]\d{3}|\d+",
    ",": r"[1-9]\d{0,2}(?:[.'’ \u00a0\u202f]\d{3})+|\d+",
}
"""Whole numbers, with or without marks between thousands, by the decimal mark."""

_AFFIXED = re.compile(
    r"(?P<sign>[-+\u2212]?)\s*"
    r"(?P<before>US\$|[$€£¥₹₽₩]|(?:USD|EUR|GBP|CHF|JPY|Rs\.?|kr\.?)(?=[\s\d]))?\s*"
    r"(?P<number>[-+\u2212]?(?:\d[\d.,'’ \u00a0\u202f]*\d|[.,]?\d+[.,]?)(?:[eE][-+]?\d+)?)\s*"
    r"(?P<after>[^\d\s.,'’:/\-+_][^\r\n]{0,11})?",
    re.ASCII,
)
_TIDY = str.maketrans({"\u2212": "-", "'": "", "’": "", " ": "", "\u00a0": "", "\u202f": ""})


def _pattern(decimal: Decimal) -> re.Pattern[str]:
    mark = re.escape(decimal)
    return re.compile(
        rf"[-+\u2212]?(?:(?:{_GROUPED[decimal]})(?:{mark}\d*)?|{mark}\d+)(?:[eE][-+]?\d+)?"
    )


_NUMBERS: dict[Decimal, re.Pattern[str]] = {".": _pattern("."), ",": _pattern(",")}


def is_missing(text: str) -> bool:
    """Whether a cell says that there is nothing.

    >>> [is_missing(text) for text in (" ", "N/A", "?", "0", "no")]
    [True, True, True, False, False]
    """
    return text.strip().casefold() in MISSING


@dataclass(frozen=True)
class Numbers:
    """How a column's texts read as numbers.

    Attributes:
        decimals: the marks with which all of them do: both where there is nothing to tell.
        unit: what stands before or after each, such as "kg", "$" or "%"; often nothing.
        marked: whether any has a mark, a point or a comma.
    """

    decimals: frozenset[Decimal]
    unit: str
    marked: bool

    @classmethod
    def of(cls, texts: Iterable[str]) -> Numbers | None:
        """Return how ``texts``, none of them missing, read as numbers; None if they do not."""
        decimals: set[Decimal] = {".", ","}
        units: set[str] = set()
        marked = False
        for text in texts:
            parts = _parts(text)
            if parts is None:
                return None
            number, unit = parts
            units.add(unit)
            decimals = {mark for mark in decimals if _NUMBERS[mark].fullmatch(number)}
            if not decimals or (len(units - {""}) > 1 and not units - {""} <= MULTIPLES.keys()):
                return None
            marked = marked or "." in number or "," in number
        return cls(frozenset(decimals), " ".join(sorted(units - {""})), marked)


def number(text: str, decimal: Decimal = ".") -> float:
    """Return the number in a text, without its unit; NaN if it is missing, or none.

    >>> number("$ 1,234.50"), number("1.234,50 EUR", ","), number("")
    (1234.5, 1234.5, nan)
    """
    parts = _parts(text)
    if parts is None or not _NUMBERS[decimal].fullmatch(parts[0]):
        return math.nan
    digits = parts[0].translate(_TIDY)
    thousands = "," if decimal == "." else "."
    plain = float(digits.replace(thousands, "").replace(decimal, "."))
    return plain * MULTIPLES.get(parts[1], 1)


def _parts(text: str) -> tuple[str, str] | None:
    """Return the number in a text with its sign, and its unit."""
    text = text.strip()
    if len(text) > LONGEST_NUMBER or not text:
        return None
    # As accounts have what is owed.
    owed = text[0] == "(" and text[-1] == ")"
    found = _AFFIXED.fullmatch(text[1:-1].strip() if owed else text)
    if found is None or (owed and found["sign"]):
        return None
    before, after = found["before"] or "", found["after"] or ""
    digits = ("-" if owed else found["sign"]) + found["number"]
    if not digits.isascii():
        digits = digits.replace("\u2212", "-")
    if digits[:2] in ("--", "-+", "+-", "++") or (before and after):
        return None
    return digits, (before or after).strip()


TRUTHS = (("false", "true"), ("no", "yes"), ("f", "t"), ("n", "y"), ("off", "on"))
"""Pairs of texts that say no and yes, in small letters."""


def truths(texts: Sequence[str]) -> tuple[str, str] | None:
    """Return the two texts that say no and yes, if these are texts of that kind.

    >>> truths(["TRUE", "FALSE"])
    ('FALSE', 'TRUE')
    """
    small = {text.strip().casefold(): text for text in texts}
    for no, yes in TRUTHS:
        if len(texts) == 2 and small.keys() == {no, yes}:
            return small[no], small[yes]
    return None


# ---- Dates.

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?"
    r"\s*(?P<half>[AaPp][Mm])?(?:Z|UTC|[-+]\d{2}:?\d{2})?)?"
)
_DATES = [
    re.compile(pattern + _TIME)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})",
        r"(?:[A-Za-z]{6,9},? +)?(?P<day>\d{1,2})[-. ]+(?P<name>[A-Za-z]{3,9})\.?[-, ]+"
        r"(?P<year>\d{4}|\d{2})",
        r"(?P<name>[A-Za-z]{3,9})\.? +(?P<day>\d{1,2})(?:st|nd|rd|th)?,? +(?P<year>\d{4})",
    )
]


@dataclass(frozen=True)
class Dates:
    """How a column's texts read as dates: the day of each, and hours where there are any.

    Attributes:
        days: days since 1970-01-01 with their fraction, for each text.
        timed: whether there are hours and minutes.
        order: "day first" or "month first" where that had to be told, else nothing.
    """

    days: dict[str, float]
    timed: bool
    order: str

    @classmethod
    def of(cls, texts: Sequence[str]) -> Dates | None:
        """Return how ``texts``, none of them missing, in the rows' order, read as dates."""
        found = []
        for text in texts:
            match = _date(text.strip())
            if match is None:
                return None
            found.append(match)
        order = _order(found)
        try:
            days = [_day(match, order) for match in found]
        except ValueError:
            return None
        timed = any(match["hour"] for match in found)
        told = order if any("first" in match.groupdict() for match in found) else ""
        return cls(dict(zip(texts, days, strict=True)), timed, told)


def _date(text: str) -> re.Match[str] | None:
    if not text[:1].isalnum() or len(text) > 40:
        return None
    return next((match for kind in _DATES if (match := kind.fullmatch(text))), None)


def _order(found: Sequence[re.Match[str]]) -> str:
    """Return "day first" or "month first": by what is possible, else by the smaller steps."""
    pairs = [match for match in found if "first" in match.groupdict()]
    if any(int(match["first"]) > 12 for match in pairs):
        return "day first"
    if any(int(match["second"]) > 12 for match in pairs):
        return "month first"
    if any(match["mark"] == "." for match in pairs):
        return "day first"
    steps = {}
    for order in ("day first", "month first"):
        days = [_day(match, order) for match in pairs]
        steps[order] = sum(abs(b - a) for a, b in zip(days, days[1:], strict=False))
    return min(steps, key=steps.__getitem__)


def _day(match: re.Match[str], order: str) -> float:
    groups = match.groupdict()
    year = int(groups["year"])
    if year < 100:
        year += 1900 if year >= 70 else 2000
    if "first" in groups:
        first, second = int(groups["first"]), int(groups["second"])
        day, month = (first, second) if order == "day first" else (second, first)
    else:
        day = int(groups["day"])
        if "name" in groups:
            month = 1 + _MONTHS.index(groups["name"][:3].lower())
        else:
            month = int(groups["month"])
    hour = int(groups["hour"] or 0)
    if groups["half"]:
        hour = hour % 12 + (12 if groups["half"].lower() == "pm" else 0)
    minutes = hour * 60 + int(groups["minute"] or 0)
    return (date(year, month, day) - date(1970, 1, 1)).days + minutes / 1440
