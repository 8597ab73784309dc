"""Activation functions, each beside its derivative.

Every derivative is written in terms of the activation's own output ``y = f(z)``, so that a layer
needs to remember one array instead of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from nn.names import lookup
from nn.sliced import parts_of, slices, written


class Activation(Protocol):
    """``y = f(z)`` and how a gradient passes back through it. All arrays are (n, units)."""

    name: str

    def forward(self, z: np.ndarray) -> None:
        """Replace ``z`` by ``f(z)``."""

    def backward(self, y: np.ndarray, gradient: np.ndarray) -> None:
        """Replace ``gradient``, which holds ∂L/∂y, by ∂L/∂z."""


class Sigmoid:
    """``y = 1 / (1 + exp(-z))``, ``dy/dz = y (1 - y)``."""

    name = "sigmoid"

    def forward(self, z: np.ndarray) -> None:
        # exp(-z) overflows to infinity for very negative z, and 1 / inf is the right answer.
        with np.errstate(over="ignore"):
            np.negative(z, out=z)
            np.exp(z, out=z)
        z += 1.0
        np.reciprocal(z, out=z)

    def backward(self, y: np.ndarray, gradient: np.ndarray) -> None:
        gradient *= y
        gradient *= 1.0 - y


class Tanh:
    """``y = tanh(z)``, ``dy/dz = 1 - y²``."""

    name = "tanh"

    def forward(self, z: np.ndarray) -> None:
        np.tanh(z, out=z)

    def backward(self, y: np.ndarray, gradient: np.ndarray) -> None:
        gradient *= 1.0 - y * y


class Relu:
    """``y = max(z, 0)``, ``dy/dz = 1`` where ``z > 0`` and 0 elsewhere."""

    name = "relu"

    def forward(self, z: np.ndarray) -> None:
        np.maximum(z, 0.0, out=z)

    def backward(self, y: np.ndarray, gradient: np.ndarray) -> None:
        gradient *= y > 0


class LeakyRelu:
    """``y = z`` where ``z > 0`` and ``slope · z`` elsewhere.

    ``negative_slope`` is Keras's default, 0.2. It must be positive, so that the sign of ``y`` tells
    the sign of ``z``.
    """

    name = "leaky_relu"
    negative_slope = 0.2

    def forward(self, z: np.ndarray) -> None:
        np.maximum(z, self.negative_slope * z, out=z)

    def backward(self, y: np.ndarray, gradient: np.ndarray) -> None:
        np.multiply(gradient, self.negative_slope, out=gradient, where=y <= 0)


class Linear:
    """``y = z``."""

    name = "linear"

    def forward(self, z: np.ndarray) -> None:
        pass

    def backward(self, y: np.ndarray, gradient: np.ndarray) -> None:
        pass


class Softmax:
    """``yᵢ = exp(zᵢ) / Σⱼ exp(zⱼ)`` along each row, ``∂L/∂zᵢ = yᵢ (∂L/∂yᵢ - Σⱼ ∂L/∂yⱼ yⱼ)``.

    The row's maximum is subtracted first, which changes nothing and keeps ``exp`` finite.
    """

    name = "softmax"

    def forward(self, z: np.ndarray) -> None:
        z -= z.max(axis=-1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=-1, keepdims=True)

    def backward(self, y: np.ndarray, gradient: np.ndarray) -> None:
        gradient -= np.vecdot(gradient, y)[..., np.newaxis]
        gradient *= y


class SlicedActivation:
    """Activations side by side, each of a slice of every row; see :mod:`nn.sliced`.

    Args:
        parts: each an activation, and of how many outputs it is.

    Example:
        >>> z = np.array([[0.0, 0.0, 7.0]])
        >>> SlicedActivation([(Softmax(), 2), (Linear(), 1)]).forward(z)
        >>> z
        array([[0.5, 0.5, 7. ]])
    """

    def __init__(self, parts: Sequence[tuple[Activation, int]]) -> None:
        self.parts = tuple(activation for activation, _ in parts)
        self.slices = tuple(slices(width for _, width in parts))
        self.name = written((activation.name, width) for activation, width in parts)

    @property
    def width(self) -> int:
        """How many outputs it is of."""
        return int(self.slices[-1].stop)

    def forward(self, z: np.ndarray) -> None:
        for activation, part in zip(self.parts, self.slices, strict=True):
            activation.forward(z[..., part])

    def backward(self, y: np.ndarray, gradient: np.ndarray) -> None:
        for activation, part in zip(self.parts, self.slices, strict=True):
            activation.backward(y[..., part], gradient[..., part])


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (Sigmoid(), Tanh(), Relu(), LeakyRelu(), Linear(), Softmax())
}


def named(name: object) -> Activation:
    """Return the activation of a name in :data:`ACTIVATIONS`; None is "linear", as in Keras.

    Several side by side are named as :mod:`nn.sliced` says.

    Raises:
        ValueError: there is none of that name; the message lists those that there are.

    Example:
        >>> named("tanh").name, named(None).name, named("softmax(3)+linear(1)").width
        ('tanh', 'linear', 4)
    """
    if isinstance(name, str) and (parts := parts_of(name)):
        return SlicedActivation([(named(part), width) for part, width in parts])
    return lookup("activation", ACTIVATIONS, "linear" if name is None else name)


def is_own(activation: object) -> bool:
    """Whether this is an activation of nn's, or a copy of one, as pickle makes them.

    One derived from nn's own may compute something else, whatever its name.

    >>> is_own(Relu()), is_own(named("softmax(3)+linear(1)"))
    (True, True)
    """
    if type(activation) is SlicedActivation:
        return all(map(is_own, activation.parts))
    name = getattr(activation, "name", None)
    known = ACTIVATIONS.get(name) if isinstance(name, str) else None
    return type(activation) is type(known) and vars(activation) == vars(known)
