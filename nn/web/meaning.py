"""What the outputs of a network for points stand for: as colours, and in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nn.data.columns import Output
from nn.labs.own_points import Axis
from nn.labs.points import answers
from nn.web import contour
from nn.web.figures import percent, readable, shortened
from nn.web.shades import ClassShades, Shades

BINS = 8
"""Different colours of points with numbers."""

_LONGEST = 16
_MOST_READ = 1e15


@dataclass(frozen=True)
class Meaning:
    """How a network's answers are shown.

    Attributes:
        output: what is predicted.
        axes: the columns of a visitor's table; None for the bare square.
        span: the lowest and highest number, where numbers are predicted.
        built_in: whether the points are the built-in ones.
    """

    output: Output
    axes: tuple[Axis, Axis] | None = None
    span: tuple[float, float] = (0.0, 1.0)
    built_in: bool = True

    @property
    def classes(self) -> tuple[str, ...] | None:
        """The names of the classes; None where a number is predicted."""
        return self.output.classes

    @property
    def several(self) -> bool:
        """Whether there are three classes or more."""
        return self.classes is not None and len(self.classes) > 2

    def values(self, outputs: np.ndarray) -> np.ndarray:
        """Return what is kept of (n, outputs): (n,) numbers from 0 to 1, or all for classes."""
        if self.classes is None:
            return self._levels(self.output.numbers(outputs[:, 0]))
        if self.several:
            return outputs
        return answers(outputs)

    def colours(self, values: np.ndarray, shades: Shades, classes: ClassShades) -> np.ndarray:
        """Return (n,) colours of what :meth:`values` returned."""
        return classes.of(values) if self.several else shades.of(values)

    def border(self, values: np.ndarray, side: int) -> str:
        """Return the lines between classes, as an SVG path, in a picture of so many pixels."""
        if self.classes is None:
            return ""
        if not self.several:
            return contour.path(contour.segments(values.reshape(side, side), 0.5))
        pieces = []
        for label in range(values.shape[1]):
            others = np.delete(values, label, axis=1).max(axis=1)
            lead = (values[:, label] - others).reshape(side, side)
            pieces.append(contour.segments(lead, 0.0))
        return contour.path(np.concatenate(pieces))

    def groups(self, targets: np.ndarray) -> np.ndarray:
        """Return (n,) which colour each point has, by its target."""
        if self.classes is not None:
            return targets
        levels = self._levels(self.output.numbers(targets[:, 0]))
        return np.asarray(np.clip(levels * BINS, 0, BINS - 1), np.intp)

    @property
    def looks(self) -> list[str]:
        """The CSS class of the points of each colour."""
        if self.classes is None:
            return [f"value{place}" for place in range(BINS)]
        if not self.several:
            return ["cold", "warm"]
        return [f"class{place}" for place in range(len(self.classes))]

    @property
    def ends(self) -> tuple[str, str]:
        """What stands at both ends of the scale of colours."""
        if self.classes is None:
            low, high = self.span
            return readable(low, 4), readable(high, 4)
        if self.built_in:
            return "0", "1"
        return shortened(self.classes[0], _LONGEST), shortened(self.classes[-1], _LONGEST)

    def told(self, x: float, y: float, outputs: np.ndarray) -> str:
        """Return what a network answers, (1, outputs), at a place of the square."""
        return f"{self._place(x, y)}: {self._answer(outputs)}"

    def _place(self, x: float, y: float) -> str:
        if self.axes is None:
            return f"x {x:.2f}, y {y:.2f}"
        return ", ".join(
            f"{shortened(axis.name, _LONGEST)} "
            f"{_rounded(axis.value(place), (axis.high - axis.low) / 100)}"
            for axis, place in zip(self.axes, (x, y), strict=True)
        )

    def _answer(self, outputs: np.ndarray) -> str:
        if not np.isfinite(outputs).all():
            return "not a number"
        if self.classes is None:
            return readable(float(self.output.numbers(outputs[0].astype(np.float64))[0]), 4)
        if self.several:
            label, share = int(outputs[0].argmax()), float(outputs[0].max())
        else:
            answer = float(answers(outputs)[0])
            if self.built_in:
                return f"{answer:.2f}"
            label, share = int(answer > 0.5), max(answer, 1 - answer)
        return f"{shortened(self.classes[label], _LONGEST)} {percent(share, 0)}"

    def _levels(self, numbers: np.ndarray) -> np.ndarray:
        low, high = self.span
        return np.asarray((numbers - low) / (high - low), np.float32)


def _rounded(value: float, step: float) -> str:
    """Return a number with as many decimal places as its steps have."""
    if not math.isfinite(step) or step <= 0 or abs(value) >= _MOST_READ:
        return readable(value, 6)
    places = max(0, -math.floor(math.log10(step)))
    return f"{value:.{places}f}" if places <= 9 else readable(value, 3)
