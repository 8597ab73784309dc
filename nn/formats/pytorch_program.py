"""The program that rebuilds a network with ``torch.nn``: a line or two a layer.

PyTorch's convolutions, pooling and normalisations have channels first, as (n, channels, rows,
columns); all else stays as it is here. What goes through them is turned, and turned back before
what works on the last axis, so that weights keep the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nn.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Rescaling,
    Shape,
)
from nn.layers.windows import padding_around
from nn.model import Sequential

_PROGRAM = '''"""A network of nn for PyTorch: {chain}.

Its weights lie beside this file. With torch and safetensors installed

    python {file}

shows what it answers to zeros. To use it in another program, import this one:

    model = load()
    outputs = model(x)

x is raw, as nn is given it: (n, {shape}), torch.{dtype}. What `save` writes after further training
is read by nn, too.
"""

from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

WEIGHTS = Path(__file__).with_suffix("{beside}")
{classes}

class Network(nn.Module):
    def __init__(self):
        super().__init__()
{init}

    def forward(self, x):
{forward}
        return x


def load(path=WEIGHTS):
    """Return the network with the weights of a file, for predicting."""
    model = Network().to(torch.{dtype})
    model.load_state_dict(load_file(path))
    return model.eval()


def save(model, path):
    """Write the weights to a file."""
    with safe_open(WEIGHTS, "pt") as file:
        metadata = file.metadata()
    save_file(model.state_dict(), path, metadata)


if __name__ == "__main__":
    with torch.no_grad():
        print(load()(torch.zeros(1, {shape}, dtype=torch.{dtype})))
'''

_ACTIVATIONS = {
    "leaky_relu": "F.leaky_relu({x}, 0.2)",
    "linear": "{x}",
    "relu": "torch.relu({x})",
    "sigmoid": "torch.sigmoid({x})",
    "softmax": "torch.softmax({x}, {axis})",
    "tanh": "torch.tanh({x})",
}


def program(model: Sequential, names: list[str], beside: str) -> str:
    """Return the program.

    Args:
        model: the network.
        names: of its layers.
        beside: how the name of the file with its weights ends, where the program's ends with .py.

    Raises:
        ValueError: PyTorch has no such layer, or activation; the message has its name.
    """
    lines = _Lines()
    lines.rescale(model.inputs, "inputs")
    for layer, name, shape in zip(model.layers, names, model.shapes, strict=False):
        lines.add(layer, name, shape)
    lines.channels(first=False)
    columns = model.columns
    classes = model.classes or (columns.classes if columns else None)
    return _PROGRAM.format(
        chain="-".join("x".join(map(str, shape)) for shape in model.shapes)[:80],
        file="network.py",
        shape=", ".join(map(str, model.input_shape)),
        dtype=model.dtype.name,
        beside=beside,
        classes=f"CLASSES = {ascii(list(classes))}\n" if classes else "",
        init="\n".join(f"        {line}" for line in lines.init or ["pass"]),
        forward="\n".join(f"        {line}" for line in lines.forward),
    )


def constants(model: Sequential) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what the program keeps beside weights: how inputs are scaled, where by arrays."""
    pairs = [(model.inputs, "inputs")]
    count = 0
    for layer in model.layers:
        if isinstance(layer, Rescaling):
            pairs.append((layer, f"rescaling_{count}" if count else "rescaling"))
            count += 1
    for layer, name in pairs:
        for argument in ("scale", "offset"):
            value = getattr(layer, argument)
            if np.ndim(value):
                yield f"{name}_{argument}", np.asarray(value, model.dtype)


@dataclass
class _Lines:
    """What stands in ``__init__`` and in ``forward``.

    Attributes:
        first: whether x has channels first at this place.
    """

    init: list[str] = field(default_factory=list)
    forward: list[str] = field(default_factory=list)
    first: bool = False

    def add(self, layer: Layer, name: str, x: Shape) -> None:
        """Write a layer that is given samples of shape ``x``."""
        kind = type(layer)
        if kind not in _WRITERS:
            raise ValueError(f"layer {name}, {kind.__name__}, cannot be written for PyTorch here")
        _WRITERS[kind](self, layer, name, x)

    def channels(self, first: bool) -> None:
        """Turn x, unless it is as asked for."""
        if self.first != first:
            axes = "0, 3, 1, 2" if first else "0, 2, 3, 1"
            self.forward.append(f"x = x.permute({axes})")
            self.first = first

    def assign(self, value: str, activation: str = "linear") -> None:
        """Let x be a value, with an activation after it."""
        if activation not in _ACTIVATIONS:
            raise ValueError(f"the activation {activation} cannot be written for PyTorch here")
        text = _ACTIVATIONS[activation].format(x=value, axis=1 if self.first else -1)
        if text != "x":
            self.forward.append(f"x = {text}")

    def module(self, name: str, made: str) -> None:
        self.init.append(f"self.{name} = nn.{made}")

    def rescale(self, layer: Rescaling, name: str) -> None:
        parts = []
        for argument, neutral in (("scale", 1), ("offset", 0)):
            value = getattr(layer, argument)
            if np.ndim(value):
                self.channels(first=False)
                buffer = f"{name}_{argument}"
                shape = ", ".join(map(str, np.shape(value)))
                self.init.append(f'self.register_buffer("{buffer}", torch.zeros({shape}))')
                parts.append(f"self.{buffer}")
            else:
                parts.append("" if value == neutral else repr(float(value)))
        scale, offset = parts
        text = f"x * {scale}" if scale else "x"
        self.assign(f"{text} + {offset}" if offset else text)


