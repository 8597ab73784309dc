"""Pictures that are moved, turned and zoomed, in whole numbers: the same on every machine.

:func:`nn.engine.warp` does it, here with NumPy or by the kernel in
:mod:`nn.engine.wasm.kernels.augment`; both compute what this page defines, to the last bit.

A picture's map is a 2x3 matrix that says for each pixel of the result, with ``x`` columns to its
left and ``y`` rows above it, where in the picture to look::

    across = map[0, 0] · x + map[0, 1] · y + map[0, 2]
    down   = map[1, 0] · x + map[1, 1] · y + map[1, 2]

It is in fixed point: 65,536 is one pixel. The position is rounded to 1/256 of a pixel and the four
pixels around it, of which those beyond the edge are 0, are mixed by bilinear interpolation: with
``u``, ``v`` the 256ths by which it lies right of and below the first of them ::

    top    = 256 · p00 + u · (p01 - p00)
    bottom = 256 · p10 + u · (p11 - p10)
    value  = (256 · top + v · (bottom - top) + 32,768) >> 16
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ONE = 1 << 16
"""One pixel, in a map."""

HALF_STEP = ONE >> 9
"""Half of 1/256 of a pixel: added before a position is cut off, it rounds."""

FURTHEST = (1 << 15) - 4
"""Pixels from the first one, in any direction, that a map may look at: further ones do not fit."""

_BLOCK = 1 << 15
"""Pixels worked on at a time: few enough for the caches, enough that Python does not count."""


def warp(pictures: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Return what the maps make of pictures, with NumPy.

    Args:
        pictures: (n, height, width, channels) uint8.
        maps: (n, 2, 3) int32. Positions further than :data:`FURTHEST` from the first pixel may be
            taken for others.

    Returns:
        A new array like ``pictures``.
    """
    n, height, width, channels = pictures.shape
    result = np.empty(pictures.shape, dtype=np.uint8)
    step = max(1, _BLOCK // max(1, height * width))
    # Two pixels of zeros on each side: all four that are mixed may lie beyond the edge.
    padded = np.zeros((min(n, step), height + 4, width + 4), dtype=np.uint32)
    for start in range(0, n, step):
        block = slice(start, start + step)
        corners, u, v = _positions(maps[block], padded.shape[1:])
        for channel in range(channels):
            plane = padded[: len(corners)]
            plane[:, 2:-2, 2:-2] = pictures[block, ..., channel]
            # Each pixel with the one below it, in the two halves of a number: both are mixed with
            # what is right of them at once.
            pairs = (plane[:, :-1] | plane[:, 1:] << 16).ravel()
            left = pairs.take(corners)
            mixed = (left << 8) + (pairs[1:].take(corners) - left) * u
            top, bottom = mixed & 0xFFFF, mixed >> 16
            result[block, ..., channel] = (top << 8) + (bottom - top) * v + 0x8000 >> 16
    return result


def _positions(
    maps: NDArray[np.int32], padded: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each pixel of the result the first of the four that are mixed, and u and v.

    The first one is an index into all pictures, padded, each without its last row.
    """
    height, width = padded
    x = np.arange(width - 4, dtype=np.int32)
    y = np.arange(height - 4, dtype=np.int32)[:, None]
    across, down = (
        line[:, 0] * x + line[:, 1] * y + (line[:, 2] + np.int32(ONE + HALF_STEP))
        for line in (maps[:, i, :, None, None] for i in range(2))
    )
    # All that lie on or beyond the outer border are as good as those on it.
    column = (across >> 16).clip(-1, width - 3)
    row = (down >> 16).clip(-1, height - 3)
    first = (np.arange(len(maps), dtype=np.intp)[:, None, None] * (height - 1) + 1) * width + 1
    corners = row * np.intp(width) + column + first
    u, v = ((position >> 8 & 0xFF).view(np.uint32) for position in (across, down))
    return corners, u, v
