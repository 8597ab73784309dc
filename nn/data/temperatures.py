"""Degrees Celsius with the same in Fahrenheit: data that a single linear neuron learns exactly."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from nn.data.dataset import Dataset

T = TypeVar("T", float, np.ndarray)


def fahrenheit(celsius: T) -> T:
    """Return degrees Fahrenheit, ``1.8 · celsius + 32``, for one value or an array of any shape."""
    return 1.8 * celsius + 32


def training_set() -> Dataset:
    """Return 0, 1, ... 99 °C as inputs and the same in °F as targets, both (100, 1) float64."""
    return _from(0.0)


def test_set() -> Dataset:
    """Return 0.5, 1.5, ... 99.5 °C, between those trained on, as :func:`training_set` does."""
    return _from(0.5)


def _from(lowest: float) -> Dataset:
    celsius = np.arange(100.0)[:, np.newaxis] + lowest
    return Dataset(celsius, fahrenheit(celsius))
