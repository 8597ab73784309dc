"""Optimizers and penalties, as :mod:`nn.optimizers` and :mod:`nn.regularizers` have them.

Each works on flat arrays: the parameters ``w``, their gradients ``g``, and what the optimizer
remembers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nn.engine.wasm.assembler import Function, Module
from nn.engine.wasm.instructions import F32X4, I32X4, Value, select
from nn.engine.wasm.vectors import Body, elementwise
from nn.optimizers import SGD, Adam, Optimizer, RMSprop

Constants = Sequence[float]

_TINY = 1e-36


def _remembered(f: Function, x: Value) -> Value:
    """Return x, or 0 for what is next to nothing.

    What an optimizer remembers of a gradient that has become 0 shrinks from update to update, down
    to numbers below 1e-38, with which a processor takes a hundred times as long. Nothing that small
    is seen in a weight.
    """
    x = f.local(x)
    return f.local(select(x.abs() < _TINY, F32X4(0.0), x))


def _sgd(f: Function, values: Sequence[Value], numbers: Sequence[Value]) -> list[Value | None]:
    w, g = values
    return [w - numbers[0] * g, None]


def _momentum(f: Function, values: Sequence[Value], numbers: Sequence[Value]) -> list[Value | None]:
    (w, g, v), (rate, momentum) = values, numbers
    v = _remembered(f, v * momentum - rate * g)
    return [w + v, None, v]


def _nesterov(f: Function, values: Sequence[Value], numbers: Sequence[Value]) -> list[Value | None]:
    (w, g, v), (rate, momentum) = values, numbers
    step = f.local(rate * g)
    v = _remembered(f, v * momentum - step)
    return [w + v * momentum - step, None, v]


def _adam(f: Function, values: Sequence[Value], numbers: Sequence[Value]) -> list[Value | None]:
    w, g, m, v = values
    rate, beta_1, rest_1, beta_2, rest_2, epsilon = numbers
    m = _remembered(f, m * beta_1 + g * rest_1)
    v = _remembered(f, v * beta_2 + g * g * rest_2)
    return [w - m / (v.sqrt() + epsilon) * rate, None, m, v]


def _rmsprop(f: Function, values: Sequence[Value], numbers: Sequence[Value]) -> list[Value | None]:
    (w, g, v), (rate, rho, rest, epsilon) = values, numbers
    v = _remembered(f, v * rho + g * g * rest)
    return [w - g / (v + epsilon).sqrt() * rate, None, v]


@dataclass(frozen=True)
class Update:
    """How one optimizer is worked out.

    Attributes:
        name: unlike all others.
        slots: arrays it remembers.
        constants: numbers it takes besides the rate.
        body: the formula, of (w, g, slots) and (rate, constants).
    """

    name: str
    slots: int
    constants: int
    body: Body

    def kernel(self, module: Module) -> Function:
        """Return a function of (w, g, slots..., count, rate, constants...)."""
        return elementwise(module, self.name, 2 + self.slots, 1 + self.constants, self.body)


PLAIN = Update("sgd", 0, 0, _sgd)
_MOMENTUM = Update("momentum", 1, 1, _momentum)
_NESTEROV = Update("nesterov", 1, 1, _nesterov)
_ADAM = Update("adam", 2, 5, _adam)
_RMSPROP = Update("rmsprop", 1, 3, _rmsprop)


def update_of(optimizer: Optimizer) -> tuple[Update, Constants] | None:
    """Return how an optimizer is worked out, and its constants; None if there is no kernel."""
    # Exactly these: a class derived from one of them may update otherwise.
    if type(optimizer) is SGD:
        if not optimizer.momentum:
            return PLAIN, []
        return (_NESTEROV if optimizer.nesterov else _MOMENTUM), [optimizer.momentum]
    if type(optimizer) is Adam:
        beta_1, beta_2 = optimizer.beta_1, optimizer.beta_2
        return _ADAM, [beta_1, 1 - beta_1, beta_2, 1 - beta_2, optimizer.epsilon]
    if type(optimizer) is RMSprop:
        return _RMSPROP, [optimizer.rho, 1 - optimizer.rho, optimizer.epsilon]
    return None


def penalty(module: Module) -> Function:
    """``g += l1 · sign(w) + 2 l2 · w``: called with (w, g, count, l1, l2)."""

    def body(f: Function, values: Sequence[Value], numbers: Sequence[Value]) -> list[Value | None]:
        (w, g), (l1, l2) = values, numbers
        # l1 with the sign bit of w, where w is not 0.
        sign = w.bits_as(I32X4) & -(2**31) | l1.bits_as(I32X4)
        first = select(w.differs(0.0), sign.bits_as(F32X4), 0.0)
        return [None, g + first + l2 * 2.0 * w]

    return elementwise(module, "penalty", 2, 2, body)
