"""Transformer blocks in words: attention, then two dense layers, each added to what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nn.explain.attended import Part
from nn.explain.attention import AttentionKind
from nn.explain.kind import dz_of, z_of
from nn.explain.lines import Line, Number, Term, Terms, Where
from nn.explain.look import Look, dot, most, step_name
from nn.explain.normalization import normalized
from nn.explain.sums import terms, title
from nn.layers import Dense, TransformerBlock

if TYPE_CHECKING:
    from nn.explain.walk import Walk


class _Block(Look):
    """The unit within its block.

    Attributes:
        between: (steps, features) the sum after attention.
        wider, narrower: the dense layers.
        k: the unit of the first one that counts most in the unit.
    """

    def __init__(self, walk: Walk, i: int) -> None:
        super().__init__(walk, i)
        assert self.a.between is not None
        self.between = self.a.between
        self.wider, self.narrower = self.a.parts["wider"], self.a.parts["narrower"]
        self.k = most(self.wider.y[self.t] * _weights(self.narrower)[:, self.u])


def _weights(part: Part) -> np.ndarray:
    return part.layer.views["kernel"]


def _bias(part: Part, unit: int) -> Number:
    return Number("b", float(part.layer.views["bias"][unit]))


class TransformerKind(AttentionKind):
    """See :class:`nn.layers.TransformerBlock`."""

    words = (
        "First each step looks at the others and adds what it takes from them to itself; then two "
        "Dense layers work on each step alone, and what they make is added, too. Another tab "
        "of the lab shows where it looks."
    )
    back = (
        "It is part of what stands between attention and the dense layers, as it is, and counts as "
        "that does; and attention makes use of it."
    )
    back_text = "np.add(d_between, d_x"
    _names = "narrower_kernel", "narrower_bias"

    def forward(self, walk: Walk, i: int) -> list[Line]:
        look = _Block(walk, i)
        t, u = look.t, look.u
        j, feature = divmod(walk.source(i), look.features)
        x: np.ndarray = walk.trace.x[i][0]
        there = step_name(walk, i, j)
        between = Number("between", float(look.between[t, u]))
        narrower = Number("narrower", float(look.narrower.y[t, u]))
        attention = Number("attention", float(look.a.z[t, u]))
        return [
            Line(
                f"At {step_name(walk, i, t)}: what stands between attention and the dense layers, "
                "and what the second of these, the narrower one, adds to it.",
                (z_of(walk, i), "=", between, "+", narrower),
                Where(TransformerBlock.forward, "np.add(between"),
            ),
            Line(
                f"To number {u + 1} of what the step is given, x, attention adds what it has taken "
                "from the steps.",
                (between, "=", Number("x", float(x[t, u])), "+", attention),
                Where(TransformerBlock.forward, "np.add(x"),
            ),
            look.added(attention),
            *look.lines(walk, i),
            _normalized(
                f"Before attention, the numbers of each step are normalized. This is number "
                f"{feature + 1} of {there}, the one of the path.",
                look.a.parts["norm_before_attention"],
                j * look.features + feature,
            ),
            *self._dense(look, narrower),
        ]

    def _dense(self, look: _Block, narrower: Number) -> list[Line]:
        """Return how what is added after attention comes about."""
        t, u, k = look.t, look.u, look.k
        wider = Number("wider", float(look.wider.y[t, k]))
        kernel = _weights(look.wider)[:, k]
        channel = most(look.wider.x[t] * kernel)
        into, out = (
            dot(part.x[t], w)
            for part, w in ((look.wider, kernel), (look.narrower, _weights(look.narrower)[:, u]))
        )
        return [
            Line(
                "The second dense layer adds up the units of the first one, the wider one, times "
                "weights, and a bias.",
                (narrower, "=", Number("Σ wider · w", out), "+", _bias(look.narrower, u)),
                Where(Dense.forward, "p.matmul"),
            ),
            Line(
                f"Unit {k + 1} of the wider layer, which counts most in that: a sum of what stands "
                "between, normalized; and relu makes 0 of what is below.",
                (
                    wider, "= max(", Number("Σ n · w", into), "+", _bias(look.wider, k),
                    ", 0 )",
                ),
                Where(TransformerBlock.along, "layer.activation.forward"),
            ),
            _normalized(
                "Before the dense layers, the numbers of each step are normalized once more. This "
                f"is number {channel + 1}, which counts most in that unit.",
                look.a.parts["norm_before_dense"],
                t * look.features + channel,
            ),
        ]  # fmt: skip

    def table(self, walk: Walk, i: int) -> Terms:
        look = _Block(walk, i)
        u = look.u
        wider, kernel = look.wider.y[look.t], _weights(look.narrower)[:, u]

        def name(place: int) -> str:
            return f"unit {place + 1}"

        between = Term("what stands between", None, (None, None, float(look.between[look.t, u])))
        added = terms(np.arange(len(wider)), wider, kernel, name, look.k, False)
        bias = self._bias_row(walk, i, _bias(look.narrower, u).value)
        heads = ("wider", "w", "wider · w")
        return Terms(title(added), "From", heads, (between, *added, bias), i)

    def back_parts(self, walk: Walk, i: int) -> tuple[Number | str, ...]:
        dx = float(walk.trace.dy[i - 1].ravel()[walk.units[i]])
        straight = float(walk.attended(i).dz.ravel()[walk.units[i]])
        attended = Number("through attention", dx - straight)
        return "=", Number("∂L/∂between", straight), "+", attended

    def gradients(self, walk: Walk, i: int) -> list[Line]:
        look = _Block(walk, i)
        dz = dz_of(walk, i)
        between = Number("∂L/∂between", float(look.a.dz[look.t, look.u]))
        dense = Number("through the dense layers", between.value - dz.value)
        return [
            Line(
                "What stands between goes on as it is, and into the dense layers. What attention "
                "makes is part of it, and counts just as much.",
                (between, "=", dz, "+", dense),
                Where(TransformerBlock.between_backward, "dz +"),
            ),
            *look.gradients(walk, i, "∂L/∂between"),
            *self._of_weights(walk, i),
        ]

    def _used(self, walk: Walk, i: int) -> tuple[str, str, np.ndarray, int]:
        look = _Block(walk, i)
        told = f"unit {look.k + 1} of the wider layer"
        return "wider", told, look.wider.y[:, look.k], look.k

    def _gradients_where(self) -> tuple[Where, Where]:
        return Where(Dense.backward, "p.matmul(x_rows.T"), Where(Dense.backward, "np.add.reduce")


def _normalized(words: str, part: Part, place: int) -> Line:
    """Return how a number of a step is normalized."""
    n, x = (float(array.ravel()[place]) for array in (part.y, part.x))
    return normalized(words, Number("n", n), Number("x", x), part.layer, part.residuals, place)
