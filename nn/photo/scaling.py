"""A photo brought to the size in which digits are looked for."""

from __future__ import annotations

import numpy as np

LONGEST = 800
SHORTEST = 240
"""Pixels of the longer side, at most and at least."""


def reduced(photo: np.ndarray, longest: int = LONGEST) -> tuple[np.ndarray, int]:
    """Return a photo made smaller by a whole number, and that number.

    Each pixel of the result is the mean of a square of pixels; what is left over at the right and
    at the bottom is cut off.

    Args:
        photo: (height, width) or (height, width, channels), uint8.
        longest: pixels of the longer side of the result, at most.

    Example:
        >>> small, times = reduced(np.zeros((1600, 30, 3), np.uint8))
        >>> small.shape, times
        ((800, 15, 3), 2)
    """
    times = -(-max(photo.shape[:2]) // longest)
    height, width = (max(1, side // times) for side in photo.shape[:2])
    if times == 1:
        return photo, 1
    total = np.zeros((height, width, *photo.shape[2:]), np.uint32)
    used = photo[: height * times, : width * times]
    count = 0
    # A sample of each square will do: up to 4 x 4 of its pixels.
    step = max(1, times // 4)
    for down in range(0, min(times, len(used)), step):
        for across in range(0, min(times, used.shape[1]), step):
            total += used[down::times, across::times][:height, :width]
            count += 1
    return (total // count).astype(np.uint8), times


def enlarged(image: np.ndarray, shortest: int = SHORTEST) -> tuple[np.ndarray, int]:
    """Return a picture made larger by a whole number, and that number, with bilinear steps.

    Args:
        image: (height, width) float32.
        shortest: pixels of the longer side of the result, at least.

    Example:
        >>> large, times = enlarged(np.zeros((28, 28), np.float32))
        >>> large.shape, times
        ((252, 252), 9)
    """
    times = -(-shortest // max(image.shape))
    if times <= 1:
        return image, 1
    for _ in range(2):
        places = (np.arange(len(image) * times) + 0.5) / times - 0.5
        below = np.clip(np.floor(places).astype(np.intp), 0, max(0, len(image) - 2))
        above = np.minimum(below + 1, len(image) - 1)
        part = np.clip(places - below, 0, 1).astype(np.float32)[:, np.newaxis]
        image = (image[below] * (1 - part) + image[above] * part).T
    return image, times
