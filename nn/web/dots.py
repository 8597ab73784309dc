"""The points on the square: those to test with as rings, and added ones large."""

from __future__ import annotations

import numpy as np

from nn.data import Dataset
from nn.labs.edits import Placed
from nn.web import dom
from nn.web.dom import Parts
from nn.web.meaning import Meaning

_KINDS = {"test": ("rim", "", "hole"), "train": ("rim", ""), "added": ("rim", "")}
"""The sorts of points, the last ones on top, with the layers that each is drawn in."""

_MOST = 4_000
"""Points of a sort that are drawn: more could not be told apart."""


class Dots:
    """Points as they are to be learnt."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._looks: list[str] = []

    def show(self, placed: Placed, meaning: Meaning) -> None:
        """Draw points in the colours of what they are."""
        if meaning.looks != self._looks:
            self._make(meaning.looks)
        drawn = int((placed.train_keys >= 0).sum())
        everything = np.arange(len(placed.train))
        self._draw("train", placed.train.take(everything[:drawn]), meaning)
        self._draw("added", placed.train.take(everything[drawn:]), meaning)
        none = placed.train.take(everything[:0])
        self._draw("test", placed.test if placed.held_out else none, meaning)

    def clear(self) -> None:
        """Draw none."""
        self._make([])

    def _make(self, looks: list[str]) -> None:
        """Make the groups of points; there is one of each sort for every colour."""
        self._looks = looks
        groups = []
        for kind, layers in _KINDS.items():
            for place, look in enumerate(looks):
                name = f"{self._parts.lab}-{kind}{place}"
                group = dom.new_svg("g", id=name, **{"class": f"dots {kind} {look}"})
                group.append(*(dom.new_svg("path", **{"class": layer}) for layer in layers))
                groups.append(group)
        self._parts.element("dots").replaceChildren(*groups)

    def _draw(self, kind: str, points: Dataset, meaning: Meaning) -> None:
        if len(points) > _MOST:
            points = points.take(np.linspace(0, len(points) - 1, _MOST).astype(np.intp))
        groups = meaning.groups(points.targets)
        for place in range(len(self._looks)):
            path = dots(points.inputs[groups == place])
            for part in self._parts.element(f"{kind}{place}").children:
                part.setAttribute("d", path)


def dots(points: np.ndarray) -> str:
    """Return points of the unit square as one SVG path in a picture of 100 by 100.

    Each is a line of no length, of which just the ends are seen, round or square.
    """
    return "".join(f"M{100 * x:.1f} {100 - 100 * y:.1f}h0" for x, y in points.tolist())
