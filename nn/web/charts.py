"""Line charts that fill while a network learns, drawn by uPlot."""

from __future__ import annotations

from typing import Any

from pyscript import window
from pyscript.ffi import to_js
from pyscript.js_modules import uplot

from nn.web.dom import element

_MOST_POINTS = 600


class Chart:
    """A training line and test points over the samples seen.

    Args:
        name: the id of the element that the chart fills.
    """

    def __init__(self, name: str) -> None:
        self._host = element(name)
        self._plot: Any = None
        self.clear()

    def clear(self) -> None:
        """Forget all points."""
        self._samples: list[int] = []
        self._train: list[float | None] = []
        self._test: list[float | None] = []

    def add(self, samples: int, train: float | None = None, test: float | None = None) -> None:
        """Add values at ``samples``, which must not be below those before."""
        self._samples.append(samples)
        self._train.append(train)
        self._test.append(test)
        if len(self._samples) > _MOST_POINTS:
            # Half as many training points draw the same line; tests are few and stay.
            kept = [i for i, test in enumerate(self._test) if test is not None or i % 2 == 0]
            self._samples = [self._samples[i] for i in kept]
            self._train = [self._train[i] for i in kept]
            self._test = [self._test[i] for i in kept]

    def paint(self) -> None:
        """Draw what has been added."""
        self._host.dataset.points = str(len(self._samples))
        if self._plot is None:
            self.restyle()
            return
        self._plot.setData(to_js([self._samples, self._train, self._test]), False)
        # Room on the right, so that the newest test point is not cut in half.
        end = 1.03 * self._samples[-1] if self._samples else 1
        self._plot.setScale("x", to_js({"min": 0, "max": end}))

    def resize(self) -> None:
        """Fit the chart to its element."""
        if self._plot is not None:
            self._plot.setSize(to_js(self._size()))

    def _size(self) -> dict[str, int]:
        return {"width": self._host.clientWidth, "height": self._host.clientHeight}

    def restyle(self) -> None:
        """Make the chart anew, in the page's colours of the moment."""
        if self._plot is not None:
            self._plot.destroy()
        style = window.getComputedStyle(self._host)

        def colour(name: str) -> str:
            return str(style.getPropertyValue(name)).strip()

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
            "scales": {"x": {"time": False}},
            "axes": [{**axis, "size": 24}, {**axis, "size": 44}],
            "series": [
                {},
                {"stroke": colour("--train"), "width": 1.5, "points": {"show": False}},
                {
                    "stroke": colour("--test"),
                    "width": 2,
                    "points": {"show": True, "size": 6, "fill": colour("--test")},
                },
            ],
        }
        self._plot = uplot.default.new(to_js(options), None, self._host)
        self.paint()
