"""Which points there are to learn, chosen by a picture of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.data.points import SHAPES
from nn.web import dom
from nn.web.dom import Parts
from nn.web.dots import dots

_POINTS = 150

_NAMES = {
    "exclusive_or": "exclusive-or",
    "gaussians": "Gaussians",
    "absolute": "absolute value",
}
"""How people are told of shapes, where not by the name they have."""


class ShapeChoice:
    """A button for each shape.

    Args:
        parts: the lab's elements.
        choose: called with the name of the shape that a visitor has chosen.
    """

    def __init__(self, parts: Parts, choose: Callable[[str], None]) -> None:
        self._buttons = {name: self._button(name) for name in SHAPES}
        host = parts.element("shapes")
        host.append(*self._buttons.values())

        def clicked(event: Any) -> None:
            button = event.target.closest("button")
            if button:
                choose(button.dataset.shape)

        dom.on(host, "click", clicked)

    def show(self, shape: str) -> None:
        """Mark the shape that there is."""
        for name, button in self._buttons.items():
            button.setAttribute("aria-pressed", str(name == shape).lower())

    def _button(self, name: str) -> Any:
        button = dom.new("button", type="button", data_shape=name)
        button.title = "Brings a network that suits it; of settings of your own, when pressed twice"
        picture = dom.new_svg("svg", viewBox="0 0 100 100", aria_hidden="true")
        drawn = SHAPES[name](_POINTS, 0.0, np.random.default_rng(0))
        for label, colour in enumerate(("cold", "warm")):
            path = dots(drawn.inputs[drawn.targets == label])
            picture.append(dom.new_svg("path", d=path, **{"class": colour}))
        button.append(picture, dom.new("span", _NAMES.get(name, name)))
        return button
