"""A curve and what a network expects of it, in words."""

from __future__ import annotations

import numpy as np

from nn.forecasting import Yardsticks
from nn.web.figures import readable

_DIGITS = 3
_MOST_TURNS = 3


def told_values(values: np.ndarray, held_out: int) -> str:
    """Return what (n,) values are like, of which the last ``held_out`` are not learnt from.

    >>> told_values(np.array([1.0, 5.0, 2.5]), 1)
    '3 values from 1 to 5; the last 1 held out'
    """
    low, high = (readable(float(end), 4) for end in (values.min(), values.max()))
    held = f"; the last {held_out:,} held out" if held_out else ""
    return f"{len(values):,} values from {low} to {high}{held}"


def told_onward(last: float, onward: np.ndarray) -> str:
    """Return how (n,) expected values go on after ``last``: where they turn, and where they end.

    >>> told_onward(0.0, np.array([1.0, 2.0, 1.0, 0.5]))
    'up to 2 after 2 steps, down to 0.5 after 4 steps'
    """
    if not onward.size or not np.isfinite(onward).all():
        return "to what is not a number"
    values = np.append(last, onward)
    # Where it hardly moves it does not turn.
    least = 0.02 * float(np.ptp(values))
    said = []
    start = furthest = 0
    for place in range(1, len(values)):
        before, now = values[furthest] - values[start], values[place] - values[start]
        if before * now >= 0 and abs(now) >= abs(before):
            furthest = place
        elif abs(values[place] - values[furthest]) > least:
            if abs(before) > least:
                said.append(_leg(values, start, furthest))
            start, furthest = furthest, place
    said.append(_leg(values, start, furthest))
    more = ", and so on" if len(said) > _MOST_TURNS else ""
    return ", ".join(said[:_MOST_TURNS]) + more


def _leg(values: np.ndarray, start: int, end: int) -> str:
    way = {1: "up", -1: "down", 0: "level"}[int(np.sign(values[end] - values[start]))]
    steps = "1 step" if end == 1 else f"{end} steps"
    return f"{way} to {readable(float(values[end]), _DIGITS)} after {steps}"


def verdict(found: Yardsticks | None) -> str:
    """Return how a network compares with who expects the same as last.

    >>> verdict(Yardsticks(0.5, 2.0, 1.0))
    "4 times as close as “same as last”"
    """
    if found is None:
        return "Nothing is held out"
    network, last = found.network, found.same_as_last
    if not np.isfinite(network):
        return "Not a number"
    if network >= last:
        return "Not yet closer than “same as last”"
    if network == 0:
        return "Exact"
    times = last / network
    written = f"{times:,.0f}" if times >= 10 else f"{times:.2g}"
    return f"{written} times as close as “same as last”"
