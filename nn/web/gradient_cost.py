"""What it costs to find gradients by nudging each weight, beside backpropagation."""

from __future__ import annotations

import math

import numpy as np

from nn.data import Dataset
from nn.gradients import compare_gradients
from nn.model import Sequential
from nn.web.dom import Parts
from nn.web.text import figure

_MOST_WORK = 10_000_000
"""Parameters² · samples of a mini-batch beyond which nudging all weights takes too long to wait."""

_CHEAP = 0.005


class GradientCost:
    """The time a step takes both ways, and the difference it makes.

    Attributes:
        cheap: whether measuring hardly delays a frame.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.cheap = False
        self._times = math.inf, math.inf

    def forget(self) -> None:
        """Forget the times measured: the network is another one."""
        self._times = math.inf, math.inf

    def measure(self, model: Sequential, data: Dataset, batch_size: int) -> None:
        """Find the gradient of one mini-batch both ways, and show what came of it.

        The times are the shortest measured so far: whatever else the machine does makes them
        longer, and nothing makes them shorter.
        """
        batch = data.take(np.arange(min(batch_size, len(data))))
        parameters = model.parameters.size
        self._parts.show("nudges", f"{parameters + 1:,}")
        if parameters**2 * len(batch) > _MOST_WORK:
            self.cheap = False
            for name in ("backpropagationTime", "numericalTime", "slower", "difference"):
                self._parts.show(name, "–")
            self._parts.show("costNote", "Too many weights to nudge each of them here.")
            return
        found = compare_gradients(model, batch)
        backpropagation = min(self._times[0], found.backpropagation_seconds)
        numerical = min(self._times[1], found.numerical_seconds)
        self._times = backpropagation, numerical
        self.cheap = numerical < _CHEAP
        self._parts.show("backpropagationTime", _time(backpropagation))
        self._parts.show("numericalTime", _time(numerical))
        slower = numerical / backpropagation
        self._parts.show("slower", f"{slower:,.0f} ×" if slower >= 10 else f"{slower:.1f} ×")
        known = math.isfinite(found.largest)
        self._parts.show("difference", figure(found.largest) if known else "not a number")
        self._parts.show("costNote", "")


def _time(seconds: float) -> str:
    return f"{1000 * seconds:.2f} ms" if seconds < 0.1 else f"{seconds:.2f} s"
