"""The way back in words: how much the loss grows with each number, layer after layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nn.activations import LeakyRelu, Linear, Relu, Sigmoid, Softmax, Tanh
from nn.explain.answers import answer_of
from nn.explain.lines import Line, Number, Page, Terms, Where
from nn.explain.links import out_of, uses
from nn.explain.sums import terms
from nn.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    Layer,
    MaxPooling2D,
    MultiHeadAttention,
    TransformerBlock,
)
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
        lines += _weight_lines(walk, i)
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
        _uses_table(walk, i),
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
    links = out_of(trace, i + 1, unit)
    where = Where(type(after).backward, _BACK.get(type(after), ""))
    number = Number("∂L/∂y", dy)
    parts: tuple[Number | str, ...]
    table = None
    if links is None:
        kind = walk.kind(i + 1)
        told = "Mean and spread depend on this number too; all of that together is this."
        parts = () if kind is None else kind.back_parts(walk, i + 1)
        line = Line(f"{told if kind is None else kind.back} {_MEANT}", (number, *parts), where)
    else:
        dz = trace.dz[i + 1].ravel()[links.places]

        def name(place: int) -> str:
            return walk.names.of(i + 2, place)

        letter = "w" if "kernel" in after.views else "factor"
        if len(links.places) > 1:
            rows = terms(links.places, dz, links.factors, name, walk.units[i + 2])
            heads = ("∂L/∂z", letter, f"∂L/∂z · {letter}")
            table = Terms("Where y goes, and what comes back", "To", heads, rows, i + 2)
            parts = (
                "=",
                Number(f"Σ ∂L/∂z · {letter}", float(dz.astype(np.float64) @ links.factors)),
            )
        elif len(links.places):
            one = float(dz[0]), float(links.factors[0])
            parts = ("=", Number("∂L/∂z of the next", one[0]), "·", Number(letter, one[1]))
        else:
            parts = ("", "= 0: nothing looks at it")
        line = Line(
            f"Each place that y goes to passes back its own ∂L/∂z times the {letter} between. "
            + _MEANT,
            (number, *parts),
            where,
        )
    layer = trace.network.layers[i]
    all_dy = None
    if layer.activation.name == Softmax.name:
        width = trace.dy[i].shape[-1]
        all_dy = trace.dy[i].reshape(-1, width)[unit // width].astype(np.float64)
    return [line, *_through_activation(walk, i, dy, all_dy)], table


_BACK = {
    AveragePooling2D: "dx[:, rows",
    BatchNormalization: "dx -= d_beta",
    Conv1D: "places += p.matmul",
    Conv2D: "p.matmul(dz_rows, kernel",
    Dense: "p.matmul(dz, self.kernel.T",
    Dropout: "np.multiply(dz",
    GlobalAveragePooling2D: "dx[...] =",
    GlobalMaxPooling1D: "np.put_along_axis",
    MaxPooling2D: "dx[:, rows",
    MultiHeadAttention: "dx += p.matmul",
    TransformerBlock: "np.add(d_between, d_x",
}


_GRADIENTS: dict[type[Layer], str] = {
    Conv1D: "p.matmul(windows.T",
    Conv2D: "p.matmul(windows.T",
    Dense: "np.multiply(x_rows.T",
}


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


def _weight_lines(walk: Walk, i: int) -> list[Line]:
    """Return the gradients of the weight and the bias that are followed in layer i."""
    trace, layer, unit = walk.trace, walk.trace.network.layers[i], walk.units[i + 1]
    slopes, dz = trace.slopes[i], Number("∂L/∂z", float(trace.dz[i].ravel()[unit]))
    if kind := walk.kind(i):
        return kind.gradients(walk, i)
    if isinstance(layer, BatchNormalization):
        channel = unit % len(layer.gamma)
        return [
            Line(
                f"How the loss changes with {symbol}, added up over all places.",
                (Number(f"∂L/∂{symbol}", float(slopes[name][channel])),),
                Where(BatchNormalization.backward, f"out=d_{name}"),
            )
            for symbol, name in (("γ", "gamma"), ("β", "beta"))
        ]
    if type(layer) not in _GRADIENTS:
        return []
    source = walk.source(i)
    weight = walk.weight_of(i, bias=False)
    gradient = Number("∂L/∂w", float(slopes["kernel"].ravel()[weight.index]))
    inputs, units = uses(trace, i, unit, source)
    where = Where(type(layer).backward, _GRADIENTS[type(layer)])
    lines = []
    told = f"The gradient of the weight from {walk.names.of(i, source)}. "
    if len(inputs) == 1:
        x = Number("x", float(trace.x[i].ravel()[source]))
        others = Number("other samples", gradient.value - dz.value * x.value)
        lines.append(
            Line(
                told + "z has x · w in it: if w grows by a tiny bit, z grows x times as much.",
                (gradient, "=", dz, "·", x, *(("+", others) if trace.count > 1 else ())),
                where,
            )
        )
    else:
        products = trace.x[i].ravel()[inputs].astype(np.float64) * trace.dz[i].ravel()[units]
        own = Number("Σ x · ∂L/∂z", float(products.sum()))
        others = Number("other samples", gradient.value - own.value)
        lines.append(
            Line(
                told + f"It is used at {len(inputs):,} places; what it does at each is added up.",
                (gradient, "=", own, *(("+", others) if trace.count > 1 else ())),
                where,
            )
        )
    if "bias" in slopes:
        d_bias = Number("∂L/∂b", float(slopes["bias"][unit % len(slopes["bias"])]))
        alone = trace.dz[i].size == len(slopes["bias"])
        lines.append(
            Line(
                "The bias is added to z as it is, so it changes the loss just as z does."
                if alone
                else "The bias is added at every place; what it does at each is added up.",
                (d_bias, "=", dz if alone else Number("Σ ∂L/∂z", d_bias.value)),
                Where(type(layer).backward, "np.add.reduce"),
            )
        )
    return lines


def _uses_table(walk: Walk, i: int) -> Terms | None:
    """Return what the followed weight of layer i does at each place, the largest first."""
    trace = walk.trace
    if kind := walk.kind(i):
        return kind.uses(walk, i)
    if "kernel" not in trace.slopes[i]:
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
