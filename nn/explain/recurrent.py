"""Recurrent layers in words: what a step makes of its input and of what the layer remembers.

The weight that is followed is one of the candidate's, of what the state may become.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from nn.explain.kind import Kind, dz_of, slope_of, z_of
from nn.explain.lines import Line, Number, Term, Terms, Where
from nn.explain.sums import terms
from nn.explain.weight import Weight
from nn.layers import GRU, LSTM, SimpleRNN
from nn.layers.recurrent import Recurrent

if TYPE_CHECKING:
    from nn.explain.walk import Walk

_SHARE = "s is what the candidate's tanh is given. The gate lets only its share back."

_Parts = tuple[Number | str, ...]


class _Step:
    """One step of a recurrent layer, and one unit of its state."""

    def __init__(self, walk: Walk, i: int) -> None:
        self.layer: Any = walk.trace.network.layers[i]
        self.all = walk.through_time(i)
        unit, units = walk.units[i + 1], self.layer.units
        whole = self.layer.return_sequences
        self.steps, self.features = walk.trace.network.shapes[i]
        self.t: int = unit // units if whole else self.steps - 1
        self.u: int = unit % units
        self.x = walk.trace.x[i][0].astype(np.float64)

    def column(self, gate: int) -> int:
        """Which column of the weights belongs to one of the gates."""
        return int(gate * self.layer.units + self.u)

    def gate(self, gate: int, symbol: str) -> Number:
        """What a gate is."""
        return Number(symbol, float(self.all.gates[self.t, self.column(gate)]))

    def state(self, part: int, symbol: str) -> Number:
        """What a part of the state was before the step."""
        return Number(symbol, float(self.all.states[part][self.t, self.u]))

    def slope(self, part: int, symbol: str) -> Number:
        """The gradient of a part of the state after the step."""
        return Number(symbol, float(self.all.slopes[part][self.t, self.u]))

    def of_input(self, gate: int) -> Number:
        """What the step's input adds to a gate."""
        kernel = self.layer.kernel[:, self.column(gate)]
        return Number("Σ x · w", float(self.x[self.t] @ kernel.astype(np.float64)))

    def of_state(self, gate: int) -> Number:
        """What all that is remembered adds to a gate."""
        before = self.all.states[0][self.t].astype(np.float64)
        kernel = self.layer.recurrent_kernel[:, self.column(gate)]
        return Number("Σ h · u", float(before @ kernel.astype(np.float64)))

    def bias(self, gate: int, row: int = 0) -> float:
        """The bias of a gate; a GRU has two rows of them."""
        rows = self.layer.bias.reshape(-1, self.layer.gates * self.layer.units)
        return float(rows[row, self.column(gate)])

    def sums(self, gate: int) -> np.ndarray:
        """∂L/∂s of a gate at each step."""
        return self.all.sums[:, self.column(gate)]


def _sigmoid(*inner: Number | str) -> _Parts:
    return ("= 1 / ( 1 + exp( −(", *inner, ") ) )")


