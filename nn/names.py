"""Looking up a thing by its name, with an error that lists the names there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def lookup(kind: str, table: Mapping[str, T], name: object) -> T:
    """Return ``table[name]``.

    Raises:
        ValueError: there is no such name; the message lists those that exist.
    """
    if isinstance(name, str) and name in table:
        return table[name]
    # Only a text is shown, and cut short: what comes from a file may be very long or nested.
    found = f" {name!r:.40}" if isinstance(name, str) else ""
    raise ValueError(f"unknown {kind}{found}; expected one of: {', '.join(table)}")
