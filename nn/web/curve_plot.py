"""The plot of a series: what is known of it, what a network expects, and how it goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice

import numpy as np

from nn.data.series import Parted
from nn.forecasting import Yardsticks, continued, one_step_ahead, yardsticks
from nn.labs.drawn_curve import PLACES
from nn.model import Sequential
from nn.web.curve_words import told_onward, told_values
from nn.web.dom import Parts
from nn.web.figures import readable
from nn.web.plot_frame import HEIGHT, Frame

PAPER = Frame(PLACES + 100, -1.0, 1.0)
"""Where one draws, with room for how it goes on."""

_MOST_SHOWN = 600
"""Values of a long series, the last ones."""

_MOST_MEASURED = 200
"""Of the values that are held out, the last ones: each is a window to predict."""

_FEWEST_MEASURED = 4

_WORK, _WORK_AT_REST = 5e7, 1e9
"""Multiplications that these may take: while the network learns, and when it does not."""

_FEWEST_AHEAD, _MOST_AHEAD = 20, 200

_BUDGET = 0.003
"""Seconds of work in a frame, while the network learns."""

_PATHS = ("known", "truth", "ahead", "onward", "stroke")


class CurvePlot:
    """The plot in a lab's element ``plot``.

    Attributes:
        found: how far the network was off when it was last painted, or None.
        measured: on how many values, the last ones.
        on_paper: whether a drawing is shown, and no series.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._paths = {name: parts.element(name) for name in _PATHS}
        self._plot = parts.element("plot")
        self._frame = PAPER
        self._paints = 0
        self.found: Yardsticks | None = None
        self.measured = 0
        self.on_paper = False
        self._words = self._onward_words = ""

    def show(self, model: Sequential, data: Parted, name: str, place: int | None) -> None:
        """Show another series and network from now on.

        Args:
            model: goes on with it.
            data: the series, which may be empty.
            name: of the series.
            place: of its first value on the paper, if it was drawn there; None else.
        """
        self._model, self._values, self._name = model, data.values, name
        self.on_paper = False
        self._work: Iterator[float] | None = None
        self._expected: list[float] = []
        count = len(self._values)
        self._held_out = count - data.start
        self._first = max(0, count - _MOST_SHOWN)
        shown = self._values[self._first :]
        if place is not None:
            self._offset, self._frame = place, PAPER
            self._ahead = PAPER.places - place - count
        else:
            self._offset = 0
            self._ahead = min(max(len(shown) // 3, _FEWEST_AHEAD), _MOST_AHEAD)
            places = len(shown) + self._ahead
            self._frame = Frame.around(shown, places) if count else PAPER
        for path in self._paths.values():
            path.setAttribute("d", "")
        boundary = max(data.start - self._first, 0)
        # One value of both, so that there is no gap.
        self._draw("known", shown[: boundary + 1], 0)
        self._draw("truth", shown[boundary:], boundary)
        self._shade(boundary, len(shown))
        for place_, value in (("high", self._frame.high), ("low", self._frame.low)):
            self._parts.show(place_, readable(value, 3) if count else "")
        self._words = told_values(self._values, self._held_out) if count else ""

    def _draw(self, path: str, values: np.ndarray, start: int) -> None:
        """Draw values from a place on, counted from the first that is shown."""
        self._paths[path].setAttribute("d", self._frame.path(values, self._offset + start))

    def _shade(self, start: int, stop: int) -> None:
        """Mark the end that is held out."""
        left, right = (self._frame.across(self._offset + place - 0.5) for place in (start, stop))
        box = self._parts.element("heldBox")
        box.setAttribute("x", f"{max(left, 0):.1f}")
        box.setAttribute("width", f"{max(right - max(left, 0), 0):.1f}")
        now = self._parts.element("now")
        now.setAttribute("d", f"M{right:.1f} 0V{HEIGHT:.0f}" if stop > start else "")

    # ---- What the network expects.

    def paint(self) -> None:
        """Compute and draw all that the network expects."""
        self.paint_ahead(_WORK_AT_REST)
        self._work = None
        if self._values.size:
            self._onward(list(islice(continued(self._model, self._values), self._ahead)))

    def paint_ahead(self, work: float = _WORK) -> None:
        """Draw what it expects of each held-out value, given those before it.

        Args:
            work: multiplications there may be, about; of a large network fewer values are foretold.
        """
        if not self._held_out or not self._values.size:
            self.found, self.measured = None, 0
            return
        most = max(_FEWEST_MEASURED, int(work / self._model.multiplications))
        self.measured = min(most, _MOST_MEASURED, self._held_out)
        start = len(self._values) - self.measured
        expected = one_step_ahead(self._model, self._values, start)
        self.found = yardsticks(self._values, expected)
        self._draw("ahead", expected, start - self._first)
        self._count()

    def follow(self) -> None:
        """Go on with its own answers for as long as there is time; draw them once all are there."""
        if not self._values.size:
            return
        if self._work is None:
            self._work, self._expected = continued(self._model, self._values), []
        until = time.perf_counter() + _BUDGET
        while len(self._expected) < self._ahead and time.perf_counter() < until:
            self._expected.append(next(self._work))
        if len(self._expected) == self._ahead:
            self._work = None
            self._onward(self._expected)

    def _onward(self, expected: list[float]) -> None:
        values = np.append(self._values[-1], expected)
        self._draw("onward", values, len(self._values) - self._first - 1)
        self._onward_words = told_onward(float(values[0]), values[1:])
        self._count()

    def _count(self) -> None:
        self._paints += 1
        self._plot.dataset.paints = str(self._paints)

    def tell(self, said: str) -> None:
        """Say in words what the plot shows; ``said`` is how well it is foretold."""
        words = f"{self._name}: {self._words}. {said}. From its end the network expects: "
        self._plot.setAttribute("aria-label", words + (self._onward_words or "nothing yet"))

    # ---- The paper.

    def show_paper(self, values: np.ndarray, place: int) -> None:
        """Show what is being drawn, and nothing else."""
        if not self.on_paper:
            self.on_paper, self._frame = True, PAPER
            for path in self._paths.values():
                path.setAttribute("d", "")
            self._parts.element("heldBox").setAttribute("width", "0")
            self._parts.element("now").setAttribute("d", "")
            self._parts.show("high", "1")
            self._parts.show("low", "-1")
        self._paths["stroke"].setAttribute("d", PAPER.path(values, place))
