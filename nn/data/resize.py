"""Pictures made larger or smaller: each new pixel is the mean of what it covers."""

from __future__ import annotations

import math

import numpy as np

from nn.data.pixels import LARGEST

_BLOCK = 2**22  # numbers that are worked on at a time


def resized(pictures: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return (n, h, w, c) uint8 pictures as (n, height, width, c).

    >>> resized(np.array([[[[0], [100]], [[100], [200]]]], np.uint8), 1, 1).tolist()
    [[[[100]]]]
    """
    count, old_height, old_width, channels = pictures.shape
    if (old_height, old_width) == (height, width):
        return pictures
    made = np.empty((count, height, width, channels), np.uint8)
    step = max(1, _BLOCK // (old_height * old_width * channels))
    for start in range(0, count, step):
        means = pictures[start : start + step].astype(np.float32)
        sizes = [(1, height), (2, width)]
        if old_width % width == 0:
            # The quickest first: it leaves less for the running sums along the other axis.
            sizes.reverse()
        for axis, size in sizes:
            means = _means(means, axis, size)
        made[start : start + step] = np.rint(means)
    return made


def _means(values: np.ndarray, axis: int, count: int) -> np.ndarray:
    """Return means over ``count`` equal intervals of an axis.

    Where these are no whole numbers of values, the integral up to an edge is interpolated in the
    running sum, and an interval's integral is the difference of two.
    """
    old = values.shape[axis]
    if old == count:
        return values
    before, after = values.shape[:axis], values.shape[axis + 1 :]
    if old % count == 0:
        return np.asarray(values.reshape(*before, count, -1, *after).mean(axis=axis + 1))
    edges = np.linspace(0, old, count + 1)
    whole = np.minimum(edges.astype(np.intp), old - 1)
    part = (edges - whole).astype(np.float32)
    sums = np.zeros_like(values, shape=(*before, old + 1, *after))
    inner = (slice(None),) * axis
    np.cumsum(values, axis=axis, out=sums[(*inner, slice(1, None))])
    wide = part.reshape(-1, *(1,) * (values.ndim - axis - 1))
    integrals = sums.take(whole, axis) + wide * values.take(whole, axis)
    means: np.ndarray = np.diff(integrals, axis=axis) * np.float32(count / old)
    return means


def fitted(height: int, width: int, most: int = LARGEST) -> tuple[int, int]:
    """Return the size of a picture brought down, if need be, to at most ``most`` pixels a side.

    >>> fitted(480, 640), fitted(20, 30)
    ((48, 64), (20, 30))
    """
    scale = most / max(height, width, most)
    return max(1, math.floor(height * scale + 0.5)), max(1, math.floor(width * scale + 0.5))


def framed(pictures: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return (n, h, w, c) uint8 pictures scaled, with their shape kept, into (n, height, width, c).

    What is left on two sides takes the median colour of a picture's border.

    >>> framed(np.zeros((3, 10, 20, 1), np.uint8), 8, 8).shape
    (3, 8, 8, 1)
    """
    count, old_height, old_width, channels = pictures.shape
    scale = min(height / old_height, width / old_width)
    inner = max(1, round(old_height * scale)), max(1, round(old_width * scale))
    edges = np.sort(border(pictures), axis=1)
    frames = np.empty((count, height, width, channels), np.uint8)
    frames[...] = edges[:, edges.shape[1] // 2, np.newaxis, np.newaxis]
    top, left = (height - inner[0]) // 2, (width - inner[1]) // 2
    frames[:, top : top + inner[0], left : left + inner[1]] = resized(pictures, *inner)
    return frames


def border(pictures: np.ndarray) -> np.ndarray:
    """Return the outermost pixels of (n, h, w, c) pictures: (n, pixels, c)."""
    sides = (pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1])
    return np.concatenate(sides, axis=1)
