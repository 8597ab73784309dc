"""What a network writes, a few characters a frame, and what it expects next."""

from __future__ import annotations

import time

import numpy as np

from nn.data.text import SIGNS, Alphabet
from nn.model import Sequential
from nn.web import dom
from nn.web.bars import Bars
from nn.web.dom import Parts
from nn.writing import Writer, tempered

_LENGTH = 240
"""Characters of a sample."""

_BUDGET = 0.003
"""Seconds of writing in a frame."""

_PAUSE = 1.2
"""Seconds from the end of a sample to the next one."""

_BARS = 8


class Sample:
    """The sample, the field with its beginning, the slider of the temperature, and bars.

    Args:
        parts: the lab's elements.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._beginning = parts.element("beginning")
        self._slider = parts.element("heat")
        self._bars = Bars(parts.element("next"))
        self._rng = np.random.default_rng()
        self._known: frozenset[str] = frozenset()
        self._writer: Writer | None = None
        self._due = 0.0
        dom.on(self._beginning, "input", lambda event: self.whole())
        dom.on(self._slider, "input", lambda event: self.whole())
        parts.click("again", self.whole)

    def follow(self, model: Sequential, alphabet: Alphabet, text: str) -> None:
        """Write with another network from now on.

        Args:
            model: knows ``alphabet``.
            text: what it learns; "" if that is not here.
        """
        self._model, self._alphabet = model, alphabet
        lines = text.splitlines()
        # Of what stands in short lines, one can say which of them are new.
        named = bool(lines) and len(text) < 40 * len(lines)
        self._known = frozenset(lines) if named else frozenset()
        self._first = "\n" if "\n" in alphabet.characters else alphabet.characters[0]
        self.whole()

    # ---- Writing.

    def some(self) -> None:
        """Write a little more, or begin a new sample when it is time for that."""
        if self._writer is None and (time.perf_counter() < self._due or not self._begin()):
            return
        self._write(time.perf_counter() + _BUDGET)

    def whole(self) -> None:
        """Write a whole sample now."""
        if self._begin():
            self._write(float("inf"))

    def _begin(self) -> bool:
        """Begin a sample; return whether it can be begun."""
        problem = ""
        try:
            numbers = self._alphabet.encode(self._beginning.value or self._first)
        except ValueError as error:
            problem = str(error)
        self._parts.show("beginningProblem", problem)
        self._beginning.setAttribute("aria-invalid", str(bool(problem)).lower())
        if problem:
            return False
        writer = Writer(self._model)
        likely = writer.read(numbers)
        self._show_next(likely)
        if np.isfinite(likely).all():
            self._writer, self._text, self._took = writer, "", 0.0
        return self._writer is not None

    def _write(self, until: float) -> None:
        writer, begun, before = self._writer, time.perf_counter(), len(self._text)
        assert writer is not None
        heat = float(self._slider.value)
        self._slider.setAttribute("aria-valuetext", f"{heat:g}")
        self._parts.show("heatShown", f"{heat:.1f}")
        numbers = []
        for number in writer.write(_LENGTH - before, heat, self._rng):
            numbers.append(number)
            if time.perf_counter() >= until:
                break
        self._text += self._alphabet.decode(numbers)
        self._took += time.perf_counter() - begun
        self._parts.show("begun", self._beginning.value)
        self._parts.show("sample", self._text if self._beginning.value else self._text.lstrip("\n"))
        if len(self._text) >= _LENGTH:
            self._writer, self._due = None, time.perf_counter() + _PAUSE
            self._parts.show("writingSpeed", f"{_LENGTH / self._took:,.0f} characters/s")
            self._count_new()

    def _count_new(self) -> None:
        """Say how many lines of the sample are not in the text."""
        told = ""
        if self._known:
            first, *others = (self._beginning.value + self._text).split("\n")
            lines = [line for line in (first, *others[:-1]) if line]
            new = sum(line not in self._known for line in lines)
            told = f"{new} of {len(lines)} are not in the text"
        self._parts.show("newNames", told)

    # ---- What comes next.

    def expect(self) -> None:
        """Show how likely each character is after the beginning."""
        try:
            numbers = self._alphabet.encode(self._beginning.value or self._first)
        except ValueError:
            return
        self._show_next(Writer(self._model).read(numbers))

    def _show_next(self, likely: np.ndarray) -> None:
        if not np.isfinite(likely).all():
            return
        shares = tempered(likely, 1.0)
        best = np.argsort(-shares, kind="stable")[:_BARS]
        names = [self._alphabet.characters[place] for place in best]
        signs = [SIGNS.get(name, name) for name in names]
        self._bars.show(signs, shares[best].tolist(), 0)
        self._parts.show("expected", f"{signs[0]}, {100 * shares[best[0]]:.0f} %")

    # ---- What is kept.

    def kept(self) -> str:
        """Return the beginning that was typed."""
        return str(self._beginning.value)

    def bring_back(self, beginning: str) -> None:
        """Begin as :meth:`kept` returned."""
        self._beginning.value = beginning
        self.whole()
