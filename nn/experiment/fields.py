"""How a setting is written and read as text, as forms, links and the command line have it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """One setting as text.

    Attributes:
        label: what people are shown.
        key: the attribute of the settings that it is.
        read: returns the value that a text stands for, or raises a ValueError that says what was
            expected.
        write: returns the text of a value.
    """

    label: str
    key: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


class SettingsError(ValueError):
    """Some settings make no sense; ``problems`` has a sentence for each such field, by its name."""

    def __init__(self, problems: dict[str, str], table: Mapping[str, Field]) -> None:
        super().__init__(
            "; ".join(f"{table[name].label}: {problem}" for name, problem in problems.items())
        )
        self.problems = problems


def read_fields(table: Mapping[str, Field], texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that ``texts`` spell out, by key; other names are left to others.

    Raises:
        SettingsError: with a sentence for every text that makes no sense.
    """
    values = {}
    problems = {}
    for name, field in table.items():
        if name in texts:
            try:
                values[field.key] = field.read(texts[name].strip())
            except ValueError as error:
                problems[name] = str(error)
    if problems:
        raise SettingsError(problems, table)
    return values


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from ``low`` to ``high``."""

    def read(text: str) -> int:
        # isdecimal alone would let "²" and other scripts' digits through to int().
        if not (text.isascii() and text.isdecimal() and len(text) <= 12):
            raise ValueError(f"expected a whole number from {low} to {high:,}")
        value = int(text)
        if not low <= value <= high:
            raise ValueError(f"expected a whole number from {low} to {high:,}")
        return value

    return read


def real(low: float, high: float, above: bool = False) -> Callable[[str], float]:
    """Return a reader of numbers from ``low``, or just above it if ``above``, up to ``high``."""

    def read(text: str) -> float:
        start = "above" if above else "from"
        expected = f"expected a number {start} {low:,.7g} up to {high:,.7g}"
        try:
            # float alone would let "1_000" and other scripts' digits through.
            plain = text.isascii() and "_" not in text
            value = float(with_point(text)) if plain else math.nan
        except ValueError:
            raise ValueError(expected) from None
        if not (math.isfinite(value) and low <= value <= high) or (above and value == low):
            raise ValueError(expected)
        return value

    return read


def with_point(text: str) -> str:
    """Return the text of a number with a point where its only mark is a comma.

    >>> with_point("0,01"), with_point("1,000.5")
    ('0.01', '1,000.5')
    """
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def write_real(value: float) -> str:
    """Return a number as people write it, 5 and not 5.0, from which :func:`real` reads it back."""
    return repr(value).removesuffix(".0")


def choice(names: Collection[str]) -> Callable[[str], str]:
    """Return a reader of one of ``names``."""

    def read(text: str) -> str:
        if text not in names:
            raise ValueError(f"expected one of {', '.join(names)}")
        return text

    return read


_TRUTH = {"true": True, "false": False, "on": True, "1": True, "0": False}


def truth(text: str) -> bool:
    """Read true or false."""
    if text not in _TRUTH:
        raise ValueError("expected true or false")
    return _TRUTH[text]


def write_truth(value: bool) -> str:
    """Return "true" or "false"."""
    return str(value).lower()
