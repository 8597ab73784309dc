"""Numerical gradients, to check backpropagation against."""

from __future__ import annotations

import numpy as np

from nn.datasets.dataset import Dataset
from nn.model import Sequential


def backpropagated_gradient(model: Sequential, data: Dataset) -> np.ndarray:
    """Return ∂(mean loss + penalty)/∂parameters, flat, over all of ``data`` by backpropagation."""
    model.check_fit(data)
    model.program.gradients(data, np.arange(len(data)))
    return model.gradients.copy()


def numerical_gradient(model: Sequential, data: Dataset, step: float = 1e-5) -> np.ndarray:
    """Return the same gradient by nudging each parameter up and down by ``step``.

    ``(L(w + h) - L(w - h)) / 2h``, whose error shrinks with h². It takes two passes over the data
    for every parameter, and a network of dtype "float64" to be accurate.
    """
    model.check_fit(data)
    parameters = model.parameters
    gradient = np.empty_like(parameters)
    for i, value in enumerate(parameters.copy()):
        parameters[i] = value + step
        above = _mean_loss(model, data)
        parameters[i] = value - step
        below = _mean_loss(model, data)
        parameters[i] = value
        gradient[i] = (above - below) / (2 * step)
    return gradient


def relative_difference(a: np.ndarray, b: np.ndarray) -> float:
    """Return ``‖a - b‖ / (‖a‖ + ‖b‖)``, 0 for equal gradients and 1 for opposite ones."""
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / scale) if scale else 0.0


def _mean_loss(model: Sequential, data: Dataset) -> float:
    totals, _ = model.program.evaluate(data, 0, len(data))
    return totals.loss / len(data) + model.penalty()
