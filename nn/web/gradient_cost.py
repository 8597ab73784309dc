"""What it costs to find gradients by nudging each weight, beside backpropagation."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Generator

import numpy as np

from nn.data import Dataset
from nn.gradients import GradientComparison, comparing
from nn.model import Sequential
from nn.web.dom import Parts
from nn.web.figures import figure
from nn.web.job import Job

_MOST_WORK = 10_000_000
"""Parameters² · samples of a mini-batch beyond which nudging all weights takes too long to wait."""

_CHEAP = 0.005


class GradientCost:
    """The time a step takes both ways, and the difference it makes.

    Both are measured warm, a turn a frame, and so shown a moment after they were asked for.

    Attributes:
        cheap: whether measuring hardly delays a frame.
    """

    def __init__(self, parts: Parts, shown: asyncio.Event) -> None:
        self._parts = parts
        self._job = Job(shown)
        self.cheap = False

    def measure(self, model: Sequential, data: Dataset, batch_size: int) -> None:
        """Begin to find the gradient of one mini-batch both ways, and show what comes of it."""
        batch = data.take(np.arange(min(batch_size, len(data))))
        parameters = model.parameters.size
        self._parts.show("nudges", f"{parameters + 1:,}")
        if parameters**2 * len(batch) > _MOST_WORK:
            self._job.stop()
            self.cheap = False
            for name in ("backpropagationTime", "numericalTime", "slower", "difference"):
                self._parts.show(name, "–")
            self._parts.show("costNote", "Too many weights to nudge each of them here.")
            return
        self._parts.show("costNote", "Measuring …")

        def turns() -> Generator[None, None, None]:
            self._show((yield from _unseen(comparing(model, batch))))

        self._job.start(turns(), lambda none: None, ended=lambda: None, over=self._job.stop)

    def _show(self, found: GradientComparison) -> None:
        backpropagation, numerical = found.backpropagation_seconds, found.numerical_seconds
        self.cheap = numerical < _CHEAP
        self._parts.show("backpropagationTime", _time(backpropagation))
        self._parts.show("numericalTime", _time(numerical))
        slower = numerical / backpropagation
        self._parts.show("slower", f"{slower:,.0f} ×" if slower >= 10 else f"{slower:.1f} ×")
        known = math.isfinite(found.largest)
        self._parts.show("difference", figure(found.largest) if known else "not a number")
        self._parts.show("costNote", "")


def _unseen(
    turns: Generator[int, None, GradientComparison],
) -> Generator[None, None, GradientComparison]:
    """Leave a frame between two turns."""
    while True:
        try:
            next(turns)
        except StopIteration as stop:
            found: GradientComparison = stop.value
            return found
        yield None


def _time(seconds: float) -> str:
    return f"{1000 * seconds:.2f} ms" if seconds < 0.1 else f"{seconds:.2f} s"
