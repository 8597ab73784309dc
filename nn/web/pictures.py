"""Pictures from arrays: (height, width, 4) uint8, red, green, blue and alpha."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.data.image_csv import SIDE

_PLUS = np.array([230.0, 120.0, 20.0])
_MINUS = np.array([30.0, 110.0, 220.0])


def ink(image: np.ndarray) -> np.ndarray:
    """Return black ink, (height, width) uint8 with 255 for full ink, on transparent paper."""
    rgba = np.zeros((*image.shape, 4), dtype=np.uint8)
    rgba[..., 3] = image
    return rgba


def kernels(kernel: np.ndarray, columns: int, most: int) -> np.ndarray:
    """Return what the first ``most`` units look for, as a grid of SIDE x SIDE pictures.

    Args:
        kernel: (SIDE * SIDE, units). Orange is positive, blue negative, and a unit's largest
            weight is opaque.
        columns: pictures a row; they are one pixel apart.
        most: how many at most.
    """
    count = min(kernel.shape[1], most)
    rows = -(-count // columns)
    weights = kernel[:, :count].T.reshape(count, SIDE, SIDE)
    largest = np.abs(weights).max(axis=(1, 2), keepdims=True)
    strength = np.divide(weights, largest, out=np.zeros_like(weights), where=largest > 0)

    tiles = np.zeros((rows * columns, SIDE + 1, SIDE + 1), dtype=np.float32)
    tiles[:count, :SIDE, :SIDE] = strength
    by_line = tiles.reshape(rows, columns, SIDE + 1, SIDE + 1).swapaxes(1, 2)
    grid = by_line.reshape(rows * (SIDE + 1), columns * (SIDE + 1))

    rgba = np.empty((*grid.shape, 4), dtype=np.uint8)
    rgba[..., :3] = np.where(grid[..., np.newaxis] > 0, _PLUS, _MINUS)
    rgba[..., 3] = np.abs(np.nan_to_num(grid)) * 255
    return rgba


def paint(canvas: Any, rgba: np.ndarray) -> None:
    """Show a picture on a canvas element, which takes its size."""
    from pyscript.js_modules import glue

    glue.paint(canvas, rgba.ravel(), rgba.shape[1], rgba.shape[0])
