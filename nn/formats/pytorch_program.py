"""The program that rebuilds a network with ``torch.nn``: a line or two a layer.

PyTorch's convolutions, pooling and normalisations have channels first, as (n, channels, rows,
columns); all else stays as it is here. What goes through them is turned, and turned back before
what works on the last axis, so that weights keep the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nn.formats import pytorch_attention, pytorch_sequences
from nn.formats.pytorch_lines import Lines
from nn.formats.steps import refuse_padding
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


def program(model: Sequential, names: list[str], beside: str) -> str:
    """Return the program.

    Args:
        model: the network.
        names: of its layers.
        beside: how the name of the file with its weights ends, where the program's ends with .py.

    Raises:
        ValueError: PyTorch has no such layer, or activation; the message has its name.
    """
    lines = Lines()
    lines.rescale(model.inputs, "inputs")
    refuse_padding(model.layers, "for PyTorch, whose modules go through padding, too")
    for layer, name, shape in zip(model.layers, names, model.shapes, strict=False):
        kind = type(layer)
        if kind not in _WRITERS:
            raise ValueError(f"layer {name}, {kind.__name__}, cannot be written for PyTorch here")
        _WRITERS[kind](lines, layer, name, shape)
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


def _dense(lines: Lines, layer: Dense, name: str, x: Shape) -> None:
    lines.channels(first=False)
    lines.module(name, f"Linear({x[-1]}, {layer.units}, bias={layer.use_bias})")
    lines.assign(f"self.{name}(x)", layer.activation.name)


def _conv2d(lines: Lines, layer: Conv2D, name: str, x: Shape) -> None:
    lines.channels(first=True)
    size, stride = layer.kernel_size, layer.strides
    made = f"Conv2d({x[2]}, {layer.filters}, {size}, {stride}, bias={layer.use_bias})"
    lines.module(name, made)
    given = _padded("x", _pads(layer, size, x))
    lines.assign(f"self.{name}({given})", layer.activation.name)


def _max_pooling(lines: Lines, layer: MaxPooling2D, name: str, x: Shape) -> None:
    lines.channels(first=True)
    given = _padded("x", _pads(layer, layer.pool_size, x), ", value=-torch.inf")
    lines.assign(f"F.max_pool2d({given}, {layer.pool_size}, {layer.strides})")


def _average_pooling(lines: Lines, layer: AveragePooling2D, name: str, x: Shape) -> None:
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


def _global_average(lines: Lines, layer: GlobalAveragePooling2D, name: str, x: Shape) -> None:
    lines.assign(f"x.mean({(2, 3) if lines.first else (1, 2)})")
    lines.first = False


def _normalisation(lines: Lines, layer: BatchNormalization, name: str, x: Shape) -> None:
    if len(x) > 3:
        raise ValueError(f"layer {name}, BatchNormalization, of {len(x)} axes has none in PyTorch")
    if len(x) == 3:
        lines.channels(first=True)
    arguments = f"{x[-1]}, eps={layer.epsilon}, momentum={1 - layer.momentum:.6g}"
    lines.module(name, f"BatchNorm{2 if len(x) == 3 else 1}d({arguments})")
    turned = ".transpose(1, 2)" if len(x) == 2 else ""
    lines.assign(f"self.{name}(x{turned}){turned}")


def _flatten(lines: Lines, layer: Flatten, name: str, x: Shape) -> None:
    lines.channels(first=False)
    lines.assign("x.flatten(1)")


def _dropout(lines: Lines, layer: Dropout, name: str, x: Shape) -> None:
    lines.module(name, f"Dropout({layer.rate})")
    lines.assign(f"self.{name}(x)")


def _activation(lines: Lines, layer: Activation, name: str, x: Shape) -> None:
    lines.assign("x", layer.activation.name)


def _rescaling(lines: Lines, layer: Rescaling, name: str, x: Shape) -> None:
    lines.rescale(layer, name)


_WRITERS: dict[type[Layer], Callable[[Lines, Any, str, Shape], None]] = {
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
    **pytorch_sequences.WRITERS,
    **{kind: pytorch_attention.WRITERS[kind] for kind in pytorch_attention.KINDS},
}
"""How each kind is written: one that is not here is refused by its name."""
