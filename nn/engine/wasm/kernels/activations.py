"""Activations and their derivatives, as :mod:`nn.activations` has them."""

from __future__ import annotations

from nn.activations import LeakyRelu
from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32X4, I32, Value, select
from nn.engine.wasm.kernels import exp, softmax
from nn.engine.wasm.kernels.sliced import Parts, each_part, total_of
from nn.engine.wasm.kernels.vectors import each_row, elementwise
from nn.sliced import parts_of

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

_NAMES = {*_FORWARD, "linear", "softmax"}


def known(name: str) -> bool:
    """Whether there are kernels for an activation, or for each of several side by side."""
    return all(part in _NAMES for part, _ in parts_of(name) or [(name, 0)])


def forward(f: Function, name: str, units: int, z: Value, rows: Value) -> None:
    """Replace the (rows, units) array at ``z`` by ``f(z)``."""
    if parts := parts_of(name):
        f.call(_sliced_forward(f.module, tuple(parts)), z, rows)
    elif name == "softmax":
        f.call(softmax.forward(f.module, units), z, rows)
    elif kernel := _FORWARD.get(name):
        f.call(kernel(f.module), z, rows * units)


def backward(f: Function, name: str, units: int, y: Value, gradient: Value, rows: Value) -> None:
    """Replace the (rows, units) array at ``gradient``, which holds ∂L/∂y, by ∂L/∂z."""
    if parts := parts_of(name):
        f.call(_sliced_backward(f.module, tuple(parts)), y, gradient, rows)
    elif name == "softmax":
        f.call(softmax.backward(f.module, units), y, gradient, rows)
    elif kernel := _BACKWARD.get(name):
        f.call(kernel(f.module), y, gradient, rows * units)


@once
def _sliced_forward(module: Module, parts: Parts) -> Function:
    """Activations side by side, a row at a time: called with (z, rows)."""
    with module.function("sliced activation", I32, I32) as f:
        z, rows = f.parameters
        with each_row(f, z, rows, total_of(parts)):
            for name, width, (part,) in each_part(parts, z):
                forward(f, name, width, part, I32(1))
    return f


@once
def _sliced_backward(module: Module, parts: Parts) -> Function:
    """The way back through them: called with (y, gradient, rows)."""
    with module.function("sliced activation backward", I32, I32, I32) as f:
        y, gradient, rows = f.parameters
        with each_row(f, gradient, rows, total_of(parts), y):
            for name, width, (own_y, own) in each_part(parts, y, gradient):
                backward(f, name, width, own_y, own, I32(1))
    return f
