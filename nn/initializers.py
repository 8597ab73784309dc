"""Where a layer's parameters start. Each is drawn from the generator that is passed in."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np

from nn.names import lookup


class Initializer(Protocol):
    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return an array of ``shape``; kernels are (inputs, units).

        Kernels of convolutions are (rows, columns, channels, filters).
        """


class Zeros:
    """All zeros, the usual start of a bias.

    >>> import numpy as np
    >>> Zeros()((2,), np.random.default_rng(1)).tolist()
    [0.0, 0.0]
    """

    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return np.zeros(shape)


class Ones:
    """All ones, where a scale starts."""

    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return np.ones(shape)


class RandomUniform:
    """Uniform between ``minval`` and ``maxval``; (-0.5, 0.5) is the reference run's.

    >>> import numpy as np
    >>> RandomUniform(-0.5, 0.5)((784, 100), np.random.default_rng(1)).std().round(3).item()
    0.289
    """

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

    >>> import numpy as np
    >>> VarianceScaling(1.0, "fan_in")((784, 100), np.random.default_rng(1)).std().round(3).item()
    0.036
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
    ) -> None:
        if scale <= 0:
            raise ValueError(f"scale must be positive, got {scale}")
        lookup("mode", _FANS, mode)
        lookup("distribution", _DISTRIBUTIONS, distribution)
        self.scale, self.mode, self.distribution = scale, mode, distribution

    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        fan = _FANS[self.mode](*fans(shape))
        stddev = math.sqrt(self.scale / max(1, fan))
        return _DISTRIBUTIONS[self.distribution](stddev, shape, rng)


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how many inputs an output is the sum of, and how many outputs an input is part of.

    In a convolution that is a window of inputs, and as many outputs of each filter, as Keras
    counts them.

    >>> fans((784, 100)), fans((5, 3, 8, 16))
    ((784, 100), (120, 240))
    """
    if len(shape) < 2:
        return shape[0], shape[0]
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def _uniform(stddev: float, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    limit = math.sqrt(3) * stddev
    return rng.uniform(-limit, limit, shape)


def _untruncated_normal(
    stddev: float, shape: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    return rng.normal(0.0, stddev, shape)


def _narrow_normal(stddev: float, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    values = rng.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = rng.standard_normal(np.count_nonzero(outside))
    return values * stddev


# Standard deviation of a standard normal truncated to ±2: √(1 - 4 φ(2) / (2 Φ(2) - 1)).
_TRUNCATED_STDDEV = 0.87962566103423978


def _truncated_normal(
    stddev: float, shape: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    return _narrow_normal(stddev / _TRUNCATED_STDDEV, shape, rng)


_DISTRIBUTIONS: dict[str, Callable[[float, tuple[int, ...], np.random.Generator], np.ndarray]] = {
    "uniform": _uniform,
    "untruncated_normal": _untruncated_normal,
    "truncated_normal": _truncated_normal,
    "narrow_normal": _narrow_normal,
}


class GlorotUniform(VarianceScaling):
    """Variance ``2 / (inputs + units)``, for sigmoid, tanh and softmax (Glorot & Bengio 2010).

    >>> import numpy as np
    >>> GlorotUniform()((784, 100), np.random.default_rng(1)).std().round(3).item()
    0.048
    """

    def __init__(self) -> None:
        super().__init__(1.0, "fan_avg", "uniform")


class GlorotNormal(VarianceScaling):
    """As :class:`GlorotUniform`, from a truncated normal.

    >>> import numpy as np
    >>> GlorotNormal()((784, 100), np.random.default_rng(1)).std().round(3).item()
    0.047
    """

    def __init__(self) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal")


class HeUniform(VarianceScaling):
    """Variance ``2 / inputs``, for relu and its kin (He et al. 2015).

    >>> import numpy as np
    >>> HeUniform()((784, 100), np.random.default_rng(1)).std().round(3).item()
    0.051
    """

    def __init__(self) -> None:
        super().__init__(2.0, "fan_in", "uniform")


class HeNormal(VarianceScaling):
    """As :class:`HeUniform`, from a truncated normal.

    >>> import numpy as np
    >>> HeNormal()((784, 100), np.random.default_rng(1)).std().round(3).item()
    0.05
    """

    def __init__(self) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal")


class Orthogonal:
    """Columns at right angles to each other, each of length ``gain``; rows, if there are fewer.

    A product with such a square matrix keeps every vector's length, so that a state survives many
    steps (Saxe et al. 2014, in Keras's form: the signs make it uniform over all such matrices).

    >>> import numpy as np
    >>> w = Orthogonal()((3, 3), np.random.default_rng(1))
    >>> bool(np.allclose(w.T @ w, np.eye(3)))
    True
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        rows, columns = math.prod(shape[:-1]), shape[-1]
        normal = rng.standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(normal)
        q *= np.sign(np.diagonal(r))
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


INITIALIZERS: dict[str, Initializer] = {
    "zeros": Zeros(),
    "ones": Ones(),
    "random_uniform": RandomUniform(),
    "glorot_uniform": GlorotUniform(),
    "glorot_normal": GlorotNormal(),
    "he_uniform": HeUniform(),
    "he_normal": HeNormal(),
    "orthogonal": Orthogonal(),
    "variance_scaling": VarianceScaling(),
    "tfjs_glorot_normal": VarianceScaling(1.0, "fan_avg", "narrow_normal"),
    "tfjs_variance_scaling": VarianceScaling(1.0, "fan_in", "narrow_normal"),
}


def name_of(initializer: Initializer) -> str | None:
    """Return the name in :data:`INITIALIZERS` of an initializer, or of its equal, if it has one."""
    for name, known in INITIALIZERS.items():
        if type(known) is type(initializer) and vars(known) == vars(initializer):
            return name
    return None
