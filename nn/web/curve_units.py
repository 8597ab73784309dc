"""What each unit of a network answers over the end of a series, as a small line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nn.model import Sequential
from nn.web.plot_frame import Frame

if TYPE_CHECKING:
    from nn.web.dom import Parts

_COLUMNS = 8
_MOST = 32
"""Units, the first ones: of more, lines would be too small to be told apart."""

_WIDTH, _HEIGHT = 600.0, 50.0
"""Of a row of cells."""

_GAP = 6.0


class CurveUnits:
    """The drawing in a lab's element ``units``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._panel = parts.element("unitsPanel")
        self._drawing = parts.element("units")

    def show(self, model: Sequential, values: np.ndarray) -> None:
        """Show the units of another network, over the end of (n,) values, from now on."""
        self._model = model
        self._window = values[-model.input_shape[0] :]
        # The first layer that answers at each step: the last one's answer is the plot's.
        shapes = model.shapes[1:-1]
        self._layer = next((i for i, shape in enumerate(shapes) if len(shape) == 2), None)
        there = self._layer is not None and bool(self._window.size)
        self._drawing.toggleAttribute("hidden", not there)
        self._parts.show("unitsHelp", self._told() if there else _NONE)
        if there:
            rows = -(-self._count // _COLUMNS)
            self._drawing.setAttribute("viewBox", f"0 0 {_WIDTH:.0f} {rows * _HEIGHT:.0f}")

    @property
    def _count(self) -> int:
        assert self._layer is not None
        return min(self._model.shapes[self._layer + 1][1], _MOST)

    def _told(self) -> str:
        assert self._layer is not None
        units = self._model.shapes[self._layer + 1][1]
        layer = self._model.layers[self._layer]
        some = f"the first {_MOST} of {units:,}" if units > _MOST else f"the {units:,}"
        return (
            f"Each line is one of {some} units of layer {self._layer + 1}, {type(layer).__name__}, "
            f"over the last {len(self._window):,} values: what the network makes of them, and "
            "remembers. The output layer adds these up."
        )

    def paint(self) -> None:
        """Draw the units as they are now, if anybody can see them."""
        if self._layer is None or self._panel.hidden or not self._window.size:
            return
        raw = self._window.astype(np.float32)[np.newaxis, :, np.newaxis]
        answers = self._model.activations(raw)[self._layer][0, :, : self._count]
        self._parts.element("unitLines").setAttribute("d", unit_lines(answers))


_NONE = (
    "These layers look at a whole window at once: nothing is remembered from step to step. A "
    "recurrent layer, such as gru:32, does."
)


def unit_lines(answers: np.ndarray) -> str:
    """Return an SVG path with a line for each column of (steps, units) answers, each in a cell.

    All are on one scale, from -1 to 1 or further, so that quiet units look quiet.

    >>> unit_lines(np.array([[-1.0, 0.0], [1.0, 0.0]]))
    'M0.0 44.0L69.8 0.0M75.8 22.0L145.5 22.0'
    """
    reach = max(1.0, float(np.where(np.isfinite(answers), np.abs(answers), 0).max()))
    width = (_WIDTH - (_COLUMNS - 1) * _GAP) / _COLUMNS
    paths = []
    for unit, line in enumerate(answers.T):
        row, column = divmod(unit, _COLUMNS)
        left, top = (width + _GAP) * column, _HEIGHT * row
        cell = Frame(len(answers), -reach, reach, left, top, width, _HEIGHT - _GAP)
        paths.append(cell.path(line))
    return "".join(paths)
