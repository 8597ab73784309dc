"""Ruled lines and squares of paper, taken out of a mask of ink."""

from __future__ import annotations

import numpy as np

from nn.photo.blobs import run_lengths

_SLOPES = np.tan(np.radians(np.arange(-15, 15.01, 0.25)))
_LONGEST = 0.6
"""A ruling has ink in so large a share of a photo's columns, or rows."""

_MOST_RULINGS = 120
_MOST_VOTES = 30_000
_NEAR = 2  # pixels beside a line that are looked at
_EDGE = 0.04
"""A single line is a ruling if it ends so near to two edges, as a share of the photo's side."""


def without_rulings(mask: np.ndarray) -> np.ndarray:
    """Return a mask of ink without ruled lines, across or down, tilted by up to 15 degrees.

    Where a stroke crosses a ruling it stays: only what is as thin as the ruling is taken out.

    Args:
        mask: (height, width) booleans.

    Example:
        >>> page = np.zeros((60, 60), bool)
        >>> page[[10, 30, 50]] = True
        >>> page[20:45, 30:33] = True
        >>> int(without_rulings(page).sum())
        75
    """
    return _without_down(_without_across(mask))


def _without_down(mask: np.ndarray) -> np.ndarray:
    return _without_across(mask.T).T


def _without_across(mask: np.ndarray) -> np.ndarray:
    height, width = mask.shape
    y, x = np.nonzero(mask)
    if len(x) < _LONGEST * width:
        return mask
    thick = run_lengths(mask.T).T[y, x]
    # Thick strokes vote for no line.
    voters = np.flatnonzero(thick <= max(3, height // 60))
    every = max(1, len(voters) // _MOST_VOTES)
    voters = voters[::every]
    votes = _votes(x[voters], y[voters], width, height)
    wanted = _LONGEST * width / every
    found: list[tuple[np.ndarray, bool]] = []
    while len(found) < _MOST_RULINGS:
        slope, offset = np.unravel_index(votes.argmax(), votes.shape)
        if votes[slope, offset] < wanted:
            break
        line = _SLOPES[slope] * (x - width / 2) + offset - width + 0.5
        near = np.abs(y - line) <= _NEAR + 0.6
        taken = near & (thick <= np.median(thick[near]) + 2)
        ends = x[near]
        whole = ends.min() <= _EDGE * width and ends.max() >= (1 - _EDGE) * width - 1
        found.append((taken, bool(whole)))
        gone = voters[near[voters]]
        votes -= _votes(x[gone], y[gone], width, height)
        voters = voters[~near[voters]]
    cleaned = mask.copy()
    for taken, whole in found:
        if whole or len(found) > 2:
            cleaned[y[taken], x[taken]] = False
    return cleaned


def _votes(x: np.ndarray, y: np.ndarray, width: int, height: int) -> np.ndarray:
    """How many points lie on each line of two pixels, by slope and row in the middle column."""
    votes = np.empty((len(_SLOPES), height + 2 * width), np.intp)
    for row, slope in enumerate(_SLOPES):
        offsets = np.rint(y - slope * (x - width / 2)).astype(np.intp) + width
        votes[row] = np.bincount(offsets, minlength=votes.shape[1])
    return votes[:, :-1] + votes[:, 1:]
