"""Optimizers: how a gradient changes the parameters.

All parameters of a network lie in one flat array, and so do their gradients: an update is a few
operations on whole arrays however many layers there are.

Each takes ``global_clipnorm``: the length that the gradient of all parameters together is shortened
to where it is longer, as recurrent networks need it (Pascanu et al. 2013).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from nn.arrays import aligned_zeros
from nn.schedules import Schedule


class Optimizer(Protocol):
    name: str
    iterations: int
    """Updates made so far, which is what a learning-rate schedule is asked with."""
    slots: list[np.ndarray]
    """What is remembered from update to update, each of the parameters' shape."""

    def build(self, parameters: np.ndarray) -> None:
        """Forget everything and make room for ``parameters``, a flat array."""

    def update(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Change ``parameters`` in place; ``gradients`` is used up."""


class _Optimizer:
    slot_count = 0

    def __init__(
        self, learning_rate: float | Schedule, global_clipnorm: float | None = None
    ) -> None:
        if not callable(learning_rate) and not learning_rate > 0:
            raise ValueError(f"learning_rate must be positive, got {learning_rate}")
        if global_clipnorm is not None and not global_clipnorm > 0:
            raise ValueError(f"global_clipnorm must be positive, got {global_clipnorm}")
        self.learning_rate = learning_rate
        self.global_clipnorm = global_clipnorm
        self.iterations = 0
        self.slots: list[np.ndarray] = []
        self._scratch = np.empty(0)

    def build(self, parameters: np.ndarray) -> None:
        self.iterations = 0
        self.slots = [
            aligned_zeros(parameters.size, parameters.dtype) for _ in range(self.slot_count)
        ]
        if self.slots:
            self._scratch = np.empty_like(parameters)

    def _clip(self, gradients: np.ndarray) -> None:
        """Shorten the gradient of all parameters to ``global_clipnorm``, where it is longer."""
        if self.global_clipnorm is not None:
            norm = float(np.sqrt(np.vdot(gradients, gradients)))
            if norm > self.global_clipnorm:
                gradients *= self.global_clipnorm / norm

    @property
    def rate(self) -> float:
        """The learning rate of the next update."""
        rate = self.learning_rate
        return rate(self.iterations) if callable(rate) else rate

    def _next_rate(self) -> float:
        rate = self.rate
        self.iterations += 1
        return rate


class SGD(_Optimizer):
    """Stochastic gradient descent: ``w ← w - η g``.

    With momentum μ: ``v ← μ v - η g`` and ``w ← w + v``; with ``nesterov``, ``w ← w + μ v - η g``
    (Sutskever et al. 2013, in Keras's form).

    >>> import numpy as np
    >>> w, optimizer = np.array([1.0]), SGD(0.1)
    >>> optimizer.build(w)
    >>> optimizer.update(w, gradients=np.array([0.5]))
    >>> w.round(4).tolist()
    [0.95]
    """

    name = "sgd"

    def __init__(
        self,
        learning_rate: float | Schedule = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        *,
        global_clipnorm: float | None = None,
    ) -> None:
        super().__init__(learning_rate, global_clipnorm)
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be between 0 and 1, got {momentum}")
        self.momentum = momentum
        self.nesterov = nesterov
        self.slot_count = 1 if momentum else 0

    def update(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        self._clip(gradients)
        gradients *= self._next_rate()
        if self.momentum:
            (velocity,) = self.slots
            velocity *= self.momentum
            velocity -= gradients
            if not self.nesterov:
                parameters += velocity
                return
            np.multiply(velocity, self.momentum, out=self._scratch)
            parameters += self._scratch
        parameters -= gradients


class Adam(_Optimizer):
    """Adam (Kingma & Ba 2014): running means of the gradient, m, and of its square, v.

    ``m ← β₁ m + (1 - β₁) g``, ``v ← β₂ v + (1 - β₂) g²`` and
    ``w ← w - η √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)``, the paper's efficient form, as in Keras.

    >>> import numpy as np
    >>> w, optimizer = np.array([1.0]), Adam(0.1)
    >>> optimizer.build(w)
    >>> optimizer.update(w, gradients=np.array([0.5]))
    >>> w.round(4).tolist()
    [0.9]
    """

    name = "adam"
    slot_count = 2

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *,
        global_clipnorm: float | None = None,
    ) -> None:
        super().__init__(learning_rate, global_clipnorm)
        for beta in (beta_1, beta_2):
            if not 0 <= beta < 1:
                raise ValueError(f"beta_1 and beta_2 must be from 0 to below 1, got {beta}")
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def update(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        self._clip(gradients)
        rate = self._next_rate()
        m, v = self.slots
        scratch = self._scratch

        m *= self.beta_1
        np.multiply(gradients, 1 - self.beta_1, out=scratch)
        m += scratch

        v *= self.beta_2
        gradients *= gradients
        gradients *= 1 - self.beta_2
        v += gradients

        t = self.iterations
        rate *= (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        np.sqrt(v, out=scratch)
        scratch += self.epsilon
        np.divide(m, scratch, out=scratch)
        scratch *= rate
        parameters -= scratch


class AdamW(Adam):
    """Adam with weights that shrink by themselves (Loshchilov & Hutter 2017), in Keras's form.

    ``w ← w - η · weight_decay · w`` before each of Adam's updates.

    >>> import numpy as np
    >>> w, optimizer = np.array([1.0]), AdamW(0.1, weight_decay=0.5)
    >>> optimizer.build(w)
    >>> optimizer.update(w, gradients=np.array([0.5]))
    >>> w.round(4).tolist()
    [0.85]
    """

    name = "adamw"

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *,
        global_clipnorm: float | None = None,
    ) -> None:
        super().__init__(learning_rate, beta_1, beta_2, epsilon, global_clipnorm=global_clipnorm)
        if not weight_decay >= 0:
            raise ValueError(f"weight_decay must not be negative, got {weight_decay}")
        self.weight_decay = weight_decay

    def update(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        parameters *= 1 - self.rate * self.weight_decay
        super().update(parameters, gradients)


class RMSprop(_Optimizer):
    """RMSprop (Hinton 2012), in Keras's form.

    ``v ← ρ v + (1 - ρ) g²`` and ``w ← w - η g / √(v + ε)``.

    >>> import numpy as np
    >>> w, optimizer = np.array([1.0]), RMSprop(0.1)
    >>> optimizer.build(w)
    >>> optimizer.update(w, gradients=np.array([0.5]))
    >>> w.round(4).tolist()
    [0.6838]
    """

    name = "rmsprop"
    slot_count = 1

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        rho: float = 0.9,
        epsilon: float = 1e-7,
        *,
        global_clipnorm: float | None = None,
    ) -> None:
        super().__init__(learning_rate, global_clipnorm)
        self.rho, self.epsilon = rho, epsilon

    def update(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        self._clip(gradients)
        rate = self._next_rate()
        (v,) = self.slots
        scratch = self._scratch

        np.multiply(gradients, gradients, out=scratch)
        scratch *= 1 - self.rho
        v *= self.rho
        v += scratch

        np.add(v, self.epsilon, out=scratch)
        np.sqrt(scratch, out=scratch)
        np.divide(gradients, scratch, out=gradients)
        gradients *= rate
        parameters -= gradients


OPTIMIZERS: dict[str, Callable[[float | Schedule], Optimizer]] = {
    SGD.name: SGD,
    "momentum": lambda learning_rate: SGD(learning_rate, momentum=0.9),
    "nesterov": lambda learning_rate: SGD(learning_rate, momentum=0.9, nesterov=True),
    Adam.name: Adam,
    RMSprop.name: RMSprop,
}
"""What each name stands for, called with a learning rate."""
