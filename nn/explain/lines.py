"""What is shown: pages of lines, each a formula, its numbers and where they are computed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Where:
    """A line of this package: of a function, the first with ``text`` in it, its head by default."""

    function: Callable[..., Any]
    text: str = ""

    def read(self) -> tuple[str, int, list[str], int]:
        """Return file, number of the line, lines of the function, and which of them it is.

        Raises:
            ValueError: the function does not have such a line.
        """
        lines, first = inspect.getsourcelines(self.function)
        for index, line in enumerate(lines):
            if self.text in line:
                file = f"{self.function.__module__.replace('.', '/')}.py"
                return file, max(first, 1) + index, [each.rstrip("\n") for each in lines], index
        raise ValueError(f"{self.function.__qualname__} has no line with {self.text!r}")

    @property
    def name(self) -> str:
        """What the function is called, with its class."""
        return self.function.__qualname__


@dataclass(frozen=True)
class Number:
    """A number of a formula, and the symbol that it stands for."""

    symbol: str
    value: float


@dataclass(frozen=True)
class Line:
    """A formula with its numbers: what stands first is what is computed.

    Attributes:
        words: what happens, for someone who does not read formulas.
        parts: numbers, and what stands between them.
        where: who computes it.
    """

    words: str
    parts: tuple[Number | str, ...]
    where: Where | None = None

    @property
    def value(self) -> float:
        """What is computed."""
        return self[0]

    def __getitem__(self, index: int) -> float:
        return [part for part in self.parts if isinstance(part, Number)][index].value

    @property
    def formula(self) -> str:
        """The formula in symbols."""
        return " ".join(part if isinstance(part, str) else part.symbol for part in self.parts)


@dataclass(frozen=True)
class Term:
    """A product of a sum.

    Attributes:
        name: of the input, or of the unit, that it comes from.
        place: of that, flat; None for the rest of them, and for a bias.
        numbers: the factors, None where there is none of its own; the product comes last.
        chosen: whether it belongs to the path that is followed.
    """

    name: str
    place: int | None
    numbers: tuple[float | None, ...]
    chosen: bool = False


@dataclass(frozen=True)
class Terms:
    """The terms of a sum, the largest ones first, and what the others come to.

    Attributes:
        caption: what the table shows.
        heads: of the columns of ``numbers``.
        level: whose places can be chosen: that of the inputs of layer ``level``; None for nobody's.
    """

    caption: str
    name: str
    heads: tuple[str, ...]
    rows: tuple[Term, ...]
    level: int | None = None

    @property
    def total(self) -> float:
        """What all rows come to."""
        return sum(row.numbers[-1] or 0.0 for row in self.rows)


@dataclass(frozen=True)
class Page:
    """One stop on the way.

    Attributes:
        title: what happens here.
        phase: "sample", "forward", "loss", "backward", "update" or "after".
        layer: its number from 0; None where it is about all of them.
        words: what happens, in a sentence or two.
        lines: the formulas.
        terms: what the first of them adds up, if it does.
        uses: where a weight that is used at many places acts, and how.
        shares: of attention, where the step looks and what it takes from there.
    """

    title: str
    phase: str
    layer: int | None
    words: str
    lines: tuple[Line, ...]
    terms: Terms | None = None
    uses: Terms | None = None
    shares: Terms | None = None

    @property
    def tables(self) -> list[Terms]:
        """All sums that are shown as tables."""
        return [terms for terms in (self.terms, self.shares, self.uses) if terms is not None]

    def line(self, symbol: str) -> Line:
        """Return the line that computes ``symbol``.

        Raises:
            KeyError: there is none.
        """
        for line in self.lines:
            first = line.parts[0]
            if isinstance(first, Number) and first.symbol == symbol:
                return line
        raise KeyError(symbol)
