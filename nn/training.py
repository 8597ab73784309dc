"""The training loop, and the test after each epoch, as generators that work a chunk at a time.

Whoever pulls the generator decides when the next chunk is worked on: ``fit`` at once, the command
line with a progress bar, the page once an animation frame. Between two chunks the network is whole
and usable; a generator that is no longer pulled is a run that was stopped.
"""

from __future__ import annotations

import operator
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from nn.data.dataset import Dataset
from nn.engine.protocol import Totals

if TYPE_CHECKING:
    from nn.model import Sequential

R = TypeVar("R")

Clock = Callable[[], float]
"""Returns seconds, from any start."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How well a network does on a data set.

    Attributes:
        loss: mean over the samples, without regularization.
        accuracy: share of right answers; None when the targets are not classes.
        outputs: (n, outputs), what the network answered.
    """

    loss: float
    accuracy: float | None
    outputs: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """(n,) the class of each answer."""
        if self.outputs.shape[1] == 1:
            return np.asarray(self.outputs[:, 0] > 0.5, dtype=np.intp)
        return np.asarray(self.outputs.argmax(axis=1))


@dataclass(frozen=True, eq=False)
class Progress:
    """What one chunk of work has done.

    Attributes:
        testing: whether the chunk tested the network, instead of training it.
        epoch: the running epoch, from 1.
        epochs: how many there will be.
        done: samples of this epoch, or of this test, worked through so far.
        total: samples in this epoch, or in this test.
        samples: samples in this chunk.
        loss: mean loss over the chunk. While training, each mini-batch counts as it was before its
            own update.
        accuracy: share of right answers in the chunk; None when the targets are not classes.
        evaluation: the result, with the last chunk of a test.
        finished: whole epochs that this chunk has finished: several, where the data is little.
    """

    testing: bool
    epoch: int
    epochs: int
    done: int
    total: int
    samples: int
    loss: float
    accuracy: float | None
    evaluation: Evaluation | None = None
    finished: int = 0


class Pacer:
    """Finds how many units of work fit in a time budget, from how long the last ones took."""

    def __init__(self, budget: float) -> None:
        """``budget`` is in seconds."""
        self.units = 1
        self._budget = budget

    def took(self, units: int, seconds: float) -> None:
        """Learn that ``units`` took ``seconds``, and set ``units`` for the next time."""
        fitting = int(units * self._budget / max(seconds, 1e-6))
        # Growing by no more than double keeps one lucky measurement from costing a long frame.
        # An epoch's last chunk may be short: what counts is what was planned.
        self.units = max(1, min(fitting, 2 * max(units, self.units)))


