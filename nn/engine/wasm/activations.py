"""Activations and their derivatives, as :mod:`nn.activations` has them."""

from __future__ import annotations

from collections.abc import Callable

from nn.activations import LeakyRelu
from nn.engine.wasm import exp, softmax
from nn.engine.wasm.assembler import Function
from nn.engine.wasm.instructions import F32X4, Value, select
from nn.engine.wasm.vectors import elementwise

_FORWARD: dict[str, Callable[[Function, Value], Value]] = {
    "sigmoid": exp.sigmoid,
    "tanh": exp.tanh,
    "relu": lambda f, z: z.max(0.0),
    "leaky_relu": lambda f, z: z.max(z * LeakyRelu.negative_slope),
}

_BACKWARD: dict[str, Callable[[Value, Value], Value]] = {
    "sigmoid": lambda y, gradient: gradient * y * (1.0 - y),
    "tanh": lambda y, gradient: gradient * (1.0 - y * y),
    # A factor, and not a choice, so that what is not a number stays that.
    "relu": lambda y, gradient: gradient * select(y > 0.0, F32X4(1.0), 0.0),
    "leaky_relu": lambda y, gradient: select(
        y <= 0.0, gradient * LeakyRelu.negative_slope, gradient
    ),
}

NAMES = {*_FORWARD, "linear", "softmax"}
"""The activations that there are kernels for."""


def forward(f: Function, name: str, units: int, z: Value, rows: Value) -> None:
    """Replace the (rows, units) array at ``z`` by ``f(z)``."""
    if name == "softmax":
        f.call(softmax.forward(f.module, units), z, rows)
    elif formula := _FORWARD.get(name):
        kernel = elementwise(
            f.module, f"{name} forward", 1, 0, lambda f, values, _: [formula(f, values[0])]
        )
        f.call(kernel, z, rows * units)


def backward(f: Function, name: str, units: int, y: Value, gradient: Value, rows: Value) -> None:
    """Replace the (rows, units) array at ``gradient``, which holds ∂L/∂y, by ∂L/∂z."""
    if name == "softmax":
        f.call(softmax.backward(f.module, units), y, gradient, rows)
    elif formula := _BACKWARD.get(name):
        kernel = elementwise(
            f.module, f"{name} backward", 2, 0, lambda f, values, _: [None, formula(*values)]
        )
        f.call(kernel, y, gradient, rows * units)
