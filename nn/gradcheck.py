"""Numerical gradients, to check backpropagation against."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from nn.data.dataset import Dataset
from nn.engine.numerical import NumericalProgram
from nn.engine.numpy import NumpyProgram
from nn.gradients import copied, relative_difference, timing
from nn.model import Sequential
from nn.progress import Clock

TOLERANCE = 1e-5
"""The largest relative difference that passes; a wrong derivative gives far more, often 1."""

_CLOSER = 0.01
"""How much smaller the step is with which a doubtful parameter is perturbed again."""


@dataclass(frozen=True)
class Perturbed:
    """How far a check has come: ``done`` of the ``total`` parameters that it will perturb."""

    done: int
    total: int


@dataclass(frozen=True)
class GradientCheck:
    """What came of checking backpropagation against finite differences.

    Attributes:
        loss: mean over the samples, plus the penalty. Where it is not finite there is no gradient:
            nothing is checked, and all differences are NaN.
        largest: largest absolute difference between both gradients.
        relative: ``‖a - b‖ / (‖a‖ + ‖b‖)`` over the parameters checked.
        rounding: differences up to this may come from rounding alone.
        layer: index, from 0, of the layer with the largest difference; None if nothing was checked.
        kind: "kernel" or "bias", where in that layer; "" if nothing was checked.
        checked: parameters whose gradients were compared.
        kinks: parameters that were perturbed but not compared, because the loss has a kink just
            there, as where a relu is given 0: no finite difference could find a gradient.
        parameters: how many the network has.
        backpropagation_seconds: for the gradient of all parameters.
        numerical_seconds: for the same by moving each up and down, reckoned from the time that the
            perturbed ones of each kernel and bias took; NaN if none were.
    """

    loss: float
    largest: float
    relative: float
    rounding: float
    layer: int | None
    kind: str
    checked: int
    kinks: int
    parameters: int
    backpropagation_seconds: float
    numerical_seconds: float

    @property
    def passed(self) -> bool:
        """Whether backpropagation is right, as far as finite differences can tell."""
        return self.relative <= TOLERANCE or self.largest <= self.rounding


def checking(
    model: Sequential,
    data: Dataset,
    rng: np.random.Generator,
    *,
    most: int = 200,
    step: float = 1e-5,
    budget: float = 0.1,
    clock: Clock = time.perf_counter,
) -> Generator[Perturbed, None, GradientCheck]:
    """Check backpropagation for a built and compiled network, a chunk of parameters at a time.

    It is done on a float64 copy, made with the first chunk, so that the network itself can be
    trained or replaced meanwhile. Differences are central, as in :func:`numerical_gradient`. Where
    both gradients disagree, the parameter is perturbed again by a hundredth of ``step``, and the
    better answer counts: a relu that switches between the two perturbations would be a false alarm.

    Args:
        model: not changed.
        data: the mini-batch, all of which is used. 32 samples are plenty.
        rng: chooses parameters where there are more than ``most``.
        most: parameters to check at most, spread evenly over all kernels and biases; one of each
            at least.
        step: how far each parameter is perturbed, up and down.
        budget: about how many seconds a chunk of work takes. The first two are the copying and
            one backpropagation; in the last ones, both ways are timed.
        clock: returns seconds.

    Yields:
        The progress after each chunk, from 0 parameters on.

    Returns:
        What came of it.

    Raises:
        ValueError: the data does not fit the network.
    """
    model.check_fit(data)
    check = _Check(model, data, rng, most, step, clock)
    yield check.progress()
    # The first time, memory is taken too.
    check.backpropagate()
    yield check.progress()
    while check.done < len(check.chosen):
        # Parameters of lower layers take longer to perturb: a Pacer that has learnt from others
        # would plan too many of them.
        until = clock() + budget
        check.perturb_next()
        while check.done < len(check.chosen) and clock() < until:
            check.perturb_next()
        yield check.progress()
    for _ in check.measuring():
        yield check.progress()
    return check.result()


@dataclass(frozen=True)
class _Part:
    """A layer's kernel or bias: ``size`` parameters from ``start`` on, of all in a row."""

    layer: int
    kind: str
    start: int
    size: int


