"""Figures that say how good predictions are."""

from __future__ import annotations

import numpy as np


def accuracy(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Return the share of predicted classes that are right, between 0 and 1.

    Args:
        labels: (n,) true classes.
        predicted: (n,) predicted classes.
    """
    if len(labels) != len(predicted):
        raise ValueError(f"{len(labels)} labels but {len(predicted)} predictions")
    if len(labels) == 0:
        raise ValueError("accuracy needs at least one sample")
    return float(np.mean(np.asarray(labels) == np.asarray(predicted)))


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Count how often class i (row) was taken for class j (column).

    Args:
        labels: (n,) true classes, 0 to ``classes - 1``.
        predicted: (n,) predicted classes, 0 to ``classes - 1``.

    Returns:
        (classes, classes) counts; the diagonal holds the right answers.
    """
    if len(labels) != len(predicted):
        raise ValueError(f"{len(labels)} labels but {len(predicted)} predictions")
    cells = np.asarray(labels, dtype=np.intp) * classes + np.asarray(predicted, dtype=np.intp)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
