"""The unit square: what the network answers everywhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from pyscript import window

from nn.data.points import features, grid
from nn.model import Sequential
from nn.progress import Pacer
from nn.web import contour, dom, pictures
from nn.web.dom import Parts
from nn.web.meaning import Meaning
from nn.web.network_plan import Unit
from nn.web.shades import ClassShades, Shades, levels

SIDE = 100
"""Pixels of the heat map, each way."""

_CLASSES = 6
"""For so many there are colours in the style sheets."""

_BUDGET = 0.008
"""Seconds of work in a frame, while the network learns."""

_MOMENT = 0.1
"""Seconds of work at once that nobody minds."""

_KEY_STEP = 0.02
_ARROWS = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, 1), "ArrowDown": (0, -1)}


class Surface:
    """The heat map, and the cursor that reads it.

    Args:
        parts: the lab's elements.
        chosen: called with x and y where a visitor clicks, or presses Enter or the space bar.
        deleted: called with x and y of the cursor when a visitor presses Delete.
        moved: called when a visitor has chosen another place.

    Attributes:
        shades: the page's colours, for other pictures too.
        place: x and y that were chosen last, with a click or by keys.
    """

    def __init__(
        self,
        parts: Parts,
        chosen: Callable[[float, float], None],
        deleted: Callable[[float, float], None],
        moved: Callable[[], None],
    ) -> None:
        self._parts = parts
        self._chosen = chosen
        self._deleted = deleted
        self._moved = moved
        self._plane = parts.element("plane")
        self._grid = grid(SIDE)
        self._values = np.full(SIDE * SIDE, 0.5, dtype=np.float32)
        self._meaning: Meaning
        self._pacer = Pacer(_BUDGET)
        self._done = 0
        self._going_on = False
        self._paints = 0
        self._lens: Unit | None = None
        self.place = self._cursor = (0.5, 0.1)
        self._model: Sequential
        self.restyle()
        dom.on(self._plane, "pointermove", self._hover)
        dom.on(self._plane, "click", self._click)
        dom.on(self._plane, "keydown", self._key)

    def restyle(self) -> None:
        """Take the colours that the page has now."""
        style = window.getComputedStyle(self._plane)

        def colour(name: str) -> str:
            return str(style.getPropertyValue(name)).strip()

        stops = ["--cold-deep", "--cold", "--neutral", "--warm", "--warm-deep"]
        unknown = colour("--unknown")
        self.shades = Shades([colour(name) for name in stops], unknown)
        of_classes = [colour(f"--class{place}") for place in range(_CLASSES)]
        self._class_shades = ClassShades(of_classes, colour("--neutral"), unknown)

    def show(self, model: Sequential, inputs: tuple[str, ...], meaning: Meaning) -> None:
        """Show another network from now on, which is told ``inputs`` of a point."""
        self._model, self._inputs, self._meaning = model, inputs, meaning
        self._told = features(self._grid, inputs)
        self._lens = None
        self._done = 0
        self._pacer = Pacer(_BUDGET)

    # ---- The heat map.

    def look_at(self, unit: Unit | None) -> None:
        """Show what a single unit answers everywhere, or the network again."""
        if unit != self._lens:
            self._lens = unit
            self.paint()

    def follow(self) -> None:
        """Compute as much as there is time for in a frame; paint once all of it is new."""
        until = time.perf_counter() + _BUDGET
        while self._done < len(self._grid) and (started := time.perf_counter()) < until:
            stop = min(self._done + self._pacer.units, len(self._grid))
            self._compute(slice(self._done, stop))
            self._pacer.took(stop - self._done, time.perf_counter() - started)
            self._done = stop
        if self._done == len(self._grid):
            self._finish()

    def paint(self) -> None:
        """Compute and paint everything anew; a large network is left time to do other things."""
        self._done = 0
        until = time.perf_counter() + _MOMENT
        self.follow()
        while self._done and time.perf_counter() < until:
            self.follow()
        if self._done:
            self._finish_later()

    def _finish_later(self) -> None:
        if not self._going_on:
            self._going_on = True
            asyncio.get_running_loop().call_later(0.02, lambda: dom.start(self._go_on))

    def _go_on(self) -> None:
        self._going_on = False
        if self._done:
            self.follow()
        if self._done:
            self._finish_later()

    def _compute(self, part: slice) -> None:
        told = self._told[part]
        if self._lens is None:
            values = self._meaning.values(self._model.predict(told))
        elif self._lens.layer < 0:
            values = told[:, self._lens.unit]
        else:
            outputs = self._model.activations(told)[self._lens.layer]
            values = outputs[:, self._lens.unit]
        if self._values.shape[1:] != values.shape[1:]:
            self._values = np.zeros((SIDE * SIDE, *values.shape[1:]), dtype=np.float32)
        self._values[part] = values

    def _finish(self) -> None:
        self._done = 0
        values = self._values
        if self._lens is None:
            colours = self._meaning.colours(values, self.shades, self._class_shades)
            border = self._meaning.border(values, SIDE)
        else:
            layer = self._lens.layer
            activation = "linear" if layer < 0 else self._model.layers[layer].activation.name
            values = levels(values, activation)
            colours = self.shades.of(values)
            border = contour.path(contour.segments(values.reshape(SIDE, SIDE), 0.5))
        canvas = self._parts.element("surface")
        pictures.paint(canvas, colours.view(np.uint8).reshape(SIDE, SIDE, 4))
        self._parts.element("boundary").setAttribute("d", border)
        self._paints += 1
        canvas.dataset.paints = str(self._paints)
        self._read()

    # ---- The cursor.

    def _read(self) -> str:
        x, y = self._cursor
        told = features(np.array([self._cursor], dtype=np.float32), self._inputs)
        text = self._meaning.told(x, y, self._model.predict(told))
        self._parts.show("probe", text)
        return text

    def _move(self, x: float, y: float) -> None:
        self._cursor = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
        x, y = self._cursor
        place = f"translate({100 * x:.2f} {100 - 100 * y:.2f})"
        self._parts.element("cursor").setAttribute("transform", place)

    def _hover(self, event: Any) -> None:
        self._move(*self.place_of(event))
        self._read()

    def _click(self, event: Any) -> None:
        self._move(*self.place_of(event))
        self._settle()
        self._chosen(*self._cursor)
        self._read()

    def look(self, x: float, y: float) -> None:
        """Put the cursor on a place."""
        self._move(x, y)
        self._settle()
        self._read()

    def _settle(self) -> None:
        """Take the cursor's place for the one that is looked at."""
        self.place = self._cursor
        self._moved()

    def place_of(self, event: Any) -> tuple[float, float]:
        """Return x and y of a pointer, which may be outside of the square."""
        box = self._plane.getBoundingClientRect()
        return (
            (event.clientX - box.left - self._plane.clientLeft) / self._plane.clientWidth,
            1 - (event.clientY - box.top - self._plane.clientTop) / self._plane.clientHeight,
        )

    def _key(self, event: Any) -> None:
        if event.key in _ARROWS:
            across, up = _ARROWS[event.key]
            step = _KEY_STEP * (5 if event.shiftKey else 1)
            x, y = self._cursor
            self._move(round(x + step * across, 2), round(y + step * up, 2))
        elif event.key in ("Enter", " "):
            self._chosen(*self._cursor)
        elif event.key in ("Delete", "Backspace"):
            self._deleted(*self._cursor)
        else:
            return
        event.preventDefault()
        self._settle()
        self._parts.show("probeSaid", self._read())
