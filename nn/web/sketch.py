"""The canvas: what is drawn, what the network sees of it and what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
from pyscript.js_modules import glue

from nn import drawing
from nn.data.image_csv import CLASSES, SIDE
from nn.model import Sequential
from nn.web import dom, pictures
from nn.web.bars import Bars

_PAUSE = 0.1
"""Seconds between two predictions while someone draws."""

_DIGITS = [str(digit) for digit in range(CLASSES)]


class Sketch:
    """The drawing and the live prediction, which is that of ``model``."""

    def __init__(self) -> None:
        self.model: Sequential | None = None
        self._canvas = dom.element("canvas")
        self._image: np.ndarray | None = None
        self._stale = True
        self._scheduled = False
        self._word: Callable[[], str] | None = None
        self._bars = Bars(dom.element("probabilities"))
        dom.on(self._canvas, "ink", lambda event: self._drawn())
        dom.on(dom.element("predict"), "click", lambda event: self.predict())

    @property
    def image(self) -> np.ndarray | None:
        """What the network sees of the drawing: (28, 28) uint8, or None if there is nothing."""
        return self._image

    def put(self, image: np.ndarray, word: Callable[[], str] | None = None) -> None:
        """Place a (28, 28) uint8 picture on the canvas; the network sees it just as it is.

        Args:
            image: the picture.
            word: returns what is said of it, if that is not just the largest output's class.
        """
        glue.place(pictures.ink(image).ravel(), SIDE, SIDE)
        self._see(image)
        self._word = word
        self.predict()

    def say(self, text: str) -> None:
        """Empty the canvas, and say something of what is shown instead."""
        glue.place(np.zeros(4 * SIDE * SIDE, dtype=np.uint8), SIDE, SIDE)
        self._see(None)
        self.answer(text)

    def answer(self, text: str) -> None:
        """Say something without figures for the classes."""
        self._answer(text, np.zeros(CLASSES))

    def follow(self) -> None:
        """Predict again, where there is something to predict: the network may have changed."""
        if self._image is not None or self._stale:
            self.predict()

    def predict(self) -> None:
        """Show what the network says of the drawing."""
        if self._stale:
            ink = np.frombuffer(glue.ink().to_bytes(), dtype=np.uint8)
            self._see(drawing.prepare(ink.reshape(-1, glue.INK_SIDE)))
        if self._image is None or self.model is None:
            self._answer("Draw a digit", np.zeros(CLASSES))
            return
        (outputs,) = self.model.predict(self._image.reshape(1, -1))
        if np.isfinite(outputs).all():
            self._answer(self._word() if self._word else str(outputs.argmax()), outputs)
        else:
            self._answer("Not a number", np.zeros(CLASSES))

    def _see(self, image: np.ndarray | None) -> None:
        self._image = image
        self._stale = False
        self._word = None
        empty = np.zeros((SIDE, SIDE), dtype=np.uint8)
        pictures.paint(dom.element("sees"), pictures.ink(empty if image is None else image))

    def _drawn(self) -> None:
        self._stale = True
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_later(_PAUSE, self._catch_up)

    def _catch_up(self) -> None:
        self._scheduled = False
        dom.start(self.predict)

    def _answer(self, text: str, outputs: np.ndarray) -> None:
        place = dom.element("prediction")
        # A screen reader speaks each change: an answer that stays is not said again.
        if place.textContent != text:
            place.textContent = text
            place.className = "digit" if len(text) == 1 or text.isdecimal() else ""
        best = int(outputs.argmax()) if outputs.any() else -1
        self._bars.show(_DIGITS, outputs.tolist(), best)
