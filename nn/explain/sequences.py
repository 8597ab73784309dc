"""Other layers for sequences in words: what looks rows up, and what works step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nn.explain.kind import Kind, dz_of, slope_of, x_of, z_of
from nn.explain.lines import Line, Number, Terms, Where
from nn.explain.names import quoted
from nn.explain.sums import terms
from nn.explain.weight import Weight
from nn.layers import (
    Embedding,
    PositionEmbedding,
)

if TYPE_CHECKING:
    from nn.explain.walk import Walk


class EmbeddingKind(Kind):
    """See :class:`nn.layers.Embedding`."""

    words = "Each input says which row of a table is taken. The rows are learnt, too."

    def source(self, walk: Walk, i: int) -> int:
        return int(walk.units[i + 1] // walk.trace.z[i].shape[-1])

    def reader(self, walk: Walk, i: int) -> int:
        width = walk.trace.z[i].shape[-1]
        return int(walk.units[i] * width + walk.units[i + 1] % width)

    def _row(self, walk: Walk, i: int) -> tuple[int, np.ndarray]:
        """Return the row that is taken, and all inputs that take it."""
        layer: Any = walk.trace.network.layers[i]
        rows = np.clip(np.rint(walk.trace.x[i][0].ravel()), 0, layer.input_dim - 1).astype(int)
        row = int(rows[self.source(walk, i)])
        return row, np.flatnonzero(rows == row)

    def forward(self, walk: Walk, i: int) -> list[Line]:
        row, _ = self._row(walk, i)
        number = walk.units[i + 1] % walk.trace.z[i].shape[-1]
        classes = walk.names.classes
        layer: Any = walk.trace.network.layers[i]
        stands = f", {quoted(classes[row])}" if len(classes) == layer.input_dim else ""
        told = f"The input is {row}{stands}, so row {row} of the table is taken. This is its number"
        where = Where(Embedding.forward, "z[...]")
        return [Line(f"{told} {number + 1}.", (z_of(walk, i),), where)]

    def weight(self, walk: Walk, i: int, bias: bool) -> Weight:
        row, _ = self._row(walk, i)
        width = walk.trace.z[i].shape[-1]
        number = walk.units[i + 1] % width
        told = f"number {number + 1} of row {row} in layer {i + 1}"
        return Weight("embeddings", row * width + number, "w", told)

    def _slopes(self, walk: Walk, i: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the inputs that take the row, and ∂L/∂z of the same number for each."""
        _, places = self._row(walk, i)
        width = walk.trace.z[i].shape[-1]
        dz = walk.trace.dz[i][0].reshape(-1, width)[places, walk.units[i + 1] % width]
        return places, dz.astype(np.float64)

    def gradients(self, walk: Walk, i: int) -> list[Line]:
        places, dz = self._slopes(walk, i)
        gradient = slope_of(walk, i, self.weight(walk, i, bias=False))
        own = Number("Σ ∂L/∂z", float(dz.sum()))
        others = ("+", Number("other samples", gradient.value - own.value))
        times = f"{len(places)} of the inputs take" if len(places) > 1 else "One input takes"
        return [
            Line(
                f"{times} this row. z is the weight itself, so that it counts just as much.",
                (gradient, "=", own, *(others if walk.trace.count > 1 else ())),
                Where(Embedding.backward, "np.add.at"),
            )
        ]

    def uses(self, walk: Walk, i: int) -> Terms | None:
        places, dz = self._slopes(walk, i)
        if len(places) < 2:
            return None
        ones, here = np.ones(len(places)), self.source(walk, i)
        rows = terms(places, ones, dz, lambda place: walk.names.of(i, place), here, False)
        return Terms("Where the row is taken", "For", ("times", "∂L/∂z", "together"), rows)


class PositionKind(Kind):
    """See :class:`nn.layers.PositionEmbedding`."""

    words = "To each step, numbers are added that say which step it is. They are learnt, too."
    back = "What is added to it changes nothing about how much it counts."

    def forward(self, walk: Walk, i: int) -> list[Line]:
        layer: Any = walk.trace.network.layers[i]
        p = Number("p", float(layer.position_embeddings.ravel()[walk.units[i + 1]]))
        where = Where(PositionEmbedding.forward, "np.add")
        return [
            Line(
                "The position's number is added.",
                (z_of(walk, i), "=", x_of(walk, i), "+", p),
                where,
            )
        ]

    def weight(self, walk: Walk, i: int, bias: bool) -> Weight:
        unit = walk.units[i + 1]
        told = f"the position's number for {walk.names.of(i + 1, unit)} in layer {i + 1}"
        return Weight("position_embeddings", unit, "p", told)

    def gradients(self, walk: Walk, i: int) -> list[Line]:
        gradient, dz = slope_of(walk, i, self.weight(walk, i, bias=False)), dz_of(walk, i)
        others = ("+", Number("other samples", gradient.value - dz.value))
        return [
            Line(
                "It is added as it is, so that it counts just as z does.",
                (gradient, "=", dz, *(others if walk.trace.count > 1 else ())),
                Where(PositionEmbedding.backward, "np.sum"),
            )
        ]
