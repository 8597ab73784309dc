"""Inputs and targets as users have them, made a data set for a network."""

from __future__ import annotations

import numpy as np

from nn.data.dataset import Dataset


def dataset_of(
    x: np.ndarray, y: np.ndarray, output_shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> Dataset:
    """Return the data set of inputs and targets for a network of ``output_shape``.

    Args:
        x: (n, *shape) inputs; all but uint8 become ``dtype``.
        y: (n,) labels, whole numbers or booleans, or (n, steps) where the network answers at each
            step, -1 for steps without one; or (n, outputs) targets, of which rows of whole numbers
            with a single 1 are labels too. For a single output, whole numbers other than 0 and 1
            are numbers to predict.
        output_shape: of the network.
        dtype: of the network.

    Raises:
        ValueError: they do not go together.

    >>> dataset_of(np.zeros((2, 3)), np.array([0, 1]), (2,), np.dtype("float32")).classes
    2
    """
    x, y = np.asarray(x), np.asarray(y)
    if x.dtype != np.uint8:
        x = x.astype(dtype, copy=False)
    column = y[:, 0] if y.shape[1:] == (1,) else y
    if np.issubdtype(y.dtype, np.floating):
        return Dataset(x, y[:, np.newaxis] if y.ndim == 1 else y)
    if y.dtype != np.bool_ and not np.issubdtype(y.dtype, np.integer):
        raise ValueError(f"targets must be numbers or booleans, not {y.dtype}")
    if len(output_shape) > 1 and y.shape[1:] == output_shape[:-1]:
        return Dataset(x, y.astype(np.intp), classes=max(2, output_shape[-1]))
    if column.ndim == 1:
        labels = column.astype(np.intp)
        if output_shape != (1,) or not np.any(labels >> 1):
            return Dataset(x, labels, classes=max(2, output_shape[-1]))
        return Dataset(x, column[:, np.newaxis].astype(dtype))
    one_hot = y.ndim == 2 and np.all((y == 0) | (y == 1)) and np.all(y.sum(axis=1) == 1)
    if one_hot and y.shape[1:] == output_shape:
        return Dataset(x, y.argmax(axis=1), classes=y.shape[1])
    return Dataset(x, y.astype(dtype))
