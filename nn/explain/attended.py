"""What attention does with one sample, forward and back, alone or within a TransformerBlock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from nn.explain.trace import Trace
from nn.layers import Layer, MultiHeadAttention, Pass, TransformerBlock
from nn.layers.multi_head_attention import SOFTMAX


@dataclass(frozen=True, eq=False)
class Part:
    """A layer within a block, and what it does with the first sample.

    Attributes:
        layer: with its weights.
        x: (steps, features) what it is given.
        y: (steps, units) what it makes of that.
        residuals: what it remembers.
    """

    layer: Layer
    x: np.ndarray
    y: np.ndarray
    residuals: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Attended:
    """Everything between the inputs and the outputs of an attention, for the first sample.

    Attributes:
        layer: the attention.
        x: (steps, features) what it is given.
        z: (steps, features) what it makes of that.
        query, key, value, mix: (heads, steps, key_dim), where mix is the mean of the values.
        scores, shares: (heads, steps, steps) how well each step's query fits each key, and what
            share of the step's mean each value has.
        dz: (steps, features) ∂L/∂z.
        d_mix, d_shares, d_scores: ∂L/∂ of each.
        d_rows: (steps, width) ∂L/∂query, ∂L/∂key and ∂L/∂value by name, all heads side by side.
        parts: of a block, its layers by name; none of an attention alone.
        between: of a block, (steps, features), the sum of the first branch.
    """

    layer: MultiHeadAttention
    x: np.ndarray
    z: np.ndarray
    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    mix: np.ndarray
    scores: np.ndarray
    shares: np.ndarray
    dz: np.ndarray
    d_mix: np.ndarray
    d_shares: np.ndarray
    d_scores: np.ndarray
    d_rows: dict[str, np.ndarray]
    parts: dict[str, Part] = field(default_factory=dict)
    between: np.ndarray | None = None

    @classmethod
    def of(cls, trace: Trace, i: int) -> Attended:
        """Go through layer i once more, with the layer's own code."""
        layer, x, z, dz = trace.network.layers[i], trace.x[i], trace.z[i], trace.dz[i]
        # What the trace has found stays as it is.
        gradients = {name: np.empty_like(g) for name, g in trace.passes[i].gradients.items()}
        p = replace(trace.passes[i], gradients=gradients)
        with np.errstate(all="ignore"):
            if isinstance(layer, MultiHeadAttention):
                return cls._of(layer, x, z, dz, p)
            assert isinstance(layer, TransformerBlock)
            between, parts = p.residuals["between"], {}
            for branch, given in zip(layer.built(x.shape[1:]), (x, between), strict=True):
                for name, part in branch:
                    y, own = p.residuals[f"{name}_output"], layer.pass_of(name, p).residuals
                    kept = {key: array[0] for key, array in own.items()}
                    parts[name] = Part(part, given[0], y[0], kept)
                    if isinstance(part, MultiHeadAttention):
                        dy = layer.between_backward(dz, p)
                        found = cls._of(part, given, y, dy, layer.pass_of(name, p))
                    given = y
            return replace(found, parts=parts, between=between[0])

    @classmethod
    def _of(
        cls, layer: MultiHeadAttention, x: np.ndarray, z: np.ndarray, dz: np.ndarray, p: Pass
    ) -> Attended:
        shares = p.residuals["attention"]
        scores = np.empty_like(shares)
        layer.scores(scores, p)
        d_mix, d_shares = layer.shares_backward(dz, p)
        d_scores = d_shares.copy()
        SOFTMAX.backward(shares, d_scores)
        query, key, value, mix = (
            layer.heads(p.residuals[name])[0] for name in ("query", "key", "value", "context")
        )
        d_rows = {name: d[0] for name, d in layer.rows_backward(dz, p).items()}
        return cls(
            layer, x[0], z[0], query, key, value, mix, scores[0], shares[0],
            dz[0], d_mix[0], d_shares[0], d_scores[0], d_rows,
        )  # fmt: skip
