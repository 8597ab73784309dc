"""Dates and times of day, as people write them in cells."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

_MONTHS = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
)
"""In English, German, French, Spanish, Italian, Portuguese and Dutch."""

ORDERS = ("day first", "month first")
_MINUTES = 1440
"""In a day."""

_NAMES = {"sept": 9, "juil": 7} | {
    name: 1 + i
    for months in reversed(_MONTHS)
    for i, full in enumerate(months.split())
    for name in (full, full[:4], full[:3])
    # June and July begin alike in French.
    if name != "jui"
}

_TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?:Z|(?:UTC|GMT)?[-+]\d{1,2}(?::?\d{2})?|UTC|GMT)?)?"
)
_LEAST = 5
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,? +)?"
_NAME = r"(?P<name>[^\W\d_]{3,10})"
_DATES = [
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _TIME,
        r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})"
        + _TIME,
        _WEEKDAY + r"(?P<day>\d{1,2})(?:er|\u00ba)?[-. ]+(?:de )?" + _NAME + r"\.?[-, ]+(?:de )?"
        r"(?P<year>\d{4}|\d{2})" + _TIME,
        _WEEKDAY + _NAME + r"\.? +(?P<day>\d{1,2})(?:st|nd|rd|th)?,? +(?P<year>\d{4})" + _TIME,
        # A month, without a day.
        r"(?P<year>\d{4})[-/](?P<month>\d{2})",
        _NAME + r"\.?[-, ]+(?P<year>\d{4})",
        r"(?P<year>\d{4})\u5e74(?P<month>\d{1,2})\u6708(?P<day>\d{1,2})\u65e5" + _TIME,
    )
]
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?)?"
    r"(?P<half>\s*[AaPp]\.?[Mm]\.?)?"
)


@dataclass(frozen=True)
class Dates:
    """How a column's texts read as dates: the day of each, and hours where there are any.

    Attributes:
        days: days since 1970-01-01 with their fraction, for each text; a month is its first day.
        timed: whether there are hours and minutes.
        order: one of :data:`ORDERS` where that had to be told, else nothing.
        certain: whether the other order is impossible.
    """

    days: dict[str, float]
    timed: bool
    order: str
    certain: bool

    @classmethod
    def of(cls, texts: Sequence[str], order: str = "") -> Dates | None:
        """Return how ``texts``, none of them missing, in the rows' order, read as dates.

        ``order`` is the one to take where they do not tell.

        >>> Dates.of(["01/02/2024", "13/02/2024"]).order
        'day first'
        """
        found = _matches(texts)
        if not found or _seasons(found):
            return None
        pairs = [match for match in found if "first" in match.groupdict()]
        told, certain = _order(pairs)
        order = told if certain or not order else order
        try:
            days = [_day(match, order) for match in found]
        except ValueError:
            return None
        timed = any(match.groupdict().get("hour") for match in found)
        return cls(dict(zip(texts, days, strict=True)), timed, order, certain)


def in_both_orders(texts: Sequence[str]) -> bool:
    """Whether texts are dates, some of which must have the day first and some the month.

    >>> in_both_orders(["13/02/2024", "02/13/2024"]), in_both_orders(["13/02/2024", "02/02/2024"])
    (True, False)
    """
    pairs = [match for match in _matches(texts) if "first" in match.groupdict()]
    firsts, seconds = ([int(match[part]) for match in pairs] for part in ("first", "second"))
    return max(firsts, default=0) > 12 and max(seconds, default=0) > 12


def days_of_numbers(numbers: np.ndarray, least: int = _LEAST) -> np.ndarray | None:
    """Return (n,) days since 1970-01-01 of numbers that are dates, NaN kept; None if they are none.

    Args:
        numbers: (n,) such as 20240131.
        least: different ones of them that are no chance.

    >>> days_of_numbers(np.array([19700102, np.nan]), 1).tolist()
    [1.0, nan]
    """
    known = np.isfinite(numbers)
    values = numbers[known]
    if not values.size or values.min() < 1900_01_01 or values.max() > 2100_12_31:
        return None
    whole = values.astype(np.int64)
    month, day = whole // 100 % 100, whole % 100
    if (whole != values).any() or month.min() < 1 or month.max() > 12 or day.min() < 1:
        return None
    months = ((whole // 10_000 - 1970) * 12 + month - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (day - 1)
    if (dates.astype("datetime64[M]") != months).any() or len(np.unique(whole)) < least:
        return None
    days = np.full(len(numbers), np.nan)
    days[known] = dates.astype(np.int64)
    return days


def text_of_days(days: float, timed: bool = False) -> str:
    """Return days since 1970-01-01 as a date, with hours and minutes if they matter.

    >>> text_of_days(0.5), text_of_days(0.5, timed=True)
    ('1970-01-01', '1970-01-01 12:00')
    """
    if not timed:
        return str(np.datetime64(math.floor(days), "D"))
    return str(np.datetime64(round(days * _MINUTES), "m")).replace("T", " ")


def days_of_text(text: str) -> float:
    """Return days since 1970-01-01 of a date with or without a time, as fields of pages have it.

    Raises:
        ValueError: it is none, or nothing.

    >>> days_of_text("1970-01-02"), days_of_text("1970-01-02T18:00")
    (1.0, 1.75)
    """
    minutes = np.datetime64(text, "m")
    if np.isnat(minutes):
        raise ValueError("there is no date")
    return float(minutes.astype(np.int64)) / _MINUTES


def hours_of(texts: Sequence[str]) -> dict[str, float] | None:
    """Return the hours since midnight of times of day; None if any text is none.

    >>> hours_of(["10:30", "3 PM", "12:15 am"])
    {'10:30': 10.5, '3 PM': 15.0, '12:15 am': 0.25}
    """
    hours = {}
    for text in texts:
        match = _CLOCK.fullmatch(text)
        if match is None or not (match["minute"] or match["half"]):
            return None
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        second = float(match["second"] or 0)
        if hour > (12 if match["half"] else 23) or minute > 59 or second >= 60:
            return None
        hours[text] = _whole_day(hour, match["half"]) + minute / 60 + second / 3600
    return hours


def _whole_day(hour: int, half: str | None) -> int:
    """Return an hour of 24 from one of twelve, if "am" or "pm" says that it is one."""
    if not half:
        return hour
    return hour % 12 + (12 if half.strip()[0] in "pP" else 0)


def _matches(texts: Sequence[str]) -> list[re.Match[str]]:
    """Return the dates in texts; nothing if any is none."""
    found = []
    for text in texts:
        plain = text.strip()
        if not plain[:1].isalnum() or len(plain) > 40:
            return []
        match = next((match for kind in _DATES if (match := kind.fullmatch(plain))), None)
        if match is None:
            return []
        found.append(match)
    return found


def _seasons(found: Sequence[re.Match[str]]) -> bool:
    """Whether these are no months but pairs of years, such as 2010-11."""
    parts = [match.groupdict() for match in found]
    return len(parts) > 1 and all(
        "day" not in one and "month" in one and int(one["month"]) == (int(one["year"]) + 1) % 100
        for one in parts
    )


def _order(pairs: Sequence[re.Match[str]]) -> tuple[str, bool]:
    """Return "day first" or "month first", and whether that is certain; "" where both are the same.

    It is by what is possible, else by the smaller steps from row to row.
    """
    if any(int(match["first"]) > 12 for match in pairs):
        return "day first", True
    if any(int(match["second"]) > 12 for match in pairs):
        return "month first", True
    if any(match["mark"] == "." for match in pairs):
        return "day first", True
    if all(match["first"] == match["second"] for match in pairs):
        return "", True
    steps = {}
    for order in ORDERS:
        days = [_day(match, order) for match in pairs]
        steps[order] = sum(abs(b - a) for a, b in zip(days, days[1:], strict=False))
    return min(steps, key=steps.__getitem__), False


def _day(match: re.Match[str], order: str) -> float:
    groups = match.groupdict()
    year = int(groups["year"])
    if year < 100:
        year += 1900 if year >= 70 else 2000
    if "first" in groups:
        first, second = int(groups["first"]), int(groups["second"])
        day, month = (first, second) if order == "day first" else (second, first)
    else:
        day = int(groups.get("day", 1))
        month = int(groups["month"]) if "month" in groups else _NAMES.get(groups["name"].lower(), 0)
    hour = _whole_day(int(groups.get("hour") or 0), groups.get("half"))
    minutes = hour * 60 + int(groups.get("minute") or 0)
    return (date(year, month, day) - date(1970, 1, 1)).days + minutes / _MINUTES
