"""Sums as tables: the largest terms by name, and the rest as one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nn.explain.lines import Term

MOST = 5
"""Terms of a long sum that are named; the one that is chosen may be one more."""


def terms(
    places: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    name: Callable[[int], str],
    chosen: int | None,
    choosable: bool = True,
) -> tuple[Term, ...]:
    """Return the products ``left · right``, and what those without a name come to.

    Args:
        places: (m,) where each comes from.
        left, right: (m,) factors.
        name: returns what a place is called.
        chosen: the place that is always named.
        choosable: whether a place can be chosen in the table.
    """
    products = left.astype(np.float64) * right.astype(np.float64)
    order = np.arange(len(places))
    if len(places) > MOST + 1:
        order = np.argsort(-np.abs(np.nan_to_num(products)), kind="stable")[:MOST]
        if chosen is not None and chosen not in places[order]:
            order = np.append(order, np.flatnonzero(places == chosen))
    rows = [
        Term(
            name(int(places[n])),
            int(places[n]) if choosable else None,
            (float(left[n]), float(right[n]), float(products[n])),
            chosen is not None and int(places[n]) == chosen,
        )
        for n in order
    ]
    rest = len(places) - len(order)
    if rest:
        others = np.delete(products, order).sum()
        rows.append(Term(f"the other {rest:,}", None, (None, None, float(others))))
    return tuple(rows)


def title(rows: tuple[Term, ...]) -> str:
    """Return what a table of these terms is called."""
    whole = all(row.numbers[0] is not None for row in rows)
    return "The sum" if whole else "The largest parts of the sum"
