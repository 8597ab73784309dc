"""Losses: how wrong an output is, and the gradient that training follows.

``z`` is the output layer before its activation (the logits), ``y`` after it, ``t`` the targets; all
are (n, outputs), or (n, ..., outputs): then a sample's loss is the mean over its rows. A value is
the sum over the n samples, so that values of several batches add up; a gradient is that of the mean
over the batch, as in Keras.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from nn.activations import Activation


class Loss(Protocol):
    name: str
    output_activation: str | None
    """The only output activation that this loss goes with, or None when any will do."""

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        """Return the loss summed over the samples."""

    def check_targets(self, targets: np.ndarray) -> None:
        pass

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        """Write ∂(mean loss)/∂z into ``out``, where ``y = activation(z)``."""


class HalfSquaredError:
    """``½ Σⱼ (yⱼ - tⱼ)²`` a sample, with ``∂/∂yⱼ = yⱼ - tⱼ``: the reference run's loss."""

    name = "half_squared_error"
    output_activation: str | None = None

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        error = (y - t).ravel()
        return 0.5 * float(error @ error) / rows_of(y)

    def check_targets(self, targets: np.ndarray) -> None:
        pass

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        np.subtract(y, t, out=out)
        out *= 1.0 / (len(y) * rows_of(y))
        activation.backward(y, out)


class MeanSquaredError:
    """``(1/k) Σⱼ (yⱼ - tⱼ)²`` a sample of k outputs, with ``∂/∂yⱼ = 2 (yⱼ - tⱼ) / k``."""

    name = "mean_squared_error"
    output_activation: str | None = None

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        error = (y - t).ravel()
        return float(error @ error) / math.prod(y.shape[1:])

    def check_targets(self, targets: np.ndarray) -> None:
        pass

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        np.subtract(y, t, out=out)
        out *= 2.0 / y.size
        activation.backward(y, out)


class BinaryCrossentropy:
    """``-(1/k) Σⱼ [tⱼ log yⱼ + (1 - tⱼ) log(1 - yⱼ)]`` a sample, for sigmoid outputs.

    With ``y = sigmoid(z)`` this is ``(1/k) Σⱼ [log(1 + exp(zⱼ)) - zⱼ tⱼ]``, which never takes the
    logarithm of zero, and the derivative with respect to ``zⱼ`` is just ``(yⱼ - tⱼ) / k``.
    """

    name = "binary_crossentropy"
    output_activation: str | None = "sigmoid"

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        return float((np.logaddexp(0.0, z) - z * t).sum()) / math.prod(z.shape[1:])

    def check_targets(self, targets: np.ndarray) -> None:
        pass

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        np.subtract(y, t, out=out)
        out *= 1.0 / y.size


class CategoricalCrossentropy:
    """``-Σⱼ tⱼ log yⱼ`` a sample, for softmax outputs and targets that sum to 1.

    With ``y = softmax(z)`` this is ``log Σⱼ exp(zⱼ) - Σⱼ tⱼ zⱼ``, which never takes the logarithm
    of zero, and the derivative with respect to ``zⱼ`` is just ``yⱼ - tⱼ``.
    """

    name = "categorical_crossentropy"
    output_activation: str | None = "softmax"

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        shifted = z - z.max(axis=-1, keepdims=True)
        log_sums = np.log(np.exp(shifted).sum(axis=-1))
        return float(log_sums.sum() - np.vdot(t, shifted)) / rows_of(z)

    def check_targets(self, targets: np.ndarray) -> None:
        pass

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        np.subtract(y, t, out=out)
        out *= 1.0 / (len(y) * rows_of(y))


def rows_of(y: np.ndarray) -> int:
    """Return how many rows a sample of (n, ..., outputs) has: 1, or the pixels of a picture."""
    return math.prod(y.shape[1:-1])


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        HalfSquaredError(),
        MeanSquaredError(),
        BinaryCrossentropy(),
        CategoricalCrossentropy(),
    )
}


def named(name: str) -> Loss:
    from nn.names import lookup

    return lookup(
        "loss", LOSSES, {"mse": "mean_squared_error", "mae": "mean_absolute_error"}.get(name, name)
    )
