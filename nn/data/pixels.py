"""What numbers make pictures: how many of them, in which range, in which order."""

from __future__ import annotations

import math

import numpy as np

from nn.layers import Shape

SMALLEST, LARGEST = 5, 64
"""Pixels a side of pictures that arrive as rows of numbers; pictures of more are scaled down."""

_FEW_LEVELS = 16
_SIXTEEN_BITS = 65_535
_FURTHEST = 100.0
_SAMPLE = 500
_CLEARLY = 0.8

SIZES = f"{SMALLEST}x{SMALLEST} to {LARGEST}x{LARGEST}, grey or in three colours"


def square(count: int) -> Shape | None:
    """Return the shape of the square picture with so many numbers, or None if there is none.

    >>> square(784), square(3072), square(785), square(-1)
    ((28, 28, 1), (32, 32, 3), None, None)
    """
    if count < 1:
        return None
    for channels in (1, 3):
        side = math.isqrt(count // channels)
        if side * side * channels == count and SMALLEST <= side <= LARGEST:
            return side, side, channels
    return None


def to_pixels(values: np.ndarray) -> tuple[np.ndarray, str]:
    """Return numbers of any usual range as uint8, and what was assumed of the range, if anything.

    Whole numbers up to 255 stay what they are, unless all are 0 or 1, or many pictures, along the
    first axis, have no more than 16 shades. Fractions up to 1 are shares of 255.

    Raises:
        ValueError: there are none, some are not finite, or they are too far apart for pixels.

    >>> to_pixels(np.array([[0.0, 0.2, 1.0]]))
    (array([[  0,  51, 255]], dtype=uint8), 'pixels from 0 to 1 were made 0 to 255')
    """
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255), ""
    if not (np.issubdtype(values.dtype, np.integer) or np.issubdtype(values.dtype, np.floating)):
        raise ValueError(f"the pixels are {values.dtype}; expected numbers")
    if not values.size:
        raise ValueError("there are no pixels")
    low, high = float(values.min()), float(values.max())
    if not math.isfinite(low - high):
        raise ValueError("a pixel is not a finite number; expected 0 to 255, or 0 to 1")
    whole = np.issubdtype(values.dtype, np.integer) or bool((values == np.rint(values)).all())
    top = _top(high, whole, len(values))
    if low < 0:
        if whole and (low, high) != (-1, 1) or low < -_FURTHEST or high > _FURTHEST:
            raise ValueError(f"pixels go from {low:g} to {high:g}; expected 0 to 255, or 0 to 1")
        low, top = (-1.0, 1.0) if low >= -1 and high <= 1 else (low, high)
    elif whole and top == 255:
        return values.astype(np.uint8, copy=False), ""
    elif high > _SIXTEEN_BITS:
        raise ValueError(f"pixels go up to {high:g}; expected 0 to 255, or 0 to 1")
    else:
        low = 0.0
    scaled = np.empty(values.shape, np.uint8)
    # A block at a time: as floating numbers all of them would take much memory.
    for start in range(0, len(values), _SAMPLE):
        block = values[start : start + _SAMPLE].astype(np.float32)
        scaled[start : start + _SAMPLE] = np.rint((block - low) * (255 / (top - low)))
    if top == 255:
        return scaled, ""
    return scaled, f"pixels from {low:.3g} to {top:.5g} were made 0 to 255"


def _top(high: float, whole: bool, count: int) -> float:
    """Return what the highest pixel could have been."""
    if not whole:
        return 1.0 if high <= 1 else 255.0 if high <= 255 else float(_SIXTEEN_BITS)
    if high == 1:
        return 1.0
    if 1 < high <= _FEW_LEVELS and count >= 10:
        return float(_FEW_LEVELS)
    return 255.0 if high <= 255 else float(_SIXTEEN_BITS)


def arranged(rows: np.ndarray, shape: Shape) -> tuple[np.ndarray, str]:
    """Return (n, numbers) rows as (n, *shape) pictures, and what was assumed of their colours.

    Three colours come pixel by pixel, or one whole picture a colour. In the right order neighbours
    are the more alike.

    >>> arranged(np.arange(25)[np.newaxis], (5, 5, 1))[0].shape
    (1, 5, 5, 1)
    """
    height, width, channels = shape
    if channels == 1:
        return rows.reshape(-1, *shape), ""
    mixed = rows.reshape(-1, *shape)
    apart = rows.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)
    if _roughness(apart) < _CLEARLY * _roughness(mixed):
        return np.ascontiguousarray(apart), "the three colours are taken to come one after another"
    return mixed, "each pixel is taken to be three numbers: red, green, blue"


def _roughness(pictures: np.ndarray) -> float:
    some = pictures[:: max(1, len(pictures) // _SAMPLE)].astype(np.float32)
    return float(np.abs(np.diff(some, axis=1)).mean() + np.abs(np.diff(some, axis=2)).mean())


def channels_last(array: np.ndarray) -> np.ndarray | None:
    """Return an array of pictures as (n, height, width, channels), or None if it holds none.

    It may be (n, h, w), (n, h, w, 1 or 3), (n, 1 or 3, h, w), or (n, numbers) of square pictures.

    >>> channels_last(np.zeros((2, 3, 32, 32))).shape, channels_last(np.zeros((2, 7)))
    ((2, 32, 32, 3), None)
    """
    if array.ndim == 2:
        shape = square(array.shape[1])
        return None if shape is None else arranged(array, shape)[0]
    if array.ndim == 3 and min(array.shape[1:]) > 1:
        return array[..., np.newaxis]
    if array.ndim == 4 and array.shape[3] in (1, 3):
        return array
    if array.ndim == 4 and array.shape[1] in (1, 3):
        return np.ascontiguousarray(array.transpose(0, 2, 3, 1))
    if array.ndim == 4 and array.shape[3] == 4:
        return np.ascontiguousarray(array[..., :3])
    return None
