"""What the lab of points says of the points that there are, and what of the page goes with them."""

from __future__ import annotations

import numpy as np

from nn.data import Dataset
from nn.labs.points_source import PointsSource
from nn.metrics import r2_score
from nn.model import Sequential
from nn.web.dom import Parts
from nn.web.figures import shortened
from nn.web.meaning import Meaning

_LIVE_POINTS = 1_000
_LONGEST = 24
_KEYS = (
    "Rings are test points. With the keyboard: arrows move the cross, Enter adds a point, "
    "Delete removes the nearest."
)


class PointsView:
    """Headings, hints, and the parts of the page that are shown or hidden."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def show(self, source: PointsSource, meaning: Meaning) -> None:
        """Fit the page to what a network learns from, and to what it answers."""
        built_in = source.built_in
        for name in ("shapes", "pointsOption", "noiseOption"):
            self._parts.element(name).hidden = not built_in
        self._parts.element("builtIn").hidden = built_in
        self._parts.show("leadTitle", "Two classes of points" if built_in else "Your points")
        self._parts.show("planeHelp", f"{_hint(meaning)} {_KEYS}")
        scale = self._parts.element("scale")
        scale.hidden = meaning.several
        low, high = meaning.ends
        scale.firstElementChild.textContent, scale.lastElementChild.textContent = low, high
        numbers = meaning.classes is None
        self._parts.element("trainAccuracy").parentElement.hidden = numbers
        self._parts.element("accuracyChart").parentElement.hidden = numbers
        label = "Test R²" if numbers else "Test accuracy"
        self._parts.show("accuracyLabel", label)

    def show_fit(self, model: Sequential, test: Dataset) -> None:
        """Show how well numbers are predicted, on some of the points to test with."""
        some = test.take(np.arange(min(_LIVE_POINTS, len(test))))
        r2 = r2_score(some.targets, model.predict(some.inputs))
        self._parts.show("accuracy", f"{r2:.4f}" if abs(r2) < 1e3 else f"{r2:.1e}")

    def tell(self, text: str) -> None:
        """Say which points there are."""
        self._parts.show("dataDescription", text)


def _hint(meaning: Meaning) -> str:
    if meaning.built_in:
        return "Orange is class 1, blue 0; the network answers one half on the line."
    axes = ""
    if meaning.axes is not None:
        across, upwards = (shortened(axis.name, _LONGEST) for axis in meaning.axes)
        axes = f"{across} grows to the right, {upwards} upwards. "
    name = shortened(meaning.output.name, _LONGEST)
    if meaning.classes is None:
        return f"{axes}Colour shows the {name}: given in the dots, predicted behind them."
    return f"{axes}Colour shows the most likely {name}, stronger where it is surer."
