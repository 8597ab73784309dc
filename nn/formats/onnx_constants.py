"""What ONNX files work out of constants, and of the shapes of what comes: no arithmetic of layers.

PyTorch writes ``x.view(x.size(0), -1)`` as a Shape, a number of which is gathered, put beside
another, and given to a Reshape.
"""

from __future__ import annotations

import numpy as np

from nn.formats import onnx_attributes as attributes
from nn.formats import onnx_model
from nn.formats.onnx_model import Node
from nn.formats.onnx_reader import Reader
from nn.formats.protobuf import Message

_MOST = 100
"""Numbers in a shape, and in what is made of it."""


def take_shape(reader: Reader, node: Node) -> None:
    """Note the shape of a sample. The batch is 0, which a Reshape leaves as it is."""
    attributes.only(node, start=0)
    known = reader.shapes.get(node.inputs[0])
    if known is None and reader.directions is None and node.inputs == [reader.current]:
        known = reader.whole_shape
    if known is None or len(node.inputs) != 1 or node.attributes.get("end") is not None:
        raise ValueError("nn knows the whole shape of what comes to the next layer only")
    reader.known[node.outputs[0]] = np.array(known, np.int64)


def work_out(reader: Reader, node: Node) -> None:
    """Note what a node makes of constants.

    Raises:
        ValueError: nn does not know how.
    """
    reader.known[node.outputs[0]] = _made(reader, node)


def _made(reader: Reader, node: Node) -> np.ndarray:
    if node.op == "Constant":
        value = next(iter(node.attributes.values()), None)
        if isinstance(value, Message):
            return onnx_model.array(value, "its value")
        if isinstance(value, float | int | tuple):
            return np.asarray(value)
        raise ValueError("its value is of no kind that nn has")
    value = reader.wanted(node, 0)
    if node.op in ("ConstantOfShape", "Expand"):
        return _zeros(node, value)
    if node.op in ("Identity", "Cast"):
        return value
    if node.op == "Transpose":
        perm = attributes.integers(node, "perm", tuple(reversed(range(value.ndim))))
        if sorted(perm) != list(range(value.ndim)):
            raise ValueError("its perm is no order of axes")
        return value.transpose(perm)
    return _of_shapes(reader, node)


def _zeros(node: Node, value: np.ndarray) -> np.ndarray:
    """Return a zero, for any number of them: with which a recurrent layer begins."""
    if node.op == "ConstantOfShape":
        given = node.attributes.get("value")
        value = np.zeros(1) if given is None else value
        if isinstance(given, Message):
            value = onnx_model.array(given, "its value")
    if np.any(value):
        raise ValueError("nn knows it of zeros only")
    return np.zeros(1)


def _of_shapes(reader: Reader, node: Node) -> np.ndarray:
    """Return what is made of a few whole numbers."""
    parts = [reader.wanted(node, index) for index in range(len(node.inputs))]
    if sum(part.size for part in parts) > _MOST or any(part.dtype.kind != "i" for part in parts):
        raise ValueError("nn cannot work it out of constants")
    if node.op == "Concat":
        return np.concatenate([part.ravel() for part in parts])
    if node.op == "Gather" and len(parts) == 2 and parts[0].ndim == 1:
        attributes.only(node, axis=0)
        size = len(parts[0])
        if not np.all((parts[1] >= -size) & (parts[1] < size)):
            raise ValueError("it gathers what is not there")
        return np.asarray(parts[0][parts[1]])
    if node.op == "Unsqueeze" and parts[0].size == 1:
        return parts[0].reshape(1)
    if node.op == "Squeeze" and parts[0].size == 1:
        return parts[0].reshape(())
    raise ValueError("nn cannot work it out of constants")
