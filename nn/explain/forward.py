"""The way forward in words: the sample, each layer, and the loss."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from nn.activations import LeakyRelu, Linear, Relu, Sigmoid, Softmax, Tanh
from nn.explain.answers import answer_of
from nn.explain.lines import Line, Number, Page, Term, Terms, Where
from nn.layers import (
    Conv1D,
    Conv2D,
    Dense,
    Rescaling,
)
from nn.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    HalfSquaredError,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
)

if TYPE_CHECKING:
    from nn.explain.walk import Walk

_ACTIVATIONS = {
    Linear.name: "Nothing is done to z, so y is z.",
    LeakyRelu.name: "What is above 0 stays, and what is below is made small.",
    Relu.name: "What is above 0 stays, and what is below becomes 0.",
    Sigmoid.name: "It presses any number into the range from 0 to 1.",
    Softmax.name: "It makes shares of all outputs, which add up to 1. m is the largest z; "
    "without it, exp could grow too large to write down.",
    Tanh.name: "It presses any number into the range from −1 to 1.",
}


def sample_page(walk: Walk) -> Page:
    """Return the page about the sample itself."""
    trace, place = walk.trace, walk.units[0]
    inputs = trace.network.inputs
    raw, x = float(trace.raw.ravel()[place]), float(trace.x[0].ravel()[place])
    scale, offset = (
        float(np.broadcast_to(value, trace.network.input_shape).ravel()[place])
        for value in (inputs.scale, inputs.offset)
    )
    name = walk.names.of(0, place)
    words = f"The network is given {name} as it is."
    parts: tuple[Number | str, ...] = (Number("raw", raw),)
    if scale != 1 or offset != 0:
        words = f"Of {name}, the network is given a number that is easier to work with."
        parts = (Number("raw", raw), "·", Number("scale", scale), "+", Number("offset", offset))
    count = trace.network.features
    return Page(
        "The sample",
        "sample",
        None,
        f"One sample goes in: {count:,} number{'s' * (count > 1)}. {walk.told_target} Follow one "
        "path from it to the answer and back.",
        (Line(words, (Number("x", x), "=", *parts), Where(Rescaling.forward, "np.multiply")),),
    )


def forward_page(walk: Walk, i: int) -> Page:
    """Return the page about layer i on the way forward."""
    layer, unit = walk.trace.network.layers[i], walk.units[i + 1]
    name = walk.names.of(i + 1, unit)
    kind = walk.kind(i)
    return Page(
        f"Forward through layer {i + 1}, {type(layer).__name__}: {name}",
        "forward",
        i,
        kind.words,
        (*kind.forward(walk, i), *_activation_lines(walk, i)),
        kind.table(walk, i),
        shares=kind.shares(walk, i),
    )


def _activation_lines(walk: Walk, i: int) -> list[Line]:
    """Return what the activation of layer i makes of z, if it does anything."""
    trace, unit, layer = walk.trace, walk.units[i + 1], walk.trace.network.layers[i]
    activation, places = layer.activation, slice(None)
    if i == len(trace.network.layers) - 1:
        answer = answer_of(trace.network, unit)
        activation, places = answer.activation, answer.places
    if activation.name == Linear.name and not isinstance(layer, Dense | Conv1D | Conv2D):
        return []
    y = Number("y", float(trace.x[i + 1].ravel()[unit]))
    z = Number("z", float(trace.z[i].ravel()[unit]))
    name = activation.name
    forms: dict[str, tuple[Number | str, ...]] = {
        Linear.name: ("=", z),
        LeakyRelu.name: ("= max(", z, f", {LeakyRelu.negative_slope} ·", z, ")"),
        Relu.name: ("= max(", z, ", 0 )"),
        Sigmoid.name: ("= 1 / ( 1 + exp( −", z, ") )"),
        Tanh.name: ("= tanh(", z, ")"),
    }
    form = forms.get(name, (f"= {name}(", z, ")"))
    if name == Softmax.name:
        width = trace.z[i].shape[-1]
        row = trace.z[i].reshape(-1, width)[unit // width, places].astype(np.float64)
        largest = float(row.max())
        total = float(np.exp(row - largest).sum())
        form = ("= exp(", z, "−", Number("m", largest), ") /", Number("Σ exp(z − m)", total))
    told = _ACTIVATIONS.get(name, "It makes y of z.")
    return [
        Line(
            f"Then the activation, {name.replace('_', ' ')}. {told}",
            (y, *form),
            Where(type(activation).forward),
        )
    ]


def loss_page(walk: Walk) -> Page:
    """Return the page about how wrong the answer is."""
    trace = walk.trace
    network, last = trace.network, len(trace.network.layers) - 1
    loss, unit = network.loss, walk.units[-1]
    y, t = (array[0].astype(np.float64).ravel() for array in (trace.x[-1], trace.t))
    each, formula = _loss_parts(walk)
    order = np.arange(len(each))
    if len(each) > 12:
        order = np.argsort(-np.abs(np.nan_to_num(each)), kind="stable")[:8]
        order = np.unique(np.append(order, unit))
    rows = [
        Term(
            walk.names.of(last + 1, int(n)),
            int(n),
            (float(y[n]), float(t[n]), float(each[n])),
            int(n) == unit,
        )
        for n in order
    ]
    if len(order) < len(each):
        rest = float(np.delete(each, order).sum())
        rows.append(Term(f"the other {len(each) - len(order):,}", None, (None, None, rest)))
    lines = [
        Line(
            "The target t is what the output should be. This is the part of this output.",
            (Number("part", float(each[unit])), *formula),
            Where(type(loss).value, ""),
        ),
        Line(
            f"All parts together are the loss: {trace.own_loss:.4g}. 0 would be perfect."
            if len(each) > 1
            else "That is the loss. 0 would be perfect.",
            (Number("L", trace.own_loss), "=", Number("Σ parts", float(each.sum()))),
            Where(type(loss).value, "return"),
        ),
    ]
    if trace.count > 1:
        lines.append(
            Line(
                f"{trace.count} samples are trained on together, as one of the layers needs that. "
                "From here on, L is the mean of their losses.",
                (Number("mean L", trace.loss),),
            )
        )
    if penalty := network.penalty():
        lines.append(
            Line(
                "Large weights cost something too, so that they stay small.",
                (Number("penalty", penalty),),
                Where(type(network).penalty, "return"),
            )
        )
    return Page(
        f"The loss: how wrong is the answer? ({loss.name.replace('_', ' ')})",
        "loss",
        None,
        f"The answer is compared with the truth. {walk.told_target}",
        tuple(lines),
        Terms("Outputs and targets", "Output", ("y", "t", "part"), tuple(rows), last + 1),
    )


def _loss_parts(walk: Walk) -> tuple[np.ndarray, tuple[Number | str, ...]]:
    """Return each output's part of the loss, flat, and the formula of the chosen one's."""
    trace, unit = walk.trace, walk.units[-1]
    z, y, t = (each[0].astype(np.float64) for each in (trace.z[-1], trace.x[-1], trace.t))
    chosen = answer_of(trace.network, unit)
    parts, formula = np.zeros_like(z), tuple[Number | str, ...]()
    start = 0
    while start < z.shape[-1]:
        answer = answer_of(trace.network, start)
        own_z, own_y, own_t = (each[..., answer.places] for each in (z, y, t))
        numbers = Number("y", float(y.ravel()[unit])), Number("t", float(t.ravel()[unit]))
        found, how = _own_parts(answer.loss, own_z, own_y, own_t, *numbers)
        if found is None:
            parts.ravel()[unit] = trace.own_loss
            return parts.ravel(), ()
        parts[..., answer.places] = found
        formula = how if answer == chosen else formula
        start = answer.places.stop
    return parts.ravel(), formula


def _own_parts(
    loss: Loss, z: np.ndarray, y: np.ndarray, t: np.ndarray, y_n: Number, t_n: Number
) -> tuple[np.ndarray | None, tuple[Number | str, ...]]:
    """Return what each output adds to a loss, and the formula; None of a loss that is not nn's."""
    count, rows = z.size, math.prod(z.shape[:-1])
    k = () if count == 1 else (f"/ {count}",)
    over = () if rows == 1 else (f"/ {rows}",)
    with np.errstate(all="ignore"):
        match loss:
            case HalfSquaredError():
                return (y - t) ** 2 / 2 / rows, ("= ½ · (", y_n, "−", t_n, ")²", *over)
            case MeanSquaredError():
                return (y - t) ** 2 / count, ("= (", y_n, "−", t_n, ")²", *k)
            case MeanAbsoluteError():
                return np.abs(y - t) / count, ("= |", y_n, "−", t_n, "|", *k)
            case BinaryCrossentropy():
                second = ("+ ( 1 −", t_n, ") · log( 1 −", y_n, ")")
                formula = ("= − (", t_n, "· log(", y_n, ")", *second, ")", *k)
                return (np.logaddexp(0, z) - z * t) / count, formula
            case CategoricalCrossentropy():
                shifted = z - z.max(axis=-1, keepdims=True)
                logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
                return -(t * logs) / rows, ("= −", t_n, "· log(", y_n, ")", *over)
    return None, ()
