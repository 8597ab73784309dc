"""Attention in an ONNX file, which is no operator but many: known where nn has written it.

What nn would write for such a layer is made, and compared with what stands in the file, node by
node: each name there stands for one here, and each constant has the same shape.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from nn import checks
from nn.formats.onnx_graph import INPUT, Graph
from nn.formats.onnx_model import Node
from nn.formats.onnx_reader import Reader
from nn.formats.onnx_sequences import WRITERS
from nn.layers import MultiHeadAttention, Shape, TransformerBlock
from nn.model import Sequential

_SCOPE = "made"
_MOST_NODES = 100
"""More than any of the layers is."""

Attention = MultiHeadAttention | TransformerBlock


def read_attention(reader: Reader, position: int) -> int:
    """Read the layer that begins with a node, if one does, and return how many nodes it is.

    Raises:
        ValueError: the layer would be too large.
    """
    if len(reader.shape) != 2 or reader.axes != (0, 1) or reader.ones is not None:
        return 0
    nodes = reader.model.nodes[position : position + _MOST_NODES]
    layer = _candidate(reader, nodes)
    if layer is None:
        return 0
    graph = _written(layer, reader.shape, reader.dtype)
    arrays = _compared(reader, graph, nodes, layer)
    if arrays is None:
        return 0
    reader.after = nodes[len(graph.nodes) - 1].outputs[0]
    reader.add(type(layer)(**layer.config()), arrays)
    return len(graph.nodes)


def _candidate(reader: Reader, nodes: list[Node]) -> Attention | None:
    """Return the layer that it may be, by its operators, and sizes of constants among them."""
    for kind, expected in _patterns():
        ops = [node.op for node in expected]
        if ops != [node.op for node in nodes[: len(ops)]]:
            continue
        places = [place for place, op in enumerate(ops) if op in ("MatMul", "Reshape")]
        kernel, heads = (_constant(reader, nodes[place]) for place in places[:2])
        if kernel is None or heads is None or heads.size != 4 or kernel.ndim != 2:
            return None
        num_heads, key_dim = (int(size) for size in heads.ravel()[2:])
        steps, features = reader.shape
        # So large is what hides the steps to come.
        small_enough = steps * steps <= checks.MAX_VALUES and min(num_heads, key_dim) > 0
        if not small_enough or kernel.shape != (features, num_heads * key_dim):
            return None
        if isinstance(kind, MultiHeadAttention):
            return MultiHeadAttention(num_heads, key_dim, kind.causal)
        name = f"{_SCOPE}/wider/kernel"
        place = next(i for i, node in enumerate(expected) if name in node.inputs)
        wider = _constant(reader, nodes[place])
        if wider is None or wider.ndim != 2 or wider.shape[0] != features or not wider.size:
            return None
        return TransformerBlock(num_heads, key_dim, wider.shape[1])
    return None


@cache
def _patterns() -> list[tuple[Attention, list[Node]]]:
    """Return layers of each kind, and the nodes of such a layer, whatever its sizes."""
    kinds = (
        TransformerBlock(1, 1, 1),
        MultiHeadAttention(1, 1),
        MultiHeadAttention(1, 1, causal=False),
    )
    return [(kind, _written(kind, (1, 1), "float32").nodes) for kind in kinds]


def _written(layer: Attention, shape: Shape, dtype: str) -> Graph:
    """Return what nn writes for a layer, with weights that are all zero."""
    network = Sequential([layer], dtype=dtype)
    network.allocate(shape)
    graph = Graph(shape, network.dtype)
    graph.scope = _SCOPE
    WRITERS[type(layer)](graph, layer)
    return graph


def _constant(reader: Reader, node: Node) -> np.ndarray | None:
    """Return what a node takes besides, if it does."""
    if len(node.inputs) != 2 or not reader.is_constant(node.inputs[1]):
        return None
    return reader.constant(node.inputs[1])


def _compared(
    reader: Reader, graph: Graph, nodes: list[Node], layer: Attention
) -> dict[str, np.ndarray] | None:
    """Return the weights of a layer in a file, or None if its nodes are others than a graph's."""
    if len(nodes) < len(graph.nodes):
        return None
    names = {INPUT: reader.current}
    for ours, theirs in zip(graph.nodes, nodes, strict=False):
        same = (ours.op, ours.domain, len(ours.inputs), len(ours.outputs)) == (
            *(theirs.op, theirs.domain, len(theirs.inputs), len(theirs.outputs)),
        )
        if not same or dict(ours.attributes) != dict(theirs.attributes):
            return None
        for own, other in zip(ours.inputs, theirs.inputs, strict=True):
            known = reader.is_constant(other) if own in graph.constants else names[own] == other
            if not known:
                return None
            names[own] = other
        names.update(zip(ours.outputs, theirs.outputs, strict=True))
    arrays = {}
    for name, expected in graph.constants.items():
        found = reader.constant(names[name])
        weight = name.removeprefix(f"{_SCOPE}/").replace("/", "_")
        if found.shape != expected.shape:
            return None
        if weight in layer.views:
            arrays[weight] = found.reshape(layer.views[weight].shape)
        elif not np.array_equal(found, expected):
            return None
    return arrays