def training(
    model: Sequential,
    data: Dataset,
    *,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
    validation: Dataset | None = None,
    validation_freq: int = 1,
    budget: float = 0.1,
    clock: Clock = time.perf_counter,
) -> Iterator[Progress]:
    """Train a built and compiled network, mini-batch by mini-batch.

    Args:
        model: changed in place.
        data: the training set, shuffled anew each epoch.
        batch_size: samples a mini-batch; an epoch's last one may be smaller.
        epochs: passes over ``data``.
        rng: shuffles.
        validation: evaluated every ``validation_freq`` epochs and after the last, when given.
        validation_freq: in epochs.
        budget: about how many seconds a chunk of work takes. Results do not depend on it.
        clock: returns seconds.

    Yields:
        The progress after each chunk. Where several epochs fit in the budget, a chunk is several
        epochs, but none goes beyond a validation.

    Raises:
        ValueError: ``batch_size``, ``epochs`` or ``validation_freq`` is below 1, or the data does
            not fit the network.
    """
    batch_size = operator.index(batch_size)
    if batch_size < 1 or epochs < 1:
        raise ValueError(f"batch_size and epochs must be at least 1, got {batch_size} and {epochs}")
    if validation_freq < 1:
        raise ValueError(f"validation_freq must be at least 1, got {validation_freq}")
    model.check_fit(data)
    pacer = Pacer(budget)
    in_parts = batch_size > model.program.part
    train = _in_parts if in_parts else _in_batches
    batches = -(-len(data) // batch_size)
    ended = 0
    while ended < epochs:
        stop = epochs
        if validation is not None:
            stop = min(epochs, (ended // validation_freq + 1) * validation_freq)
        together = 1 if in_parts else min(stop - ended, pacer.units // batches)
        if together > 1:
            epoch = _whole_epochs(model, data, together, batch_size, rng, pacer, clock)
        else:
            together = 1
            epoch = train(model, data, rng.permutation(len(data)), batch_size, pacer, clock)
        done = 0
        for samples, totals in epoch:
            done += samples
            whole = done == together * len(data)
            yield Progress(
                testing=False,
                epoch=ended + together,
                epochs=epochs,
                done=len(data) if whole else done,
                total=len(data),
                samples=samples,
                loss=totals.loss / samples,
                accuracy=_share(totals.correct, samples, data),
                finished=together if whole else 0,
            )
        ended += together
        if validation is not None and ended == stop:
            yield from evaluating(
                model, validation, epoch=ended, epochs=epochs, budget=budget, clock=clock
            )


def _whole_epochs(
    model: Sequential,
    data: Dataset,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    pacer: Pacer,
    clock: Clock,
) -> Iterator[tuple[int, Totals]]:
    """Train several epochs in one chunk; yield its samples and totals."""
    started = clock()
    orders = [rng.permutation(len(data)) for _ in range(epochs)]
    if len(data) % batch_size == 0:
        orders = [np.concatenate(orders)]
    loss, correct = 0.0, 0
    for order in orders:
        totals = model.program.train(data, order, batch_size)
        loss += totals.loss
        correct += totals.correct
    pacer.took(epochs * -(-len(data) // batch_size), clock() - started)
    yield epochs * len(data), Totals(loss, correct)


def _in_batches(
    model: Sequential,
    data: Dataset,
    order: np.ndarray,
    batch_size: int,
    pacer: Pacer,
    clock: Clock,
) -> Iterator[tuple[int, Totals]]:
    """Train an epoch, several mini-batches a chunk; yield each chunk's samples and totals."""
    done = 0
    while done < len(order):
        started = clock()
        chunk = order[done : done + pacer.units * batch_size]
        totals = model.program.train(data, chunk, batch_size)
        pacer.took(-(-len(chunk) // batch_size), clock() - started)
        done += len(chunk)
        yield len(chunk), totals


def _in_parts(
    model: Sequential,
    data: Dataset,
    order: np.ndarray,
    batch_size: int,
    pacer: Pacer,
    clock: Clock,
) -> Iterator[tuple[int, Totals]]:
    """As :func:`_in_batches`, for mini-batches so large that one alone would take too long.

    The gradient of a mini-batch is the mean of its parts' gradients, each weighted by its samples.
    """
    part = model.program.part
    gradients = np.empty_like(model.gradients)
    parts, samples, loss, correct = 0, 0, 0.0, 0
    started = clock()
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        gradients[...] = 0
        for low in range(0, len(batch), part):
            rows = batch[low : low + part]
            totals = model.program.gradients(data, rows)
            model.gradients *= len(rows) / len(batch)
            gradients += model.gradients
            if low + part >= len(batch):
                model.optimizer.update(model.parameters, gradients)
            parts += 1
            samples += len(rows)
            loss += totals.loss
            correct += totals.correct
            if parts >= pacer.units:
                pacer.took(parts, clock() - started)
                yield samples, Totals(loss, correct)
                parts, samples, loss, correct = 0, 0, 0.0, 0
                started = clock()
    if parts:
        yield samples, Totals(loss, correct)


def evaluating(
    model: Sequential,
    data: Dataset,
    *,
    epoch: int = 0,
    epochs: int = 0,
    budget: float = 0.1,
    clock: Clock = time.perf_counter,
) -> Generator[Progress, None, Evaluation]:
    """Test a built and compiled network; arguments as for :func:`training`.

    Yields:
        The progress after each chunk.

    Returns:
        The evaluation, which the last progress carries too.
    """
    model.check_fit(data)
    pacer = Pacer(budget)
    outputs = np.empty((len(data), model.outputs), dtype=model.dtype)
    loss, correct, done = 0.0, 0, 0
    while True:
        started = clock()
        samples = min(pacer.units, len(data) - done)
        totals, outputs[done : done + samples] = model.program.evaluate(data, done, done + samples)
        pacer.took(samples, clock() - started)
        done += samples
        loss += totals.loss
        correct += totals.correct
        evaluation = None
        if done == len(data):
            evaluation = Evaluation(loss / done, _share(correct, done, data), outputs)
        yield Progress(
            testing=True,
            epoch=epoch,
            epochs=epochs,
            done=done,
            total=len(data),
            samples=samples,
            loss=totals.loss / samples,
            accuracy=_share(totals.correct, samples, data),
            evaluation=evaluation,
        )
        if evaluation:
            return evaluation


def exhaust(generator: Generator[Any, None, R]) -> R:
    """Run a generator to its end at once and return what it returns."""
    while True:
        try:
            next(generator)
        except StopIteration as stop:
            result: R = stop.value
            return result


def _share(correct: int, samples: int, data: Dataset) -> float | None:
    return None if data.classes is None else correct / samples
