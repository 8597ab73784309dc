"""Curves to go on with: values of functions of time, at whole numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nn.data.series import Series
from nn.names import lookup

MAX_NOISE = 0.5

Curve = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Called with (n,) whole numbers from 0 and what to draw the beginning from; values within ±1.5."""


def sine(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A wave of 40 steps; it begins anywhere in it."""
    return np.asarray(np.sin(2 * np.pi * t / 40 + _phase(rng)))


def damped(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A wave of 30 steps that dies away: after 150 steps a share of 1/e is left."""
    return np.asarray(np.exp(-t / 150) * np.sin(2 * np.pi * t / 30 + _phase(rng)))


def two_waves(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A wave of 48 steps, and one of 17 that is half as high; together they hardly repeat."""
    slow, fast = (np.sin(2 * np.pi * t / period + _phase(rng)) for period in (48, 17))
    return np.asarray(slow + fast / 2)


def saw(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Teeth of 32 steps, which rise from -1 to 1 and fall at once."""
    return ((t + rng.integers(32)) % 32) / 15.5 - 1


def chaos(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The logistic map, x ← 1 - 1.9 x²: each value follows from the one before; none comes again.

    May, R. (1976), Simple mathematical models with very complicated dynamics, Nature 261.
    """
    values = np.empty(len(t))
    x = rng.uniform(-0.5, 0.5)
    for place in range(len(t)):
        values[place] = x = 1 - 1.9 * x * x
    return values


def _phase(rng: np.random.Generator) -> float:
    return float(rng.uniform(0, 2 * np.pi))


CURVES: dict[str, Curve] = {
    "sine": sine,
    "damped": damped,
    "two_waves": two_waves,
    "saw": saw,
    "chaos": chaos,
}


def curve(name: str, count: int, noise: float, rng: np.random.Generator | int) -> Series:
    """Return a curve.

    Args:
        name: a key of :data:`CURVES`.
        count: how many values.
        noise: the standard deviation of what is added to each value, 0 to 0.5.
        rng: draws where it begins, and the noise; a generator, or a seed for one.

    Raises:
        ValueError: there is no such curve, or a number is outside its range.

    >>> len(curve("saw", 200, 0.1, 1))
    200
    """
    made = lookup("curve", CURVES, name)
    if not 0 <= noise <= MAX_NOISE:
        raise ValueError(f"noise must be from 0 to {MAX_NOISE}, got {noise}")
    rng = np.random.default_rng(rng)
    values = made(np.arange(count), rng)
    return Series(values + noise * rng.normal(size=count), name)
