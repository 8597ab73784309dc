"""Where a layer's parameters start. Each is drawn from the generator that is passed in."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np

from nn.names import lookup


class Initializer(Protocol):
    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return an array of ``shape``; kernels are (inputs, units)."""


class Zeros:
    """All zeros, the usual start of a bias."""

    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return np.zeros(shape)


class Ones:
    """All ones, where a scale starts."""

    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return np.ones(shape)


class RandomUniform:
    """Uniform between ``minval`` and ``maxval``; (-0.5, 0.5) is the reference run's."""

    def __init__(self, minval: float = -0.5, maxval: float = 0.5) -> None:
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(self.minval, self.maxval, shape)


_FANS: dict[str, Callable[[int, int], float]] = {
    "fan_in": lambda fan_in, fan_out: fan_in,
    "fan_out": lambda fan_in, fan_out: fan_out,
    "fan_avg": lambda fan_in, fan_out: (fan_in + fan_out) / 2,
}


class VarianceScaling:
    """Zero mean, variance ``scale / fan``, so that signals keep their size from layer to layer.

    ``mode`` says what ``fan`` counts: "fan_in" the inputs, "fan_out" the units, "fan_avg" the mean
    of both. ``distribution`` is "uniform" (within ±√(3 · variance)), "untruncated_normal", or
    "truncated_normal" (redrawn beyond two standard deviations, and widened so that the variance is
    the one asked for). "narrow_normal" is truncated but not widened, so that the variance is 0.77
    of the one asked for: what TensorFlow.js calls a truncated normal.
    """

    # Standard deviation of a standard normal truncated to ±2: √(1 - 4 φ(2) / (2 Φ(2) - 1)).
    _TRUNCATED_STDDEV = 0.87962566103423978

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
    ) -> None:
        if scale <= 0:
            raise ValueError(f"scale must be positive, got {scale}")
        self._fan = lookup("mode", _FANS, mode)
        self._draw = lookup(
            "distribution",
            {
                "uniform": self._uniform,
                "untruncated_normal": self._untruncated_normal,
                "truncated_normal": self._truncated_normal,
                "narrow_normal": self._narrow_normal,
            },
            distribution,
        )
        self.scale, self.mode, self.distribution = scale, mode, distribution

    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        fan_in, fan_out = shape[0], shape[-1]
        stddev = math.sqrt(self.scale / max(1, self._fan(fan_in, fan_out)))
        return self._draw(stddev, shape, rng)

    def _uniform(
        self, stddev: float, shape: tuple[int, ...], rng: np.random.Generator
    ) -> np.ndarray:
        limit = math.sqrt(3) * stddev
        return rng.uniform(-limit, limit, shape)

    def _untruncated_normal(
        self, stddev: float, shape: tuple[int, ...], rng: np.random.Generator
    ) -> np.ndarray:
        return rng.normal(0.0, stddev, shape)

    def _truncated_normal(
        self, stddev: float, shape: tuple[int, ...], rng: np.random.Generator
    ) -> np.ndarray:
        return self._narrow_normal(stddev / self._TRUNCATED_STDDEV, shape, rng)

    def _narrow_normal(
        self, stddev: float, shape: tuple[int, ...], rng: np.random.Generator
    ) -> np.ndarray:
        values = rng.standard_normal(shape)
        while (outside := np.abs(values) > 2).any():
            values[outside] = rng.standard_normal(np.count_nonzero(outside))
        return values * stddev


class GlorotUniform(VarianceScaling):
    """Variance ``2 / (inputs + units)``, for sigmoid, tanh and softmax (Glorot & Bengio 2010)."""

    def __init__(self) -> None:
        super().__init__(1.0, "fan_avg", "uniform")


class GlorotNormal(VarianceScaling):
    """As :class:`GlorotUniform`, from a truncated normal."""

    def __init__(self) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal")


class HeUniform(VarianceScaling):
    """Variance ``2 / inputs``, for relu and its kin (He et al. 2015)."""

    def __init__(self) -> None:
        super().__init__(2.0, "fan_in", "uniform")


class HeNormal(VarianceScaling):
    """As :class:`HeUniform`, from a truncated normal."""

    def __init__(self) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal")


INITIALIZERS: dict[str, Initializer] = {
    "zeros": Zeros(),
    "ones": Ones(),
    "random_uniform": RandomUniform(),
    "glorot_uniform": GlorotUniform(),
    "glorot_normal": GlorotNormal(),
    "he_uniform": HeUniform(),
    "he_normal": HeNormal(),
    "variance_scaling": VarianceScaling(),
    "tfjs_glorot_normal": VarianceScaling(1.0, "fan_avg", "narrow_normal"),
    "tfjs_variance_scaling": VarianceScaling(1.0, "fan_in", "narrow_normal"),
}


def name_of(initializer: Initializer) -> str | None:
    """Return the name of an initializer in :data:`INITIALIZERS`, if it has one."""
    return next((name for name, known in INITIALIZERS.items() if known is initializer), None)
