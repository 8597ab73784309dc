"""The colour space as a network sees it, beside the colours themselves."""

from __future__ import annotations

import time

import numpy as np

from nn.data import Dataset
from nn.labs.colour_space import plane, representatives
from nn.model import Sequential
from nn.progress import Pacer
from nn.web import dom, pictures
from nn.web.dom import Parts
from nn.web.figures import percent

_WIDTH, _HEIGHT = 96, 32
_BUDGET = 0.006
_MOST_NAMED = 9


class Strip:
    """Two pictures of the same colours: each as it is, and as the class it is taken for."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._saturation = parts.element("saturation")
        self._model: Sequential | None = None
        self._names: tuple[str, ...] = ()
        self._items: list[tuple[int, str]] = []
        self._labels = np.zeros(_WIDTH * _HEIGHT, np.intp)
        self._show_colours()
        dom.on(self._saturation, "input", lambda event: self._resaturate())
        dom.on(parts.element("spaceTab"), "chosen", lambda event: self.paint())

    def follow(self, model: Sequential, rows: Dataset, places: list[int]) -> None:
        """Show what ``model`` makes of colours from now on.

        Args:
            model: a network that takes colours and answers with classes.
            rows: to learn from, which tell the colours of classes without a known name.
            places: where red, green and blue stand among its inputs.
        """
        assert model.columns and model.columns.classes
        self._model = model
        self._names = model.columns.classes
        self._inputs = np.argsort(places)
        self._shades = representatives(self._names, rows, places)
        self._row = 0
        self._pacer = Pacer(_BUDGET)
        self.paint()

    def leave(self) -> None:
        """Show nothing: the network takes something else."""
        self._model = None

    def paint(self) -> None:
        """Paint the whole picture."""
        if self._model is not None:
            while not self._paint_rows(self._model):
                pass

    def paint_some(self) -> None:
        """Paint as many rows as there is time for, and go on with the others the next time."""
        if self._model is not None and not self._parts.element("spacePanel").hidden:
            self._paint_rows(self._model)

    def _paint_rows(self, model: Sequential) -> bool:
        """Paint some rows, and return whether they were the last."""
        end = min(self._row + self._pacer.units, _HEIGHT)
        pixels = slice(self._row * _WIDTH, end * _WIDTH)
        started = time.perf_counter()
        outputs = model.predict(self._colours[pixels][:, self._inputs])
        self._pacer.took(end - self._row, time.perf_counter() - started)
        self._labels[pixels] = outputs.argmax(axis=1)
        self._row = end % _HEIGHT
        if self._row == 0:
            self._show()
        return self._row == 0

    def _show(self) -> None:
        pictures.paint(
            self._parts.element("strip"), _opaque(self._shades[self._labels], _WIDTH, _HEIGHT)
        )
        self._show_shares()

    def _show_shares(self) -> None:
        """Say in words, too, how much of the picture each class takes."""
        counts = np.bincount(self._labels, minlength=len(self._names))
        most = np.argsort(-counts, kind="stable")[:_MOST_NAMED]
        named = sorted(int(label) for label in most if counts[label])
        items = [(label, percent(counts[label] / self._labels.size, 0)) for label in named]
        if items == self._items:
            return
        self._items = items
        nodes = []
        for label, share in items:
            item = dom.new("li")
            shade = dom.new("i")
            shade.style.background = "rgb({} {} {})".format(*self._shades[label])
            item.append(shade, dom.new("span", self._names[label]), dom.new("small", share))
            nodes.append(item)
        self._parts.element("shares").replaceChildren(*nodes)

    def _resaturate(self) -> None:
        self._show_colours()
        self._row = 0
        self.paint()

    def _show_colours(self) -> None:
        saturation = float(self._saturation.value)
        self._parts.show("saturationShown", percent(saturation / 100, 0))
        # Twice as fine as what the network is asked for: these cost nothing while it trains.
        fine = plane(saturation / 100, 2 * _WIDTH, 2 * _HEIGHT)
        pictures.paint(self._parts.element("trueStrip"), _opaque(fine, 2 * _WIDTH, 2 * _HEIGHT))
        self._colours = plane(saturation / 100, _WIDTH, _HEIGHT)


def _opaque(colours: np.ndarray, width: int, height: int) -> np.ndarray:
    rgba = np.full((height, width, 4), 255, np.uint8)
    rgba[..., :3] = colours.reshape(height, width, 3)
    return rgba
