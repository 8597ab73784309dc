"""Where everything lies in the drawing of a network, in CSS pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

TILE = 26
"""Side of a unit's picture."""

MOST_ROWS = 8
"""Units of a layer that are drawn; a line says how many there are more."""

_PITCH = 29
_HEAD = 36
_NAMES = 76
"""Room on the left for the inputs' names."""

_MARGIN = 8
_MORE = 14
"""Room below for how many units there are more."""

_REACH = 5.0
"""How near to a line a pointer must be."""

_STEPS = np.linspace(0, 1, 33)
_ACROSS = 1.5 * _STEPS * (1 - _STEPS) + _STEPS**3
_DOWN = 3 * _STEPS**2 - 2 * _STEPS**3
"""The curve of a link, from (0, 0) to (1, 1): a Bézier curve with its handles at half way across,
(½, 0) and (½, 1)."""


@dataclass(frozen=True)
class Unit:
    """A neuron, or with ``layer`` -1 an input."""

    layer: int
    unit: int


@dataclass(frozen=True)
class Weight:
    """A weight of a layer, or with ``source`` -1 a bias."""

    layer: int
    source: int
    unit: int


class Plan:
    """The places of a network's units and links.

    Args:
        inputs: rows of those inputs that the network has, of ``input_rows`` that are drawn.
        input_rows: how many inputs there are to choose from.
        widths: units of each layer, the output last.
        biased: whether each layer has biases.
        width: how wide the drawing should be; it is wider where columns would be too narrow.
        narrowest: pixels from column to column at least.

    Attributes:
        width, height: of the drawing.
        columns: x of the left edge of each column of units; inputs first.
        shown: units that are drawn of each layer.
    """

    def __init__(
        self,
        inputs: Sequence[int],
        input_rows: int,
        widths: Sequence[int],
        biased: Sequence[bool],
        width: int,
        narrowest: int,
    ) -> None:
        self._inputs = list(inputs)
        self._input_rows = input_rows
        self._biased = biased
        self.shown = [min(units, MOST_ROWS) for units in widths]
        steps = len(widths)
        room = width - _NAMES - TILE - _MARGIN - 30
        step = max(narrowest, room // steps)
        self.columns = [_NAMES + step * i for i in range(steps + 1)]
        self.width = self.columns[-1] + TILE + _MARGIN + 30
        self._rows = max(input_rows, *self.shown)
        more = self.shown != list(widths)
        self.height = _HEAD + self._rows * _PITCH + (_MORE if more else 0)
        self._curves: list[list[str]] = []
        self._ends: list[tuple[np.ndarray, np.ndarray]] = []
        for layer, units in enumerate(self.shown):
            starts = [self.middle(Unit(layer - 1, i)) for i in range(self.sources(layer))]
            ends = [self.middle(Unit(layer, i)) for i in range(units)]
            self._curves.append([self.curve(layer, a, b) for a in starts for b in ends])
            self._ends.append((np.array(starts), np.array(ends)))

    def sources(self, layer: int) -> int:
        """Return how many units drawn below a layer give it their outputs."""
        return self.shown[layer - 1] if layer else len(self._inputs)

    def corner(self, unit: Unit) -> tuple[int, int]:
        """Return the left top corner of a unit's picture; inputs count among the network's own."""
        if unit.layer < 0:
            return self.input_corner(self._inputs[unit.unit])
        rows = self.shown[unit.layer]
        return self.columns[unit.layer + 1], self._top(rows) + _PITCH * unit.unit

    def input_corner(self, row: int) -> tuple[int, int]:
        """Return the left top corner of the picture of an input that may be chosen."""
        return self.columns[0], self._top(self._input_rows) + _PITCH * row

    def _top(self, rows: int) -> int:
        return _HEAD + (self._rows - rows) * _PITCH // 2

    def middle(self, unit: Unit) -> float:
        """Return y of a unit's middle."""
        return self.corner(unit)[1] + TILE / 2

    def bias_spot(self, unit: Unit) -> tuple[int, int]:
        """Return the middle of the dot that stands for a unit's bias."""
        x, y = self.corner(unit)
        return x - 1, y + TILE - 1

    def curve(self, layer: int, start: float, end: float) -> str:
        """Return a link to ``layer`` from height ``start`` to ``end``, as in an SVG path."""
        left, right = self.columns[layer] + TILE, self.columns[layer + 1]
        half = (left + right) / 2
        return f"M{left} {start}C{half} {start} {half} {end} {right} {end}"

    def curves(self, layer: int) -> list[str]:
        """Return the links to ``layer``, source by source, as its kernel's rows have them."""
        return self._curves[layer]

    def weights(self, layer: int) -> list[Weight]:
        """Return all weights of a layer that are drawn: source by source, then the biases."""
        units = range(self.shown[layer])
        found = [Weight(layer, i, j) for i in range(self.sources(layer)) for j in units]
        return found + ([Weight(layer, -1, j) for j in units] if self._biased[layer] else [])

    def stops(self, layer: int) -> list[Weight | Unit]:
        """Return where the keyboard leads in a layer: its weights, then its units.

        In the first layer, the inputs come last.
        """
        units = [Unit(layer, j) for j in range(self.shown[layer])]
        inputs = [Unit(-1, i) for i in range(len(self._inputs))] if layer == 0 else []
        return [*self.weights(layer), *units, *inputs]

    def at(self, x: float, y: float) -> Unit | Weight | None:
        """Return what lies at a place of the drawing."""
        for column, left in enumerate(self.columns):
            if left - _REACH <= x <= left + TILE:
                found = self._in_column(column - 1, x, y)
                if found is not None:
                    return found
        for layer, (left, right) in enumerate(zip(self.columns, self.columns[1:], strict=False)):
            share = (x - left - TILE) / (right - left - TILE)
            if 0 <= share <= 1:
                return self._link_at(layer, share, y)
        return None

    def _in_column(self, layer: int, x: float, y: float) -> Unit | Weight | None:
        count = self.shown[layer] if layer >= 0 else len(self._inputs)
        for unit in (Unit(layer, i) for i in range(count)):
            if layer >= 0 and self._biased[layer]:
                spot_x, spot_y = self.bias_spot(unit)
                if max(abs(x - spot_x), abs(y - spot_y)) <= _REACH:
                    return Weight(layer, -1, unit.unit)
            left, top = self.corner(unit)
            if left <= x and top <= y <= top + TILE:
                return unit
        return None

    def _link_at(self, layer: int, share: float, y: float) -> Weight | None:
        starts, ends = self._ends[layer]
        down = np.interp(share, _ACROSS, _DOWN)
        heights = starts[:, None] * (1 - down) + ends[None, :] * down
        distances: np.ndarray[Any, Any] = np.abs(heights - y)
        source, unit = np.unravel_index(distances.argmin(), distances.shape)
        if distances[source, unit] > _REACH:
            return None
        return Weight(layer, int(source), int(unit))

    def label_spot(self, weight: Weight) -> tuple[float, float]:
        """Return where to write what is said of a weight: the middle of its link, or its dot."""
        if weight.source < 0:
            x, y = self.bias_spot(Unit(weight.layer, weight.unit))
            return float(x), float(y)
        middle = (self.columns[weight.layer] + TILE + self.columns[weight.layer + 1]) / 2
        start = self.middle(Unit(weight.layer - 1, weight.source))
        return middle, (start + self.middle(Unit(weight.layer, weight.unit))) / 2