class RecurrentKind(Kind):
    """What all of them have in common.

    Attributes:
        candidate: which of the gates is what the state may become.
    """

    candidate = 0
    back = (
        "It goes into every gate of this step, and so into all that the layer remembers from then "
        "on. All of that together is this."
    )

    def source(self, walk: Walk, i: int) -> int:
        step = _Step(walk, i)
        products = step.x[step.t] * step.layer.kernel[:, step.column(self.candidate)]
        return int(step.t * step.features + np.abs(np.nan_to_num(products)).argmax())

    def reader(self, walk: Walk, i: int) -> int:
        layer: Any = walk.trace.network.layers[i]
        unit = walk.units[i + 1]
        if not layer.return_sequences:
            return unit
        t = walk.units[i] // walk.trace.network.shapes[i][1]
        return int(t * layer.units + unit % layer.units)

    def leads(self, walk: Walk, i: int) -> bool:
        step = _Step(walk, i)
        return bool(walk.units[i] // step.features == step.t)

    def weight(self, walk: Walk, i: int, bias: bool) -> Weight:
        step = _Step(walk, i)
        column = step.column(self.candidate)
        if bias:
            return Weight("bias", column, "b", f"the candidate's bias in layer {i + 1}")
        feature = walk.source(i) % step.features
        index = feature * step.layer.kernel.shape[1] + column
        told = f"the weight from number {feature + 1} of each step to unit {step.u + 1}"
        return Weight("kernel", index, "w", f"{told} in layer {i + 1}")

    def _to_candidate(self, step: _Step) -> list[Line]:
        """Return how ∂L/∂s follows from ∂L/∂h, where s is what the candidate's tanh is given."""
        raise NotImplementedError

    def gradients(self, walk: Walk, i: int) -> list[Line]:
        step = _Step(walk, i)
        dz = dz_of(walk, i)
        dh = step.slope(0, "∂L/∂h")
        later = Number("from later steps", dh.value - dz.value)
        lines = [
            Line(
                "What comes out at this step is also what is remembered, h: it acts once more, "
                "through all the steps that come after it.",
                (dh, "=", dz, "+", later),
                Where(Recurrent.through_time, "gradient[0] + dz"),
            ),
            *self._to_candidate(step),
        ]
        gradient = slope_of(walk, i, self.weight(walk, i, bias=False))
        products = step.x[:, walk.source(i) % step.features] * step.sums(self.candidate)
        own = Number("Σ x · ∂L/∂s", float(products.sum()))
        others = ("+", Number("other samples", gradient.value - own.value))
        several = walk.trace.count > 1
        lines.append(
            Line(
                f"The same weight is used at each of the {step.steps} steps; what it does at each "
                "is added up. That is learning through time.",
                (gradient, "=", own, *(others if several else ())),
                Where(Recurrent.backward, 'out=p.gradients["kernel"]'),
            )
        )
        bias = slope_of(walk, i, self.weight(walk, i, bias=True))
        total = Number("Σ ∂L/∂s", bias.value if several else float(step.sums(self.candidate).sum()))
        where = Where(type(step.layer).recurrent_gradients, "bias")
        return [*lines, Line("The bias is added at each step as it is.", (bias, "=", total), where)]

    def uses(self, walk: Walk, i: int) -> Terms | None:
        step = _Step(walk, i)
        if step.steps < 2:
            return None
        x = step.x[:, walk.source(i) % step.features]
        rows = terms(
            np.arange(step.steps),
            x,
            step.sums(self.candidate),
            lambda t: f"step {t + 1}",
            step.t,
            choosable=False,
        )
        return Terms("Where the weight is used", "At", ("x", "∂L/∂s", "x · ∂L/∂s"), rows)


class GRUKind(RecurrentKind):
    """See :class:`nn.layers.GRU`."""

    words = (
        "It reads one step after the other and remembers: h. A gate, between 0 and 1, says how "
        "much of that stays; the rest is replaced by a candidate."
    )
    candidate = 2

    def forward(self, walk: Walk, i: int) -> list[Line]:
        step = _Step(walk, i)
        update, reset = step.gate(0, "update"), step.gate(1, "reset")
        candidate, before = step.gate(2, "candidate"), step.state(0, "h before")
        gates = Where(GRU.cell, "SIGMOID.forward")
        biases = [Number("b", step.bias(gate) + step.bias(gate, 1)) for gate in (0, 1)]
        own, inner = Number("b", step.bias(2)), Number("b of h", step.bias(2, 1))
        sums = [(step.of_input(g), "+", step.of_state(g), "+", biases[g]) for g in (0, 1)]
        return [
            Line(
                f"At step {step.t + 1} of {step.steps}: the gate mixes what was remembered with "
                "the candidate.",
                (z_of(walk, i), "=", update, "·", before, "+ ( 1 −", update, ") ·", candidate),
                Where(GRU.cell, "return"),
            ),
            Line(
                "The update gate: how much of what it remembers stays. It depends on this step's "
                "input x and on all that is remembered, h.",
                (update, *_sigmoid(*sums[0])),
                gates,
            ),
            Line(
                "The reset gate: how much of that the candidate gets to see.",
                (reset, *_sigmoid(*sums[1])),
                gates,
            ),
            Line(
                "The candidate: what would be new.",
                (
                    candidate, "= tanh(", step.of_input(2), "+", own, "+", reset, "· (",
                    step.of_state(2), "+", inner, ") )",
                ),
                Where(GRU.cell, "TANH.forward"),
            ),
        ]  # fmt: skip

    def table(self, walk: Walk, i: int) -> Terms:
        step = _Step(walk, i)
        update, before, candidate = step.gate(0, ""), step.state(0, ""), step.gate(2, "")
        pairs = {
            "what was remembered": (update.value, before.value),
            "the candidate": (1 - update.value, candidate.value),
        }
        rows = tuple(Term(name, None, (a, b, a * b)) for name, (a, b) in pairs.items())
        return Terms("What the state is made of", "From", ("share", "h", "share · h"), rows)

    def _to_candidate(self, step: _Step) -> list[Line]:
        dh, update = step.slope(0, "∂L/∂h"), step.gate(0, "update")
        ds = Number("∂L/∂s", float(step.sums(2)[step.t]))
        return [
            Line(
                _SHARE,
                (ds, "=", dh, "· ( 1 −", update, ") · ( 1 −", step.gate(2, "candidate"), "² )"),
                Where(GRU.cell_backward, "dc = dh"),
            )
        ]


class LSTMKind(RecurrentKind):
    """See :class:`nn.layers.LSTM`."""

    words = (
        "It reads one step after the other. What it remembers is the cell, c: one gate says how "
        "much of that stays, one how much of the candidate is added, and one how much is shown."
    )
    candidate = 2

    def forward(self, walk: Walk, i: int) -> list[Line]:
        step = _Step(walk, i)
        names = ("input", "forget", "candidate", "output")
        gates = [step.gate(gate, name) for gate, name in enumerate(names)]
        taken, kept, candidate, shown = gates
        before = step.state(1, "c before")
        cell = Number("c", kept.value * before.value + taken.value * candidate.value)
        told = {
            1: "The forget gate: how much of the cell stays.",
            0: "The input gate: how much of the candidate is added.",
            2: "The candidate: what would be new.",
            3: "The output gate: how much of the cell is shown.",
        }
        lines = [
            Line(
                f"At step {step.t + 1} of {step.steps}: what is shown of the cell.",
                (z_of(walk, i), "=", shown, "· tanh(", cell, ")"),
                Where(LSTM.cell, "return"),
            ),
            Line(
                "The cell: what stays of it, and what is added.",
                (cell, "=", kept, "·", before, "+", taken, "·", candidate),
                Where(LSTM.cell, "c = f"),
            ),
        ]
        for gate, words in told.items():
            inner = step.of_input(gate), "+", step.of_state(gate), "+", Number("b", step.bias(gate))
            how = ("= tanh(", *inner, ")") if gate == 2 else _sigmoid(*inner)
            where = Where(LSTM.cell, "TANH" if gate == 2 else "SIGMOID")
            lines.append(Line(words, (gates[gate], *how), where))
        return lines

    def _to_candidate(self, step: _Step) -> list[Line]:
        dh, dc = step.slope(0, "∂L/∂h"), step.slope(1, "")
        kept, taken, candidate, shown = (
            step.gate(gate, name)
            for gate, name in ((1, "f"), (0, "input"), (2, "candidate"), (3, "output"))
        )
        before = step.state(1, "c before").value
        cell = Number("c", kept.value * before + taken.value * candidate.value)
        here = dh.value * shown.value * (1 - math.tanh(cell.value) ** 2)
        all_ = Number("∂L/∂c", dc.value + here)
        ds = Number("∂L/∂s", float(step.sums(2)[step.t]))
        later = Number("from later steps", dc.value)
        return [
            Line(
                "The cell acts through what is shown of it, and through what stays of it.",
                (all_, "=", dh, "·", shown, "· ( 1 − tanh(", cell, ")² ) +", later),
                Where(LSTM.cell_backward, "dc = dc"),
            ),
            Line(
                _SHARE,
                (ds, "=", all_, "·", taken, "· ( 1 −", candidate, "² )"),
                Where(LSTM.cell_backward, "d_g ="),
            ),
        ]


class SimpleRNNKind(RecurrentKind):
    """See :class:`nn.layers.SimpleRNN`."""

    words = (
        "It reads one step after the other. What it makes of a step, h, is what it remembers: the "
        "next step sees that beside its own input."
    )

    def forward(self, walk: Walk, i: int) -> list[Line]:
        step = _Step(walk, i)
        inner = step.of_input(0), "+", step.of_state(0), "+", Number("b", step.bias(0))
        return [
            Line(
                f"At step {step.t + 1} of {step.steps}: its input x and all that is remembered, h.",
                (z_of(walk, i), "= tanh(", *inner, ")"),
                Where(SimpleRNN.cell, "TANH.forward"),
            )
        ]

    def _to_candidate(self, step: _Step) -> list[Line]:
        dh, h = step.slope(0, "∂L/∂h"), step.gate(0, "h")
        ds = Number("∂L/∂s", float(step.sums(0)[step.t]))
        return [
            Line(
                "s is what tanh is given.",
                (ds, "=", dh, "· ( 1 −", h, "² )"),
                Where(SimpleRNN.cell_backward, "sums ="),
            )
        ]
