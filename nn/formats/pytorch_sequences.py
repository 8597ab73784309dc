"""Layers for sequences as PyTorch has them, and their weights in its order.

PyTorch's recurrent modules have kernels the other way round, two biases where nn may have one, and
a GRU's first two gates in the other order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nn.formats.pytorch_lines import Lines
from nn.formats.steps import in_gates
from nn.layers import (
    GRU,
    LSTM,
    Conv1D,
    Embedding,
    GlobalMaxPooling1D,
    Layer,
    LayerNormalization,
    Shape,
    SimpleRNN,
)
from nn.layers.recurrent import Recurrent

_MODULES: dict[type[Recurrent], str] = {GRU: "GRU", LSTM: "LSTM", SimpleRNN: "RNN"}
_GATES = {"GRU": (1, 0, 2), "LSTM": (0, 1, 2, 3), "SimpleRNN": (0,)}
"""Which of nn's gates each of PyTorch's is, and the other way round."""

NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
"""What PyTorch calls the weights of a recurrent module."""


def to_state(layer: Recurrent) -> dict[str, np.ndarray]:
    """Return the weights of a layer as PyTorch has them, by name.

    >>> layer = GRU(2)
    >>> weights = layer.weights((4, 3))
    >>> layer.adopt({each.name: np.zeros(each.shape) for each in weights}, layer)
    >>> {name: array.shape for name, array in to_state(layer).items()}["weight_ih_l0"]
    (6, 3)
    """
    order = _GATES[type(layer).__name__]
    bias = layer.bias if layer.bias.ndim == 2 else np.stack([layer.bias, 0 * layer.bias])
    arrays = (
        in_gates(layer.kernel, order).T,
        in_gates(layer.recurrent_kernel, order).T,
        *in_gates(bias, order),
    )
    return dict(zip(NAMES, arrays, strict=True))


def of_state(layer: Recurrent, x: Shape, arrays: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return the weights of a layer for inputs of shape ``x``, of those in the order of NAMES.

    Raises:
        ValueError: one of them has another shape.
    """
    rows = layer.gates * layer.units
    shapes = ((rows, x[1]), (rows, layer.units), (rows,), (rows,))
    for name, array, shape in zip(NAMES, arrays, shapes, strict=True):
        if array.shape != shape:
            raise ValueError(f"{name} has the shape {list(array.shape)}, expected {list(shape)}")
    order = _GATES[type(layer).__name__]
    kernel, own, first, second = arrays
    both = in_gates(np.stack([first, second]), order)
    return {
        "kernel": in_gates(kernel.T, order),
        "recurrent_kernel": in_gates(own.T, order),
        "bias": both if isinstance(layer, GRU) else both[0] + both[1],
    }


# ---- lines of the program ----------------------------------------------------------------------


def _embedding(lines: Lines, layer: Embedding, name: str, x: Shape) -> None:
    lines.channels(first=False)
    lines.module(name, f"Embedding({layer.input_dim}, {layer.output_dim})")
    lines.assign(f"self.{name}(x.round().clamp(0, {layer.input_dim - 1}).long())")


def _recurrent(lines: Lines, layer: Recurrent, name: str, x: Shape) -> None:
    made = _MODULES[type(layer)]
    lines.module(name, f"{made}({x[1]}, {layer.units}, batch_first=True)")
    last = "" if layer.return_sequences else "[:, -1]"
    lines.assign(f"self.{name}(x)[0]{last}")


def _conv1d(lines: Lines, layer: Conv1D, name: str, x: Shape) -> None:
    lines.module(name, f"Conv1d({x[1]}, {layer.filters}, {layer.kernel_size}, {layer.strides})")
    pads = layer.around(x)
    given = f"F.pad(x.transpose(1, 2), {pads})" if any(pads) else "x.transpose(1, 2)"
    lines.assign(f"self.{name}({given}).transpose(1, 2)", layer.activation.name)


def _global_max(lines: Lines, layer: Layer, name: str, x: Shape) -> None:
    lines.assign("x.amax(1)")


def _normalization(lines: Lines, layer: LayerNormalization, name: str, x: Shape) -> None:
    lines.channels(first=False)
    lines.module(name, f"LayerNorm({x[-1]}, eps={layer.epsilon})")
    lines.assign(f"self.{name}(x)")


WRITERS: dict[type[Layer], Callable[[Lines, Any, str, Shape], None]] = {
    Conv1D: _conv1d,
    Embedding: _embedding,
    GRU: _recurrent,
    GlobalMaxPooling1D: _global_max,
    LSTM: _recurrent,
    LayerNormalization: _normalization,
    SimpleRNN: _recurrent,
}
"""How each kind is written."""
