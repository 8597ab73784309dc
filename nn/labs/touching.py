"""Digits that touch each other on a photo: where to cut what was found as one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nn import drawing
from nn.photo import Found

_INSIDE = 0.2  # of the width: nearer to an edge there is no room for a digit
_MOST_CUTS = 4
_APART = 0.06  # of the width: nearer cuts are much the same
_AS_TALL = 0.8  # as the whole: digits stand in a line, and a stroke of a letter is shorter
_INK = 60  # of 255: what is fainter is the soft edge of a stroke


def width_to_height(found: Found) -> float:
    """Return how wide something found is, as a share of its height."""
    left, top, right, bottom = found.box
    return (right - left) / (bottom - top)


def halves(found: Found) -> list[tuple[Found, Found]]:
    """Return ways to cut something found on a photo into a left and a right part.

    Args:
        found: with its ink.

    Returns:
        A few ways, those at columns with the least ink first; none of what has no ink.

    Example:
        >>> ink = np.zeros((60, 100), np.uint8)
        >>> ink[:, [10, 90]] = ink[30, 10:90] = 255
        >>> ways = halves(Found((0, 0, 100, 60), np.zeros((28, 28), np.uint8), ink=ink))
        >>> [part.box for part in ways[0]]
        [(10, 0, 20, 60), (20, 0, 91, 60)]
    """
    if found.ink is None:
        return []
    width = found.ink.shape[1]
    weights = found.ink.sum(axis=0, dtype=np.int64)
    places = np.arange(max(1, round(_INSIDE * width)), round((1 - _INSIDE) * width))
    cuts: list[int] = []
    for place in places[np.argsort(weights[places], kind="stable")].tolist():
        if all(abs(place - each) >= _APART * width for each in cuts):
            cuts.append(place)
    ways = []
    for place in cuts[:_MOST_CUTS]:
        left, right = _part(found, 0, place), _part(found, place, width)
        if left is not None and right is not None and _in_line(found, left, right):
            ways.append((left, right))
    return ways


def _in_line(whole: Found, left: Found, right: Found) -> bool:
    heights = [each.box[3] - each.box[1] for each in (left, right, whole)]
    return min(heights) >= _AS_TALL * heights[-1]


def _part(found: Found, start: int, end: int) -> Found | None:
    """Return what lies in some columns of the ink; None if nothing does."""
    assert found.ink is not None
    ink = found.ink[:, start:end]
    rows, columns = (np.flatnonzero((ink > _INK).any(axis=axis)) for axis in (1, 0))
    image = drawing.prepare(ink, len(found.image))
    if image is None or not len(rows):
        return None
    left, top, right, bottom = found.box
    across = (right - left) / found.ink.shape[1]
    down = (bottom - top) / found.ink.shape[0]
    box = (
        left + round(across * (start + int(columns[0]))),
        top + round(down * int(rows[0])),
        left + round(across * (start + int(columns[-1]) + 1)),
        top + round(down * (int(rows[-1]) + 1)),
    )
    longest = max(found.ink.shape) / max(len(rows), len(columns))
    return replace(found, box=box, image=image, stroke=found.stroke * longest, ink=None)
