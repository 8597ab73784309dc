"""The canvas: what is drawn, what the network sees of it and what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
from pyscript.js_modules import glue

from nn import drawing
from nn.data.labels import DIGITS, Classes
from nn.explain.why import told_sum
from nn.formats import packed
from nn.labs import digits
from nn.labs.reading import like_data
from nn.layers import Shape
from nn.model import Sequential
from nn.web import dom, pictures
from nn.web.bars import Bars

_PAUSE = 0.1
"""Seconds between two predictions while someone draws."""


class Sketch:
    """The drawing and the live prediction, which is that of ``model``.

    Args:
        answered: called whenever that may have changed.

    Attributes:
        shape: of the pictures that the network takes, (height, width, channels).
        paper: whether they are dark on light: a drawing is made like them.
        box: pixels of the longer side of what they show; None for as large a part as in MNIST.
        changes: a count of them.
    """

    def __init__(self, answered: Callable[[], None]) -> None:
        self._answered = answered
        self.model: Sequential | None = None
        self.shape: Shape = digits.PICTURE
        self.paper = False
        self.box: float | None = None
        self.changes = 0
        self._names: tuple[str, ...] = DIGITS.shown
        self._canvas = dom.element("canvas")
        self._image: np.ndarray | None = None
        self._stale = True
        self._put = False
        self._scheduled = False
        self._word: Callable[[], str] | None = None
        self._said: str | None = None
        self._bars = Bars(dom.element("probabilities"))
        dom.on(self._canvas, "ink", lambda event: self._drawn())
        dom.on(dom.element("predict"), "click", lambda event: self.predict())

    @property
    def image(self) -> np.ndarray | None:
        """What the network sees of the drawing: uint8 of ``shape``, or None if there is nothing."""
        return self._image

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes that the network tells apart."""
        return self._names

    def drawing(self) -> np.ndarray | None:
        """Return what is on the canvas as MNIST's digits are, (28, 28) uint8, or None."""
        ink = np.frombuffer(glue.ink().to_bytes(), dtype=np.uint8)
        return drawing.prepare(ink.reshape(-1, glue.INK_SIDE))

    def adopt(self, model: Sequential, shape: Shape, classes: Classes) -> None:
        """Go on with a network, which takes pictures of ``shape`` and tells ``classes`` apart."""
        self.model = model
        self._names = classes.shown
        if shape != self.shape:
            # The ink on the canvas is seen anew; a small picture there was one of other data.
            self._stale = True
            self.shape = shape
        digits_alone = self._names == DIGITS.shown
        dom.show("drawTitle", "Draw a digit" if digits_alone else "Draw")
        side = f"{shape[1]} by {shape[0]} pixels"
        dom.element("sees").setAttribute("aria-label", f"What the network sees, {side}")
        many = len(self._names) > len(DIGITS.shown) or max(map(len, self._names)) > 2
        dom.element("probabilities").classList.toggle("named", many)
        self.predict()

    def put(self, image: np.ndarray, word: Callable[[], str] | None = None) -> None:
        """Place a picture of ``shape``, uint8, on the canvas; the network sees it as it is.

        Args:
            image: the picture.
            word: returns what is said of it, if that is not just the largest output's class.
        """
        height, width = image.shape[:2]
        glue.place(pictures.shown(image).ravel(), width, height)
        self._see(image)
        self._put, self._word = True, word
        self.predict()

    def kept(self) -> bytes:
        """Return what is on the canvas, to be kept."""
        if self._put and self._image is not None and not self._stale:
            return packed.pack({}, {"picture": self._image})
        pixels = np.frombuffer(glue.drawing().to_bytes(), np.uint8)
        return packed.pack({}, {"pixels": pixels} if pixels.any() else {})

    def bring_back(self, data: bytes) -> None:
        """Put back what :meth:`kept` returned."""
        _, arrays = packed.unpack(data)
        if "picture" in arrays:
            if arrays["picture"].shape == self.shape:
                self.put(arrays["picture"])
        elif "pixels" in arrays:
            glue.redraw(arrays["pixels"].copy())

    def say(self, text: str) -> None:
        """Empty the canvas, and say something of what is shown instead."""
        glue.place(np.zeros(4, dtype=np.uint8), 1, 1)
        self._see(None)
        self._said = text
        self.answer(text)

    def answer(self, text: str) -> None:
        """Say something without figures for the classes."""
        self._answer(text, np.zeros(len(self._names)))

    def follow(self) -> None:
        """Predict again, where there is something to predict: the network may have changed."""
        if self._image is not None or self._stale:
            self.predict()

    def predict(self) -> None:
        """Show what the network says of the drawing."""
        if self._stale:
            ink = np.frombuffer(glue.ink().to_bytes(), dtype=np.uint8)
            self._see(self._prepared(ink.reshape(-1, glue.INK_SIDE)))
        nothing = np.zeros(len(self._names))
        if self._image is None or self.model is None:
            what = "a digit" if self._names == DIGITS.shown else "something"
            self._answer(self._said or f"Draw {what}", nothing)
            return
        (outputs,) = self.model.predict(self._image[np.newaxis])
        together = told_sum(self.model, outputs)
        if np.isfinite(outputs).all():
            name = self._names[outputs.argmax()]
            self._answer(self._word() if self._word else name, outputs, together)
        else:
            self._answer("Not a number", nothing)

    def _prepared(self, ink: np.ndarray) -> np.ndarray | None:
        """Return a drawing as the data are: of their size, and in three colours if they are."""
        prepared = drawing.prepare(ink, self.side, self.box)
        if prepared is None:
            return None
        image: np.ndarray = self.like_data(prepared[np.newaxis, ..., np.newaxis])[0]
        return image

    @property
    def side(self) -> int:
        """Of the square in which the network sees a drawing, in pixels."""
        return min(self.shape[:2])

    def like_data(self, drawings: np.ndarray) -> np.ndarray:
        """Return prepared drawings, (n, side, side, 1), as pictures of ``shape``."""
        return like_data(drawings, self.shape, self.paper)

    def _see(self, image: np.ndarray | None) -> None:
        self.changes += 1
        self._image = image
        self._stale = self._put = False
        self._word = self._said = None
        seen = np.zeros((*self.shape[:2], 1), np.uint8) if image is None else image
        canvas = dom.element("sees")
        canvas.className = "pixels" if seen.shape[2] == 1 else "pixels coloured"
        pictures.paint(canvas, pictures.shown(seen))

    def _drawn(self) -> None:
        self._stale = True
        self.changes += 1
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_later(_PAUSE, self._catch_up)

    def _catch_up(self) -> None:
        self._scheduled = False
        dom.start(self.predict)

    def _answer(self, text: str, outputs: np.ndarray, together: str = "") -> None:
        dom.show("together", together)
        place = dom.element("prediction")
        # A screen reader speaks each change: an answer that stays is not said again.
        if place.textContent != text:
            place.textContent = text
            place.className = "digit" if len(text) == 1 or text.isdecimal() else ""
        best = int(outputs.argmax()) if outputs.any() else -1
        self._bars.show(self._names, outputs.tolist(), best)
        self._answered()
