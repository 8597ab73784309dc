"""What runs report as they go, how much they do at a time, and how they are run to their end."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from nn.metrics import predicted_classes

R = TypeVar("R")

Clock = Callable[[], float]
"""Returns seconds, from any start."""

Limit = Callable[[], int]
"""Returns how many mini-batches the next chunk of training may have at most, 1 or more."""

UNLIMITED = 1 << 62


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How well a network does on a data set.

    Attributes:
        loss: mean over the samples, without regularization.
        accuracy: share of right answers; None when the targets are not classes.
        outputs: (n, *output_shape), what the network answered.
        target_range: what an output gives for a class that is not, and one that is, the answer.

    >>> Evaluation(0.2, 1.0, np.array([[0.1, 0.9], [0.8, 0.2]])).predicted.tolist()
    [1, 0]
    """

    loss: float
    accuracy: float | None
    outputs: np.ndarray
    target_range: tuple[float, float] = (0.0, 1.0)

    @property
    def predicted(self) -> np.ndarray:
        """(n,) the class of each answer."""
        return predicted_classes(self.outputs, self.target_range)


@dataclass(frozen=True, eq=False)
class Progress:
    """What one chunk of work has done.

    Attributes:
        testing: whether the chunk tested the network, instead of training it.
        epoch: the running epoch, from 1.
        epochs: how many there will be; None where training goes on until it is stopped.
        done: samples of this epoch, or of this test, worked through so far.
        total: samples in this epoch, or in this test.
        samples: samples in this chunk.
        loss: mean loss over the chunk. While training, each mini-batch counts as it was before its
            own update.
        accuracy: share of right answers in the chunk; None when the targets are not classes.
        evaluation: the result, with the last chunk of a test.
        finished: whole epochs that this chunk has finished: several, where the data is little.
        best: the epoch whose weights the network went back to, with the last progress of a run
            that does so.

    >>> Progress(False, 1, 5, done=64, total=60_000, samples=64, loss=2.3, accuracy=0.1).finished
    0
    """

    testing: bool
    epoch: int
    epochs: int | None
    done: int
    total: int
    samples: int
    loss: float
    accuracy: float | None
    evaluation: Evaluation | None = None
    finished: int = 0
    best: int | None = None


Listener = Callable[[Any, Progress], None]
"""Is called with a network and with each progress that its training makes."""

_listener: ContextVar[Listener | None] = ContextVar("_listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have ``listener`` called during all that ``fit`` trains within a ``with`` block.

    >>> from nn import Dense, Sequential
    >>> model = Sequential([Dense(1)])
    >>> model.compile()
    >>> with listening(lambda model, progress: print(progress.done, "of", progress.total)):
    ...     history = model.fit(np.ones((8, 2)), np.ones(8), rng=1)
    8 of 8
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def heard(model: Any, run: Iterator[Progress]) -> Iterator[Progress]:
    """Yield what ``run``, the training of ``model``, yields; who is listening hears it first."""
    for progress in run:
        if listener := _listener.get():
            listener(model, progress)
        yield progress


_STEADY_UNITS = 1024


class Pacer:
    """Finds how many units of work fit in a time budget, from how long the last ones took."""

    def __init__(self, budget: float, limit: Limit = lambda: UNLIMITED) -> None:
        """Work for ``budget`` seconds at a time, but never for more units than ``limit`` returns.

        A budget of math.inf is for as many units each time, whatever they take.
        """
        self._budget, self._limit = budget, limit
        self._fitting = 1 if math.isfinite(budget) else _STEADY_UNITS

    @property
    def units(self) -> int:
        """How many to do the next time."""
        return min(self._fitting, self._limit())

    def took(self, units: int, seconds: float) -> None:
        """Learn that ``units`` took ``seconds``."""
        if math.isinf(self._budget):
            return
        fitting = int(units * self._budget / max(seconds, 1e-6))
        # Growing by no more than double keeps one lucky measurement from costing a long frame.
        # An epoch's last chunk may be short: what counts is what was planned.
        self._fitting = max(1, min(fitting, 2 * max(units, self._fitting)))


def exhaust(generator: Generator[Any, None, R]) -> R:
    """Run a generator to its end at once and return what it returns."""
    while True:
        try:
            next(generator)
        except StopIteration as stop:
            result: R = stop.value
            return result
