"""Optimizers and penalties, as :mod:`nn.optimizers` and :mod:`nn.regularizers` have them.

Each works on flat arrays: the parameters ``w``, their gradients ``g``, and what the optimizer
remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nn.engine.wasm.asm.assembler import Function, Module
from nn.engine.wasm.asm.instructions import F32X4, I32X4, Value, select
from nn.engine.wasm.kernels.vectors import Written, elementwise, total
from nn.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop

Constants = Sequence[float]

_TINY = 1e-36


def _remembered(f: Function, x: Value) -> Value:
    """Return x, or 0 for what is next to nothing.

    What an optimizer remembers of a gradient that has become 0 shrinks from update to update, down
    to numbers below 1e-38, with which a processor takes a hundred times as long.

    With β the share that is remembered, no more than 1e-36 / (1 - β) is ever missing. A weight does
    not show it, as a step or in the mean of gradients; nor in that of their squares, v, if ε is
    large beside it: well above √(1e-36 / (1 - β₂)) in Adam, which adds it to √v, 3e-17 by default,
    and above 1e-36 / (1 - ρ) in RMSprop, which adds it to v, 1e-35. The default is 1e-7. With a
    smaller ε than these, or none, steps along gradients that small are not what they should be.
    """
    x = f.local(x)
    return f.local(select(x.abs() < _TINY, F32X4(0.0), x))


@elementwise
def _sgd(f: Function, w: Value, g: Value, *, rate: Value) -> Written:
    return {"w": w - rate * g}


@elementwise
def _momentum(
    f: Function, w: Value, g: Value, v: Value, *, rate: Value, momentum: Value
) -> Written:
    v = _remembered(f, v * momentum - rate * g)
    return {"w": w + v, "v": v}


@elementwise
def _nesterov(
    f: Function, w: Value, g: Value, v: Value, *, rate: Value, momentum: Value
) -> Written:
    step = f.local(rate * g)
    v = _remembered(f, v * momentum - step)
    return {"w": w + v * momentum - step, "v": v}


@elementwise
def _adam(
    f: Function,
    w: Value,
    g: Value,
    m: Value,
    v: Value,
    *,
    rate: Value,
    beta_1: Value,
    rest_1: Value,
    beta_2: Value,
    rest_2: Value,
    epsilon: Value,
) -> Written:
    m = _remembered(f, m * beta_1 + g * rest_1)
    v = _remembered(f, v * beta_2 + g * g * rest_2)
    return {"w": w - m / (v.sqrt() + epsilon) * rate, "m": m, "v": v}


@elementwise
def _adamw(
    f: Function,
    w: Value,
    g: Value,
    m: Value,
    v: Value,
    *,
    rate: Value,
    left: Value,
    beta_1: Value,
    rest_1: Value,
    beta_2: Value,
    rest_2: Value,
    epsilon: Value,
) -> Written:
    m = _remembered(f, m * beta_1 + g * rest_1)
    v = _remembered(f, v * beta_2 + g * g * rest_2)
    return {"w": w * left - m / (v.sqrt() + epsilon) * rate, "m": m, "v": v}


@elementwise
def _rmsprop(
    f: Function,
    w: Value,
    g: Value,
    v: Value,
    *,
    rate: Value,
    rho: Value,
    rest: Value,
    epsilon: Value,
) -> Written:
    v = _remembered(f, v * rho + g * g * rest)
    return {"w": w - g / (v + epsilon).sqrt() * rate, "v": v}


@dataclass(frozen=True)
class Update:
    """How one optimizer is computed.

    Attributes:
        kernel: makes a function of (w, g, slots..., count, rates..., constants...).
        slots: arrays it remembers.
        constants: numbers it takes besides the rates.
        rates: numbers that change from update to update: the learning rate, and in AdamW the share
            of a weight that is left.
    """

    kernel: Callable[[Module], Function]
    slots: int
    constants: int
    rates: int = 1


PLAIN = Update(_sgd, 0, 0)
_MOMENTUM = Update(_momentum, 1, 1)
_NESTEROV = Update(_nesterov, 1, 1)
_ADAM = Update(_adam, 2, 5)
_ADAMW = Update(_adamw, 2, 5, rates=2)
_RMSPROP = Update(_rmsprop, 1, 3)


def update_of(optimizer: Optimizer) -> tuple[Update, Constants] | None:
    """Return how an optimizer is computed, and its constants; None if there is no kernel."""
    # Exactly these: a class derived from one of them may update otherwise.
    if type(optimizer) is SGD:
        if not optimizer.momentum:
            return PLAIN, []
        return (_NESTEROV if optimizer.nesterov else _MOMENTUM), [optimizer.momentum]
    if type(optimizer) in (Adam, AdamW):
        assert isinstance(optimizer, Adam)
        beta_1, beta_2 = optimizer.beta_1, optimizer.beta_2
        update = _ADAM if type(optimizer) is Adam else _ADAMW
        return update, [beta_1, 1 - beta_1, beta_2, 1 - beta_2, optimizer.epsilon]
    if type(optimizer) is RMSprop:
        return _RMSPROP, [optimizer.rho, 1 - optimizer.rho, optimizer.epsilon]
    return None


@total
def squares(f: Function, g: Value) -> Value:
    """``Σ g²``: called with (g, count)."""
    return g * g


@elementwise
def penalty(f: Function, w: Value, g: Value, *, l1: Value, l2: Value) -> Written:
    """``g += l1 · sign(w) + 2 l2 · w``: called with (w, g, count, l1, l2)."""
    # l1 with the sign bit of w, where w is not 0.
    sign = w.bits_as(I32X4) & -(2**31) | l1.bits_as(I32X4)
    first = select(w.differs(0.0), sign.bits_as(F32X4), 0.0)
    return {"g": g + first + l2 * 2.0 * w}
