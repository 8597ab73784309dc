"""What is told of a layer on the way forward and back, whatever kind it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nn.explain.lines import Line, Number, Terms, Where
from nn.explain.weight import Weight

if TYPE_CHECKING:
    from nn.explain.walk import Walk


class Kind:
    """How a layer kind is told; what is here suits any kind, and tells little.

    A unit is a place of what layer ``i`` makes, and a source one of what it is given, both flat.

    Attributes:
        words: what the layer does.
        back: what comes back through it.
        back_text: what stands in the line of its ``backward`` that finds ∂L/∂x.
    """

    words = "It makes new numbers of those it is given."
    back = "All of its numbers act together here."
    back_text = ""

    def source(self, walk: Walk, i: int) -> int:
        """Return the input that the path's unit of layer i comes from."""
        return min(walk.units[i + 1], int(walk.trace.x[i][0].size) - 1)

    def leads(self, walk: Walk, i: int) -> bool:
        """Whether the path's unit of layer i has its input in it."""
        return walk.units[i] == self.source(walk, i)

    def reader(self, walk: Walk, i: int) -> int:
        """Return the unit that the path's input of layer i goes to."""
        return min(walk.units[i], int(walk.trace.z[i][0].size) - 1)

    def forward(self, walk: Walk, i: int) -> list[Line]:
        """Return how z of the unit comes about, z first."""
        layer = walk.trace.network.layers[i]
        return [Line("What the layer makes of it.", (z_of(walk, i),), Where(type(layer).forward))]

    def head(self, walk: Walk, i: int) -> int | None:
        """Return which head of attention is looked at; None where there is none."""
        return None

    def shares(self, walk: Walk, i: int) -> Terms | None:
        """Return what attention adds up of the steps, if the layer has some."""
        return None

    def table(self, walk: Walk, i: int) -> Terms | None:
        """Return what z adds up, if it does."""
        return None

    def back_parts(self, walk: Walk, i: int) -> tuple[Number | str, ...]:
        """Return what ∂L/∂x of the path's input adds up, if that can be told."""
        return ()

    def back_table(self, walk: Walk, i: int) -> Terms | None:
        """Return the same as a table."""
        return None

    def weight(self, walk: Walk, i: int, bias: bool) -> Weight | None:
        """Return the weight that can be followed; None if there is none."""
        return None

    def gradients(self, walk: Walk, i: int) -> list[Line]:
        """Return how the gradients of the weights come about."""
        return []

    def uses(self, walk: Walk, i: int) -> Terms | None:
        """Return where the weight is used, if at several places, and what it does at each."""
        return None


def z_of(walk: Walk, i: int) -> Number:
    """Return z of the path's unit of layer i."""
    return Number("z", float(walk.trace.z[i].ravel()[walk.units[i + 1]]))


def dz_of(walk: Walk, i: int) -> Number:
    """Return its ∂L/∂z."""
    return Number("∂L/∂z", float(walk.trace.dz[i].ravel()[walk.units[i + 1]]))


def x_of(walk: Walk, i: int) -> Number:
    """Return the path's input of layer i."""
    return Number("x", float(walk.trace.x[i].ravel()[walk.source(i)]))


def slope_of(walk: Walk, i: int, weight: Weight) -> Number:
    """Return the gradient of a weight."""
    slopes: Any = walk.trace.slopes[i][weight.name]
    return Number(f"∂L/∂{weight.symbol}", float(slopes.ravel()[weight.index]))
