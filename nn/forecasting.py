"""Forecasts: what a network that goes on with numbers expects, and how well others would guess.

A network for this takes windows of a series, (steps, 1) or (steps,), and answers the value after
each step, or after the last only; its ``columns`` say how the answers are scaled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nn.model import Sequential
from nn.stepping import Stepper


def answered_values(model: Sequential, outputs: np.ndarray) -> np.ndarray:
    """Return the values that a network's outputs stand for, float64."""
    assert model.columns is not None
    return model.columns.outputs[0].numbers(np.asarray(outputs, np.float64))


def one_step_ahead(model: Sequential, values: np.ndarray, start: int) -> np.ndarray:
    """Return what a network expects for each value from ``start`` on, given those before it.

    It is given as many of them as it was built for, and never what it has expected itself.

    Args:
        model: built.
        values: (n,) all of the series.
        start: place of the first value that is foretold, at least as many as there are steps.

    Returns:
        (n - start,) values.
    """
    steps = model.input_shape[0]
    before = np.lib.stride_tricks.sliding_window_view(values[start - steps : -1], steps)
    outputs = model.predict(before[..., np.newaxis].astype(np.float32))
    return answered_values(model, outputs.reshape(len(before), -1)[:, -1])


def continued(model: Sequential, values: np.ndarray) -> Iterator[float]:
    """Yield the values that a network expects after the last, and after those, without an end.

    Each is given to it as if it had come true. Where the network remembers what was before, a value
    costs one step; else it is given a window each time.

    Args:
        model: built.
        values: (n,) what came before, at least as many as the network has steps.

    >>> from itertools import islice
    >>> from nn import GRU, Dense
    >>> from nn.data.columns import Columns
    >>> model = Sequential([GRU(4, return_sequences=True), Dense(1)])
    >>> model.columns = Columns.plain(("x",), "x")
    >>> model.build((8, 1), 1)
    >>> len(list(islice(continued(model, np.sin(np.arange(8.0))), 20)))
    20
    """
    steps = model.input_shape[0]
    recent = values[-steps:].astype(np.float64)
    flat = len(model.input_shape) == 1
    if flat or any(layer.couples_steps for layer in model.layers):
        while True:
            outputs = model.predict(recent[np.newaxis, :, np.newaxis].astype(np.float32))
            value = float(answered_values(model, outputs.ravel()[-1:])[0])
            yield value
            recent = np.append(recent[1:], value)
    stepper = Stepper(model)
    for known in recent[:-1]:
        stepper.take(np.array([known]))
    value = float(recent[-1])
    while True:
        value = float(answered_values(model, stepper.take(np.array([value])))[0])
        yield value


def influence(model: Sequential, values: np.ndarray, count: int | None = None) -> np.ndarray:
    """Return how much what is expected next would change, for each value before it that did.

    These are derivatives, by central differences: each value of the window is nudged by a hundredth
    of what the network takes for usual, up and down.

    Args:
        model: built.
        values: (n,) what came before, at least as many as the network has steps.
        count: of how many values, the latest; of all in the window by default.

    Returns:
        (count,), the earliest first: 1 where the expected value would rise by as much.
    """
    steps = model.input_shape[0]
    count = steps if count is None else count
    assert model.columns is not None
    nudge = 0.01 * model.columns.outputs[0].scale
    window = values[-steps:].astype(np.float64)
    nudges = nudge * np.eye(steps)[steps - count :]
    windows = np.concatenate([window + nudges, window - nudges])
    outputs = model.predict(windows[..., np.newaxis].astype(np.float32))
    higher, lower = np.split(answered_values(model, outputs.reshape(2 * count, -1)[:, -1]), 2)
    return np.asarray((higher - lower) / (2 * nudge))


@dataclass(frozen=True)
class Yardsticks:
    """Mean absolute errors of what is expected one step ahead, in the unit of the series.

    Attributes:
        network: of what the network expects.
        same_as_last: of who expects each value to be the one before.
        straight_line: of who draws a line through the last two.
    """

    network: float
    same_as_last: float
    straight_line: float


def yardsticks(values: np.ndarray, expected: np.ndarray) -> Yardsticks:
    """Return how far a network is off, and how far those are who have learnt nothing.

    Args:
        values: (n,) all of the series.
        expected: (m,) what the network expects for the last m of them, of which two are not the
            first.

    >>> yardsticks(np.array([1.0, 2.0, 4.0, 7.0]), np.array([4.0, 6.0]))
    Yardsticks(network=0.5, same_as_last=2.5, straight_line=1.0)
    """
    start = len(values) - len(expected)
    true, last, before = values[start:], values[start - 1 : -1], values[start - 2 : -2]
    errors = (np.abs(guess - true).mean() for guess in (expected, last, 2 * last - before))
    return Yardsticks(*map(float, errors))
