"""Filters over a square window, at a cost that hardly depends on its size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def largest(image: np.ndarray, radius: int) -> np.ndarray:
    """Return each pixel's largest value among those up to ``radius`` pixels away.

    Args:
        image: (height, width), numbers or booleans.
        radius: in pixels, across and down; beyond the edge there is nothing.

    Example:
        >>> largest(np.array([[0, 0, 0, 7, 0]]), 1)
        array([[0, 0, 7, 7, 7]])
    """
    return _both_ways(image, radius, np.maximum)


def smallest(image: np.ndarray, radius: int) -> np.ndarray:
    """Return each pixel's smallest value among those up to ``radius`` pixels away.

    Example:
        >>> smallest(np.array([[3, 3, 0, 3, 3]]), 1)
        array([[3, 0, 0, 0, 3]])
    """
    return _both_ways(image, radius, np.minimum)


def mean(image: np.ndarray, radius: int) -> np.ndarray:
    """Return each pixel's mean of those up to ``radius`` away; at the edge, of those there are.

    Example:
        >>> mean(np.array([[0.0, 3.0, 0.0]]), 1)
        array([[1.5, 1. , 1.5]])
    """
    for _ in range(2):
        image = _mean_down(image, radius).T
    return image


def _both_ways(image: np.ndarray, radius: int, pick: Callable[..., np.ndarray]) -> np.ndarray:
    for _ in range(2):
        image = _down(image, radius, pick).T
    return image


def _down(image: np.ndarray, radius: int, pick: Callable[..., np.ndarray]) -> np.ndarray:
    """The pick of a column's 2 * radius + 1 pixels around each, in steps that double the window."""
    size = 2 * radius + 1
    # The edge's own pixel repeated adds nothing that a window does not hold anyway.
    padded = np.pad(image, ((radius, radius), (0, 0)), mode="edge")
    reach = 1
    while 2 * reach <= size:
        padded = pick(padded[:-reach], padded[reach:])
        reach *= 2
    rest = size - reach
    return pick(padded[:-rest], padded[rest:]) if rest else padded


def _mean_down(image: np.ndarray, radius: int) -> np.ndarray:
    sums = np.zeros((len(image) + 1, image.shape[1]))
    np.cumsum(image, axis=0, out=sums[1:])
    rows = np.arange(len(image))
    first = np.maximum(rows - radius, 0)
    last = np.minimum(rows + radius + 1, len(image))
    means: np.ndarray = (sums[last] - sums[first]) / (last - first)[:, np.newaxis]
    return means.astype(image.dtype)
