"""The update in words: how one weight changes, and what becomes of the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nn.explain.lines import Line, Number, Page, Where
from nn.explain.trace import loss_with
from nn.optimizers import SGD, Adam, RMSprop
from nn.regularizers import L1L2

if TYPE_CHECKING:
    from nn.explain.walk import Walk


def update_page(walk: Walk) -> Page:
    """Return the page about the weight that is followed, and its update."""
    update, trace = walk.update, walk.trace
    weight = walk.weight
    place = trace.place(walk.layer, weight.name, weight.index)
    before, after = (
        Number(weight.symbol, float(all_[place])) for all_ in (update.before, update.after)
    )
    slope = float(trace.slopes[walk.layer][weight.name].ravel()[weight.index])
    gradient = Number("gradient", float(trace.gradients[place]))
    lines = []
    regularizer = getattr(trace.network.layers[walk.layer], f"{weight.name}_regularizer", None)
    if isinstance(regularizer, L1L2) and (regularizer.l1 or regularizer.l2):
        l1, l2 = Number("l1", regularizer.l1), Number("l2", regularizer.l2)
        sign = Number(f"sign of {before.symbol}", float(np.sign(before.value)))
        parts: tuple[Number | str, ...] = (gradient, "=", Number(f"∂L/∂{before.symbol}", slope))
        parts += ("+", l1, "·", sign) if regularizer.l1 else ()
        parts += ("+ 2 ·", l2, "·", before) if regularizer.l2 else ()
        where = Where(L1L2.add_gradient, "np.sign" if regularizer.l1 else "(2 * self.l2)")
        lines.append(Line("The penalty pulls the weight towards 0.", parts, where))
    slots = [
        (float(old[place]), float(new[place]))
        for old, new in zip(update.slots_before, update.optimizer.slots, strict=True)
    ]
    lines += _update_lines(walk, before, after, gradient, slots)
    up = gradient.value > 0
    if gradient.value == 0 or not np.isfinite(gradient.value):
        told = f"The gradient is 0: for this sample it makes no difference. {_why_zero(walk)}"
    else:
        told = (
            f"The gradient is {'above' if up else 'below'} 0: the loss "
            f"{'grows' if up else 'falls'} if {before.symbol} grows. So a step that helps makes "
            f"{before.symbol} {'smaller' if up else 'larger'}."
        )
    moved = "smaller" if after.value < before.value else "larger"
    if after.value == before.value:
        told += f" {before.symbol} stays as it is."
    elif moved != ("smaller" if up else "larger"):
        told += (
            f" Still, {before.symbol} becomes {moved}: the optimizer remembers earlier steps, and "
            "they outweigh this one."
        )
    return Page(
        f"The update of {weight.told}",
        "update",
        walk.layer,
        told,
        tuple(lines),
    )


def _why_zero(walk: Walk) -> str:
    """Return why a weight does not matter, where that is plain."""
    trace, i = walk.trace, walk.layer
    if trace.count > 1 or walk.weight.name not in ("kernel", "bias"):
        return ""
    if not trace.dz[i].ravel()[walk.units[i + 1]]:
        return "What comes back to its unit is 0, so nothing in it changes the loss."
    if walk.weight.name == "kernel" and not trace.x[i].ravel()[walk.source(i)]:
        return "Its input is 0: whatever the weight is, the product is 0."
    return ""


def _update_lines(
    walk: Walk,
    before: Number,
    after: Number,
    gradient: Number,
    slots: list[tuple[float, float]],
) -> list[Line]:
    """Return how the optimizer makes ``after`` of ``before``, step by step."""
    optimizer, symbol = walk.update.optimizer, before.symbol
    rate = Number("rate", walk.update.rate)
    new = Number(f"new {symbol}", after.value)
    g = Number("g", gradient.value)
    match optimizer:
        case SGD(momentum=0.0):
            told = "A small step against the gradient. The learning rate says how small."
            where = Where(SGD.update, "parameters -= gradients")
            return [Line(told, (new, "=", before, "−", rate, "·", gradient), where)]
        case SGD(momentum=momentum):
            v, new_v = (Number(name, n) for name, n in zip(("v", "new v"), slots[0], strict=True))
            mu = Number("μ", momentum)
            lines = [
                Line(
                    "Like a ball that rolls: the speed v keeps a share μ of what it was, and the "
                    "gradient slows it down or drives it on.",
                    (new_v, "=", mu, "·", v, "−", rate, "·", g),
                    Where(SGD.update, "velocity -= gradients"),
                )
            ]
            if optimizer.nesterov:
                told = "The weight moves by the new speed's share, and by this gradient once more."
                where = Where(SGD.update, "parameters -= gradients")
                moved = (new, "=", before, "+", mu, "·", new_v, "−", rate, "·", g)
                return [*lines, Line(told, moved, where)]
            told = "The weight moves by that."
            where = Where(SGD.update, "parameters += velocity")
            return [*lines, Line(told, (new, "=", before, "+", new_v), where)]
        case Adam():
            return _adam_lines(optimizer, before, new, g, rate, slots)
        case RMSprop():
            v, new_v = (Number(name, n) for name, n in zip(("v", "new v"), slots[0], strict=True))
            rho, rest = Number("ρ", optimizer.rho), Number("(1 − ρ)", 1 - optimizer.rho)
            return [
                Line(
                    "v is how large squared gradients have been lately.",
                    (new_v, "=", rho, "·", v, "+", rest, "·", g, "²"),
                    Where(RMSprop.update, "v += scratch"),
                ),
                Line(
                    "The step is divided by that root: all weights move at about one pace.",
                    (
                        new, "=", before, "−", rate, "·", g, "/ √(", new_v, "+",
                        Number("ε", optimizer.epsilon), ")",
                    ),
                    Where(RMSprop.update, "parameters -= gradients"),
                ),
            ]  # fmt: skip
    where = Where(type(optimizer).update)
    return [Line("What the optimizer makes of it.", (new,), where)]


def _adam_lines(
    adam: Adam,
    before: Number,
    new: Number,
    g: Number,
    rate: Number,
    slots: list[tuple[float, float]],
) -> list[Line]:
    (m, new_m), (v, new_v) = (
        (Number(name, old), Number(f"new {name}", now))
        for name, (old, now) in zip("mv", slots, strict=True)
    )
    one, two = adam.beta_1, adam.beta_2
    t = adam.iterations
    corrected = rate.value * (1 - two**t) ** 0.5 / (1 - one**t)
    pace = Number("pace", corrected)
    return [
        Line(
            "m is what gradients have been lately, on average: the direction.",
            (new_m, "=", Number("β₁", one), "·", m, "+", Number("(1 − β₁)", 1 - one), "·", g),
            Where(Adam.update, "m += scratch"),
        ),
        Line(
            "v is how large squared gradients have been lately.",
            (new_v, "=", Number("β₂", two), "·", v, "+", Number("(1 − β₂)", 1 - two), "·", g, "²"),
            Where(Adam.update, "v += gradients"),
        ),
        Line(
            f"m and v began at 0 and are too small at first. The rate makes up for it; this is "
            f"update {t:,}.",
            (
                pace, "=", rate, "· √( 1 −", Number(f"β₂^{t}", two**t), ") / ( 1 −",
                Number(f"β₁^{t}", one**t), ")",
            ),
            Where(Adam.update, "rate *="),
        ),
        Line(
            "The direction divided by the size: all weights move at about one pace.",
            (
                new, "=", before, "−", pace, "·", new_m, "/ ( √(", new_v, ") +",
                Number("ε", adam.epsilon), ")",
            ),
            Where(Adam.update, "parameters -= scratch"),
        ),
    ]  # fmt: skip


def after_page(walk: Walk) -> Page:
    """Return the page about what the loss becomes."""
    update, trace, weight = walk.update, walk.trace, walk.weight
    place = trace.place(walk.layer, weight.name, weight.index)
    alone = update.before.copy()
    alone[place] = update.after[place]
    loss_alone, _ = loss_with(trace, alone)
    unit = walk.units[-1]
    name = walk.names.of(len(trace.x) - 1, unit)
    where = Where(type(trace.network.loss).value, "return")
    lines = (
        Line("Before the step.", (Number("L", trace.loss),), where),
        Line(f"If only {weight.told} moved.", (Number("L", loss_alone),), where),
        Line("After the step, in which all weights moved.", (Number("L", update.loss),), where),
        Line(
            f"For {name}, after the step and before. It should be t.",
            (
                Number("new y", float(update.output.ravel()[unit])),
                "instead of",
                Number("y", float(trace.x[-1].ravel()[unit])),
                "for",
                Number("t", float(trace.t.ravel()[unit])),
            ),
        ),
    )
    if update.loss < trace.loss:
        told = "The answer is less wrong now, for this sample."
    elif update.loss > trace.loss:
        told = (
            "The answer is more wrong now, for this sample: the step was too long, or the "
            "optimizer remembers other samples. A smaller learning rate makes shorter steps."
        )
    else:
        told = "For this sample, nothing has changed."
    told += " Training is this over and over, with one sample after the other."
    if walk.batch_size > 1 and trace.count == 1:
        told += (
            f" By the settings, {walk.batch_size:,} samples are taken together: each weight moves "
            "by the mean of their gradients."
        )
    return Page("After the step: what the loss becomes", "after", None, told, lines)
