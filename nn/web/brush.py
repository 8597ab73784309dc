"""What a click on the square does: it adds a point of a class, moves or removes one, or nothing."""

from __future__ import annotations

import math
from typing import Any

from nn.web import dom
from nn.web.dom import Parts
from nn.web.figures import shortened
from nn.web.meaning import Meaning

_LONGEST = 24
_TOOLS = {"move": "drag", "remove": "remove", "look": "nothing"}


class Brush:
    """The choice, which is the legend of the colours too."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._host = parts.element("brush")
        self._shown: tuple[str, ...] | None | str = ""
        dom.on(self._host, "change", lambda event: self._changed())

    @property
    def chosen(self) -> str:
        """The position of a class, "value", or one of "move", "remove" and "look"."""
        return str(self._host.querySelector("[type=radio]:checked").value)

    def show(self, meaning: Meaning) -> None:
        """Offer what goes with the classes, or the numbers, that there are."""
        if meaning.classes is None:
            self._number(meaning)
        if meaning.classes == self._shown:
            return
        self._shown = meaning.classes
        if meaning.classes is None:
            adding = [self._option("value", "value", "")]
            adding[0].append(self._value)
        else:
            order = list(enumerate(zip(meaning.classes, meaning.looks, strict=True)))
            if meaning.built_in:
                order.reverse()
            adding = [
                self._option(str(place), shortened(name, _LONGEST), look)
                for place, (name, look) in order
            ]
        tools = [self._option(value, text, "") for value, text in _TOOLS.items()]
        legend = self._host.querySelector("legend")
        self._host.replaceChildren(legend, *adding, *tools)
        adding[0].querySelector("input").checked = True
        self._changed()

    def label(self) -> float:
        """Return what an added point is: the position of its class, or its number.

        Raises:
            ValueError: the number is none.
        """
        if self.chosen != "value":
            return int(self.chosen)
        try:
            value = float(self._value.value)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise ValueError("expected a number beside “value”, which a click gives to a new point")
        return value

    def _number(self, meaning: Meaning) -> None:
        middle = sum(meaning.span) / 2
        self._value = dom.new("input", type="number", step="any", value=f"{middle:.4g}")
        self._value.ariaLabel = "Value of a point that a click adds"
        self._shown = ""

    def _option(self, value: str, text: str, look: str) -> Any:
        label = dom.new("label")
        radio = dom.new("input", type="radio", name=f"{self._parts.lab}-brush", value=value)
        label.append(radio)
        if look:
            swatch = dom.new("i")
            swatch.className = f"swatch {look}"
            label.append(swatch)
        label.append(dom.new("span", text))
        return label

    def _changed(self) -> None:
        # With this brush a finger drags points, and does not scroll the page.
        self._parts.element("plane").classList.toggle("moving", self.chosen == "move")
