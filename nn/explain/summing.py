"""Layers that add up their inputs, each times a factor, in words, and what is learnt in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nn.explain.kind import Kind, dz_of, slope_of, x_of, z_of
from nn.explain.lines import Line, Number, Term, Terms, Where
from nn.explain.links import Links, kernel_index, out_of, uses
from nn.explain.sums import terms, title
from nn.explain.weight import Weight
from nn.layers import Rescaling

if TYPE_CHECKING:
    from nn.explain.walk import Walk

_FULL = 3
"""A sum of up to so many products is written out in its formula."""

_SUBSCRIPTS = "₁₂₃"


class SumKind(Kind):
    """A layer whose every output is a sum of inputs, each times a weight or another factor.

    Args:
        words: what it does.
        where: who computes the sum.
        back_text: what stands in the line of ``backward`` that finds ∂L/∂x.
        gradient_text: in the one that finds the kernel's gradient; empty of a layer without.
    """

    def __init__(
        self, words: str, where: Where, back_text: str = "", gradient_text: str = ""
    ) -> None:
        self.words, self.where = words, where
        self.back_text, self.gradient_text = back_text, gradient_text
        self.letter = "w" if gradient_text else "factor"
        self.back = (
            f"Each place that y goes to passes back its own ∂L/∂z times the {self.letter} between."
        )

    # ---- The path.

    def _into(self, walk: Walk, i: int) -> Links:
        links = walk.into(i)
        assert links is not None
        return links

    def _out_of(self, walk: Walk, i: int) -> Links:
        links = out_of(walk.trace, i, walk.units[i])
        assert links is not None
        return links

    def source(self, walk: Walk, i: int) -> int:
        links = self._into(walk, i)
        if not len(links.places):
            return super().source(walk, i)
        products = walk.trace.x[i].ravel()[links.places] * links.factors
        return int(links.places[np.abs(np.nan_to_num(products)).argmax()])

    def leads(self, walk: Walk, i: int) -> bool:
        return walk.units[i] in self._into(walk, i).places

    def reader(self, walk: Walk, i: int) -> int:
        links = self._out_of(walk, i)
        if not len(links.places):
            return walk.units[i + 1]
        channels = walk.trace.z[i].shape[-1]
        same = links.places[links.places % channels == walk.units[i + 1] % channels]
        return int((same if len(same) else links.places)[0])

    # ---- Forward.

    def forward(self, walk: Walk, i: int) -> list[Line]:
        links, layer = self._into(walk, i), walk.trace.network.layers[i]
        values = walk.trace.x[i].ravel()[links.places].astype(np.float64)
        factors = links.factors.astype(np.float64)
        bias = getattr(layer, "bias", None)
        added: tuple[Number | str, ...] = ()
        if bias is not None:
            added = ("+", Number("b", float(bias[walk.units[i + 1] % len(bias)])))
        letter = self.letter[0]
        told = f"All {len(values):,} products are added up"
        if len(values) <= _FULL:
            several = len(values) > 1
            told = (
                "The products are added up" if several else "The input is multiplied by its weight"
            )
            parts: list[Number | str] = []
            for n, (value, factor) in enumerate(zip(values, factors, strict=True)):
                index = _SUBSCRIPTS[n] if several else ""
                plus = ["+"] if n else []
                x, w = Number(f"x{index}", float(value)), Number(f"{letter}{index}", float(factor))
                parts += [*plus, x, "·", w]
        else:
            parts = [Number(f"Σ x · {letter}", float(values @ factors))]
        told += ", and the bias is added to that." if added else "."
        return [Line(told, (z_of(walk, i), "=", *parts, *added), self.where)]

    def table(self, walk: Walk, i: int) -> Terms | None:
        links = self._into(walk, i)
        if len(links.places) < 2:
            return None
        x = walk.trace.x[i].ravel()[links.places]

        def name(place: int) -> str:
            return walk.names.of(i, place)

        rows = terms(links.places, x, links.factors, name, walk.source(i))
        caption = title(rows)
        bias = getattr(walk.trace.network.layers[i], "bias", None)
        if bias is not None:
            value = float(bias[walk.units[i + 1] % len(bias)])
            rows += (Term("bias", None, (None, None, value), walk.bias and walk.layer == i),)
        return Terms(caption, "From", ("x", self.letter, f"x · {self.letter}"), rows, i)

    # ---- Back.

    def back_parts(self, walk: Walk, i: int) -> tuple[Number | str, ...]:
        links = self._out_of(walk, i)
        dz = walk.trace.dz[i].ravel()[links.places]
        if len(dz) > 1:
            total = float(dz.astype(np.float64) @ links.factors)
            return "=", Number(f"Σ ∂L/∂z · {self.letter}", total)
        if len(dz):
            next_dz = Number("∂L/∂z of the next", float(dz[0]))
            return "=", next_dz, "·", Number(self.letter, float(links.factors[0]))
        return "", "= 0: nothing looks at it"

    def back_table(self, walk: Walk, i: int) -> Terms | None:
        links = self._out_of(walk, i)
        if len(links.places) < 2:
            return None

        def name(place: int) -> str:
            return walk.names.of(i + 1, place)

        dz = walk.trace.dz[i].ravel()[links.places]
        rows = terms(links.places, dz, links.factors, name, walk.units[i + 1])
        heads = ("∂L/∂z", self.letter, f"∂L/∂z · {self.letter}")
        return Terms("Where y goes, and what comes back", "To", heads, rows, i + 1)

    def weight(self, walk: Walk, i: int, bias: bool) -> Weight | None:
        unit, slopes = walk.units[i + 1], walk.trace.slopes[i]
        to = walk.names.of(i + 1, unit)
        if bias and "bias" in slopes:
            index = unit % slopes["bias"].size
            return Weight("bias", index, "b", f"the bias of {to} in layer {i + 1}")
        source = walk.source(i)
        between = kernel_index(walk.trace, i, unit, source)
        if between is None:
            return None
        started = walk.names.of(i, source)
        return Weight("kernel", between, "w", f"the weight from {started} to {to} in layer {i + 1}")

    def gradients(self, walk: Walk, i: int) -> list[Line]:
        weight = self.weight(walk, i, bias=False)
        if weight is None:
            return []
        trace, source = walk.trace, walk.source(i)
        gradient, dz = slope_of(walk, i, weight), dz_of(walk, i)
        inputs, units = uses(trace, i, walk.units[i + 1], source)
        told = f"The gradient of the weight from {walk.names.of(i, source)}. "
        own: tuple[Number | str, ...]
        if len(inputs) == 1:
            x = x_of(walk, i)
            told += "z has x · w in it: if w grows by a tiny bit, z grows x times as much."
            total, own = dz.value * x.value, (dz, "·", x)
        else:
            products = trace.x[i].ravel()[inputs].astype(np.float64) * trace.dz[i].ravel()[units]
            told += f"It is used at {len(inputs):,} places; what it does at each is added up."
            total = float(products.sum())
            own = (Number("Σ x · ∂L/∂z", total),)
        others = ("+", Number("other samples", gradient.value - total))
        where = type(trace.network.layers[i]).backward
        lines = [
            Line(
                told,
                (gradient, "=", *own, *(others if trace.count > 1 else ())),
                Where(where, self.gradient_text),
            )
        ]
        if "bias" in trace.slopes[i]:
            bias = self.weight(walk, i, bias=True)
            assert bias is not None
            d_bias = slope_of(walk, i, bias)
            alone = trace.dz[i].size == trace.slopes[i]["bias"].size
            lines.append(
                Line(
                    "The bias is added to z as it is, so it changes the loss just as z does."
                    if alone
                    else "The bias is added at every place; what it does at each is added up.",
                    (d_bias, "=", dz if alone else Number("Σ ∂L/∂z", d_bias.value)),
                    Where(where, "np.add.reduce"),
                )
            )
        return lines

    def uses(self, walk: Walk, i: int) -> Terms | None:
        trace = walk.trace
        if self.weight(walk, i, bias=False) is None:
            return None
        inputs, units = uses(trace, i, walk.units[i + 1], walk.source(i))
        if len(inputs) < 2:
            return None
        x, dz = trace.x[i].ravel()[inputs], trace.dz[i].ravel()[units]

        def name(place: int) -> str:
            return walk.names.of(i + 1, place)

        rows = terms(units, x, dz, name, walk.units[i + 1])
        heads = ("x", "∂L/∂z", "x · ∂L/∂z")
        return Terms("Where the kernel's weight is used", "For", heads, rows, i + 1)


class SameKind(SumKind):
    """A layer whose outputs are its inputs."""

    def forward(self, walk: Walk, i: int) -> list[Line]:
        return [Line("The same number.", (z_of(walk, i), "=", x_of(walk, i)), self.where)]


class LargestKind(SumKind):
    """A layer that lets the largest number of several go on."""

    def forward(self, walk: Walk, i: int) -> list[Line]:
        z = z_of(walk, i)
        return [Line("The winner goes on.", (z, "=", Number("largest x", z.value)), self.where)]


class DropoutKind(SumKind):
    """See :class:`nn.layers.Dropout`."""

    def forward(self, walk: Walk, i: int) -> list[Line]:
        factor = float(self._into(walk, i).factors[0])
        told = "This one is kept, and grows." if factor else "This one is left out this time."
        parts = z_of(walk, i), "=", x_of(walk, i), "·", Number("factor", factor)
        return [Line(told, parts, self.where)]


class RescalingKind(SumKind):
    """See :class:`nn.layers.Rescaling`."""

    def forward(self, walk: Walk, i: int) -> list[Line]:
        layer = walk.trace.network.layers[i]
        assert isinstance(layer, Rescaling)
        scale, offset = (
            float(np.broadcast_to(value, walk.trace.network.shapes[i]).ravel()[walk.units[i + 1]])
            for value in (layer.scale, layer.offset)
        )
        times = "·", Number("scale", scale), "+", Number("offset", offset)
        parts = z_of(walk, i), "=", x_of(walk, i), *times
        return [Line("The same for every sample.", parts, self.where)]
