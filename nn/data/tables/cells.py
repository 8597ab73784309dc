"""What stands in cells: missing values, numbers with marks and units, true and false."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
_HEIGHT = re.compile(
    r"([1-9])\s*(?:['’′]|ft\.?|feet)\s*((?:1[01]|\d)(?:\.\d+)?)"
    r"\s*(?:[\"”″]|''|’’|in\.?|inches)?",
    re.ASCII,
)
FEET = "feet and inches"
"""The unit of what is given in both, and read in inches."""

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
    if height := _HEIGHT.fullmatch(text):
        return f"{12 * int(height[1]) + float(height[2]):g}", FEET
    # As accounts have what is owed.
    owed = text[0] == "(" and text[-1] == ")"
    inner = text[1:-1].strip() if owed else text
    if text[-1] == "-" and text[:1].isdigit():
        # As programs of bookkeeping write it.
        owed, inner = True, text[:-1]
    found = _AFFIXED.fullmatch(inner)
    if found is None or (owed and found["sign"]):
        return None
    before, after = found["before"] or "", found["after"] or ""
    digits = ("-" if owed else found["sign"]) + found["number"]
    if not digits.isascii():
        digits = digits.replace("\u2212", "-")
    if digits[:2] in ("--", "-+", "+-", "++") or (before and after):
        return None
    return digits, (before or after).strip()


TRUTHS = (
    *(("false", "true"), ("no", "yes"), ("f", "t"), ("n", "y"), ("off", "on")),
    *(("nein", "ja"), ("falsch", "wahr"), ("non", "oui"), ("faux", "vrai"), ("no", "s\u00ed")),
    *(("no", "si"), ("falso", "verdadero"), ("falso", "vero"), ("n\u00e3o", "sim"), ("nee", "ja")),
    *(("falso", "verdadeiro"), ("onwaar", "waar"), ("nie", "tak"), ("nej", "ja")),
)
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
