"""The inputs of a network on sliders, and what it says of them."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from nn.data import Dataset
from nn.data.colours import CHANNELS
from nn.labs.colour_space import channels, ink_on, means_of
from nn.model import Sequential
from nn.web import dom
from nn.web.bars import Bars
from nn.web.dom import Parts
from nn.web.scale import Scale
from nn.web.sliders import Sliders
from nn.web.text import percent, readable

Colour = tuple[int, int, int]

_MOST_SLIDERS = 20
_MOST_BARS = 12
_CHANNELS = ("Red", "Green", "Blue")


class Inputs:
    """Sliders, a swatch where they are a colour, the answer, and bars where it is a class.

    Args:
        parts: the lab's elements.
        chosen: called when a visitor has chosen another colour.

    Attributes:
        channels: where red, green and blue stand among the inputs; None if they are no colour.
        colour: the one on the sliders, or the last one that was.
    """

    channels: list[int] | None
    colour: Colour = (255, 140, 60)

    def __init__(self, parts: Parts, chosen: Callable[[], None]) -> None:
        self._parts = parts
        self._chosen = chosen
        self._bars = Bars(parts.element("probabilities"))
        self._sliders = Sliders(parts.element("sliders"), f"{parts.lab}-slider", self._moved)
        dom.on(parts.element("sliders"), "change", lambda event: self._keep_colour())

    def follow(self, model: Sequential, rows: np.ndarray | None) -> None:
        """Show what ``model`` says from now on.

        Args:
            model: its columns have names.
            rows: all (n, features) inputs there are, over which the sliders go; None if unknown.
        """
        assert model.columns
        self._model, self._columns = model, model.columns
        self._rest = means_of(model.inputs, model.features)
        self.channels = channels(self._columns, model.inputs)
        coloured = self.channels is not None
        if self.channels is not None:
            self._sliders.show(self._channel_scales(self.channels), self.colour)
        else:
            scales = self._scales(rows)
            values = map(Scale.nearest, scales, self._rest.tolist())
            self._sliders.show(scales, list(values))
        more = len(self._columns.inputs) - _MOST_SLIDERS
        hint = f"The other {more:,} inputs stay at their mean." if more > 0 else ""
        self._parts.show("slidersHint", hint)
        self._parts.show("leadTitle", "A colour" if coloured else "Inputs")
        self._parts.element("swatch").className = "coloured" if coloured else ""
        self._moved()

    def _channel_scales(self, places: list[int]) -> list[Scale]:
        names = [self._columns.inputs[place] for place in places]
        if self._columns.inputs == CHANNELS:
            names = list(_CHANNELS)
        kinds = [name.lower() for name in _CHANNELS]
        return [Scale(name, 0, 255, 1, kind) for name, kind in zip(names, kinds, strict=True)]

    def _scales(self, rows: np.ndarray | None) -> list[Scale]:
        names = self._columns.inputs[:_MOST_SLIDERS]
        if rows is not None:
            values = rows[:, : len(names)]
            lows, highs = values.min(axis=0).tolist(), values.max(axis=0).tolist()
            wholes = (values == np.floor(values)).all(axis=0).tolist()
        else:
            # Nearly all values lie within three standard deviations.
            scale = np.abs(np.asarray(self._model.inputs.scale, np.float64))
            spread = np.divide(3, scale, out=np.ones_like(scale), where=scale > 0)
            lows, highs = (self._rest - spread).tolist(), (self._rest + spread).tolist()
            wholes = [False] * len(names)
        return [
            Scale.over(name, low, high, whole)
            for name, low, high, whole in zip(names, lows, highs, wholes, strict=False)
        ]

    def put_colour(self, colour: Colour) -> None:
        """Put a colour on the sliders, now or when they are those of a colour again."""
        self.colour = colour
        if self.channels is not None:
            self._sliders.put(colour)
            self._moved()

    def put_example(self, rows: Dataset) -> None:
        """Put one of ``rows`` on the sliders, and say what its answer is in truth."""
        row = random.randrange(len(rows))
        values = rows.inputs[row].astype(np.float64)
        if self.channels is not None:
            self._sliders.put(values[self.channels].tolist())
            self._keep_colour()
        else:
            self._rest = values
            self._sliders.put(values[:_MOST_SLIDERS].tolist())
        self._moved()
        if self._columns.classes is None:
            truth = readable(self._number(rows.targets[row]), 6)
        else:
            truth = self._columns.classes[rows.targets[row]]
        self._parts.show("truth", f"In the data it is {truth}.")

    def _keep_colour(self) -> None:
        if self.channels is not None:
            red, green, blue = map(int, self._sliders.values)
            self.colour = red, green, blue
            self._chosen()

    def _moved(self) -> None:
        self._parts.show("truth", "")
        self.predict()

    # ---- Answers.

    def predict(self) -> None:
        """Show what the network says now."""
        inputs = self._rest.copy()
        places = slice(len(self._sliders.values)) if self.channels is None else self.channels
        inputs[places] = self._sliders.values
        with np.errstate(over="ignore"):
            (outputs,) = self._model.predict(inputs[np.newaxis].astype(np.float32))
        self._paint_swatch()
        if not np.isfinite(outputs).all():
            self._answer("Not a number", "")
            self._bars.show([], [], -1)
        elif self._columns.classes is None:
            self._answer(readable(self._number(outputs), 6), self._columns.output)
            self._bars.show([], [], -1)
        else:
            best = int(outputs.argmax())
            sure = f"{percent(float(outputs[best]), 0)} sure"
            self._answer(self._columns.classes[best], sure)
            self._show_bars(self._columns.classes, outputs)

    def _number(self, outputs: np.ndarray) -> float:
        number: float = self._columns.numbers(outputs.astype(np.float64)).item()
        return number

    def _show_bars(self, classes: tuple[str, ...], outputs: np.ndarray) -> None:
        labels = np.arange(len(classes))
        if len(classes) > _MOST_BARS:
            labels = np.argsort(-outputs, kind="stable")[:_MOST_BARS]
        names = [classes[label] for label in labels]
        best = int(np.flatnonzero(labels == outputs.argmax())[0])
        self._bars.show(names, outputs[labels].tolist(), best)

    def _answer(self, text: str, sure: str) -> None:
        place = self._parts.element("answer")
        # A screen reader speaks each change: an answer that stays is not said again.
        if place.textContent != text:
            place.textContent = text
        self._parts.show("sure", sure)

    def _paint_swatch(self) -> None:
        style = self._parts.element("swatch").style
        if self.channels is None:
            style.background = style.color = ""
            return
        red, green, blue = map(int, self._sliders.values)
        style.background = f"rgb({red} {green} {blue})"
        style.color = ink_on(np.array([red, green, blue]))
