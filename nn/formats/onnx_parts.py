"""Outputs of several kinds in an ONNX file: a Split, an activation of each part, and a Concat."""

from __future__ import annotations

from nn.activations import SlicedActivation, named
from nn.formats import onnx_attributes as attributes
from nn.formats.onnx_model import Node
from nn.formats.onnx_reader import Reader
from nn.layers import Activation, Conv1D, Dense
from nn.sliced import written

_OF_PARTS = {"Relu": "relu", "Sigmoid": "sigmoid", "Softmax": "softmax", "Tanh": "tanh"}


def slices(reader: Reader, node: Node, position: int) -> int:
    """Read a Split, an activation of each part, and the Concat; return how many nodes that is.

    Raises:
        ValueError: anything else stands there.
    """
    refused = ValueError("nn splits outputs for an activation of each part only")
    axis = len(reader.file_shape)
    reader.need_last()
    sizes = [int(size) for size in reader.wanted(node, 1, 1)[:1000]]
    if attributes.integer(node, "axis", 0) not in (-1, axis) or len(sizes) != len(node.outputs):
        raise refused
    parts, done = [], list(node.outputs)
    count = 0
    for each in reader.model.nodes[position + 1 :]:
        count += 1
        if each.op == "Concat" and each.inputs == done:
            if attributes.integer(each, "axis", 0) not in (-1, axis) or not each.outputs:
                raise refused
            reader.after = each.outputs[0]
            break
        if each.op not in _OF_PARTS or len(each.inputs) != 1 or len(each.outputs) != 1:
            raise refused
        if each.inputs[0] not in done or each.inputs[0] not in node.outputs:
            raise refused
        if each.op == "Softmax" and attributes.integer(each, "axis", -1) not in (-1, axis):
            raise refused
        place = done.index(each.inputs[0])
        done[place] = each.outputs[0]
        parts.append((place, _OF_PARTS[each.op]))
    else:
        raise refused
    names = ["linear"] * len(sizes)
    for place, name in parts:
        names[place] = name
    if min(sizes, default=0) < 1 or sum(sizes) != reader.shape[-1]:
        raise refused
    function = named(written(zip(names, sizes, strict=True)))
    if not isinstance(function, SlicedActivation):
        raise refused
    last = reader.layers[-1] if reader.layers else None
    if isinstance(last, Dense | Conv1D) and last.activation.name == "linear":
        last.activation = function
    else:
        reader.add(Activation(function))
    return count
