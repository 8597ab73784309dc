"""The field in the drawing of a network in which a weight is set."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from nn.web import dom
from nn.web.dom import Parts


class WeightField:
    """A field that opens beside a weight, and sets it as one types.

    Args:
        parts: the lab's elements.
        set_weight: called with each number, and whether it follows others of the same opening.
    """

    def __init__(self, parts: Parts, set_weight: Callable[[float, bool], None]) -> None:
        self._set = set_weight
        self._field = parts.element("weightField")
        self._back = parts.element("links")
        self._further = False
        dom.on(self._field, "input", lambda event: self._typed())
        dom.on(self._field, "keydown", self._key)
        dom.on(self._field, "blur", lambda event: self.close())

    @property
    def open(self) -> bool:
        """Whether it is open."""
        return not self._field.hidden

    def show(self, x: float, y: float, value: float, named: str) -> None:
        """Open it at a place of the drawing."""
        self._further = False
        self._field.hidden = False
        self._field.ariaLabel = named
        self._field.value = f"{value:.3f}"
        self._field.style.left = f"{x}px"
        self._field.style.top = f"{y}px"
        self._field.focus()
        self._field.select()

    def close(self) -> None:
        """Close it: the weight stays what it was set to."""
        self._field.hidden = True

    def _typed(self) -> None:
        value = float(self._field.valueAsNumber)
        if math.isfinite(value):  # and not in the middle of being typed
            self._set(value, self._further)
            self._further = True

    def _key(self, event: Any) -> None:
        if event.key in ("Enter", "Escape"):
            # Escape is not to stop the training too.
            event.preventDefault()
            self._back.focus()
