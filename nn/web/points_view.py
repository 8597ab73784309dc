"""What the lab of points says of the points that there are, and what of the page goes with them."""

from __future__ import annotations

from nn.labs.points_source import PointsSource
from nn.web.dom import Parts
from nn.web.meaning import Meaning
from nn.web.text import shortened

_LONGEST = 24
_KEYS = (
    "Rings are points to test with. With the keyboard: arrows move the cross, Enter adds a point, "
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
        self._parts.element("settings").querySelector(".presets").hidden = not built_in
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
        self._parts.element("accuracy").previousElementSibling.textContent = label

    def tell(self, text: str) -> None:
        """Say which points there are."""
        self._parts.show("dataDescription", text)


def _hint(meaning: Meaning) -> str:
    if meaning.built_in:
        return "Orange is class 1, blue 0; the line is where the network answers a half."
    axes = ""
    if meaning.axes is not None:
        across, upwards = (shortened(axis.name, _LONGEST) for axis in meaning.axes)
        axes = f"{across} grows to the right, {upwards} upwards. "
    name = shortened(meaning.output.name, _LONGEST)
    if meaning.classes is None:
        return f"{axes}The colour is the {name} that the network predicts, and that points have."
    return f"{axes}The colour is the most likely {name}, the fuller the surer."
