"""The inputs of a network on sliders and lists, and what it says of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np

from nn.data import Dataset
from nn.data.channels import channels, means_of
from nn.data.colours import CHANNELS
from nn.data.columns import NOTHING, OTHER, Columns, Input, Output, shortest
from nn.explain.why import told_sum
from nn.labs.colour_space import ink_on
from nn.metrics import predicted_classes
from nn.model import Sequential
from nn.web import dom
from nn.web.bars import Bars
from nn.web.controls import Control, Controls, Day, Options
from nn.web.dom import Parts
from nn.web.figures import percent, readable
from nn.web.scale import Scale

Colour = tuple[int, int, int]

_MOST_CONTROLS = 20
_MOST_BARS = 12
_CHANNELS = ("Red", "Green", "Blue")


class Inputs:
    """A control for each column, a swatch where they are a colour, the answers, and bars.

    Args:
        parts: the lab's elements.
        chosen: called when a visitor has chosen another colour.
        answered: called whenever the network has answered.

    Attributes:
        truth: the target of the row on the controls, if it is one of the data.
        channels: where red, green and blue stand among the inputs; None if they are no colour.
        colour: the one on the sliders, or the last one that was.
    """

    channels: list[int] | None
    truth: np.ndarray | None = None
    colour: Colour = (255, 140, 60)

    def __init__(
        self, parts: Parts, chosen: Callable[[], None], answered: Callable[[], None]
    ) -> None:
        self._parts = parts
        self._chosen, self._answered = chosen, answered
        self._bars = Bars(parts.element("probabilities"))
        self._answers: list[tuple[str, str]] = []
        self._controls = Controls(parts.element("sliders"), f"{parts.lab}-slider", self._moved)
        dom.on(parts.element("sliders"), "change", lambda event: self._keep_colour())

    def follow(self, model: Sequential, rows: np.ndarray | None) -> None:
        """Show what ``model`` says from now on.

        Args:
            model: its columns have names.
            rows: all (n, features) inputs there are, over which the sliders go; None if unknown.
        """
        assert model.columns
        self._model, self._columns = model, model.columns
        # What has no control stays at its mean.
        self._features = means_of(model.inputs, model.features)
        self._places = _places(self._columns)
        self.channels = channels(self._columns, model.inputs)
        if self.channels is not None:
            self._controls.show(self._channel_scales(self.channels), self.colour)
        else:
            controls = self._columns_controls(rows)
            self._controls.show(controls, self._values(controls))
        for index in range(len(self._controls.values)):
            self._take(index)
        more = len(self._columns.inputs) - _MOST_CONTROLS
        hint = f"The other {more:,} inputs stay at their mean." if more > 0 else ""
        self._parts.show("slidersHint", hint)
        coloured = self.channels is not None
        self._parts.show("leadTitle", "A colour" if coloured else "Inputs")
        self._parts.element("swatch").className = "coloured" if coloured else ""
        self._told("")

    def _channel_scales(self, places: list[int]) -> list[Control]:
        names = [self._columns.features[place] for place in places]
        if self._columns.features == CHANNELS:
            names = list(_CHANNELS)
        kinds = [name.lower() for name in _CHANNELS]
        return [Scale(name, 0, 255, 1, kind) for name, kind in zip(names, kinds, strict=True)]

    def _columns_controls(self, rows: np.ndarray | None) -> list[Control]:
        shown = list(zip(self._columns.inputs, self._places, strict=True))[:_MOST_CONTROLS]
        return [self._control(column, place.start, rows) for column, place in shown]

    def _control(self, column: Input, feature: int, rows: np.ndarray | None) -> Control:
        if column.kind == "category":
            extra = (OTHER,) * column.other + (NOTHING,) * column.missing
            return Options(column.name, (*column.values, *extra))
        if column.kind == "true/false":
            return Options(column.name, column.values)
        if column.kind == "date":
            return Day(column.name, column.timed)
        if rows is not None:
            values = rows[:, feature]
            whole = bool((values == np.floor(values)).all())
            return Scale.over(column.name, float(values.min()), float(values.max()), whole)
        # Nearly all values lie within three standard deviations.
        scale = np.broadcast_to(np.abs(self._model.inputs.scale), self._features.shape)[feature]
        spread = 3 / float(scale) if scale > 0 else 1.0
        mean = float(self._features[feature])
        return Scale.over(column.name, mean - spread, mean + spread)

    def _values(self, controls: Sequence[Control]) -> list[float]:
        values = []
        for control, column, place in zip(
            controls, self._columns.inputs, self._places, strict=False
        ):
            if isinstance(control, Scale):
                values.append(control.nearest(float(self._features[place.start])))
            elif isinstance(control, Day):
                values.append(column.fill or 0.0)
            else:
                values.append(0.0)
        return values

    def put_colour(self, colour: Colour) -> None:
        """Put a colour on the sliders, now or when they are those of a colour again."""
        self.colour = colour
        if self.channels is not None:
            self._controls.put(colour)
            self._take_all()

    @property
    def values(self) -> list[float]:
        """What the controls are set to."""
        return self._controls.values

    def put(self, values: list[float]) -> None:
        """Set the controls, if there are as many of them."""
        if len(values) == len(self.values):
            self._controls.put(values)
            self._take_all()

    def put_example(self, rows: Dataset, row: int | None = None) -> None:
        """Put one of ``rows`` on the sliders, and say what its answer is in truth."""
        row = random.randrange(len(rows)) if row is None else row
        self.put_row(rows.inputs[row])
        self._told(f"The data says {self._truth(rows.targets[row])}.", rows.targets[row])

    def put_row(self, features: np.ndarray) -> None:
        """Put a row on the sliders: (features,) raw."""
        self._features = shortest(features)
        if self.channels is not None:
            self._controls.put(self._features[self.channels].tolist())
            self._keep_colour()
        else:
            shown = zip(self._columns.inputs, self._places, strict=True)
            values = [column.value_of(self._features[place]) for column, place in shown]
            self._controls.put(values[:_MOST_CONTROLS])
        self._told("")

    def _truth(self, target: np.ndarray) -> str:
        if self._columns.classes is not None:
            return self._columns.classes[int(target)]
        truths = [
            _said(output, answer)
            for output, answer in zip(
                self._columns.outputs, self._columns.truths(target), strict=True
            )
        ]
        return ", ".join(truths)

    def _keep_colour(self) -> None:
        if self.channels is not None:
            red, green, blue = map(int, self._controls.values)
            self.colour = red, green, blue
            self._chosen()

    def _moved(self, index: int) -> None:
        self._take(index)
        self._told("")

    def _take_all(self) -> None:
        for index in range(len(self._controls.values)):
            self._take(index)
        self._told("")

    def _take(self, index: int) -> None:
        """Take what a control is set to into the features."""
        value = self._controls.values[index]
        if self.channels is not None:
            self._features[self.channels[index]] = value
        else:
            self._features[self._places[index]] = self._columns.inputs[index].features_of(value)

    def _told(self, truth: str, target: np.ndarray | None = None) -> None:
        self._parts.show("truth", truth)
        self.truth = target
        self.predict()

    # ---- Answers.

    @property
    def features(self) -> np.ndarray:
        """What the network is given: (features,) raw."""
        return self._features

    def predict(self) -> None:
        """Show what the network says now."""
        self._predict()
        self._answered()

    def _predict(self) -> None:
        with np.errstate(over="ignore"):
            outputs = self._model.predict(self._features[np.newaxis].astype(np.float32))
        self._paint_swatch()
        self._parts.show("together", "")
        if not np.isfinite(outputs).all():
            self._answer("Not a number", "")
            self._bars.show([], [], -1)
            self._show_others([])
            return
        parts = self._columns.of_each(outputs)
        answers = self._columns.answers(outputs)
        said = [
            (output.name, _said(output, answer[0]))
            for output, answer in zip(self._columns.outputs, answers, strict=True)
        ]
        first, part = self._columns.outputs[0], parts[0][0]
        if first.classes is None:
            self._answer(said[0][1], first.name)
            self._bars.show([], [], -1)
        else:
            best = int(predicted_classes(parts[0])[0])
            share = float(part[best]) if len(part) > 1 else float(part[0])
            several = len(said) > 1
            self._answer(said[0][1], first.name if several else f"{percent(share, 0)} sure")
            self._show_bars(first.classes, part, best)
            self._parts.show("together", told_sum(self._model, part))
        self._show_others(said[1:])

    def _show_bars(self, classes: tuple[str, ...], outputs: np.ndarray, answer: int) -> None:
        labels = np.arange(len(outputs))
        if len(classes) > _MOST_BARS:
            labels = np.argsort(-outputs, kind="stable")[:_MOST_BARS]
        names = [classes[label] for label in labels]
        best = int(np.flatnonzero(labels == answer)[0])
        self._bars.show(names, outputs[labels].tolist(), best)

    def _show_others(self, said: list[tuple[str, str]]) -> None:
        """Show the answers to all but the first question."""
        if said != self._answers:
            self._answers = said
            nodes = [
                node for name, text in said for node in (dom.new("dt", name), dom.new("dd", text))
            ]
            self._parts.element("otherAnswers").replaceChildren(*nodes)

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
        red, green, blue = map(int, self._controls.values)
        style.background = f"rgb({red} {green} {blue})"
        style.color = ink_on(np.array([red, green, blue]))


def _places(columns: Columns) -> list[slice]:
    """Return where the features of each column are."""
    places, start = [], 0
    for column in columns.inputs:
        places.append(slice(start, start + len(column.features)))
        start = places[-1].stop
    return places


def _said(output: Output, answer: float) -> str:
    return readable(float(answer), 6) if output.classes is None else output.classes[int(answer)]
