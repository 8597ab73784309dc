"""The panel that shows what a network remembers: a text, coloured by one of its units."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np

from nn.data.text import Alphabet
from nn.labs.text_memory import SIGNS, Remembered, Unit, follows_best, remembering
from nn.model import Sequential
from nn.web import dom
from nn.web.dom import Parts

MOST = 300
"""Characters that are shown."""

_BUDGET = 0.003
"""Seconds of work in a frame."""

_SHADES = 5
"""Of each sign: -5 to 5 in style sheets."""


class TextMemory:
    """The panel, which is brought up to date while it is shown."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._panel = parts.element("memoryPanel")
        self._choice = parts.element("memoryUnit")
        self._sign = parts.element("memorySign")
        self._host = parts.element("memoryText")
        self._memory: Remembered | None = None
        self._work: Iterator[None] | None = None
        self._place = 0
        self._marks: list[Any] = []
        self._sign.replaceChildren(*(dom.new("option", each, value=each) for each in SIGNS))
        dom.on(self._choice, "input", lambda event: self._show())
        parts.click("memoryFind", self._find)
        dom.on(self._host, "click", self._click)
        dom.on(self._host, "keydown", self._key)

    def follow(self, model: Sequential, alphabet: Alphabet, text: str) -> None:
        """Show another network, and how it reads a text, from now on."""
        self._model, self._alphabet, self._text = model, alphabet, text[:MOST]
        self._memory = self._work = None
        self._place = len(self._text) // 2
        self._marks = [dom.new("span", each) for each in self._text]
        self._host.replaceChildren(*self._marks)
        self._shown: list[tuple[int, bool] | None] = [None] * len(self._marks)
        for _ in self._steps():
            pass
        self._offer()
        self._show()

    def some(self) -> None:
        """Go on reading the text, and show it when that is done."""
        if self._panel.hidden:
            return
        if self._work is None:
            self._work = self._steps()
        end = perf_counter() + _BUDGET
        for _ in self._work:
            if perf_counter() >= end:
                return
        self._work = None
        self._show()

    def whole(self) -> None:
        """Read and show all of it now."""
        if not self._panel.hidden:
            for _ in self._steps():
                pass
            self._show()

    def _steps(self) -> Iterator[None]:
        for found in remembering(self._model, self._alphabet, self._text):
            if found is not None:
                self._memory = found
            yield None

    # ---- The unit.

    def _units(self) -> list[Unit]:
        return self._memory.units() if self._memory else []

    def _offer(self) -> None:
        """Offer the units there are, and the one that was chosen if it is still there."""
        units, chosen = self._units(), self._choice.value
        options = [
            dom.new("option", self._named(unit), value=str(i)) for i, unit in enumerate(units)
        ]
        self._choice.replaceChildren(*options)
        if chosen and int(chosen) < len(units):
            self._choice.value = chosen
        nothing = "" if units else "This network remembers nothing: it has no recurrent layer."
        self._parts.show("memorySaid", nothing)
        self._parts.element("memoryControls").hidden = not units
        self._parts.element("memoryFinding").hidden = all(unit.looks for unit in units)

    def _named(self, unit: Unit) -> str:
        kind = type(self._model.layers[unit.layer]).__name__
        what = "head" if unit.looks else "unit"
        return f"{kind}, layer {unit.layer + 1}, {what} {unit.index + 1}"

    def _find(self) -> None:
        """Choose the unit that goes with something best."""
        sign = str(self._sign.value)
        found = self._memory and follows_best(self._memory, sign)
        if not found:
            self._parts.show("memorySaid", "Nothing of that is in these lines.")
            return
        unit, how = found
        self._choice.value = str(self._units().index(unit))
        self._show()
        with_ = "with" if how > 0 else "against"
        self._parts.show(
            "memorySaid", f"{self._named(unit)} goes {with_} {sign}: correlation {how:.2f}"
        )

    # ---- The text.

    def _show(self) -> None:
        if self._memory is None or not self._choice.value:
            return
        unit = self._units()[int(self._choice.value)]
        if unit.looks:
            values = self._memory.looks_of(unit, self._place)
            values = values / max(values.max(), 1e-9)
            self._parts.show("memoryHint", "Where this head looks from the marked character.")
        else:
            values = self._memory.of(unit)
            self._parts.show("memoryHint", "What this unit is at each character.")
        shades = np.rint(np.nan_to_num(values) * _SHADES).astype(int).tolist()
        for place, (mark, shade) in enumerate(zip(self._marks, shades, strict=True)):
            state = shade, unit.looks and place == self._place
            if state != self._shown[place]:
                self._shown[place] = state
                mark.dataset.shade = str(shade)
                mark.classList.toggle("at", state[1])

    def _click(self, event: Any) -> None:
        if event.target.tagName == "SPAN":
            self._go(list(self._host.children).index(event.target))

    def _key(self, event: Any) -> None:
        by = {"ArrowLeft": -1, "ArrowRight": 1}.get(event.key)
        if by:
            event.preventDefault()
            self._go(self._place + by)

    def _go(self, place: int) -> None:
        self._place = min(max(place, 0), len(self._text) - 1)
        self._show()
