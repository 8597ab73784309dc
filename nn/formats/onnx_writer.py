"""A network as the operators of ONNX.

Inputs and outputs are as :meth:`nn.model.Sequential.predict` has them: raw, and channels last. ONNX
slides its windows over channels first, so pictures are turned once before the first layer that
needs it, and back only where their order matters again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.activations import Activation as Function
from nn.formats.onnx_model import DOUBLE, FLOAT, Model, Node, Value
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
from nn.network import summary_rows

INPUT, OUTPUT = "input", "output"

_SINGLE = {"Conv", "AveragePool", "GlobalAveragePool", "LeakyRelu"}
"""Operators that ONNX Runtime has for float32 only."""


class _Graph:
    """The operators so far, and what the last of them gives.

    Attributes:
        shape: of a sample, channels last.
        first: whether its channels stand first all the same.
        scope: what names begin with: the name of the layer.
    """

    def __init__(self, shape: Shape, dtype: np.dtype[Any]) -> None:
        self.shape, self.dtype = shape, dtype
        self.kind = DOUBLE if dtype == np.float64 else FLOAT
        self.first = False
        self.scope = ""
        self.current = INPUT
        self.nodes: list[Node] = []
        self.constants: dict[str, np.ndarray] = {}

    def add(self, op: str, constants: dict[str, np.ndarray] | None = None, **how: Any) -> None:
        """Add an operator on what there is, and on constants by name."""
        names = []
        for name, array in (constants or {}).items():
            names.append(f"{self.scope}/{name}")
            self.constants[names[-1]] = np.asarray(array, self.dtype)
        single = op in _SINGLE and self.kind == DOUBLE
        if single:
            self._node("Cast", to=FLOAT)
            names = [self._single(name) for name in names]
        self._node(op, *names, **how)
        if single:
            self._node("Cast", to=DOUBLE)

    def _single(self, name: str) -> str:
        """Return the name of a constant in float32: it stands in the file with all its digits."""
        self.nodes.append(Node("Cast", [name], [f"{name}/single"], {"to": FLOAT}))
        return f"{name}/single"

    def _node(self, op: str, *constants: str, **how: Any) -> None:
        output = f"{self.scope}/{op}_{len(self.nodes)}"
        self.nodes.append(Node(op, [self.current, *constants], [output], how))
        self.current = output

    def channels(self, first: bool) -> None:
        """Have the channels first, or last."""
        rank = len(self.shape)
        if self.first != first and rank > 1:
            last = (*range(2, rank + 1), 1)
            self.add("Transpose", perm=(0, rank, *range(1, rank)) if first else (0, *last))
        self.first = first and rank > 1

    def activate(self, function: Function) -> None:
        """Add an activation, if it is one."""
        if function.name == "softmax":
            self.add("Softmax", axis=1 if self.first else len(self.shape))
        elif function.name == "leaky_relu":
            self.add("LeakyRelu", alpha=float(getattr(function, "negative_slope")))  # noqa: B009
        elif function.name != "linear":
            self.add(_ACTIVATIONS[function.name])


_ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}


def model_of(model: Sequential, metadata: dict[str, str]) -> Model:
    """Return a network as ONNX has it.

    Raises:
        ValueError: a layer is none that ONNX has operators for; the message has its name.
    """
    graph = _Graph(model.input_shape, model.dtype)
    graph.scope = "rescaling_inputs"
    _rescaling(graph, model.inputs)
    rows = summary_rows(model.layers, model.input_shape)
    for number, (layer, shape, row) in enumerate(
        zip(model.layers, model.shapes[1:], rows, strict=True), start=1
    ):
        write = WRITERS.get(type(layer))
        if write is None:
            raise ValueError(
                f"layer {number}, {type(layer).__name__}, cannot be written as ONNX: there are no "
                "operators for it"
            )
        graph.scope = row[0].partition(" ")[0]
        write(graph, layer)
        graph.shape = shape
        graph.activate(layer.activation)
    graph.channels(first=False)
    if not graph.nodes:
        graph.add("Identity")
    graph.nodes[-1].outputs = [OUTPUT]
    inputs = Value(INPUT, graph.kind, (None, *model.input_shape))
    outputs = Value(OUTPUT, graph.kind, (None, *model.output_shape))
    return Model(graph.nodes, graph.constants, [inputs], [outputs], metadata)


def _dense(graph: _Graph, layer: Dense) -> None:
    graph.channels(first=False)
    bias = {} if layer.bias is None else {"bias": layer.bias}
    if len(graph.shape) == 1:
        graph.add("Gemm", {"kernel": layer.kernel, **bias})
        return
    graph.add("MatMul", {"kernel": layer.kernel})
    if bias:
        graph.add("Add", bias)


def _conv2d(graph: _Graph, layer: Conv2D) -> None:
    graph.channels(first=True)
    # (rows, columns, channels, filters) to (filters, channels, rows, columns).
    constants = {"kernel": layer.kernel.transpose(3, 2, 0, 1)}
    if layer.bias is not None:
        constants["bias"] = layer.bias
    (top, bottom), (left, right) = layer.around(graph.shape)
    pads = (top, left, bottom, right)
    size = layer.kernel_size
    graph.add("Conv", constants, kernel_shape=size, strides=layer.strides, pads=pads)


def _pooling(graph: _Graph, layer: MaxPooling2D | AveragePooling2D) -> None:
    graph.channels(first=True)
    (top, bottom), (left, right) = (
        padding_around(size, window, stride, layer.padding)
        for size, window, stride in zip(graph.shape, layer.pool_size, layer.strides, strict=False)
    )
    pads = (top, left, bottom, right)
    # An average counts what is within the picture, which is ONNX's default.
    op = "MaxPool" if isinstance(layer, MaxPooling2D) else "AveragePool"
    graph.add(op, kernel_shape=layer.pool_size, strides=layer.strides, pads=pads)


def _global_average(graph: _Graph, layer: Layer) -> None:
    graph.channels(first=True)
    graph.add("GlobalAveragePool")
    graph.add("Flatten", axis=1)
    graph.first = False


def _batch_normalization(graph: _Graph, layer: BatchNormalization) -> None:
    graph.channels(first=True)
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    constants = {name: layer.views[name] for name in names}
    how = {"epsilon": layer.epsilon, "momentum": layer.momentum}
    graph.add("BatchNormalization", constants, **how)


def _flatten(graph: _Graph, layer: Layer) -> None:
    graph.channels(first=False)
    if len(graph.shape) > 1:
        graph.add("Flatten", axis=1)


def _rescaling(graph: _Graph, layer: Rescaling) -> None:
    for op, name, nothing in (("Mul", "scale", 1), ("Add", "offset", 0)):
        value = np.asarray(getattr(layer, name))
        if value.ndim == 0 and value == nothing:
            continue
        if graph.first and value.ndim:
            rank = len(graph.shape)
            value = np.moveaxis(value.reshape((1,) * (rank - value.ndim) + value.shape), -1, 0)
        graph.add(op, {name: value})


def _nothing(graph: _Graph, layer: Layer) -> None:
    """Dropout does nothing in prediction; an Activation is what comes after each layer."""


WRITERS: dict[type[Layer], Callable[[_Graph, Any], None]] = {
    Activation: _nothing,
    AveragePooling2D: _pooling,
    BatchNormalization: _batch_normalization,
    Conv2D: _conv2d,
    Dense: _dense,
    Dropout: _nothing,
    Flatten: _flatten,
    GlobalAveragePooling2D: _global_average,
    MaxPooling2D: _pooling,
    Rescaling: _rescaling,
}
"""How each kind of layer is written."""
