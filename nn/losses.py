"""Losses: how wrong an output is, and the gradient that training follows.

``z`` is the output layer before its activation (the logits), ``y`` after it, ``t`` the targets; all
are (n, outputs), or (n, ..., outputs) where a sample has outputs at several positions, such as one
a time step: then its loss is the mean over its positions. A value is the sum over the samples, so
that values of several batches add up; a gradient is that of the mean over the batch, as in Keras.

Example:
    >>> z, t = np.array([[0.5, 1.0]]), np.array([[0.0, 0.25]])
    >>> named("mse").value(z, z, t)
    0.40625
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NoReturn, Protocol

import numpy as np

from nn.activations import Activation, SlicedActivation
from nn.names import lookup
from nn.sliced import parts_of, slices, written

SUM_TOLERANCE = 1e-3
"""How far from 1 the targets of a distribution may add up to, for want of digits."""


class Loss(Protocol):
    """What every loss has. A loss of one's own is derived from this class, or has all of it."""

    name: str
    output_activation: str | None
    """The only output activation that this loss goes with, or None when any will do."""

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        """Return the loss summed over the samples.

        Args:
            z: (n, ..., outputs), before the output activation.
            y: the same after it.
            t: targets, of the same shape.
        """

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        """Write ∂(mean loss)/∂z into ``out``, where ``y = activation(z)``; all are of one shape."""

    def check_targets(self, targets: np.ndarray) -> None:
        """Refuse what is no target for this loss; most take any number.

        Args:
            targets: (n, ..., outputs) numbers, of which one call sees a whole data set; labels
                need no check.

        Raises:
            ValueError: naming the first sample, from 1, that this loss is not meant for.
        """
        return


class HalfSquaredError(Loss):
    """``½ Σⱼ (yⱼ - tⱼ)²`` a sample, with ``∂/∂yⱼ = yⱼ - tⱼ``: the reference run's loss.

    Example:
        >>> y, t = np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]])
        >>> HalfSquaredError().value(y, y, t)
        2.5
    """

    name = "half_squared_error"
    output_activation: str | None = None

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        error = (y - t).ravel()
        return 0.5 * float(error @ error) / positions(y)

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        np.subtract(y, t, out=out)
        out *= 1.0 / (len(y) * positions(y))
        activation.backward(y, out)


class MeanSquaredError(Loss):
    """``(1/k) Σⱼ (yⱼ - tⱼ)²`` a sample of k outputs, with ``∂/∂yⱼ = 2 (yⱼ - tⱼ) / k``.

    Example:
        >>> y, t = np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]])
        >>> MeanSquaredError().value(y, y, t)
        2.5
    """

    name = "mean_squared_error"
    output_activation: str | None = None

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        error = (y - t).ravel()
        return float(error @ error) / math.prod(y.shape[1:])

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        np.subtract(y, t, out=out)
        out *= 2.0 / y.size
        activation.backward(y, out)


class MeanAbsoluteError(Loss):
    """``(1/k) Σⱼ |yⱼ - tⱼ|`` a sample of k outputs, with ``∂/∂yⱼ = sign(yⱼ - tⱼ) / k``.

    It minds outliers less than squared errors do: one pulls as hard as any other sample.

    Example:
        >>> y, t = np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]])
        >>> MeanAbsoluteError().value(y, y, t)
        1.5
    """

    name = "mean_absolute_error"
    output_activation: str | None = None

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        return float(np.abs(y - t).sum()) / math.prod(y.shape[1:])

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        np.subtract(y, t, out=out)
        np.sign(out, out=out)
        out *= 1.0 / y.size
        activation.backward(y, out)


