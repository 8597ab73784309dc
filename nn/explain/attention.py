"""Attention in words: where a step looks, what share it takes from there, and what it makes of it.

Of the heads one is looked at, and of its mean of the values, the mix, the number that counts most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nn.explain.kind import Kind, slope_of, z_of
from nn.explain.lines import Line, Number, Term, Terms, Where
from nn.explain.look import Look, dot, step_name
from nn.explain.sums import terms, title
from nn.explain.weight import Weight
from nn.layers import MultiHeadAttention

if TYPE_CHECKING:
    from nn.explain.walk import Walk


class AttentionKind(Kind):
    """See :class:`nn.layers.MultiHeadAttention`."""

    words = (
        "Each step looks at the others: it asks a question, the query, compares it with what each "
        "offers, the key, and takes most from those that fit best. Another tab of the lab "
        "shows where it looks."
    )
    back = (
        "Its own step asks with it, and every step that looks at it compares it and takes from it; "
        "all of that together is this."
    )
    back_text = "dx += p.matmul"
    _names = "output_kernel", "output_bias"

    def source(self, walk: Walk, i: int) -> int:
        return Look(walk, i).source

    def leads(self, walk: Walk, i: int) -> bool:
        look = Look(walk, i)
        return walk.units[i] // look.features < look.seen

    def reader(self, walk: Walk, i: int) -> int:
        features = walk.trace.z[i].shape[-1]
        return int(walk.units[i] // features * features + walk.units[i + 1] % features)

    def head(self, walk: Walk, i: int) -> int:
        return Look(walk, i).head

    def forward(self, walk: Walk, i: int) -> list[Line]:
        look = Look(walk, i)
        return [look.added(z_of(walk, i)), *look.lines(walk, i)]

    def table(self, walk: Walk, i: int) -> Terms:
        look = Look(walk, i)
        size = look.layer.key_dim
        chosen = look.head * size + look.number

        def name(place: int) -> str:
            return f"head {place // size + 1}, number {place % size + 1}"

        mix = look.a.mix[:, look.t].ravel()
        kernel = look.layer.output_kernel[:, :, look.u].ravel()
        rows = terms(np.arange(len(mix)), mix, kernel, name, chosen, False)
        bias = self._bias_row(walk, i, float(look.layer.output_bias[look.u]))
        heads = ("mix", "w", "mix · w")
        return Terms(title(rows), "From", heads, (*rows, bias), i)

    def _bias_row(self, walk: Walk, i: int, bias: float) -> Term:
        return Term("bias", None, (None, None, bias), walk.bias and walk.layer == i)

    def shares(self, walk: Walk, i: int) -> Terms:
        look, source = Look(walk, i), walk.source(i)
        scores = look.a.scores[look.head, look.t]
        places = np.arange(look.seen) * look.features + source % look.features

        def name(place: int) -> str:
            return step_name(walk, i, place // look.features)

        rows = list[Term]()
        for row in terms(places, look.shares, look.values, name, source):
            score = None
            share, value, product = row.numbers
            if row.place is None:
                share = 1 - sum(each.numbers[1] or 0.0 for each in rows)
            else:
                score = float(scores[row.place // look.features])
            rows.append(Term(row.name, row.place, (score, share, value, product), row.chosen))
        caption = f"Where head {look.head + 1} looks, and what number {look.number + 1} of its mix "
        heads = ("score", "share", "value", "share · value")
        return Terms(f"{caption}takes from there", "At", heads, tuple(rows), i)

    def back_parts(self, walk: Walk, i: int) -> tuple[Number | str, ...]:
        look = Look(walk, i)
        step, feature = divmod(walk.units[i], look.features)
        parts: list[Number | str] = []
        for name, slopes in look.a.d_rows.items():
            kernel = look.layer.views[f"{name}_kernel"][feature]
            parts += ["+", Number(f"by its {name}", dot(slopes[step], kernel))]
        return ("=", *parts[1:])

    def _used(self, walk: Walk, i: int) -> tuple[str, str, np.ndarray, int]:
        """Return what the weight that is followed multiplies.

        Returns:
            What formulas and sentences call it, (steps,) what it is at each, and its number.
        """
        look = Look(walk, i)
        told = f"number {look.number + 1} of the mix of head {look.head + 1}"
        number = look.head * look.layer.key_dim + look.number
        return "mix", told, look.a.mix[look.head, :, look.number], number

    def weight(self, walk: Walk, i: int, bias: bool) -> Weight:
        u, features = walk.units[i + 1] % walk.trace.z[i].shape[-1], walk.trace.z[i].shape[-1]
        kernel, of_bias = self._names
        if bias:
            return Weight(of_bias, u, "b", f"the bias of number {u + 1} in layer {i + 1}")
        _, told, _, number = self._used(walk, i)
        told = f"the weight from {told} to number {u + 1} of each step in layer {i + 1}"
        return Weight(kernel, number * features + u, "w", told)

    def gradients(self, walk: Walk, i: int) -> list[Line]:
        return Look(walk, i).gradients(walk, i, "∂L/∂z") + self._of_weights(walk, i)

    def _of_weights(self, walk: Walk, i: int) -> list[Line]:
        """Return how the gradients of the weight and of the bias come about."""
        symbol, told, numbers, _ = self._used(walk, i)
        dz = self._column(walk, i)
        gradient, bias = (slope_of(walk, i, self.weight(walk, i, b)) for b in (False, True))
        own = Number(f"Σ {symbol} · ∂L/∂z", dot(numbers, dz))
        others = ("+", Number("other samples", gradient.value - own.value))
        several = walk.trace.count > 1
        total = Number("Σ ∂L/∂z", bias.value if several else float(dz.sum(dtype=np.float64)))
        of_weight, of_bias = self._gradients_where()
        return [
            Line(
                f"The gradient of the weight from {told}. It is used at each of the {len(dz)} "
                "steps; what it does at each is added up.",
                (gradient, "=", own, *(others if several else ())),
                of_weight,
            ),
            Line(
                "The bias is added at every step; what it does at each is added up.",
                (bias, "=", total),
                of_bias,
            ),
        ]

    def _gradients_where(self) -> tuple[Where, Where]:
        """Return who computes the gradient of the weight, and that of the bias."""
        backward = MultiHeadAttention.backward
        return Where(backward, "p.matmul(context.T"), Where(backward, "np.add.reduce")

    def _column(self, walk: Walk, i: int) -> np.ndarray:
        """Return ∂L/∂z of the unit's number at each step."""
        dz: np.ndarray = walk.trace.dz[i][0]
        return dz[:, walk.units[i + 1] % dz.shape[-1]]

    def uses(self, walk: Walk, i: int) -> Terms | None:
        symbol, _, numbers, _ = self._used(walk, i)
        dz, features = self._column(walk, i), walk.trace.z[i].shape[-1]
        if len(dz) < 2:
            return None
        unit = walk.units[i + 1]
        places = np.arange(len(dz)) * features + unit % features

        def name(place: int) -> str:
            return step_name(walk, i, place // features)

        rows = terms(places, numbers, dz, name, unit)
        heads = (symbol, "∂L/∂z", f"{symbol} · ∂L/∂z")
        return Terms("Where the weight is used", "At", heads, rows, i + 1)
