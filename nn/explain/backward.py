"""The way back in words: how much the loss grows with each number, layer after layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nn.activations import LeakyRelu, Linear, Relu, Sigmoid, Softmax, Tanh
from nn.explain.answers import answer_of
from nn.explain.lines import Line, Number, Page, Terms, Where
from nn.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    HalfSquaredError,
    MeanAbsoluteError,
    MeanSquaredError,
    positions,
)

if TYPE_CHECKING:
    from nn.explain.walk import Walk

_MEANT = "∂L/∂y: if y grows by a tiny bit, the loss grows by this many times as much."


def backward_page(walk: Walk, i: int) -> Page:
    """Return the page about layer i on the way back."""
    last = i == len(walk.trace.network.layers) - 1
    name = walk.names.of(i + 1, walk.units[i + 1])
    lines, table = _output_lines(walk), None
    if not last:
        lines, table = _hidden_lines(walk, i)
    if walk.trace.slopes[i]:
        lines += walk.kind(i).gradients(walk, i)
    kind = type(walk.trace.network.layers[i]).__name__
    told = (
        "Now the way back begins: how does the loss change if this output changes a little?"
        if last
        else "How does the loss change if this number changes a little? It acts through the next "
        "layer, which knows already how much its own numbers matter."
    )
    return Page(
        f"Back through layer {i + 1}, {kind}: {name}",
        "backward",
        i,
        told,
        tuple(lines),
        table,
        walk.kind(i).uses(walk, i),
    )


def _output_lines(walk: Walk) -> list[Line]:
    """Return how ∂L/∂z of the chosen output comes about."""
    trace, unit = walk.trace, walk.units[-1]
    network = trace.network
    answer = answer_of(network, unit)
    loss, activation = answer.loss, answer.activation
    y, t = (float(array.ravel()[unit]) for array in (trace.x[-1], trace.t))
    n = trace.count
    dz = Number("∂L/∂z", float(trace.dz[-1].ravel()[unit]))
    y_n, t_n = Number("y", y), Number("t", t)
    where = Where(type(loss).gradient, "np.subtract")
    # The mean over the mini-batch, over positions, and over outputs where the loss is one too.
    rows = n * positions(trace.z[-1])
    count = rows * answer.width
    if isinstance(loss, BinaryCrossentropy | CategoricalCrossentropy):
        over = count if isinstance(loss, BinaryCrossentropy) else rows
        share = () if over == 1 else (f"/ {over}",)
        return [
            Line(
                f"How the loss changes with y, times how y changes with z: with "
                f"{activation.name} and this loss, both together are simply what is too much. "
                "∂L/∂z: if z grows by a tiny bit, the loss grows by this many times as much.",
                (dz, "= (", y_n, "−", t_n, ")", *share),
                where,
            )
        ]
    parts: tuple[Number | str, ...]
    match loss:
        case HalfSquaredError():
            dy, parts = (y - t) / rows, ("=", y_n, "−", t_n, *([f"/ {rows}"] * (rows > 1)))
        case MeanSquaredError():
            dy, share = 2 * (y - t) / count, () if count == 1 else (f"/ {count}",)
            parts = ("= 2 · (", y_n, "−", t_n, ")", *share)
        case MeanAbsoluteError():
            dy, share = float(np.sign(y - t)) / count, () if count == 1 else (f"/ {count}",)
            parts = ("= sign of (", y_n, "−", t_n, ")", *share)
        case _:
            return [Line("How the loss changes with z.", (dz,), Where(type(loss).gradient))]
    lines = [Line(_MEANT, (Number("∂L/∂y", dy), *parts), where)]
    all_dy = None
    if activation.name == Softmax.name:
        width = trace.t.shape[-1]
        whole_y, whole_t = (
            a.reshape(-1, width)[unit // width].astype(np.float64) for a in (trace.x[-1], trace.t)
        )
        all_dy = whole_y - whole_t
        if isinstance(loss, MeanSquaredError):
            all_dy = 2 * all_dy / count
        elif isinstance(loss, MeanAbsoluteError):
            all_dy = np.sign(all_dy) / count
        else:
            all_dy = all_dy / rows
    return lines + _through_activation(walk, len(network.layers) - 1, dy, all_dy)


def _hidden_lines(walk: Walk, i: int) -> tuple[list[Line], Terms | None]:
    """Return how ∂L/∂z of layer i comes from the layer after it."""
    trace, unit = walk.trace, walk.units[i + 1]
    after = trace.network.layers[i + 1]
    dy = float(trace.dy[i].ravel()[unit])
    kind = walk.kind(i + 1)
    line = Line(
        f"{kind.back} {_MEANT}",
        (Number("∂L/∂y", dy), *kind.back_parts(walk, i + 1)),
        Where(type(after).backward, kind.back_text),
    )
    layer = trace.network.layers[i]
    all_dy = None
    if layer.activation.name == Softmax.name:
        width = trace.dy[i].shape[-1]
        all_dy = trace.dy[i].reshape(-1, width)[unit // width].astype(np.float64)
    lines = [line, *_through_activation(walk, i, dy, all_dy)]
    return lines, kind.back_table(walk, i + 1)


def _through_activation(walk: Walk, i: int, dy: float, all_dy: np.ndarray | None) -> list[Line]:
    """Return how ∂L/∂z follows from ∂L/∂y in layer i.

    Args:
        all_dy: ∂L/∂y of all that a softmax has made shares of; None for others.
    """
    trace, unit = walk.trace, walk.units[i + 1]
    activation = trace.network.layers[i].activation
    if i == len(trace.network.layers) - 1:
        activation = answer_of(trace.network, unit).activation
    name, where = activation.name, Where(type(activation).backward)
    y = float(trace.x[i + 1].ravel()[unit])
    dz = Number("∂L/∂z", float(trace.dz[i].ravel()[unit]))
    dy_n, y_n = Number("∂L/∂y", dy), Number("y", y)
    if all_dy is not None:
        row = trace.x[i + 1].reshape(-1, len(all_dy))[unit // len(all_dy)].astype(np.float64)
        mean = Number("Σ ∂L/∂y · y", float(all_dy @ row))
        told = "The outputs of softmax share 1: what one gains, the others lose. So theirs count."
        return [Line(told, (dz, "=", y_n, "· (", dy_n, "−", mean, ")"), where)]
    if name == Linear.name:
        return [Line("y is z, so z counts just as much.", (dz, "=", dy_n), where)]
    forms: dict[str, tuple[float, tuple[Number | str, ...], str]] = {
        LeakyRelu.name: (
            1.0 if y > 0 else LeakyRelu.negative_slope,
            (),
            "1 where y is above 0, and little elsewhere.",
        ),
        Relu.name: (
            float(y > 0),
            (),
            "1 where y is above 0. Elsewhere 0: there z can change and y stays 0.",
        ),
        Sigmoid.name: (
            y * (1 - y),
            ("=", y_n, "· ( 1 −", y_n, ")"),
            "Steepest where y is ½, and nearly flat where y is close to 0 or 1.",
        ),
        Tanh.name: (
            1 - y * y,
            ("= 1 −", y_n, "²"),
            "Steepest where y is 0, and nearly flat where y is close to −1 or 1.",
        ),
    }
    if name not in forms:
        return [Line(f"Back through the activation {name}.", (dz,), where)]
    slope, parts, told = forms[name]
    steep = Number("∂y/∂z", slope)
    return [
        Line(
            f"∂y/∂z: if z grows by a tiny bit, y grows by this many times as much. {told}",
            (steep, *parts),
            where,
        ),
        Line(
            "Both together, by the chain rule: z moves y, and y moves the loss.",
            (dz, "=", dy_n, "·", steep),
            where,
        ),
    ]