class BinaryCrossentropy(Loss):
    """``-(1/k) Σⱼ [tⱼ log yⱼ + (1 - tⱼ) log(1 - yⱼ)]`` a sample, for sigmoid outputs.

    With ``y = sigmoid(z)`` this is ``(1/k) Σⱼ [log(1 + exp(zⱼ)) - zⱼ tⱼ]``, which never takes the
    logarithm of zero, and the derivative with respect to ``zⱼ`` is just ``(yⱼ - tⱼ) / k``.

    Example:
        >>> y, t = np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]])
        >>> f"{BinaryCrossentropy().value(np.zeros((1, 2)), y, t):.4f}"  # log 2
        '0.6931'
        >>> BinaryCrossentropy().check_targets(np.array([[0.0, 1.0], [0.5, 1.5]]))
        Traceback (most recent call last):
        ValueError: sample 2 has a target of 1.5; binary_crossentropy needs targets from 0 to 1
    """

    name = "binary_crossentropy"
    output_activation: str | None = "sigmoid"

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        return float((np.logaddexp(0.0, z) - z * t).sum()) / math.prod(z.shape[1:])

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        np.subtract(y, t, out=out)
        out *= 1.0 / y.size

    def check_targets(self, targets: np.ndarray) -> None:
        wrong = ~((targets >= 0) & (targets <= 1))
        if wrong.any():
            _refuse(targets, wrong, f"{self.name} needs targets from 0 to 1")


class CategoricalCrossentropy(Loss):
    """``-Σⱼ tⱼ log yⱼ`` a sample, for softmax outputs and targets that sum to 1.

    With ``y = softmax(z)`` this is ``log Σⱼ exp(zⱼ) - Σⱼ tⱼ zⱼ``, which never takes the logarithm
    of zero, and the derivative with respect to ``zⱼ`` is just ``yⱼ - tⱼ``. Both hold only where
    the targets sum to 1.

    Example:
        >>> z, t = np.log([[1.0, 1.0, 2.0]]), np.array([[0.0, 0.0, 1.0]])
        >>> loss = CategoricalCrossentropy()
        >>> f"{loss.value(z, np.exp(z) / 4, t):.4f}"  # -log ½
        '0.6931'
        >>> loss.check_targets(np.array([[0.5, 0.5], [1.0, 1.0]]))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ValueError: the targets of sample 2 sum to 2; each row must be a distribution that ...
    """

    name = "categorical_crossentropy"
    output_activation: str | None = "softmax"

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        shifted = z - z.max(axis=-1, keepdims=True)
        log_sums = np.log(np.exp(shifted).sum(axis=-1))
        return float(log_sums.sum() - np.vdot(t, shifted)) / positions(z)

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        np.subtract(y, t, out=out)
        out *= 1.0 / (len(y) * positions(y))

    def check_targets(self, targets: np.ndarray) -> None:
        expected = (
            "each row must be a distribution that sums to 1; "
            "use binary_crossentropy for independent outputs"
        )
        wrong = ~(targets >= 0)
        if wrong.any():
            _refuse(targets, wrong, expected)
        sums = targets.sum(axis=-1, dtype=np.float64)
        wrong = ~(np.abs(sums - 1) <= SUM_TOLERANCE)
        if wrong.any():
            index = _first(wrong)
            raise ValueError(f"the targets of {_shown(index)} sum to {sums[index]:g}; {expected}")


