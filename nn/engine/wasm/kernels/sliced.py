"""Rows of which each slice is another kernel's work: see :mod:`nn.sliced`."""

from __future__ import annotations

from collections.abc import Iterator

from nn.engine.wasm.asm.instructions import Value

Parts = tuple[tuple[str, int], ...]
"""Names of what applies, each with how many numbers of a row it is of."""


def total_of(parts: Parts) -> int:
    """Return how many numbers a row has."""
    return sum(width for _, width in parts)


def each_part(parts: Parts, *rows: Value) -> Iterator[tuple[str, int, list[Value]]]:
    """Return the name and the width of each part, and where it begins in the row at each address.

    Code written for one part comes before that for the next.
    """
    start = 0
    for name, width in parts:
        yield name, width, [row + 4 * start for row in rows]
        start += width
