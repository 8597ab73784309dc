"""Recurrent layers that pass over padding, in ONNX: a Scan, which does one step after another.

At each step the state is what the operator makes of it or, at padding, what it was. ONNX's own
``sequence_lens`` would know padding at the end only, and nn's may stand anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nn.formats.onnx_graph import Graph
from nn.formats.onnx_model import DOUBLE, FLOAT, INT64, Body, Node, Value
from nn.formats.onnx_reader import Reader
from nn.layers import Embedding
from nn.layers.recurrent import Recurrent

STATES = {"GRU": ("h",), "LSTM": ("h", "c"), "RNN": ("h",)}
"""What goes from step to step."""

_OUTER = ("kernel", "recurrent_kernel", "bias", "first", "last", "padding")
"""What a step takes from the graph around it: the weights, two axes, and what is padding."""

_HOW: dict[str, Any] = {"num_scan_inputs": 2, "scan_input_axes": (1, 1), "scan_output_axes": (1,)}


# ---- out ---------------------------------------------------------------------------------------


def write(graph: Graph, layer: Recurrent, op: str, names: list[str], how: dict[str, int]) -> None:
    """Write a recurrent layer.

    Args:
        graph: where the name of the whole numbers that have the padding is known.
        layer: the layer.
        op: its operator.
        names: of its constants.
        how: its attributes.

    Raises:
        ValueError: there are other steps than those of which it is known what is padding.
    """
    assert graph.padding
    rows, steps = graph.padding
    if graph.shape[0] != steps:
        raise ValueError(
            f"{type(layer).__name__} after an Embedding with mask_zero cannot be written as ONNX "
            "where a layer between them changes the number of steps"
        )
    x = graph.current
    if graph.kind == DOUBLE:
        x, *names = (graph.cast(name, FLOAT) for name in (x, *names))
    graph.node("Shape", [rows])
    graph.node("Gather", [graph.current, graph.integers("batch", [0])], axis=0)
    graph.node("Concat", [graph.current, graph.integers("units", [layer.units])], axis=0)
    zeros = graph.node("ConstantOfShape", [graph.current])
    axes = [graph.integers(name, value) for name, value in (("first", [0]), ("last", [1]))]
    outer = [*names, *axes, graph.integers("padding", 0)]
    body = _step(op, graph.scope, dict(zip(_OUTER, outer, strict=True)), how)
    body = _with_shapes(body, op, layer.units, graph.shape[1])
    states = STATES[op]
    outputs = [f"{graph.scope}/{name}" for name in (*(f"last_{s}" for s in states), "steps")]
    inputs = [*(zeros for _ in states), x, rows]
    graph.nodes.append(Node("Scan", inputs, outputs, {"body": body, **_HOW}))
    graph.current = outputs[-1 if layer.return_sequences else 0]
    if not layer.return_sequences:
        graph.padding = None
    graph.add("Cast", to=graph.kind)


def _step(op: str, scope: str, outer: dict[str, str], how: Mapping[str, Any]) -> Body:
    """Return what is done at each step; what comes and goes is (n, units), (n, features), (n,)."""
    names = {
        name: f"{scope}/step/{name}"
        for state in STATES[op]
        for name in (state, f"{state}_before", f"{state}_made", f"{state}_new", f"{state}_after")
    }
    nodes: list[Node] = []

    def add(what: str, inputs: list[str], output: str, **how: Any) -> str:
        nodes.append(Node(what, inputs, [output], how))
        return output

    states = STATES[op]
    x, row = f"{scope}/step/x", f"{scope}/step/row"
    one = add("Unsqueeze", [x, outer["first"]], f"{x}_one")
    before = [add("Unsqueeze", [names[s], outer["first"]], names[f"{s}_before"]) for s in states]
    weights = [outer[name] for name in _OUTER[:3]]
    made = [names[f"{s}_made"] for s in states]
    nodes.append(Node(op, [one, *weights, "", *before], ["", *made], how))
    padded = add("Equal", [row, outer["padding"]], f"{row}_is_padding")
    padded = add("Unsqueeze", [padded, outer["last"]], f"{row}_of_units")
    after = []
    for s in states:
        new = add("Squeeze", [names[f"{s}_made"], outer["first"]], names[f"{s}_new"])
        after.append(add("Where", [padded, names[s], new], names[f"{s}_after"]))
    step = add("Identity", [after[0]], f"{scope}/step/output")
    inputs = [*(names[s] for s in states), x, row]
    return Body(
        nodes,
        [Value(name, FLOAT, None) for name in inputs],
        [Value(name, FLOAT, None) for name in (*after, step)],
    )


def _with_shapes(body: Body, op: str, units: int, features: int) -> Body:
    *states, x, row = (value.name for value in body.inputs)
    inputs = [Value(name, FLOAT, (None, units)) for name in states]
    inputs += [Value(x, FLOAT, (None, features)), Value(row, INT64, (None,))]
    outputs = [Value(value.name, FLOAT, (None, units)) for value in body.outputs]
    return Body(body.nodes, inputs, outputs)


# ---- in ----------------------------------------------------------------------------------------


def read(reader: Reader, node: Node) -> tuple[Node, bool]:
    """Return the recurrent operator of a Scan, and whether each of its steps is asked for.

    The Embedding before it comes to have ``mask_zero``.

    Raises:
        ValueError: it is no Scan as nn writes it.
    """
    refused = ValueError("nn knows it as nn writes it only, for padding that is passed over")
    body = node.attributes.get("body")
    first = reader.layers[0] if reader.layers else None
    if not isinstance(body, Body) or not isinstance(first, Embedding):
        raise refused
    own = next((each for each in body.nodes if each.op in STATES), None)
    count = len(STATES[own.op]) if own else 0
    if own is None or len(node.inputs) != count + 2 or len(node.outputs) != count + 1:
        raise refused
    if {name: value for name, value in node.attributes.items() if name != "body"} != _HOW:
        raise refused
    same = _pairs(_step(own.op, "", {name: name for name in _OUTER}, own.attributes), body)
    zeros = [reader.wanted(node, index) for index in range(count)]
    if same is None or any(np.any(each) for each in zeros):
        raise refused
    for name, expected in (("first", [0]), ("last", [1]), ("padding", 0)):
        if reader.constant(same[name]).tolist() != expected:
            raise refused
    others = [layer for layer in reader.layers if isinstance(layer, Recurrent)]
    if others and not first.mask_zero:
        raise ValueError("nn passes over padding in each recurrent layer or in none")
    reader.layers[0] = Embedding(**{**first.config(), "mask_zero": True})
    used = [name for name in node.outputs if name in reader.users]
    if len(used) != 1 or used[0] not in (node.outputs[0], node.outputs[-1]):
        raise refused
    reader.after = used[0]
    return own, used[0] == node.outputs[-1]


def _pairs(expected: Body, found: Body) -> dict[str, str] | None:
    """Return what each name is called in another graph; None if it is not the same graph."""
    pairs: dict[str, str] = {}

    def same(names: list[str], others: list[str]) -> bool:
        return len(names) == len(others) and all(
            (not name) == (not other) and pairs.setdefault(name, other) == other
            for name, other in zip(names, others, strict=True)
        )

    def ends(values: list[Value]) -> list[str]:
        return [value.name for value in values]

    whole = (
        len(expected.nodes) == len(found.nodes)
        and all(
            (one.op, one.attributes, one.domain) == (other.op, other.attributes, other.domain)
            and same(one.inputs, other.inputs)
            and same(one.outputs, other.outputs)
            for one, other in zip(expected.nodes, found.nodes, strict=True)
        )
        and same(ends(expected.inputs), ends(found.inputs))
        and same(ends(expected.outputs), ends(found.outputs))
    )
    return pairs if whole and len({*pairs.values()}) == len(pairs) else None
