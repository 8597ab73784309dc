"""Normalization in words, of steps and of mini-batches, by itself or within another layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nn.explain.kind import Kind, slope_of, x_of, z_of
from nn.explain.lines import Line, Number, Where
from nn.explain.weight import Weight
from nn.layers import BatchNormalization, Layer, LayerNormalization

if TYPE_CHECKING:
    from nn.explain.walk import Walk


def normalized(
    words: str, z: Number, x: Number, layer: Any, residuals: dict[str, np.ndarray], place: int
) -> Line:
    """Return how a number is normalized.

    Args:
        words: what is said of it.
        z, x: what comes of it, and what it was.
        layer: the LayerNormalization.
        residuals: what that remembers of the sample.
        place: of the number, flat.
    """
    step, channel = divmod(place, len(layer.gamma))
    mean, scale = (float(residuals[name].ravel()[step]) for name in ("mean", "scale"))
    gamma, beta = float(layer.gamma[channel]), float(layer.beta[channel])
    where = Where(LayerNormalization.forward, "z *= self.gamma")
    return _line(words, z, x, (mean, scale, gamma, beta), where)


def _line(
    words: str, z: Number, x: Number, numbers: tuple[float, float, float, float], where: Where
) -> Line:
    """Return the formula; the numbers are mean, 1/√(variance + ε), γ and β."""
    mean, scale, gamma, beta = numbers
    return Line(
        words,
        (
            z, "=", Number("γ", gamma), "· (", x, "−", Number("mean", mean), ") ·",
            Number("1/√(variance + ε)", scale), "+", Number("β", beta),
        ),
        where,
    )  # fmt: skip


class NormalizationKind(Kind):
    """See :class:`nn.layers.LayerNormalization`; others differ in what a mean is of.

    Attributes:
        over: what gradients are added up over.
        layer, gradient: the class whose code is shown, and the text of its line for a weight.
    """

    over = "steps"
    layer: type[Layer] = LayerNormalization
    gradient = 'out=p.gradients["{}"]'
    words = "The numbers of each step are moved and scaled so that they lie around 0."
    back = "Mean and spread of its step depend on it too; all of that together is this."

    def forward(self, walk: Walk, i: int) -> list[Line]:
        residuals = {name: array[0] for name, array in walk.trace.passes[i].residuals.items()}
        return [
            normalized(
                "The mean of the step is taken away, what is left is divided by the spread, and "
                "two learnt numbers, γ and β, say where it ends.",
                z_of(walk, i),
                x_of(walk, i),
                walk.trace.network.layers[i],
                residuals,
                walk.units[i + 1],
            )
        ]

    def weight(self, walk: Walk, i: int, bias: bool) -> Weight:
        name, symbol = ("beta", "β") if bias else ("gamma", "γ")
        channel = walk.units[i + 1] % walk.trace.z[i].shape[-1]
        return Weight(name, channel, symbol, f"{symbol} of layer {i + 1}")

    def gradients(self, walk: Walk, i: int) -> list[Line]:
        return [
            Line(
                f"How the loss changes with {weight.symbol}, added up over all {self.over}.",
                (slope_of(walk, i, weight),),
                Where(self.layer.backward, self.gradient.format(weight.name)),
            )
            for weight in (self.weight(walk, i, bias) for bias in (False, True))
        ]


class BatchKind(NormalizationKind):
    """See :class:`nn.layers.BatchNormalization`."""

    words = (
        "Each number is moved and scaled so that they lie around 0: mean and spread are those of "
        "all samples that are trained on together."
    )
    back = "Mean and spread depend on this number too; all of that together is this."
    back_text = "dx -= d_beta"
    over = "places"
    layer = BatchNormalization
    gradient = "out=d_{}"

    def forward(self, walk: Walk, i: int) -> list[Line]:
        layer: Any = walk.trace.network.layers[i]
        residuals = walk.trace.passes[i].residuals
        channel = walk.units[i + 1] % len(layer.gamma)
        mean, scale = (float(residuals[name][0][channel]) for name in ("mean", "scale"))
        return [
            _line(
                "The mean is taken away, what is left is divided by the spread, and two learnt "
                "numbers, γ and β, say where it ends.",
                z_of(walk, i),
                x_of(walk, i),
                (mean, scale, float(layer.gamma[channel]), float(layer.beta[channel])),
                Where(BatchNormalization.forward, "z *= self.gamma * scale"),
            )
        ]
