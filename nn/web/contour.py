"""Where a picture of numbers crosses a level: the line between two classes."""

from __future__ import annotations

import numpy as np

_EDGES = ((0, 1), (1, 3), (2, 3), (0, 2))
"""The sides of a cell, top, right, bottom and left, each by the two corners that it joins.

Corners are numbered row by row from the top left.
"""


def segments(values: np.ndarray, level: float) -> np.ndarray:
    """Return the line on which ``values`` are ``level``, as straight pieces ("marching squares").

    Args:
        values: (height, width), at the points with whole coordinates; rows downwards.
        level: the line's.

    Returns:
        (n, 4), x and y of the one end and of the other, in no order. Where a cell has two opposite
        corners above the level, its two pieces part the other two.
    """
    corners = np.stack([values[:-1, :-1], values[:-1, 1:], values[1:, :-1], values[1:, 1:]])
    above = corners > level
    crossed = np.stack([above[a] != above[b] for a, b in _EDGES])
    rows, columns = np.nonzero(crossed.any(axis=0))
    corners, crossed = corners[:, rows, columns], crossed[:, rows, columns]

    # Where each side is crossed, from the cell's top left corner; sides that are not do not count.
    places = np.zeros((4, 2, len(rows)))
    with np.errstate(divide="ignore", invalid="ignore"):
        for side, (a, b) in enumerate(_EDGES):
            along = (level - corners[a]) / (corners[b] - corners[a])
            places[side] = [along, np.full_like(along, side == 2)]
            if side in (1, 3):
                places[side] = [np.full_like(along, side == 1), along]
    places += np.stack([columns, rows])

    def pieces(cells: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.concatenate([places[first, :, cells], places[second, :, cells]], axis=1)

    once = np.flatnonzero(crossed.sum(axis=0) == 2)
    twice = np.flatnonzero(crossed.all(axis=0))
    order = np.argsort(~crossed[:, once], axis=0, kind="stable")
    # The top left corner is cut off by top and left where it differs from the middle.
    middle = corners[:, twice].mean(axis=0) > level
    alike = middle == (corners[0, twice] > level)
    top, right, bottom, left = (np.full(len(twice), side) for side in range(4))
    return np.concatenate(
        [
            pieces(once, order[0], order[1]),
            pieces(twice, top, np.where(alike, right, left)),
            pieces(twice, bottom, np.where(alike, left, right)),
        ]
    )


def path(pieces: np.ndarray) -> str:
    """Return pieces as the ``d`` of an SVG path, to a tenth of a unit."""
    tenths = (pieces * 10).round().astype(int).tolist()
    return "".join(
        f"M{a / 10} {b / 10}L{c / 10} {d / 10}" for a, b, c, d in tenths if (a, b) != (c, d)
    )
