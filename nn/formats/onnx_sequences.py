"""Layers for sequences as the operators of ONNX, which have the steps before the samples.

A GRU, an LSTM and an RNN are operators; attention is made of products of matrices.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nn.formats import onnx_padding
from nn.formats.onnx_graph import Graph
from nn.formats.onnx_model import INT64
from nn.formats.steps import in_gates
from nn.layers import (
    GRU,
    LSTM,
    Conv1D,
    Dense,
    Embedding,
    GlobalMaxPooling1D,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
    PositionEmbedding,
    SimpleRNN,
    TransformerBlock,
)
from nn.layers.multi_head_attention import HIDDEN
from nn.layers.recurrent import Recurrent

OPERATORS: dict[type[Recurrent], str] = {GRU: "GRU", LSTM: "LSTM", SimpleRNN: "RNN"}
GATES: dict[str, tuple[int, ...]] = {"GRU": (0, 1, 2), "LSTM": (0, 3, 1, 2), "RNN": (0,)}
"""Which of nn's gates each of ONNX's is: of an LSTM input, output, forget and candidate."""


def _embedding(graph: Graph, layer: Embedding) -> None:
    graph.channels(first=False)
    # What is given are floats, as for all networks here: the nearest row there is.
    graph.add("Round")
    graph.add("Clip", {"least": np.array(0), "most": np.array(layer.input_dim - 1)})
    graph.add("Cast", to=INT64)
    graph.padding = (graph.current, graph.shape[0]) if layer.mask_zero else None
    rows = graph.constant("embeddings", layer.embeddings)
    graph.node("Gather", [rows, graph.current], axis=0)


def _recurrent(graph: Graph, layer: Recurrent) -> None:
    graph.channels(first=False)
    op = OPERATORS[type(layer)]
    order = GATES[op]
    bias = layer.bias if layer.bias.ndim == 2 else np.stack([layer.bias, 0 * layer.bias])
    constants = {
        "kernel": in_gates(layer.kernel, order).T[np.newaxis],
        "recurrent_kernel": in_gates(layer.recurrent_kernel, order).T[np.newaxis],
        "bias": in_gates(bias, order).reshape(1, -1),
    }
    names = [graph.constant(name, array) for name, array in constants.items()]
    how = {"hidden_size": layer.units, **({"linear_before_reset": 1} if op == "GRU" else {})}
    if graph.padding:
        onnx_padding.write(graph, layer, op, names, how)
        return
    graph.add("Transpose", perm=(1, 0, 2))
    # (steps, 1, n, units), or (1, n, units) of the last step.
    graph.node(op, [graph.current, *names], place=0 if layer.return_sequences else 1, **how)
    axis = graph.integers("direction", [1 if layer.return_sequences else 0])
    graph.node("Squeeze", [graph.current, axis])
    if layer.return_sequences:
        graph.add("Transpose", perm=(1, 0, 2))


def _dense(graph: Graph, layer: Dense) -> None:
    graph.channels(first=False)
    bias = {} if layer.bias is None else {"bias": layer.bias}
    if len(graph.shape) == 1:
        graph.add("Gemm", {"kernel": layer.kernel, **bias})
        return
    graph.add("MatMul", {"kernel": layer.kernel})
    if bias:
        graph.add("Add", bias)


def _conv1d(graph: Graph, layer: Conv1D) -> None:
    graph.channels(first=True)
    # (steps, channels, filters) to (filters, channels, steps).
    constants = {"kernel": layer.kernel.transpose(2, 1, 0), "bias": layer.bias}
    how = {"kernel_shape": (layer.kernel_size,), "strides": (layer.strides,)}
    graph.add("Conv", constants, pads=layer.around(graph.shape), **how)


def _global_max(graph: Graph, layer: Layer) -> None:
    graph.channels(first=False)
    graph.node("ReduceMax", [graph.current, graph.integers("axes", [1])], keepdims=0)


def _normalization(graph: Graph, layer: LayerNormalization) -> None:
    graph.channels(first=False)
    constants = {"gamma": layer.gamma, "beta": layer.beta}
    graph.add("LayerNormalization", constants, axis=-1, epsilon=layer.epsilon)


def _position(graph: Graph, layer: PositionEmbedding) -> None:
    graph.channels(first=False)
    graph.add("Add", {"position_embeddings": layer.position_embeddings})


def _attention(graph: Graph, layer: MultiHeadAttention) -> None:
    graph.channels(first=False)
    steps, features = graph.shape
    x, made = graph.current, {}
    # A size of 0 is that of the batch.
    heads = graph.integers("heads", [0, steps, layer.num_heads, layer.key_dim])
    for name in ("query", "key", "value"):
        graph.current = x
        kernel, bias = layer.views[f"{name}_kernel"], layer.views[f"{name}_bias"]
        graph.add("MatMul", {f"{name}_kernel": kernel.reshape(features, -1)})
        graph.add("Add", {f"{name}_bias": bias.ravel()})
        graph.node("Reshape", [graph.current, heads])
        # (n, heads, steps, key_dim); of the keys (n, heads, key_dim, steps).
        graph.add("Transpose", perm=(0, 2, 3, 1) if name == "key" else (0, 2, 1, 3))
        made[name] = graph.current
    graph.node("MatMul", [made["query"], made["key"]])
    graph.add("Mul", {"scale": np.array(1 / math.sqrt(layer.key_dim))})
    if layer.causal:
        graph.add("Add", {"hidden": np.triu(np.full((steps, steps), HIDDEN), 1)})
    graph.add("Softmax", axis=3)
    graph.node("MatMul", [graph.current, made["value"]])
    graph.add("Transpose", perm=(0, 2, 1, 3))
    graph.node("Reshape", [graph.current, graph.integers("rows", [0, steps, layer.width])])
    graph.add("MatMul", {"output_kernel": layer.output_kernel.reshape(-1, features)})
    graph.add("Add", {"output_bias": layer.output_bias})


def _transformer(graph: Graph, layer: TransformerBlock) -> None:
    graph.channels(first=False)
    scope, shape = graph.scope, graph.shape
    for branch in layer.built(shape):
        given = graph.current
        for name, part in branch:
            graph.scope = f"{scope}/{name}"
            WRITERS[type(part)](graph, part)
            graph.activate(part.activation)
        graph.scope = f"{scope}/{branch[-1][0]}_sum"
        graph.node("Add", [given, graph.current])


WRITERS: dict[type[Layer], Callable[[Graph, Any], None]] = {
    Conv1D: _conv1d,
    Dense: _dense,
    Embedding: _embedding,
    GRU: _recurrent,
    GlobalMaxPooling1D: _global_max,
    LSTM: _recurrent,
    LayerNormalization: _normalization,
    MultiHeadAttention: _attention,
    PositionEmbedding: _position,
    SimpleRNN: _recurrent,
    TransformerBlock: _transformer,
}
"""How each kind of layer is written."""
