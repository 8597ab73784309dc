"""Learning rates that change: each maps the number of updates made so far to a rate."""

from __future__ import annotations

import math
from typing import Protocol


class Schedule(Protocol):
    def __call__(self, step: int) -> float:
        """Return the learning rate of update number ``step``, counted from 0."""


class ExponentialDecay:
    """``rate = initial · decay_rate ^ (step / decay_steps)``, in whole powers if ``staircase``.

    >>> ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)(10)
    0.05
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive(decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase

    def __call__(self, step: int) -> float:
        power = step / self.decay_steps
        if self.staircase:
            power = math.floor(power)
        return self.initial_learning_rate * math.pow(self.decay_rate, power)


class InverseTimeDecay:
    """``rate = initial / (1 + decay_rate · step / decay_steps)``.

    >>> InverseTimeDecay(0.1, decay_steps=10, decay_rate=1)(10)
    0.05
    """

    def __init__(self, initial_learning_rate: float, decay_steps: float, decay_rate: float) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive(decay_steps)
        self.decay_rate = decay_rate

    def __call__(self, step: int) -> float:
        return self.initial_learning_rate / (1 + self.decay_rate * step / self.decay_steps)


class CosineDecay:
    """``rate = initial · (α + (1 - α) · ½ (1 + cos(π · step / decay_steps)))``.

    It stays at ``α · initial`` after ``decay_steps`` (Loshchilov & Hutter 2016, without restarts).
    With a ``warmup_target`` it first rises to that in a straight line, over ``warmup_steps``, and
    then falls from there, as in Keras.

    >>> CosineDecay(0.1, decay_steps=10)(5)
    0.05
    >>> warm = CosineDecay(0.0, decay_steps=10, warmup_target=0.1, warmup_steps=4)
    >>> [round(warm(step), 3) for step in (0, 2, 4, 9, 14)]
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive(decay_steps)
        self.alpha = alpha
        self.warmup_target, self.warmup_steps = warmup_target, warmup_steps

    def __call__(self, step: int) -> float:
        first = self.initial_learning_rate
        if self.warmup_target is None:
            return first * self._share_left(step)
        if step < self.warmup_steps:
            return first + (self.warmup_target - first) * step / self.warmup_steps
        return self.warmup_target * self._share_left(step - self.warmup_steps)

    def _share_left(self, step: float) -> float:
        progress = min(step / self.decay_steps, 1.0)
        cosine = 0.5 * (1 + math.cos(math.pi * progress))
        return self.alpha + (1 - self.alpha) * cosine


def _positive(decay_steps: float) -> float:
    if not decay_steps > 0:
        raise ValueError(f"decay_steps must be positive, got {decay_steps}")
    return decay_steps
