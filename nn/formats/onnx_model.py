"""What an ONNX file holds, as objects, out and in: the messages of ONNX's schema.

The numbers of the fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nn import checks
from nn.formats import protobuf
from nn.formats.protobuf import Message

IR_VERSION, OPSET = 13, 25
"""The newest set of operators in which a definition that is used here, in floats, has changed."""

MAX_NODES = 2000
MAX_RANK = 8

FLOAT, UINT8, INT8, INT32, INT64, BOOL, FLOAT16, DOUBLE = 1, 2, 3, 6, 7, 9, 10, 11
DTYPES: dict[int, np.dtype[Any]] = {
    FLOAT: np.dtype("<f4"),
    UINT8: np.dtype("u1"),
    INT8: np.dtype("i1"),
    INT32: np.dtype("<i4"),
    INT64: np.dtype("<i8"),
    BOOL: np.dtype("?"),
    FLOAT16: np.dtype("<f2"),
    DOUBLE: np.dtype("<f8"),
}
# Attribute types.
_FLOAT, _INT, _STRING, _TENSOR, _GRAPH, _FLOATS, _INTS, _STRINGS = 1, 2, 3, 4, 5, 6, 7, 8


@dataclass
class Node:
    """One operator: what it takes, and what it gives, by name."""

    op: str
    inputs: list[str]
    outputs: list[str]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    domain: str = ""


@dataclass
class Value:
    """An input or output: its name, type, and shape, in which None stands for any size."""

    name: str
    kind: int
    shape: tuple[int | None, ...] | None


@dataclass
class Body:
    """What a node such as Scan does again and again: a graph, without constants of its own."""

    nodes: list[Node]
    inputs: list[Value]
    outputs: list[Value]


@dataclass
class Model:
    """A model: constants are arrays to be written, or tensors that :func:`array` reads."""

    nodes: list[Node]
    constants: dict[str, Any]
    inputs: list[Value]
    outputs: list[Value]
    metadata: dict[str, str]
    opset: int = OPSET
    known: dict[str, np.ndarray] = field(default_factory=dict)
    """Constants that do not stand in the file."""


# ---- out ---------------------------------------------------------------------------------------


def dumps(model: Model) -> bytes:
    """Return the bytes of a file."""
    constants = model.constants.items()
    tensors = b"".join(protobuf.field(5, _tensor(array, name)) for name, array in constants)
    entries = [protobuf.field(1, key) + protobuf.field(2, v) for key, v in model.metadata.items()]
    return b"".join(
        [
            protobuf.field(1, IR_VERSION),
            protobuf.field(2, "nn"),
            protobuf.field(7, _graph(model, "nn") + tensors),
            protobuf.field(8, protobuf.field(1, "") + protobuf.field(2, model.opset)),
            *(protobuf.field(14, entry) for entry in entries),
        ]
    )


def _graph(graph: Model | Body, name: str) -> bytes:
    parts = [protobuf.field(1, _node(node)) for node in graph.nodes]
    parts.append(protobuf.field(2, name))
    parts += [protobuf.field(11, _value(value)) for value in graph.inputs]
    parts += [protobuf.field(12, _value(value)) for value in graph.outputs]
    return b"".join(parts)


def _node(node: Node) -> bytes:
    parts = [protobuf.field(1, name) for name in node.inputs]
    parts += [protobuf.field(2, name) for name in node.outputs]
    parts += [protobuf.field(3, node.outputs[-1]), protobuf.field(4, node.op)]
    parts += [protobuf.field(5, _attribute(*item)) for item in node.attributes.items()]
    return b"".join(parts)


def _attribute(name: str, value: tuple[int, ...] | float | Body) -> bytes:
    found = protobuf.field(1, name)
    if isinstance(value, tuple):
        numbers = b"".join(protobuf.field(8, number) for number in value)
        return found + numbers + protobuf.field(20, _INTS)
    if isinstance(value, float):
        return found + protobuf.field(2, value) + protobuf.field(20, _FLOAT)
    if isinstance(value, Body):
        return found + protobuf.field(6, _graph(value, name)) + protobuf.field(20, _GRAPH)
    assert isinstance(value, int)
    return found + protobuf.field(3, value) + protobuf.field(20, _INT)


def _tensor(array: np.ndarray, name: str) -> bytes:
    kind = next(kind for kind in (INT64, DOUBLE, FLOAT) if array.dtype == DTYPES[kind])
    dims = b"".join(protobuf.field(1, size) for size in array.shape)
    raw = array.astype(DTYPES[kind]).tobytes()
    return dims + protobuf.field(2, kind) + protobuf.field(8, name) + protobuf.field(9, raw)


def _value(value: Value) -> bytes:
    dims = b"".join(
        protobuf.field(1, protobuf.field(2, "batch") if size is None else protobuf.field(1, size))
        for size in value.shape or ()
    )
    tensor = protobuf.field(1, value.kind) + protobuf.field(2, dims)
    return protobuf.field(1, value.name) + protobuf.field(2, protobuf.field(1, tensor))


# ---- in ----------------------------------------------------------------------------------------


def loads(data: bytes) -> Model:
    """Return what a file holds, before anybody knows whether it goes together.

    Raises:
        ValueError: it is no ONNX file, or too large a one.
    """
    message = Message(data)
    if 7 not in message:
        raise ValueError("the ONNX file has no graph")
    graph = Message(message.bytes(7))
    if 15 in graph:
        raise ValueError("the ONNX file has sparse constants: save it with all numbers in them")
    constants = {tensor.text(8): tensor for tensor in _few(graph, 5, "constants")}
    nodes, inputs, outputs = _read_graph(graph)
    metadata = {entry.text(1): entry.text(2) for entry in _few(message, 14, "notes")}
    opsets = [
        opset.integer(2)
        for opset in _few(message, 8, "sets of operators")
        if opset.text(1) in ("", "ai.onnx")
    ]
    return Model(nodes, constants, inputs, outputs, metadata, max(opsets, default=1))


def _read_graph(
    graph: Message, within: bool = False
) -> tuple[list[Node], list[Value], list[Value]]:
    """Return nodes, inputs and outputs of a graph, which may stand ``within`` a node."""
    nodes = [_read_node(node, within) for node in _few(graph, 1, "nodes")]
    inputs = [_read_value(value) for value in _few(graph, 11, "inputs")]
    return nodes, inputs, [_read_value(value) for value in _few(graph, 12, "outputs")]


def _few(message: Message, number: int, things: str) -> list[Message]:
    """Return the messages of a field, if they are not too many."""
    found = []
    for each in message.messages(number):
        found.append(each)
        if len(found) > MAX_NODES:
            raise ValueError(f"the ONNX file has more than {MAX_NODES:,} {things}")
    return found


def _read_node(message: Message, within: bool) -> Node:
    attributes = {each.text(1): _read_attribute(each, within) for each in message.messages(5)}
    op, domain = message.text(4), message.text(7)
    return Node(op, message.texts(1), message.texts(2), attributes, domain)


def _read_attribute(message: Message, within: bool) -> Any:
    """Return its value; a tensor as it stands in the file; None for what nothing here has."""
    kind = message.integer(20)
    if kind == _FLOAT:
        found = message.numbers(2, DTYPES[FLOAT])
        # The shortest decimal that is this float32: 0.01, and not 0.00999999977648258.
        return float(str(found[-1])) if len(found) else 0.0
    if kind == _INT:
        return message.integer(3)
    if kind == _STRING:
        return message.text(4)
    if kind == _INTS:
        return tuple(message.integers(8))
    if kind == _STRINGS:
        return tuple(message.texts(9))
    if kind == _GRAPH and not within:
        return Body(*_read_graph(Message(message.bytes(6)), within=True))
    return Message(message.bytes(5)) if kind == _TENSOR else None


def _read_value(message: Message) -> Value:
    tensor = Message(Message(message.bytes(2)).bytes(1))
    shape = None
    if 2 in tensor:
        dims = list(Message(tensor.bytes(2)).messages(1))
        shape = tuple(dim.integer(1) if 1 in dim else None for dim in dims)
    return Value(message.text(1), tensor.integer(1), shape)


def array(tensor: Message, name: str) -> np.ndarray:
    """Return the numbers of a tensor.

    Raises:
        ValueError: they are of a kind that nothing here has, or not as many as its shape says.
    """
    kind = tensor.integer(2)
    if kind not in DTYPES:
        raise ValueError(f"{name} is of a type that nn has not, number {kind} of ONNX")
    dtype = DTYPES[kind]
    shape = tensor.integers(1)
    if len(shape) > MAX_RANK or not all(0 <= size <= checks.MAX_VALUES for size in shape):
        raise ValueError(f"{name} is too large, or its shape is none")
    if 9 in tensor:
        raw = tensor.bytes(9)
        # Seen before anything is made of it.
        values = np.frombuffer(raw, dtype) if len(raw) % dtype.itemsize == 0 else np.empty(0)
    elif kind in (FLOAT, DOUBLE):
        values = tensor.numbers(4 if kind == FLOAT else 10, dtype)
    else:
        numbers = tensor.integers(7 if kind == INT64 else 5)
        if kind == FLOAT16:
            bits = np.array([number & 0xFFFF for number in numbers], np.uint16)
            values = bits.view(np.float16)
        else:
            values = np.array(numbers, np.int64)
    if values.size != math.prod(shape):
        raise ValueError(f"{name} has {values.size:,} numbers, not what its shape says")
    return values.reshape(shape)
