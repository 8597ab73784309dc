"""Activation functions, each beside its derivative.

Every derivative is written in terms of the activation's own output ``y = f(z)``, so that a layer
needs to remember one array instead of two.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from nn.names import lookup


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


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (Sigmoid(), Tanh(), Relu(), LeakyRelu(), Linear(), Softmax())
}


def named(name: object) -> Activation:
    """Return the activation of a name in :data:`ACTIVATIONS`; None is "linear", as in Keras.

    Raises:
        ValueError: there is none of that name; the message lists those that there are.

    Example:
        >>> named("tanh").name, named(None).name
        ('tanh', 'linear')
    """
    return lookup("activation", ACTIVATIONS, "linear" if name is None else name)
