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
        means = _means(_means(means, 1, height), 2, width)
        made[start : start + step] = np.rint(means)
    return made


def _means(values: np.ndarray, axis: int, count: int) -> np.ndarray:
    """Return means over ``count`` equal intervals of an axis.

    The integral up to an edge is interpolated in the running sum, and an interval's integral is
    the difference of two.
    """
    old = values.shape[axis]
    if old == count:
        return values
    edges = np.linspace(0, old, count + 1)
    whole = np.minimum(edges.astype(np.intp), old - 1)
    part = (edges - whole).astype(np.float32)
    sums = np.zeros_like(values, shape=(*values.shape[:axis], old + 1, *values.shape[axis + 1 :]))
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


def framed(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return an (h, w, c) uint8 picture scaled, with its shape kept, into (height, width, c).

    What is left on two sides takes the colour that its border has most often.

    >>> framed(np.zeros((10, 20, 1), np.uint8), 8, 8).shape
    (8, 8, 1)
    """
    old_height, old_width, channels = picture.shape
    scale = min(height / old_height, width / old_width)
    inner = max(1, round(old_height * scale)), max(1, round(old_width * scale))
    paper = np.median(border(picture[np.newaxis])[0], axis=0).astype(np.uint8)
    frame = np.empty((height, width, channels), np.uint8)
    frame[...] = paper
    top, left = (height - inner[0]) // 2, (width - inner[1]) // 2
    frame[top : top + inner[0], left : left + inner[1]] = resized(picture[np.newaxis], *inner)[0]
    return frame


def border(pictures: np.ndarray) -> np.ndarray:
    """Return the outermost pixels of (n, h, w, c) pictures: (n, pixels, c)."""
    sides = (pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1])
    return np.concatenate(sides, axis=1)
