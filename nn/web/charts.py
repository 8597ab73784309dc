"""Line charts that fill while a network learns, drawn by uPlot."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyscript import window
from pyscript.ffi import to_js
from pyscript.js_modules import glue

_MOST_POINTS = 600

_AXIS_LABEL = {"labelFont": "11px system-ui, sans-serif", "labelSize": 15, "labelGap": 0}


@dataclass(frozen=True)
class Line:
    """How a line of a chart looks: a colour, or a CSS variable with one, dots or not, dashes."""

    colour: str
    dots: bool = False
    dash: tuple[int, ...] = ()


TRAIN_AND_TEST = (Line("--train"), Line("--test", dots=True))


class Chart:
    """Lines over a common x, such as the samples seen.

    Args:
        host: the element that the chart fills.
        lines: how each line looks.
        logarithmic: whether y is, in which case values must be positive.
        names: what the lines are called, for whoever hears of their last values instead of seeing
            them; nothing is said of lines without a name.
    """

    def __init__(
        self,
        host: Any,
        lines: Sequence[Line] = TRAIN_AND_TEST,
        logarithmic: bool = False,
        names: Sequence[str] = (),
    ) -> None:
        self._host = host
        self._names = names
        self._label = str(host.getAttribute("aria-label"))
        self._lines = lines
        self._logarithmic = logarithmic
        self._plot: Any = None
        self.clear()

    def clear(self) -> None:
        """Forget all points."""
        self._x: list[float] = []
        self._values: list[list[float | None]] = [[] for _ in self._lines]

    @property
    def points(self) -> tuple[list[float], list[list[float | None]]]:
        """Every x, and for each line its values."""
        return self._x, self._values

    @points.setter
    def points(self, points: tuple[list[float], list[list[float | None]]]) -> None:
        self._x, self._values = points

    def add(self, x: float, *values: float | None) -> None:
        """Add one value a line at ``x``, None where a line has none there."""
        place = len(self._x)
        if place and x < self._x[-1]:
            place = bisect(self._x, x)
        self._x.insert(place, x)
        for line, value in zip(self._values, values, strict=True):
            line.insert(place, value)
        if len(self._x) > _MOST_POINTS:
            self._thin_out()

    def draw(
        self,
        lines: Sequence[Line],
        x: Sequence[float],
        values: Sequence[Sequence[float | None]],
        logarithmic: bool = False,
    ) -> None:
        """Draw these lines, one value each for every ``x``, instead of all there were."""
        styled = (tuple(lines), logarithmic)
        stale = styled != (tuple(self._lines), self._logarithmic)
        self._lines, self._logarithmic = styled
        self._x, self._values = list(x), [list(each) for each in values]
        if stale:
            self.restyle()
        else:
            self.paint()

    def _thin_out(self) -> None:
        # Half as many points draw the same line; dots are few and stay.
        dotted = [
            values for line, values in zip(self._lines, self._values, strict=True) if line.dots
        ]
        kept = [
            i
            for i in range(len(self._x))
            if i % 2 == 0 or any(values[i] is not None for values in dotted)
        ]
        if len(kept) == len(self._x):
            kept = kept[::2]
        self._x = [self._x[i] for i in kept]
        self._values = [[values[i] for i in kept] for values in self._values]

    def paint(self) -> None:
        """Draw what has been added."""
        if not self._host.clientWidth:
            return  # it is not shown, and has no size to draw in
        self._host.dataset.points = str(len(self._x))
        self._host.setAttribute("aria-label", self._in_words())
        if self._plot is None:
            self.restyle()
            return
        self._plot.setData(to_js([self._x, *self._values]), False)
        # Room on the right, so that the newest dot is not cut in half.
        end = 1.03 * self._x[-1] if self._x else 1
        self._plot.setScale("x", to_js({"min": 0, "max": end}))

    def _in_words(self) -> str:
        said = []
        for name, values in zip(self._names, self._values, strict=False):
            last = next((value for value in reversed(values) if value is not None), None)
            if last is not None:
                said.append(f"{name} {last:.4g}")
        return f"{self._label}. Last: {', '.join(said)}" if said else self._label

    def resize(self) -> None:
        """Fit the chart to its element."""
        if self._plot is not None and self._host.clientWidth:
            self._plot.setSize(to_js(self._size()))

    def _size(self) -> dict[str, int]:
        return {"width": self._host.clientWidth, "height": self._host.clientHeight}

    def restyle(self) -> None:
        """Make the chart anew, in the page's colours of the moment."""
        if not self._host.clientWidth:
            return
        if self._plot is not None:
            self._plot.destroy()
        style = window.getComputedStyle(self._host)

        def colour(name: str) -> str:
            return str(style.getPropertyValue(name)).strip() if name.startswith("--") else name

        axis = {
            "stroke": colour("--muted"),
            "grid": {"stroke": colour("--line"), "width": 1},
            "ticks": {"show": False},
            "font": "11px system-ui, sans-serif",
        }
        options = {
            **self._size(),
            "legend": {"show": False},
            "cursor": {"show": False},
            "scales": {"x": {"time": False}, "y": {"distr": 3 if self._logarithmic else 1}},
            "axes": [
                {**axis, "size": 20, "space": 76, "label": "samples seen", **_AXIS_LABEL},
                {**axis, "size": 44, **self._powers()},
            ],
            "series": [{}, *(self._series(line, colour(line.colour)) for line in self._lines)],
        }
        self._plot = glue.newPlot(to_js(options), self._host)
        if self._plot is not None:
            self.paint()

    def _powers(self) -> dict[str, Any]:
        if not self._logarithmic:
            return {}
        # Between them uPlot would draw eight lines more: over ten powers that is a grey wall.
        return {"splits": glue.powersOfTen, "values": glue.powerLabels}

    @staticmethod
    def _series(line: Line, colour: str) -> dict[str, Any]:
        if line.dots:
            points = {"show": True, "size": 6, "fill": colour}
            return {"stroke": colour, "width": 2, "points": points, "spanGaps": True}
        plain = {"stroke": colour, "width": 1.5, "points": {"show": False}, "spanGaps": True}
        return {**plain, "dash": list(line.dash)}
