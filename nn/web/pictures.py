"""Pictures from arrays: (height, width, 4) uint8, red, green, blue and alpha."""

from __future__ import annotations

from typing import Any

import numpy as np

_PLUS = np.array([230.0, 120.0, 20.0])
_MINUS = np.array([30.0, 110.0, 220.0])
_GREY, _FAINT = 128.0, 0.35


def ink(image: np.ndarray) -> np.ndarray:
    """Return black ink, (height, width) uint8 with 255 for full ink, on transparent paper."""
    rgba = np.zeros((*image.shape, 4), dtype=np.uint8)
    rgba[..., 3] = image
    return rgba


def shown(image: np.ndarray) -> np.ndarray:
    """Return a picture of data, (height, width, channels) uint8: its ink, or its colours."""
    if image.shape[2] == 1:
        return ink(image[..., 0])
    opaque = np.full((*image.shape[:2], 1), 255, np.uint8)
    return np.concatenate([image, opaque], axis=2)


def tiles(images: np.ndarray, columns: int) -> np.ndarray:
    """Return pictures of numbers side by side, in rows, one pixel apart.

    Args:
        images: (n, height, width). Orange is positive, blue negative, and the largest number of
            each image is opaque.
        columns: pictures a row.
    """
    count, height, width = images.shape
    rows = -(-count // columns)
    largest = np.abs(images).max(axis=(1, 2), keepdims=True)
    strength = np.divide(images, largest, out=np.zeros_like(images), where=largest > 0)

    spread = np.zeros((rows * columns, height + 1, width + 1), dtype=np.float32)
    spread[:count, :height, :width] = strength
    by_line = spread.reshape(rows, columns, height + 1, width + 1).swapaxes(1, 2)
    grid = by_line.reshape(rows * (height + 1), columns * (width + 1))

    rgba = np.empty((*grid.shape, 4), dtype=np.uint8)
    rgba[..., :3] = np.where(grid[..., np.newaxis] > 0, _PLUS, _MINUS)
    rgba[..., 3] = np.abs(np.nan_to_num(grid)) * 255
    return rgba


def pulled(image: np.ndarray, pulls: np.ndarray, largest: float) -> np.ndarray:
    """Return a picture in faint grey, with warm ink on what spoke for an answer, cold against.

    Args:
        image: (height, width, channels) uint8.
        pulls: (height, width); those of the size ``largest`` are opaque.
        largest: above 0, or nothing is coloured.
    """
    grey = _FAINT * image.mean(axis=2) / 255
    over = np.clip(np.abs(np.nan_to_num(pulls)) / largest, 0, 1) if largest > 0 else 0 * grey
    alpha = over + grey * (1 - over)
    ink = np.where(pulls[..., np.newaxis] > 0, _PLUS, _MINUS)
    share = np.divide(over, alpha, out=np.zeros_like(alpha), where=alpha > 0)[..., np.newaxis]
    rgba = np.empty((*image.shape[:2], 4), np.uint8)
    rgba[..., :3] = share * ink + (1 - share) * _GREY
    rgba[..., 3] = 255 * alpha
    return rgba


def stacked(pictures: list[np.ndarray], gap: int) -> np.ndarray:
    """Return pictures below each other, ``gap`` pixels apart, the narrower ones made wider.

    Each is magnified by a whole number, as far as it fits.
    """
    width = max(picture.shape[1] for picture in pictures)
    parts = []
    for picture in pictures:
        times = max(1, width // picture.shape[1])
        large = picture.repeat(times, axis=0).repeat(times, axis=1)
        rest = width - large.shape[1]
        parts.append(np.pad(large, ((0, gap), (0, rest), (0, 0))))
    return np.concatenate(parts)[:-gap]


def paint(canvas: Any, rgba: np.ndarray) -> None:
    """Show a picture on a canvas element, which takes its size."""
    from pyscript.js_modules import glue

    glue.paint(canvas, rgba.ravel(), rgba.shape[1], rgba.shape[0])
