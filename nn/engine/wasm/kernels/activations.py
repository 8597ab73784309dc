"""Activations and their derivatives, as :mod:`nn.activations` has them."""

from __future__ import annotations

from nn.activations import LeakyRelu
from nn.engine.wasm.asm.assembler import Function
from nn.engine.wasm.asm.instructions import F32X4, Value, select
from nn.engine.wasm.kernels import exp, softmax
from nn.engine.wasm.kernels.vectors import elementwise

_FORWARD = {
    "sigmoid": elementwise(lambda f, z: {"z": exp.sigmoid(f, z)}),
    "tanh": elementwise(lambda f, z: {"z": exp.tanh(f, z)}),
    "relu": elementwise(lambda f, z: {"z": z.max(0.0)}),
    "leaky_relu": elementwise(lambda f, z: {"z": z.max(z * LeakyRelu.negative_slope)}),
}

_BACKWARD = {
    "sigmoid": elementwise(lambda f, y, gradient: {"gradient": gradient * y * (1.0 - y)}),
    "tanh": elementwise(lambda f, y, gradient: {"gradient": gradient * (1.0 - y * y)}),
    # A factor, and not a choice, so that what is not a number stays that.
    "relu": elementwise(
        lambda f, y, gradient: {"gradient": gradient * select(y > 0.0, F32X4(1.0), 0.0)}
    ),
    "leaky_relu": elementwise(
        lambda f, y, gradient: {
            "gradient": select(y <= 0.0, gradient * LeakyRelu.negative_slope, gradient)
        }
    ),
}

NAMES = {*_FORWARD, "linear", "softmax"}
"""The activations that there are kernels for."""


def forward(f: Function, name: str, units: int, z: Value, rows: Value) -> None:
    """Replace the (rows, units) array at ``z`` by ``f(z)``."""
    if name == "softmax":
        f.call(softmax.forward(f.module, units), z, rows)
    elif kernel := _FORWARD.get(name):
        f.call(kernel(f.module), z, rows * units)


def backward(f: Function, name: str, units: int, y: Value, gradient: Value, rows: Value) -> None:
    """Replace the (rows, units) array at ``gradient``, which holds ∂L/∂y, by ∂L/∂z."""
    if name == "softmax":
        f.call(softmax.backward(f.module, units), y, gradient, rows)
    elif kernel := _BACKWARD.get(name):
        f.call(kernel(f.module), y, gradient, rows * units)
