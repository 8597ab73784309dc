"""Figures that say how good predictions are."""

from __future__ import annotations

import numpy as np


def accuracy(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Return the share of predicted classes that are right, between 0 and 1.

    Args:
        labels: (n,) true classes.
        predicted: (n,) predicted classes.

    >>> accuracy(np.array([0, 1, 1]), np.array([0, 1, 0])).__round__(2)
    0.67
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

    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 1, 0]), classes=2).tolist()
    [[1, 0], [1, 1]]
    """
    if len(labels) != len(predicted):
        raise ValueError(f"{len(labels)} labels but {len(predicted)} predictions")
    cells = np.asarray(labels, dtype=np.intp) * classes + np.asarray(predicted, dtype=np.intp)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def bits_per_character(loss: float) -> float:
    """Return a mean categorical cross-entropy in bits: what a file would take for each character.

    >>> bits_per_character(2 * np.log(2)).__round__(6)
    2.0
    """
    return float(loss / np.log(2))


def perplexity(loss: float) -> float:
    """Return ``exp(loss)``: how many equally likely characters would be as hard to guess from.

    >>> perplexity(np.log(27)).__round__(6)
    27.0
    """
    return float(np.exp(loss))


def r2_score(targets: np.ndarray, predicted: np.ndarray) -> float:
    """Return R², the share of the targets' variance that predictions explain.

    R² = 1 - Σ(t - y)² / Σ(t - mean(t))²: 1 for perfect predictions, 0 for always predicting the
    mean, below 0 for worse. Where all targets are equal, which leaves it undefined, it is 1 for
    perfect predictions and otherwise 0, as in scikit-learn.

    Args:
        targets: (n,) or (n, 1) true values.
        predicted: predicted values, of the same shape.
    """
    if targets.shape != predicted.shape:
        raise ValueError(f"targets of shape {targets.shape} but predictions of {predicted.shape}")
    if targets.size == 0 or targets.size != len(targets):
        raise ValueError(f"R² needs one value for each of some samples, got {targets.shape}")
    true = targets.astype(np.float64)
    residual = float(np.square(true - predicted).sum())
    total = float(np.square(true - true.mean()).sum())
    if total == 0:
        return 1.0 if residual == 0 else 0.0
    return 1 - residual / total


def predicted_classes(
    outputs: np.ndarray, target_range: tuple[float, float] = (0.0, 1.0)
) -> np.ndarray:
    """Return the class that each row of outputs stands for: (n, ...).

    Args:
        outputs: (n, ..., k), of which the largest says the class; or (n, ..., 1), which says the
            second of two above the middle of the targets.
        target_range: the targets of a class that is not, and one that is, the answer.

    >>> predicted_classes(np.array([[0.2, 0.8], [0.6, 0.4]])).tolist()
    [1, 0]
    >>> predicted_classes(np.array([[0.5], [0.1]]), (-1.0, 1.0)).tolist()
    [1, 1]
    """
    if outputs.shape[-1] > 1:
        return np.asarray(outputs.argmax(axis=-1))
    off, on = target_range
    above = outputs[..., 0] > (off + on) / 2
    return np.asarray(above if on > off else ~above, dtype=np.intp)
