"""The same small picture seen a little differently, many times over."""

from __future__ import annotations

import numpy as np

from nn.data import affine

_CHANGES = (
    # turned by degrees; sides multiplied across, down; leaning; moved right, down, in pixels
    (0, 1, 1, 0, 0, 0),
    (10, 1, 1, 0, 0, 0),
    (-10, 1, 1, 0, 0, 0),
    (20, 1, 1, 0, 0, 0),
    (-20, 1, 1, 0, 0, 0),
    (8, 1, 1.2, -0.1, -1, 1),
    (0, 1.12, 1.12, 0, 0, 0),
    (0, 1.3, 1.3, 0, 0, 0),
    (0, 0.9, 0.9, 0, 0, 0),
    (0, 1.15, 0.95, 0, 0, 0),
    (0, 0.85, 1, 0, 0, 0),
    (0, 1, 1, 0.2, 0, 0),
    (0, 1, 1, -0.2, 0, 0),
    (0, 1.2, 1, 0.15, 1, 1),
    (0, 1, 1, 0, 2, 0),
    (0, 1, 1, 0, 0, 2),
    (0, 1, 1, 0, -2, -2),
)
COUNT = len(_CHANGES)


def views(image: np.ndarray) -> np.ndarray:
    """Return a picture turned, stretched, leaning and moved, by little enough to stay what it is.

    Args:
        image: (height, width) or (height, width, channels), uint8, 0 for background.

    Returns:
        (17, height, width, channels) uint8, the first of them the picture itself.

    Example:
        >>> views(np.zeros((28, 28), np.uint8)).shape
        (17, 28, 28, 1)
    """
    picture = image if image.ndim == 3 else image[..., np.newaxis]
    height, width = picture.shape[:2]
    maps = np.stack([_map(change, height, width) for change in _CHANGES])
    return affine.warp(np.repeat(picture[np.newaxis], COUNT, axis=0), maps)


def _map(change: tuple[float, ...], height: int, width: int) -> np.ndarray:
    """Where each pixel of a view comes from, as :mod:`nn.data.affine` takes it."""
    degrees, across, down, leaning, right, below = change
    turn = np.radians(degrees)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = turned @ np.array([[1, leaning], [0, 1]]) @ np.diag([across, down])
    middle = np.array([width / 2, height / 2])
    moved = middle - matrix @ middle + np.array([right, below])
    places: np.ndarray = np.rint(np.column_stack([matrix, moved]) * affine.ONE)
    return places.astype(np.int32)
