"""A step that looks at others, in words: its mix of their values, and what comes back to that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nn.explain.attended import Attended
from nn.explain.lines import Line, Number, Where
from nn.explain.names import quoted
from nn.layers import Embedding, MultiHeadAttention

if TYPE_CHECKING:
    from nn.explain.walk import Walk


def most(numbers: np.ndarray) -> int:
    """Return where the number is that is furthest from 0, flat."""
    return int(np.abs(np.nan_to_num(numbers)).argmax())


def dot(left: np.ndarray, right: np.ndarray) -> float:
    """Return the sum of the products."""
    return float(left.ravel().astype(np.float64) @ right.ravel().astype(np.float64))


class Look:
    """A step that looks at others with one of its heads, and a unit of what comes of it.

    Attributes:
        a: what attention does with the sample.
        t, u: the step, and which of its numbers the unit is.
        head, number: the head that is looked at, and which number of its mix.
        seen: how many steps it sees.
        source: the input that the mix's number takes most from, flat.
        symbol: what formulas call the numbers that attention is given.
    """

    def __init__(self, walk: Walk, i: int) -> None:
        self.a: Attended = walk.attended(i)
        self.layer = self.a.layer
        self.steps: int
        self.features: int
        self.steps, self.features = self.a.x.shape
        self.t, self.u = divmod(walk.units[i + 1], self.features)
        adds = self.a.mix[:, self.t] * self.layer.output_kernel[:, :, self.u]
        self.head = walk.heads.get(i, most(adds.sum(axis=1)))
        self.number = most(adds[self.head])
        self.seen = self.t + 1 if self.layer.causal else self.steps
        j = most(self.shares * self.values)
        kernel = self.layer.value_kernel[:, self.head, self.number]
        self.source = j * self.features + most(self.a.x[j] * kernel)
        self.symbol = "n" if self.a.parts else "x"

    @property
    def shares(self) -> np.ndarray:
        """What share of the mix each step that is seen has."""
        return self.a.shares[self.head, self.t, : self.seen]

    @property
    def values(self) -> np.ndarray:
        """The number of each of their values that goes into the mix's number."""
        return self.a.value[self.head, : self.seen, self.number]

    @property
    def told_head(self) -> str:
        """What sentences call the head."""
        count = self.layer.num_heads
        return f"Head {self.head + 1} of {count}" if count > 1 else "Its only head"

    def names(self, walk: Walk, i: int) -> tuple[str, str]:
        """Return what sentences call the step, and the one of those that it looks at."""
        j = walk.source(i) // self.features
        here = step_name(walk, i, self.t)
        return here, "the step itself" if j == self.t else step_name(walk, i, j)

    def projected(self, name: str, step: int, number: int) -> tuple[Number | str, ...]:
        """Return how a number of a query, a key or a value comes about."""
        layer: Any = self.layer
        kernel = getattr(layer, f"{name}_kernel")[:, self.head, number]
        bias = float(getattr(layer, f"{name}_bias")[self.head, number])
        total = Number(f"Σ {self.symbol} · w", dot(self.a.x[step], kernel))
        return (
            Number(name, float(getattr(self.a, name)[self.head, step, number])),
            "=", total, "+", Number("b", bias),
        )  # fmt: skip

    def added(self, z: Number) -> Line:
        """Return how a number that attention makes comes about."""
        kernel = self.layer.output_kernel[:, :, self.u]
        bias = Number("b", float(self.layer.output_bias[self.u]))
        count = self.layer.num_heads
        several = count > 1 or self.layer.key_dim > 1
        whose = f"Its {count} heads have a mix each" if count > 1 else "Its head has a mix"
        return Line(
            f"{whose}, {'numbers' if several else 'a number'} taken from the steps it looks at. "
            "Times weights they are added up, and the bias is added to that.",
            (z, "=", Number("Σ mix · w", dot(self.a.mix[:, self.t], kernel)), "+", bias),
            Where(MultiHeadAttention.forward, "z[...] = p.matmul"),
        )

    def lines(self, walk: Walk, i: int) -> list[Line]:
        """Return how the mix comes about."""
        j = walk.source(i) // self.features
        here, there = self.names(walk, i)
        query, key = self.a.query[self.head, self.t], self.a.key[self.head, j]
        size = self.layer.key_dim
        fits = most(query * key)
        scores = self.a.scores[self.head, self.t, : self.seen].astype(np.float64)
        score, largest = Number("score", float(scores[j])), float(scores.max())
        total = Number("Σ exp(score − m)", float(np.exp(scores - largest).sum()))
        share = Number("share", float(self.shares[j]))
        mix = Number("mix", float(self.a.mix[self.head, self.t, self.number]))
        what = f"{self.told_head} looks at {self.seen} of {self.steps} steps"
        if self.layer.causal:
            what += ", itself and those before" if self.t else ", itself: none comes before"
        where = Where(MultiHeadAttention.project, "p.matmul")
        return [
            Line(
                f"{what}, and takes a share of each one's value. This is number "
                f"{self.number + 1} of {size} of its mix, which counts most here.",
                (mix, "=", Number("Σ share · value", dot(self.shares, self.values))),
                Where(MultiHeadAttention.forward, "context[...] ="),
            ),
            Line(
                f"The share of {there}: softmax makes shares of the scores, which add up to 1. m "
                "is the largest score.",
                (share, "= exp(", score, "−", Number("m", largest), ") /", total),
                Where(MultiHeadAttention.forward, "SOFTMAX.forward"),
            ),
            Line(
                f"The score says how well what {here} asks for, its query, fits what {there} "
                "offers, its key. They are multiplied number by number. d is how many numbers they "
                "have: divided by its root, scores do not grow with it.",
                (
                    score, "=", Number("Σ query · key", dot(query, key)),
                    "/ √(", Number("d", size), ")",
                ),
                Where(MultiHeadAttention.scores, "out *= 1"),
            ),
            Line(
                f"Number {fits + 1} of the query, which counts most in that score. It is made of "
                f"all numbers of {here}, times weights.",
                self.projected("query", self.t, fits),
                where,
            ),
            Line(
                f"The same number of the key. It is made of those of {there}, times other "
                "weights.",
                self.projected("key", j, fits),
                where,
            ),
            Line(
                f"Number {self.number + 1} of the value of {there}: what is there to be taken.",
                self.projected("value", j, self.number),
                where,
            ),
        ]  # fmt: skip

    def gradients(self, walk: Walk, i: int, dz: str) -> list[Line]:
        """Return how ∂L/∂z reaches the shares, the scores and the query.

        Args:
            dz: what formulas call ∂L/∂ of what attention makes.
        """
        j = walk.source(i) // self.features
        here, there = self.names(walk, i)
        head, t = self.head, self.t
        kernel, values = self.layer.output_kernel[head, self.number], self.a.value[head, j]
        d_mix = Number("∂L/∂mix", float(self.a.d_mix[head, t, self.number]))
        d_shares = self.a.d_shares[head, t, : self.seen]
        d_share = Number("∂L/∂share", float(d_shares[j]))
        d_scores = self.a.d_scores[head, t, : self.seen]
        d_score = Number("∂L/∂score", float(d_scores[j]))
        share, mean = Number("share", float(self.shares[j])), dot(d_shares, self.shares)
        fits = most(self.a.query[head, t] * self.a.key[head, j])
        keys = self.a.key[head, : self.seen, fits]
        d_query = float(self.a.d_rows["query"][t, head * self.layer.key_dim + fits])
        d = Number("d", self.layer.key_dim)
        return [
            Line(
                f"Number {self.number + 1} of the mix of head {head + 1} goes into all numbers of "
                f"{here}. Each passes back its own {dz} times the weight.",
                (d_mix, "=", Number(f"Σ {dz} · w", dot(self.a.dz[t], kernel))),
                Where(MultiHeadAttention.shares_backward, "d_context ="),
            ),
            Line(
                f"A larger share of {there} means more of all numbers of its value.",
                (d_share, "=", Number("Σ ∂L/∂mix · value", dot(self.a.d_mix[head, t], values))),
                Where(MultiHeadAttention.shares_backward, "return"),
            ),
            Line(
                "The shares add up to 1: what one step gains, the others lose. So theirs count.",
                (
                    d_score, "=", share, "· (", d_share, "−",
                    Number("Σ ∂L/∂share · share", mean), ")",
                ),
                Where(MultiHeadAttention.rows_backward, "SOFTMAX.backward"),
            ),
            Line(
                f"The query of {here} is in the scores of all steps that it sees, each time "
                f"multiplied by their keys. This is its number {fits + 1}.",
                (
                    Number("∂L/∂query", d_query), "=",
                    Number("Σ ∂L/∂score · key", dot(d_scores, keys)), "/ √(", d, ")",
                ),
                Where(MultiHeadAttention.rows_backward, '"query": p.matmul'),
            ),
        ]  # fmt: skip


def step_name(walk: Walk, i: int, step: int) -> str:
    """Return what a step of layer i is called, with the character that stands there in a text."""
    layers, row = walk.trace.network.layers, walk.trace.raw[0].ravel()
    name = f"step {step + 1}"
    first: Any = layers[0]
    classes = walk.names.classes
    # Layers between may have made other steps of the characters.
    if not isinstance(first, Embedding) or len(row) != walk.trace.x[i].shape[1]:
        return name
    character = int(np.clip(np.rint(row[step]), 0, first.input_dim - 1))
    return f"{name}, {quoted(classes[character])}" if len(classes) == first.input_dim else name
