"""Gradients by backpropagation and by finite differences, and what both cost."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np

from nn.data.dataset import Dataset
from nn.engine.numerical import NumericalEngine, NumericalProgram
from nn.engine.numpy import NumpyEngine
from nn.engine.protocol import Engine
from nn.model import Sequential
from nn.progress import Clock, exhaust

_TURNS = 5
_FEWEST = 3
_ENOUGH, _LONG = 0.2, 1.0
"""Seconds after which there are no more turns: once there have been a few warm ones, or one."""


def backpropagated_gradient(model: Sequential, data: Dataset) -> np.ndarray:
    """Return ∂(mean loss + penalty)/∂parameters, flat, over all of ``data`` by backpropagation."""
    model.check_fit(data)
    model.program.gradients(data, np.arange(len(data)))
    return model.gradients.copy()


def numerical_gradient(model: Sequential, data: Dataset, step: float = 1e-5) -> np.ndarray:
    """Return the same gradient by moving each parameter up and down by ``step``.

    ``(L(w + h) - L(w - h)) / 2h``, whose error shrinks with h². It takes two passes over the data
    for every parameter, and a network of dtype "float64" to be accurate.
    """
    model.check_fit(data)
    program = NumericalProgram(model)
    with np.errstate(over="ignore", invalid="ignore"):
        program.load(data, np.arange(len(data)))
        slopes = [_slope(program, i, step) for i in range(len(model.parameters))]
    return np.array(slopes, dtype=model.dtype)


def relative_difference(a: np.ndarray, b: np.ndarray) -> float:
    """Return ``‖a - b‖ / (‖a‖ + ‖b‖)``, 0 for equal gradients and 1 for opposite ones."""
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / scale) if scale else 0.0


@dataclass(frozen=True, eq=False)
class GradientComparison:
    """Both gradients of the same mini-batch, and what they cost.

    Attributes:
        backpropagated, numerical: (parameters,), in the order of the network's ``parameters``.
        largest: largest absolute difference between them.
        backpropagation_seconds, numerical_seconds: for one such gradient, warm.
    """

    backpropagated: np.ndarray
    numerical: np.ndarray
    largest: float
    backpropagation_seconds: float
    numerical_seconds: float


def compare_gradients(
    model: Sequential, data: Dataset, step: float = 0.01, clock: Clock = time.perf_counter
) -> GradientComparison:
    """Do what :func:`comparing` does at once."""
    return exhaust(comparing(model, data, step, clock))


def comparing(
    model: Sequential, data: Dataset, step: float = 0.01, clock: Clock = time.perf_counter
) -> Generator[int, None, GradientComparison]:
    """Find the gradient in both ways, as training by either would find it, a turn at a time.

    Unlike :func:`checking`, this is in the network's own precision, by forward differences, of all
    parameters at once: meant for networks of a few hundred parameters. Each turn is 10 ms long or
    more so that both times mean something.

    Args:
        model: a built and compiled network; not changed.
        data: the mini-batch, all of which is used.
        step: how far each parameter is perturbed.
        clock: returns seconds.

    Yields:
        How many turns there have been, after each.

    Returns:
        What came of it.

    Raises:
        ValueError: the data does not fit the network, or ``step`` is not a positive number.
    """
    model.check_fit(data)
    twin = copied(model, model.dtype.name)
    batch = np.arange(len(data))

    def ready(engine: Engine) -> tuple[np.ndarray, Callable[[], object]]:
        program = engine.program(twin)
        program.gradients(data, batch)
        return twin.gradients.copy(), lambda: program.gradients(data, batch)

    backpropagated, backpropagate = ready(NumpyEngine())
    numerical, nudge = ready(NumericalEngine(step))
    backpropagation_seconds, numerical_seconds = yield from timing([backpropagate, nudge], clock)
    with np.errstate(over="ignore", invalid="ignore"):
        largest = float(np.abs(backpropagated - numerical).max())
    return GradientComparison(
        backpropagated, numerical, largest, backpropagation_seconds, numerical_seconds
    )


def _slope(program: NumericalProgram, i: int, step: float) -> float:
    """Return ``(L(w + h) - L(w - h)) / 2h`` for parameter ``i`` and the loaded mini-batch."""
    return (program.perturbed(i, step) - program.perturbed(i, -step)) / (2 * step)


def copied(model: Sequential, dtype: str) -> Sequential:
    """Return a network of its own weights that computes the same with numbers of ``dtype``."""
    twin = Sequential([copy.copy(layer) for layer in model.layers], model.inputs, dtype)
    twin.compile(loss=model.loss, target_range=model.target_range)
    twin.allocate(model.input_shape)
    twin.parameters, twin.state, twin.noise = model.parameters, model.state, model.noise
    return twin


def timing(
    works: Sequence[Callable[[], object]], clock: Clock
) -> Generator[int, None, list[float]]:
    """Return how long each of some works takes, warm: the shortest of some turns.

    What is done for the first time takes longer, for code is compiled and memory taken: the first
    turn does not count. What else the machine does only makes a turn longer, never shorter.

    Yields:
        How many turns there have been, after each.
    """
    turns: list[list[float]] = []
    started = clock()
    while len(turns) < _TURNS + 1:
        turns.append([seconds_each(work, clock) for work in works])
        limit = _ENOUGH if len(turns) > _FEWEST else _LONG
        if len(turns) > 1 and clock() - started > limit:
            break
        yield len(turns)
    return [float(seconds) for seconds in np.min(turns[1:], axis=0)]


def seconds_each(work: Callable[[], object], clock: Clock) -> float:
    """Return how long ``work`` takes: done over and over for 5 ms, as browsers' clocks are coarse.

    A hundred times at most, for a clock that stands still.
    """
    started = clock()
    times = 0
    while True:
        work()
        times += 1
        seconds = clock() - started
        if seconds >= 0.005 or times == 100:
            return seconds / times
