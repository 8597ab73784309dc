"""The plot of a neuron with one input: its examples, its line, and one place on the line."""

from __future__ import annotations

import math

import numpy as np

from nn.data import Dataset
from nn.web.dom import Parts

_FAR = 1e5
"""Beyond this nothing is seen of a line, and SVG's numbers may end."""


class LinePlot:
    """The plot in a lab's elements ``dots``, ``line`` and ``here``, whose units are the data's."""

    def __init__(self, parts: Parts) -> None:
        self._dots = parts.element("dots")
        self._line = parts.element("line")
        self._here = parts.element("here")
        self._ends = (float(self._line.getAttribute("x1")), float(self._line.getAttribute("x2")))

    def show_examples(self, data: Dataset, most: int) -> None:
        """Draw a dot for each of some samples, evenly chosen, of (n, 1) inputs and targets."""
        chosen = np.linspace(0, len(data) - 1, min(most, len(data))).round().astype(int)
        samples = np.hstack([data.inputs[chosen], data.targets[chosen]]).tolist()
        self._dots.setAttribute("d", "".join(_dot(x, y) for x, y in samples))

    def show_line(self, weight: float, bias: float, x: float) -> None:
        """Draw ``y = weight · x + bias``, with a dot at ``x``."""
        known = math.isfinite(weight) and math.isfinite(bias)
        for part in (self._line, self._here):
            part.style.visibility = "visible" if known else "hidden"
        if known:
            for name, end in zip(("y1", "y2"), self._ends, strict=True):
                self._line.setAttribute(name, f"{-_near(weight * end + bias):.3f}")
            self._here.setAttribute("d", _dot(x, _near(weight * x + bias)))


def _near(y: float) -> float:
    return min(max(y, -_FAR), _FAR)


def _dot(x: float, y: float) -> str:
    """Return a path that a round pen makes a dot of."""
    return f"M{x:.3f} {-y:.3f}h0"