class _Check:
    """The work of :func:`checking`, and how far it has come.

    Attributes:
        chosen: the parameters to perturb, in order, each with the part that it belongs to.
        done: how many of them have been.
    """

    def __init__(
        self,
        model: Sequential,
        data: Dataset,
        rng: np.random.Generator,
        most: int,
        step: float,
        clock: Clock,
    ) -> None:
        self._network = copied(model, "float64")
        self._data, self._batch = data, np.arange(len(data))
        self._step, self._clock = step, clock
        self._backpropagation = NumpyProgram(self._network)
        self._perturbing = NumericalProgram(self._network)
        self._loss = self._load()
        # A loss is rounded to about 2⁻⁵² of itself, or of what it is computed from where that is
        # more. The factor is for the many roundings of a pass.
        precision = float(np.finfo(np.float64).eps)
        self._rounding = 10 * precision * max(1.0, abs(self._loss)) / step

        parts = _parts(self._network)
        self.chosen = _choose(parts, most, rng) if math.isfinite(self._loss) else []
        self.done = 0
        self._found = np.empty(len(self.chosen))
        self._kinks = np.zeros(len(self.chosen), dtype=bool)
        self._backpropagation_seconds = self._numerical_seconds = math.nan

    def progress(self) -> Perturbed:
        return Perturbed(self.done, len(self.chosen))

    def backpropagate(self) -> None:
        self._backpropagation.gradients(self._data, self._batch)

    def measuring(self) -> Iterator[int]:
        """Time both ways, now that all has been done before; for nudging, a parameter a part."""
        firsts: dict[_Part, int] = {}
        for part, i in self.chosen:
            firsts.setdefault(part, i)
        nudges = [partial(self._nudge, i) for i in firsts.values()]
        works: list[Callable[[], object]] = [self.backpropagate, self._load, *nudges]
        back, load, *each = yield from timing(works, self._clock)
        self._backpropagation_seconds = back
        if firsts:
            pairs = zip(firsts, each, strict=True)
            self._numerical_seconds = load + sum(part.size * seconds for part, seconds in pairs)

    def perturb_next(self) -> None:
        _, i = self.chosen[self.done]
        expected = float(self._network.gradients[i])
        with np.errstate(over="ignore", invalid="ignore"):
            below, above = self._slopes(i, self._step)
            slope = (below + above) / 2
            if not self._agree(slope, expected):
                slope, kink = self._look_closer(i, expected, slope, abs(above - below))
                self._kinks[self.done] = kink
        self._found[self.done] = slope
        self.done += 1

    def _load(self) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            return self._perturbing.load(self._data, self._batch)

    def _nudge(self, i: int) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            self._slopes(i, self._step)

    def _slopes(self, i: int, step: float) -> tuple[float, float]:
        """Return the loss's slopes on both sides of parameter ``i``; their mean is the central."""
        below = (self._loss - self._perturbing.perturbed(i, -step)) / step
        above = (self._perturbing.perturbed(i, step) - self._loss) / step
        return below, above

    def _agree(self, slope: float, expected: float) -> bool:
        allowed = TOLERANCE / 10 * (abs(slope) + abs(expected)) + self._rounding
        return abs(slope - expected) <= allowed

    def _look_closer(self, i: int, expected: float, slope: float, gap: float) -> tuple[float, bool]:
        """Nudge parameter ``i`` again, by less, because ``slope`` is not as ``expected``.

        Args:
            i: the parameter.
            expected: the gradient by backpropagation.
            slope: the gradient by finite differences.
            gap: between the slopes on both sides.

        Returns:
            the slope now, or still ``slope`` if that was nearer, and whether the loss has a kink
            just here that explains why it is not as expected.
        """
        below, above = self._slopes(i, self._step * _CLOSER)
        nearer = (below + above) / 2
        if abs(nearer - expected) < abs(slope - expected):
            slope = nearer
        # The slopes of a smooth loss come together as the step shrinks, those at a kink do not.
        apart = max(gap / 10, abs(slope - expected) / 10, self._rounding / _CLOSER)
        return slope, not self._agree(slope, expected) and abs(above - below) > apart

    def result(self) -> GradientCheck:
        smooth = ~self._kinks
        parts = [part for (part, _), kept in zip(self.chosen, smooth, strict=True) if kept]
        indices = np.array([i for _, i in self.chosen], dtype=np.intp)[smooth]
        expected, found = self._network.gradients[indices], self._found[smooth]
        with np.errstate(over="ignore", invalid="ignore"):
            differences = np.abs(expected - found)
            relative = relative_difference(expected, found) if parts else math.nan
        # Where there is a NaN, argmax finds it.
        worst = int(differences.argmax()) if parts else None
        return GradientCheck(
            loss=self._loss,
            largest=math.nan if worst is None else float(differences[worst]),
            relative=relative,
            rounding=self._rounding,
            layer=None if worst is None else parts[worst].layer,
            kind="" if worst is None else parts[worst].kind,
            checked=len(parts),
            kinks=int(np.count_nonzero(self._kinks)),
            parameters=len(self._network.parameters),
            backpropagation_seconds=self._backpropagation_seconds,
            numerical_seconds=self._numerical_seconds,
        )


def _parts(model: Sequential) -> list[_Part]:
    parts: list[_Part] = []
    start = 0
    for index, gradients in enumerate(model.gradient_views):
        for name, gradient in gradients.items():
            parts.append(_Part(index, name, start, gradient.size))
            start += gradient.size
    return parts


def _choose(parts: list[_Part], most: int, rng: np.random.Generator) -> list[tuple[_Part, int]]:
    """Return the parameters to check, in order, each with the part that it belongs to."""
    counts = {}
    left = most
    # What a small part does not use is shared among the larger ones.
    for taken, part in enumerate(sorted(parts, key=lambda part: part.size)):
        counts[part] = min(part.size, max(1, left // (len(parts) - taken)))
        left -= counts[part]
    return [
        (part, part.start + i)
        for part in parts
        for i in sorted(rng.choice(part.size, counts[part], replace=False).tolist())
    ]
