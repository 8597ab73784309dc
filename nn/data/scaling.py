"""Scaling that gives inputs and targets a mean of 0 and a variance of 1."""

from __future__ import annotations

import numpy as np

from nn.layers import Rescaling


def normalisation(inputs: np.ndarray) -> Rescaling:
    """Return what gives each column of (n, features) ``inputs`` mean 0 and variance 1.

    With the mean μ and the standard deviation σ of a column (dividing by n), its scale is 1/σ and
    its offset -μ/σ. A column whose values are all equal becomes 0.

    Raises:
        ValueError: there are no rows.

    >>> normalisation(np.array([[1.0], [3.0]])).scale.tolist()
    [1.0]
    """
    if len(inputs) == 0:
        raise ValueError("normalising needs at least one row")
    mean = inputs.mean(axis=0, dtype=np.float64)
    deviation = inputs.std(axis=0, dtype=np.float64)
    # Rounding gives equal values a tiny deviation, and float32 cannot hold 1/σ of a tinier one.
    equal = inputs.min(axis=0) == inputs.max(axis=0)
    equal |= deviation < np.finfo(np.float32).tiny
    scale = 1 / np.where(equal, 1, deviation)
    return Rescaling(scale, -mean * scale)
