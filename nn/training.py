"""The training loop, and the test after each epoch, as generators that work a chunk at a time.

Whoever pulls the generator decides when the next chunk is worked on: ``fit`` at once, the command
line with a progress bar, the page once an animation frame. Between two chunks the network is whole
and usable; a generator that is no longer pulled is a run that was stopped.
"""

from __future__ import annotations

import math
import operator
import sys
import time
from collections.abc import Generator, Iterator

import numpy as np

from nn.data.augmentation import Augmentation
from nn.data.dataset import Dataset
from nn.engine import warp
from nn.engine.protocol import Runnable, Totals
from nn.position import Position
from nn.progress import UNLIMITED, Clock, Evaluation, Limit, Pacer, Progress

_BLOCK = 1 << 18
"""Numbers in the pictures that are changed at once: about a millisecond's work, compiled."""


def training(
    model: Runnable,
    data: Dataset,
    *,
    batch_size: int,
    epochs: int | None,
    rng: np.random.Generator,
    validation: Dataset | None = None,
    validation_freq: int | None = None,
    augmentation: Augmentation | None = None,
    patience: int | None = None,
    restore_best: bool = False,
    budget: float = 0.1,
    limit: Limit = lambda: UNLIMITED,
    clock: Clock = time.perf_counter,
    position: Position | None = None,
) -> Iterator[Progress]:
    """Train a built and compiled network, mini-batch by mini-batch.

    Args:
        model: changed in place.
        data: the training set, shuffled anew each epoch.
        batch_size: samples a mini-batch; an epoch's last one may be smaller.
        epochs: passes over ``data``; None to go on until nobody pulls any more.
        rng: shuffles, augments, and decides what random layers do.
        validation: evaluated every ``validation_freq`` epochs and after the last, when given.
        validation_freq: in epochs, 1 by default. Without ``validation``, the means of the training
            itself come in its place, if this is given.
        augmentation: changes pictures a little each time they are trained on.
        patience: evaluations without a lower loss after which training stops; None for never.
        restore_best: whether to go back to the weights of the lowest validation loss in the end.
        budget: about how many seconds a chunk of work takes. What is learnt does not depend on it,
            but how many samples are tested at once does, and so a test's last bits. With math.inf
            chunks are of a fixed size, and a test, too, is the same to the last bit.
        limit: returns how many mini-batches the next chunk may have at most, however many would fit
            in the budget. What is learnt does not depend on that either.
        clock: returns seconds.
        position: kept up to date, so that a run can be gone on with elsewhere; one that has begun
            already is gone on with here, and what it says of ``rng`` holds.

    Yields:
        The progress after each chunk. Where several epochs fit in the budget, a chunk is several
        epochs, but none goes beyond an evaluation.

    Raises:
        ValueError: ``batch_size``, ``epochs``, ``validation_freq`` or ``patience`` is below 1, the
            last is given without ``validation``, or the data does not fit the network.
    """
    batch_size = operator.index(batch_size)
    if batch_size < 1 or (epochs is not None and epochs < 1):
        raise ValueError(f"batch_size and epochs must be at least 1, got {batch_size} and {epochs}")
    if validation_freq is not None and validation_freq < 1:
        raise ValueError(f"validation_freq must be at least 1, got {validation_freq}")
    if patience is not None and patience < 1:
        raise ValueError(f"patience must be at least 1, got {patience}")
    if validation is None and (patience is not None or restore_best):
        raise ValueError("patience and restore_best need validation data to look at")
    model.check_fit(data)
    _check_targets(model, data)
    position = position or Position()
    position.begin(model, rng)
    best = position.best
    last = sys.maxsize if epochs is None else epochs
    freq = validation_freq or (1 if validation is not None else last)
    pacer = Pacer(budget, limit)
    in_parts = batch_size > model.program.part
    train = _in_parts if in_parts else _in_batches
    batches = -(-len(data) // batch_size)
    while True:
        ended = position.epochs
        due = ended == last or ended % freq == 0
        if validation is not None and due and position.tested < ended:
            for progress in evaluating(
                model, validation, epoch=ended, epochs=epochs, budget=budget, clock=clock
            ):
                if progress.evaluation is not None:
                    position.tested = ended
                    best.take(model, progress.evaluation, ended, keep=restore_best)
                yield progress
        if ended == last or (patience is not None and best.since >= patience):
            break
        stop = min(last, (ended // freq + 1) * freq)
        together = min(stop - ended, pacer.units // batches)
        if in_parts or augmentation is not None or position.done:
            together = 1
        if together > 1:
            epoch = _whole_epochs(model, data, together, batch_size, rng, pacer, clock)
        else:
            together = 1
            order = rng.permutation(len(data))
            chunks = _Chunks(data, order, position.done, augmentation, rng)
            epoch = train(model, chunks, batch_size, pacer, clock)
        done, loss, correct = position.done, position.loss, position.correct
        for samples, totals in epoch:
            done += samples
            loss += totals.loss
            correct += totals.correct
            whole = done == together * len(data)
            means = None
            if whole and ended + together == stop and validation is None and validation_freq:
                nothing = np.empty((0, *model.output_shape), model.dtype)
                means = Evaluation(loss / done, _share(correct, done, data), nothing)
            if whole:
                position.end(together, rng)
            else:
                position.move(done, loss, correct, batch_size)
            yield Progress(
                testing=False,
                epoch=ended + together,
                epochs=epochs,
                done=len(data) if whole else done,
                total=len(data),
                samples=samples,
                loss=totals.loss / samples,
                accuracy=_share(totals.correct, samples, data),
                evaluation=means,
                finished=together if whole else 0,
            )
    if restore_best and best.weights is not None and best.epoch != position.epochs:
        model.parameters, model.state = best.weights
        assert validation is not None and best.evaluation is not None
        yield Progress(
            testing=True,
            epoch=position.epochs,
            epochs=epochs,
            done=len(validation),
            total=len(validation),
            samples=0,
            loss=best.evaluation.loss,
            accuracy=best.evaluation.accuracy,
            evaluation=best.evaluation,
            best=best.epoch,
        )


def _check_targets(model: Runnable, data: Dataset) -> None:
    if data.classes is None:
        model.loss.check_targets(data.targets)
        return
    try:
        model.loss.check_targets(model.target_table(data.classes))
    except ValueError:
        raise ValueError(
            f"{model.loss.name} does not go with a target_range of {model.target_range}: leave it "
            "at (0, 1)"
        ) from None


class _Chunks:
    """The samples of an epoch in their order, as they are trained on from ``first`` on."""

    def __init__(
        self,
        data: Dataset,
        order: np.ndarray,
        first: int,
        augmentation: Augmentation | None,
        rng: np.random.Generator,
    ) -> None:
        self.data, self.order, self.first = data, order, first
        self._augmentation, self._rng = augmentation, rng
        self._changed, self._first = data.take([]), first
        if augmentation is not None:
            augmentation.skip(first, rng)

    def __len__(self) -> int:
        return len(self.order)

    def take(self, start: int, count: int) -> tuple[Dataset, np.ndarray]:
        """Return a data set, and which of it are the next ``count`` samples."""
        if self._augmentation is None:
            return self.data, self.order[start : start + count]
        end = min(start + count, len(self))
        while self._first + len(self._changed) < end:
            self._change_more(start)
        return self._changed, np.arange(start, end) - self._first

    def _change_more(self, start: int) -> None:
        """Change another block of pictures, and let go of those before ``start``."""
        assert self._augmentation is not None
        end = self._first + len(self._changed)
        # So many at once that what Python does for a block does not count.
        size = max(1, _BLOCK // math.prod(self.data.inputs.shape[1:]))
        rows = self.order[end : end + size]
        changed = self._augmentation(self.data.inputs[rows], self._rng, warp)
        kept = slice(start - self._first, None)
        self._changed = Dataset(
            np.concatenate([self._changed.inputs[kept], changed]),
            np.concatenate([self._changed.targets[kept], self.data.targets[rows]]),
            self.data.classes,
        )
        self._first = start


def _whole_epochs(
    model: Runnable,
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
    model: Runnable,
    chunks: _Chunks,
    batch_size: int,
    pacer: Pacer,
    clock: Clock,
) -> Iterator[tuple[int, Totals]]:
    """Train an epoch, several mini-batches a chunk; yield each chunk's samples and totals."""
    done = chunks.first
    while done < len(chunks):
        started = clock()
        data, chunk = chunks.take(done, pacer.units * batch_size)
        totals = model.program.train(data, chunk, batch_size)
        pacer.took(-(-len(chunk) // batch_size), clock() - started)
        done += len(chunk)
        yield len(chunk), totals


def _in_parts(
    model: Runnable,
    chunks: _Chunks,
    batch_size: int,
    pacer: Pacer,
    clock: Clock,
) -> Iterator[tuple[int, Totals]]:
    """As :func:`_in_batches`, for mini-batches so large that one alone would take too long.

    Gradients are accumulated: that of a mini-batch is the mean of its parts' gradients, each
    weighted by its samples.
    """
    part = model.program.part
    gradients = np.empty_like(model.gradients)
    parts, samples, loss, correct = 0, 0, 0.0, 0
    started = clock()
    for start in range(chunks.first, len(chunks), batch_size):
        size = min(batch_size, len(chunks) - start)
        gradients[...] = 0
        for low in range(0, size, part):
            data, rows = chunks.take(start + low, min(part, size - low))
            totals = model.program.gradients(data, rows, first=low)
            model.gradients *= len(rows) / size
            gradients += model.gradients
            if low + part >= size:
                model.optimizer.update(model.parameters, gradients)
            parts += 1
            samples += len(rows)
            loss += totals.loss
            correct += totals.correct
            # A run that is interrupted goes on where a mini-batch ended.
            if parts >= pacer.units or low + part >= size:
                pacer.took(parts, clock() - started)
                yield samples, Totals(loss, correct)
                parts, samples, loss, correct = 0, 0, 0.0, 0
                started = clock()


def evaluating(
    model: Runnable,
    data: Dataset,
    *,
    epoch: int = 0,
    epochs: int | None = 0,
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
    outputs = np.empty((len(data), *model.output_shape), dtype=model.dtype)
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
            share = _share(correct, done + data.unknown, data)
            evaluation = Evaluation(loss / done, share, outputs, model.target_range)
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


def _share(correct: int, samples: int, data: Dataset) -> float | None:
    return None if data.classes is None else correct / (samples * data.labels)