class SlicedLoss(Loss):
    """``Σ Lₛ``: the sum of losses, each of a slice of the outputs; see :mod:`nn.sliced`.

    So each question that a network answers counts once, however many outputs its answer takes. The
    output activation is each loss's own, and linear for those that go with any.

    Args:
        parts: each a loss, and of how many outputs it is.

    Example:
        >>> loss = named("categorical_crossentropy(2)+mean_squared_error(1)")
        >>> loss.output_activation
        'softmax(2)+linear(1)'
        >>> z, t = np.array([[0.0, 0.0, 3.0]]), np.array([[1.0, 0.0, 1.0]])
        >>> f"{loss.value(z, np.array([[0.5, 0.5, 3.0]]), t):.4f}"  # log 2 + 2²
        '4.6931'
    """

    def __init__(self, parts: Sequence[tuple[Loss, int]]) -> None:
        self.parts = tuple(loss for loss, _ in parts)
        self.slices = tuple(slices(width for _, width in parts))
        self.name = written((loss.name, width) for loss, width in parts)
        self.output_activation = written(
            (loss.output_activation or "linear", width) for loss, width in parts
        )

    def value(self, z: np.ndarray, y: np.ndarray, t: np.ndarray) -> float:
        return sum(
            loss.value(z[..., part], y[..., part], t[..., part])
            for loss, part in zip(self.parts, self.slices, strict=True)
        )

    def gradient(
        self, activation: Activation, y: np.ndarray, t: np.ndarray, out: np.ndarray
    ) -> None:
        assert isinstance(activation, SlicedActivation)  # as output_activation says
        for loss, own, part in zip(self.parts, activation.parts, self.slices, strict=True):
            loss.gradient(own, y[..., part], t[..., part], out[..., part])

    def check_targets(self, targets: np.ndarray) -> None:
        for loss, part in zip(self.parts, self.slices, strict=True):
            loss.check_targets(targets[..., part])


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        HalfSquaredError(),
        MeanSquaredError(),
        MeanAbsoluteError(),
        BinaryCrossentropy(),
        CategoricalCrossentropy(),
    )
}
"""What each name stands for."""

ALIASES = {"mse": MeanSquaredError.name, "mae": MeanAbsoluteError.name}
"""Keras's short names, which :func:`named` knows, too."""


def named(name: str) -> Loss:
    """Return the loss of a name in :data:`LOSSES` or :data:`ALIASES`.

    Several side by side are named as :mod:`nn.sliced` says.

    Raises:
        ValueError: there is none of that name; the message lists those that there are.

    Example:
        >>> named("mae").name, named("binary_crossentropy").name
        ('mean_absolute_error', 'binary_crossentropy')
    """
    return by_full_name(ALIASES.get(name, name) if isinstance(name, str) else name)


def by_full_name(name: object) -> Loss:
    """Return the loss of a name as files have it; raises as :func:`named` does."""
    if isinstance(name, str) and (parts := parts_of(name)):
        return SlicedLoss([(by_full_name(part), width) for part, width in parts])
    return lookup("loss", LOSSES, name)


def is_own(loss: Loss) -> bool:
    """Whether this is a loss of nn's: one derived from them may compute something else.

    >>> is_own(named("mse")), is_own(named("categorical_crossentropy(3)+mean_squared_error(1)"))
    (True, True)
    """
    if type(loss) is SlicedLoss:
        return all(map(is_own, loss.parts))
    return type(LOSSES.get(loss.name)) is type(loss)


def masked_value(
    loss: Loss, z: np.ndarray, y: np.ndarray, t: np.ndarray, labelled: np.ndarray
) -> float:
    """Return the loss summed over the samples where some positions have no target: they count 0.

    A sample's loss is still divided by all its positions, so that values of batches add up.

    Args:
        loss: of outputs at several positions.
        z, y, t: as :meth:`Loss.value` takes them.
        labelled: (n, ...), whether a position has a target.
    """
    if not labelled.any():
        return 0.0
    return loss.value(z[labelled], y[labelled], t[labelled]) / positions(y)


def positions(y: np.ndarray) -> int:
    """Return how many rows a sample of (n, ..., outputs) has: 1, or the pixels of a picture."""
    return math.prod(y.shape[1:-1])


def _first(wrong: np.ndarray) -> tuple[int, ...]:
    return tuple(map(int, np.unravel_index(wrong.argmax(), wrong.shape)))


def _shown(index: tuple[int, ...]) -> str:
    """A sample, and the position in it where there are several, counted from 1."""
    sample, *position = (number + 1 for number in index or (0,))
    return f"sample {sample}" + (f" at {', '.join(map(str, position))}" if position else "")


def _refuse(targets: np.ndarray, wrong: np.ndarray, expected: str) -> NoReturn:
    index = _first(wrong)
    raise ValueError(
        f"{_shown(index[:-1] or index)} has a target of {targets[index]:g}; {expected}"
    )
