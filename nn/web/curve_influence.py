"""Which of the values before it the next one is expected from, as a bar each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nn.forecasting import influence
from nn.model import Sequential
from nn.web.figures import readable

if TYPE_CHECKING:
    from nn.web.dom import Parts

WIDTH, HEIGHT = 600.0, 160.0

_WORK, _FEWEST = 5e7, 4
"""Multiplications that all bars may take, and how many there are of any network."""


class CurveInfluence:
    """The bars in a lab's element ``influence``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._panel = parts.element("looksPanel")
        self._drawing = parts.element("influence")

    def show(self, model: Sequential, values: np.ndarray) -> None:
        """Show what another network looks at, at the end of (n,) values, from now on."""
        self._model, self._values = model, values

    def paint(self) -> None:
        """Draw the bars as they are now, if anybody can see them."""
        if self._panel.hidden:
            return
        there = self._values.size > 0
        self._drawing.toggleAttribute("hidden", not there)
        found = np.empty(0)
        if there:
            most = max(_FEWEST, int(_WORK / 2 / self._model.multiplications))
            count = min(most, self._model.input_shape[0])
            found = influence(self._model, self._values, count)
        for name, sign in (("raising", 1.0), ("lowering", -1.0)):
            self._parts.element(name).setAttribute("d", bars(found, sign))
        told = told_influence(found)
        self._parts.show("influenceTold", told)
        self._drawing.setAttribute("aria-label", told)


def bars(found: np.ndarray, sign: float) -> str:
    """Return an SVG path of the bars of one sign: up from the middle, or down from it.

    >>> bars(np.array([1.0, -0.5, 0.0]), 1.0)
    'M100.0 80V0.0'
    """
    if not np.isfinite(found).all() or not found.any():
        return ""
    across = WIDTH * (np.arange(len(found)) + 0.5) / len(found)
    ends = HEIGHT / 2 * (1 - found / np.abs(found).max())
    chosen = np.sign(found) == sign
    places = zip(across[chosen].tolist(), ends[chosen].tolist(), strict=True)
    return "".join(f"M{x:.1f} {HEIGHT / 2:.0f}V{y:.1f}" for x, y in places)


def told_influence(found: np.ndarray) -> str:
    """Return which values matter most, in words.

    >>> told_influence(np.array([0.0, -1.0, 1.9]))
    'Were the latest value 1 higher, 1.9 more would be expected; the one before it: 1 less.'
    """
    if not found.size:
        return "There is no series to look at."
    if not np.isfinite(found).all():
        return "The network answers what is not a number."
    order = np.argsort(-np.abs(found), kind="stable")[:2].tolist()
    said = []
    for place in order:
        before = len(found) - 1 - place
        which = f"the one {before} before it" if before > 1 else "the one before it"
        which = which if before else "the latest value"
        size = readable(abs(float(found[place])), 2)
        said.append((which, f"{size} {'more' if found[place] >= 0 else 'less'}"))
    (first, much), *others = said
    rest = "".join(f"; {which}: {size}" for which, size in others)
    return f"Were {first} 1 higher, {much} would be expected{rest}."