def _dense(lines: _Lines, layer: Dense, name: str, x: Shape) -> None:
    lines.channels(first=False)
    lines.module(name, f"Linear({x[-1]}, {layer.units}, bias={layer.use_bias})")
    lines.assign(f"self.{name}(x)", layer.activation.name)


def _conv2d(lines: _Lines, layer: Conv2D, name: str, x: Shape) -> None:
    lines.channels(first=True)
    size, stride = layer.kernel_size, layer.strides
    made = f"Conv2d({x[2]}, {layer.filters}, {size}, {stride}, bias={layer.use_bias})"
    lines.module(name, made)
    given = _padded("x", _pads(layer, size, x))
    lines.assign(f"self.{name}({given})", layer.activation.name)


def _max_pooling(lines: _Lines, layer: MaxPooling2D, name: str, x: Shape) -> None:
    lines.channels(first=True)
    given = _padded("x", _pads(layer, layer.pool_size, x), ", value=-torch.inf")
    lines.assign(f"F.max_pool2d({given}, {layer.pool_size}, {layer.strides})")


def _average_pooling(lines: _Lines, layer: AveragePooling2D, name: str, x: Shape) -> None:
    lines.channels(first=True)
    pads = _pads(layer, layer.pool_size, x)
    pooled = f"F.avg_pool2d({_padded('x', pads)}, {layer.pool_size}, {layer.strides})"
    if any(pads):
        # What was added at the edges does not count.
        ones = _padded("torch.ones_like(x)", pads)
        pooled += f" / F.avg_pool2d({ones}, {layer.pool_size}, {layer.strides})"
    lines.assign(pooled)


def _pads(layer: Any, window: tuple[int, int], x: Shape) -> tuple[int, int, int, int]:
    """Return left, right, top and bottom."""
    (top, bottom), (left, right) = (
        padding_around(size, one, stride, layer.padding)
        for size, one, stride in zip(x, window, layer.strides, strict=False)
    )
    return left, right, top, bottom


def _padded(x: str, pads: tuple[int, int, int, int], more: str = "") -> str:
    return f"F.pad({x}, {pads}{more})" if any(pads) else x


def _global_average(lines: _Lines, layer: GlobalAveragePooling2D, name: str, x: Shape) -> None:
    lines.assign(f"x.mean({(2, 3) if lines.first else (1, 2)})")
    lines.first = False


def _normalisation(lines: _Lines, layer: BatchNormalization, name: str, x: Shape) -> None:
    if len(x) > 3:
        raise ValueError(f"layer {name}, BatchNormalization, of {len(x)} axes has none in PyTorch")
    if len(x) == 3:
        lines.channels(first=True)
    arguments = f"{x[-1]}, eps={layer.epsilon}, momentum={1 - layer.momentum:.6g}"
    lines.module(name, f"BatchNorm{2 if len(x) == 3 else 1}d({arguments})")
    turned = ".transpose(1, 2)" if len(x) == 2 else ""
    lines.assign(f"self.{name}(x{turned}){turned}")


def _flatten(lines: _Lines, layer: Flatten, name: str, x: Shape) -> None:
    lines.channels(first=False)
    lines.assign("x.flatten(1)")


def _dropout(lines: _Lines, layer: Dropout, name: str, x: Shape) -> None:
    lines.module(name, f"Dropout({layer.rate})")
    lines.assign(f"self.{name}(x)")


def _activation(lines: _Lines, layer: Activation, name: str, x: Shape) -> None:
    lines.assign("x", layer.activation.name)


def _rescaling(lines: _Lines, layer: Rescaling, name: str, x: Shape) -> None:
    lines.rescale(layer, name)


_WRITERS: dict[type[Layer], Callable[[_Lines, Any, str, Shape], None]] = {
    Activation: _activation,
    AveragePooling2D: _average_pooling,
    BatchNormalization: _normalisation,
    Conv2D: _conv2d,
    Dense: _dense,
    Dropout: _dropout,
    Flatten: _flatten,
    GlobalAveragePooling2D: _global_average,
    MaxPooling2D: _max_pooling,
    Rescaling: _rescaling,
}
"""How each kind is written: one that is not here is refused by its name."""
