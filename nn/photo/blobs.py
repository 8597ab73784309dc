"""Connected blobs of a mask, found by the runs of its rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Blobs:
    """The connected blobs of a mask; pixels that touch at a corner are connected.

    Attributes:
        labels: (height, width) int32, 0 for none and from 1 on for the blobs.
        boxes: (n, 4) int, left, top, right and bottom of each; right and bottom are exclusive.
        areas: (n,) int, its pixels.
    """

    labels: np.ndarray
    boxes: np.ndarray
    areas: np.ndarray

    def __len__(self) -> int:
        return len(self.areas)


def find_blobs(mask: np.ndarray) -> Blobs:
    """Return the blobs of a (height, width) mask of booleans.

    Example:
        >>> blobs = find_blobs(np.array([[1, 0, 0, 1], [0, 1, 0, 1]], bool))
        >>> blobs.labels
        array([[1, 0, 0, 2],
               [0, 1, 0, 2]], dtype=int32)
        >>> blobs.boxes
        array([[0, 0, 2, 2],
               [3, 0, 4, 2]])
    """
    height, width = mask.shape
    starts, ends = runs(mask)
    across = width + 2
    names = _connect(len(starts), *_touching(starts, ends, across))
    _, names = np.unique(names, return_inverse=True)
    count = int(names.max(initial=-1)) + 1

    rows, left = np.divmod(starts, across)
    lengths = ends - starts
    boxes = np.empty((count, 4), np.intp)
    for column, values in ((0, left - 1), (1, rows)):
        boxes[:, column] = max(height, width)
        np.minimum.at(boxes[:, column], names, values)
    for column, values in ((2, left - 1 + lengths), (3, rows + 1)):
        boxes[:, column] = 0
        np.maximum.at(boxes[:, column], names, values)
    areas = np.bincount(names, lengths, count).astype(np.intp)
    labels = np.zeros(mask.shape, np.int32)
    labels[mask] = np.repeat(names + 1, lengths)
    return Blobs(labels, boxes, areas)


def runs(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the runs of ink in a mask's rows start, and where they end.

    Positions count pixels row by row, with one more before each row and one after it; a run's end
    is the first pixel that is not of it.
    """
    padded = np.pad(mask, ((0, 0), (1, 1))).ravel()
    steps = np.flatnonzero(padded[1:] != padded[:-1]) + 1
    return steps[0::2], steps[1::2]


def run_lengths(mask: np.ndarray) -> np.ndarray:
    """Return for each pixel of a mask how long the run of its row is that it lies in, or 0.

    Example:
        >>> run_lengths(np.array([[1, 1, 0, 1]], bool))
        array([[2, 2, 0, 1]])
    """
    starts, ends = runs(mask)
    lengths = np.zeros(mask.shape, np.intp)
    lengths[mask] = np.repeat(ends - starts, ends - starts)
    return lengths


def _touching(starts: np.ndarray, ends: np.ndarray, across: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of runs that touch: one, and one of the row below it."""
    first = np.searchsorted(ends, starts + across, side="left")
    last = np.searchsorted(starts, ends + across, side="right")
    counts = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(len(starts)), counts)
    before = np.cumsum(counts) - counts
    lower = np.arange(len(upper)) - np.repeat(before, counts) + np.repeat(first, counts)
    return upper, lower


def _connect(count: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The smallest of ``count`` that each is connected to, by the pairs (a, b) or several."""
    names = np.arange(count)
    while True:
        low, high = np.minimum(names[a], names[b]), np.maximum(names[a], names[b])
        apart = low != high
        if not apart.any():
            return names
        a, b = a[apart], b[apart]
        np.minimum.at(names, high[apart], low[apart])
        while (shorter := names[names]).tobytes() != names.tobytes():
            names = shorter
