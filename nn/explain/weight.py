"""A weight that is followed to its update."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weight:
    """A weight that is followed.

    Attributes:
        name: of the layer's array that it is in.
        index: where, flat.
        symbol: what formulas call it.
        told: what sentences call it.
    """

    name: str
    index: int
    symbol: str
    told: str
