"""Pictures turned and mirrored: EMNIST's, for one, lie on their side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nn.data.dataset import Dataset


def turned_pictures(pictures: np.ndarray, turns: int, mirrored: bool = False) -> np.ndarray:
    """Return (n, height, width, channels) turned, and then mirrored if need be.

    Args:
        pictures: any type.
        turns: quarters of a turn to the right.
        mirrored: whether left and right are exchanged.

    >>> pictures = np.array([[[[1], [2]], [[3], [4]]]])
    >>> turned_pictures(pictures, 1)[0, :, :, 0].tolist()
    [[3, 1], [4, 2]]
    >>> turned_pictures(pictures, 0, mirrored=True)[0, :, :, 0].tolist()
    [[2, 1], [4, 3]]
    """
    made = np.rot90(pictures, -turns, axes=(1, 2))
    return np.ascontiguousarray(made[:, :, ::-1] if mirrored else made)


def turned(data: Dataset, turns: int = 0, mirrored: bool = False) -> Dataset:
    """Return a data set whose pictures are turned, and then mirrored if need be.

    Args:
        data: of pictures.
        turns: quarters of a turn to the right.
        mirrored: whether left and right are exchanged.

    >>> data = Dataset(np.zeros((1, 20, 30, 1), np.uint8), np.array([0]), 2)
    >>> turned(data, 1).inputs.shape
    (1, 30, 20, 1)
    """
    return replace(data, inputs=turned_pictures(data.inputs, turns, mirrored))
