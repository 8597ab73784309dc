"""A curve drawn over the plot with a mouse, a pen or a finger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nn.labs.drawn_curve import DrawnCurve
from nn.web import dom
from nn.web.curve_plot import PAPER, CurvePlot
from nn.web.dom import Parts


class CurveDrawing:
    """Listens to pointers on the plot, and keeps the paper that they draw on.

    Args:
        parts: the lab's elements.
        plot: shows it.
        drawn: called with the paper whenever a stroke has ended.
    """

    def __init__(self, parts: Parts, plot: CurvePlot, drawn: Callable[[DrawnCurve], None]) -> None:
        self._shown, self._drawn = plot, drawn
        self._plot = parts.element("plot")
        self._paper: DrawnCurve | None = None
        self._pen: tuple[float, float] | None = None
        self._pointer = -1
        dom.on(self._plot, "pointerdown", self._down)
        dom.on(self._plot, "pointermove", self._move)
        dom.on(self._plot, "pointerup", self._up)
        dom.on(self._plot, "pointercancel", self._up)

    @property
    def drawing(self) -> bool:
        """Whether a pointer is drawing now."""
        return self._pen is not None

    def show(self, paper: DrawnCurve | None) -> None:
        """Draw on this paper from now on; on a new one if there is none."""
        self._paper = paper

    def clear(self) -> None:
        """Take a new paper."""
        self._paper = DrawnCurve()
        self._show()

    def _show(self) -> None:
        assert self._paper is not None
        self._shown.show_paper(self._paper.values, self._paper.span[0])

    def _down(self, event: Any) -> None:
        if event.button != 0 or self._pen is not None:
            return
        self._plot.setPointerCapture(event.pointerId)
        self._pointer = event.pointerId
        self._paper = self._paper or DrawnCurve()
        self._pen = self._place_of(event)
        self._to(event)
        event.preventDefault()

    def _move(self, event: Any) -> None:
        if self._pen is not None and event.pointerId == self._pointer:
            self._to(event)

    def _up(self, event: Any) -> None:
        if self._pen is None or event.pointerId != self._pointer:
            return
        self._pen = None
        assert self._paper is not None
        self._drawn(self._paper)

    def _to(self, event: Any) -> None:
        assert self._pen is not None and self._paper is not None
        before, self._pen = self._pen, self._place_of(event)
        self._paper.line(*before, *self._pen)
        self._show()

    def _place_of(self, event: Any) -> tuple[float, float]:
        box = self._plot.getBoundingClientRect()
        across = (event.clientX - box.left) / box.width
        return PAPER.place_of(across, (event.clientY - box.top) / box.height)
