"""What ONNX files work out of constants, and of the shapes of what comes: no arithmetic of layers.

PyTorch writes ``x.view(x.size(0), -1)`` as a Shape, a number of which is gathered, put beside
another, and given to a Reshape.
"""

from __future__ import annotations

import numpy as np

from nn.formats import onnx_arithmetic
from nn.formats import onnx_attributes as attributes
from nn.formats.onnx_model import Node
from nn.formats.onnx_reader import Reader


def take_shape(reader: Reader, node: Node) -> None:
    """Note the shape of a mini-batch, and that its first number may be another.

    Raises:
        ValueError: it is asked of something else than what comes to the next layer.
    """
    name = node.inputs[0] if len(node.inputs) == 1 else ""
    known = reader.whole_shape if name == reader.current else reader.shapes.get(name)
    if known is None:
        raise ValueError("nn knows the whole shape of what comes to the next layer only")
    start = attributes.integer(node, "start", 0)
    shape = np.array(known, np.int64)
    part = slice(start, node.attributes.get("end"))
    reader.known[node.outputs[0]] = shape[part]
    if reader.any_batch:
        place = 1 if reader.steps_first and name == reader.current else known.index(reader.batch)
        another = shape + (np.arange(len(shape)) == place)
        reader.of_batch[node.outputs[0]] = another[part]


def work_out(reader: Reader, node: Node) -> None:
    """Note what a node makes of constants.

    Raises:
        ValueError: nn does not know how.
    """
    parts = [reader.constant(name) if name else None for name in node.inputs]
    opset = reader.model.opset
    made = onnx_arithmetic.work_out(node, parts, opset)
    others: list[np.ndarray] = []
    if not reader.of_batch.keys().isdisjoint(node.inputs):
        again = [
            reader.of_batch.get(name, part) for name, part in zip(node.inputs, parts, strict=True)
        ]
        others = onnx_arithmetic.work_out(node, again, opset)
    for place, (name, value) in enumerate(zip(node.outputs, made, strict=False)):
        reader.known[name] = value
        if others and not np.array_equal(value, others[place]):
            reader.of_batch[name] = others[place]
