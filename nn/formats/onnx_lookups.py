"""Whole numbers in an ONNX file, with which the rows of an Embedding are looked up.

What nn is given are floats; what makes whole numbers of them is part of its Embedding.
"""

from __future__ import annotations

import numpy as np

from nn import checks
from nn.formats import onnx_attributes as attributes
from nn.formats import onnx_constants
from nn.formats import onnx_sequence_operators as sequences
from nn.formats.onnx_model import INT32, INT64, Node
from nn.formats.onnx_reader import Reader
from nn.layers import Embedding


def whole(reader: Reader, node: Node) -> None:
    """Read what makes whole numbers of inputs, which an Embedding does itself: Round, Clip, Cast.

    Raises:
        ValueError: they are not the raw inputs, or something else is meant.
    """
    if node.op == "Clip" and not reader.whole:
        raise ValueError("nn has no layer for it, but knows it before rows are looked up")
    _need_raw(reader)
    if node.op == "Clip":
        low, high = (reader.wanted(node, index) for index in (1, 2))
        if low.size != 1 or high.size != 1 or low.item() != 0:
            raise ValueError("it does not begin at 0, as the rows of an Embedding do")
        reader.highest = float(high.item())
    reader.whole = True


def is_whole(node: Node) -> bool:
    """Whether a Cast makes whole numbers."""
    return node.op == "Cast" and node.attributes.get("to") in (INT32, INT64)


def gather(reader: Reader, node: Node) -> None:
    """Read a Gather: an Embedding, or the last step of a sequence."""
    axis = attributes.integer(node, "axis", 0)
    if reader.directions is not None:
        # The only direction, instead of a Squeeze.
        index = reader.wanted(node, 1, 0).item()
        if node.inputs[0] != reader.current or axis != reader.directions or index not in (0, -1):
            raise ValueError("nn has a Squeeze after a recurrent layer only")
        reader.directions = None
        return
    if node.inputs[0] == reader.current:
        sequences.last_step(reader, reader.wanted(node, 1), axis)
        return
    rows = reader.wanted(node, 0, 2)
    _need_raw(reader)
    reader.need_last()
    if axis != 0:
        raise ValueError("nn looks up whole rows only")
    count, width = (checks.count(size, "its table") for size in rows.shape)
    if reader.highest is not None and reader.highest != count - 1:
        raise ValueError("it looks up other rows than all of an Embedding")
    if reader.wraps not in (None, count):
        raise ValueError("it counts rows from another end than that of an Embedding")
    reader.whole = False
    reader.rows, reader.shapes[node.inputs[1]] = node.inputs[1], reader.whole_shape
    reader.add(Embedding(count, width), {"embeddings": rows})
    reader.axes = tuple(range(len(reader.shape)))


def wrapped(reader: Reader, node: Node) -> None:
    """Read what counts rows below 0 from the end: a Less, an Add and a Where, as Keras has them.

    Raises:
        ValueError: that is not what it does.
    """
    refused = ValueError("nn has it where rows are looked up only")
    later = reader.model.nodes[reader.makers[node.outputs[0]] + 1 :][:8]
    where = next((each for each in later if each.op == "Where"), None)
    add = next((each for each in later if each.op == "Add"), None)
    if not reader.whole or where is None or add is None or np.any(reader.wanted(node, 1)):
        raise refused
    for each in later[: later.index(where)]:
        if each.op == "Constant":
            onnx_constants.work_out(reader, each)
    given = [reader.resolved(name) for name in add.inputs]
    count = reader.wanted(add, 1)
    names = [node.outputs[0], *add.outputs, reader.current]
    if given[0] != reader.current or count.size != 1:
        raise refused
    if list(map(reader.resolved, where.inputs)) != names or len(where.outputs) != 1:
        raise refused
    reader.wraps = int(count.item())
    for name in (node.outputs[0], add.outputs[0], where.outputs[0]):
        reader.aliases[name] = reader.current
    reader.skipped = {add.outputs[0], where.outputs[0]}
    reader.after = reader.current


def skip(reader: Reader, node: Node) -> bool:
    """Whether a node has been read with one before it."""
    if node.outputs[0] not in reader.skipped:
        return False
    reader.after = reader.current
    return True


def _need_raw(reader: Reader) -> None:
    plain = np.all(reader.inputs.scale == 1) and np.all(reader.inputs.offset == 0)
    if reader.layers or not plain:
        raise ValueError("nn has it for the raw inputs only")
