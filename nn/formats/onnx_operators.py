"""What each operator of ONNX is in nn: :data:`OPERATORS` lists those that are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nn import checks
from nn.formats import onnx_attributes as attributes
from nn.formats import onnx_constants
from nn.formats import onnx_lookups as lookups
from nn.formats import onnx_sequence_operators as sequences
from nn.formats import onnx_shapes as shapes
from nn.formats import onnx_windows as windows
from nn.formats.onnx_attention import read_attention
from nn.formats.onnx_blocks import read_block
from nn.formats.onnx_heads import read_heads
from nn.formats.onnx_model import DOUBLE, FLOAT, FLOAT16, Node
from nn.formats.onnx_normalization import read_normalization
from nn.formats.onnx_parts import slices
from nn.formats.onnx_probe import MOST_TRIED
from nn.formats.onnx_reader import NOTHING, Reader
from nn.formats.onnx_recurrences import read_steps
from nn.layers import (
    BatchNormalization,
    Dense,
    GlobalAveragePooling2D,
)


def read(reader: Reader) -> None:
    """Read all nodes of a model, one after another.

    Raises:
        ValueError: one of them is not known, or does not follow on the one before; the message
            has its number and operator.
    """
    done = 0
    reader.shapes[reader.current] = reader.whole_shape
    for position, node in enumerate(reader.model.nodes):
        if position < done:
            continue
        try:
            done = _read_node(reader, node, position)
        except ValueError as error:
            raise ValueError(f"node {position + 1}, {node.op!r:.25}: {error}") from None
    if reader.resolved(reader.model.outputs[0].name) != reader.current:
        raise ValueError("the output of the ONNX file is not what its last node gives")
    if reader.order is not None:
        raise ValueError("the outputs of the ONNX file are pictures in a row, channels first")
    sequences.check_end(reader)


def _read_node(reader: Reader, node: Node, position: int) -> int:
    """Read a node, and return the position of the next one."""
    if node.domain not in ("", "ai.onnx"):
        raise ValueError("nn has no layer for it")
    if not any(node.outputs):
        raise ValueError("it has no output")
    if reader.users.keys().isdisjoint(node.outputs):
        # Nobody asks for what it gives.
        return position + 1
    node = replace(node, inputs=[reader.resolved(name) for name in node.inputs])
    following = position + 1
    if node.op == "Shape" and not all(map(reader.is_constant, node.inputs)):
        onnx_constants.take_shape(reader, node)
    elif all(not name or reader.is_constant(name) for name in node.inputs):
        onnx_constants.work_out(reader, node)
    elif not sequences.aside(reader, node):
        reader.after = node.outputs[0]
        following = _read_layer(reader, node, position)
        if not reader.after:
            raise ValueError("it has no output that is known here")
        reader.current = reader.after
        reader.shapes[reader.current] = reader.whole_shape
    return following


def _read_layer(reader: Reader, node: Node, position: int) -> int:
    """Read one of the nodes that samples go through, or several that are one layer."""
    many = _read_many(reader, node, position)
    if many:
        return position + many
    if lookups.skip(reader, node):
        return position + 1
    if node.op not in OPERATORS:
        raise ValueError(f"nn has no layer for it{_HINTS.get(node.op, '')}")
    if node.op == "Mul" and _is_gated(reader, node):
        raise ValueError("nn has no layer for it: with the Sigmoid before, it is SiLU")
    wanted = [reader.current, reader.rows] if node.op == "Scan" else [reader.current]
    if [name for name in node.inputs if name and not reader.is_constant(name)] != wanted:
        raise ValueError(
            "the network branches here, and those of nn are layers in a row (and attention, or "
            "blocks as its TransformerBlock)"
        )
    sequences.check_place(reader, node)
    node = windows.padded(reader, node)
    if node.op in shapes.AT_PLACE:
        shapes.AT_PLACE[node.op](reader, node, position)
    elif node.op == "Split":
        return position + 1 + slices(reader, node, position)
    else:
        OPERATORS[node.op](reader, node)
    return position + 1


def _read_many(reader: Reader, node: Node, position: int) -> int:
    """Read several nodes that are one layer, if they are, and return how many."""
    if reader.current not in node.inputs[:1] or node.op in NOTHING:
        return 0
    if reader.whole or reader.directions is not None or reader.pads:
        return 0
    kinds = (read_attention, read_block, read_normalization, read_heads, read_steps)
    for read_one in kinds[-1:] if reader.steps_first else kinds:
        try:
            with np.errstate(all="ignore"):
                many = read_one(reader, position)
        except (ValueError, LookupError):
            # Something among them is not known, or is not there: they are not this layer.
            many = 0
        if many:
            return many
        if reader.tried > MOST_TRIED:
            raise ValueError("it takes too long to find out what layers these are")
    return 0


# ---- operators ---------------------------------------------------------------------------------


def _matmul(reader: Reader, node: Node) -> None:
    if reader.is_constant(node.inputs[0]):
        raise ValueError("its constant stands on the left")
    _dense(reader, reader.wanted(node, 1, 2), None)


def _gemm(reader: Reader, node: Node) -> None:
    attributes.only(node, alpha=1.0, beta=1.0, transA=0)
    if len(reader.file_shape) != 1:
        raise ValueError("it works on rows only")
    kernel = reader.wanted(node, 1, 2)
    if attributes.integer(node, "transB", 0):
        kernel = kernel.T
    _dense(reader, kernel, reader.given(node, 2))


def _dense(reader: Reader, kernel: np.ndarray, bias: np.ndarray | None) -> None:
    reader.need_last()
    inputs, units = kernel.shape
    if inputs != reader.shape[-1]:
        raise ValueError(f"it takes {inputs:,} inputs, but {reader.shape[-1]:,} come to it")
    arrays = {"kernel": reader.in_order(kernel)}
    layer = Dense(checks.count(units, "its units"), use_bias=bias is not None)
    if bias is not None:
        if bias.size not in (1, units) or bias.ndim > 2:
            raise ValueError("its bias does not fit its kernel")
        arrays["bias"] = np.broadcast_to(bias.ravel(), (units,))
    reader.order = None
    reader.add(layer, arrays)


def _reduce_mean(reader: Reader, node: Node) -> None:
    axes = reader.given(node, 1)
    rank = len(reader.file_shape)
    given = (
        attributes.integers(node, "axes", ()) if axes is None else tuple(axes.ravel()[:9].tolist())
    )
    places = sorted(axis % (rank + 1) - 1 for axis in given if isinstance(axis, int))
    if reader.ones is not None or rank != 3 or [reader.axes[i] for i in places] not in ([0, 1],):
        raise ValueError("nn has the mean over rows and columns of pictures only")
    before = 0 if places == [1, 2] else 2
    reader.add(GlobalAveragePooling2D())
    reader.axes = (0,)
    if attributes.integer(node, "keepdims", 1):
        reader.ones = (before, 2 - before)


def _batch_normalization(reader: Reader, node: Node) -> None:
    reader.need_channels_first()
    attributes.only(node, training_mode=0, spatial=1)
    layer = BatchNormalization(
        attributes.number(node, "momentum", 0.9), attributes.number(node, "epsilon", 1e-5)
    )
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    arrays = {
        name: reader.in_order(reader.wanted(node, index, 1))
        for index, name in enumerate(names, start=1)
    }
    reader.add(layer, arrays)


def _softmax(reader: Reader, node: Node) -> None:
    rank = len(reader.file_shape)
    old = reader.model.opset < 13
    axis = attributes.integer(node, "axis", 1 if old else -1) % (rank + 1)
    if old and axis != rank:
        raise ValueError("before version 13 of ONNX it works on all of a sample")
    channels = reader.ones[0] if reader.ones else reader.axes.index(len(reader.shape) - 1)
    if axis != channels + 1:
        raise ValueError("it works on another axis than that of the channels")
    reader.activate("softmax")


def _leaky_relu(reader: Reader, node: Node) -> None:
    if abs(attributes.number(node, "alpha", 0.01) - 0.2) > 1e-6:
        raise ValueError("its slope is not 0.2, which leaky_relu has in nn")
    reader.activate("leaky_relu")


def _arithmetic(reader: Reader, node: Node) -> None:
    if len(node.inputs) != 2:
        raise ValueError("it must take two inputs")
    if not reader.of_batch.keys().isdisjoint(node.inputs):
        raise ValueError("its constant is another for another number of samples")
    left = reader.is_constant(node.inputs[0])
    value = reader.as_sample(reader.wanted(node, 0 if left else 1))
    if node.op == "Mul":
        reader.rescale(value, None)
    elif node.op == "Add":
        if not sequences.position(reader, value):
            reader.rescale(None, value)
    elif node.op == "Sub":
        if left:
            reader.rescale(-1.0, None)
        reader.rescale(None, value if left else -value)
    elif left or not np.all(value):
        raise ValueError("it divides by what is no constant, or by zero")
    else:
        reader.rescale(1 / value, None)


def _cast(reader: Reader, node: Node) -> None:
    if lookups.is_whole(node):
        lookups.whole(reader, node)
        return
    if attributes.integer(node, "to", 0) not in (FLOAT, FLOAT16, DOUBLE):
        raise ValueError("nn works on floats only")
    _nothing(reader, node)


def _nothing(reader: Reader, node: Node) -> None:
    """Note another name for the same: that of what does nothing in prediction."""
    reader.aliases[node.outputs[0]] = reader.after = reader.current


def _concat(reader: Reader, node: Node) -> None:
    if len(node.inputs) == 1:
        _nothing(reader, node)
        return
    raise ValueError("nn knows it in the arithmetic of shapes only")


def _function(name: str) -> Callable[[Reader, Node], None]:
    return lambda reader, node: reader.activate(name)


def _is_gated(reader: Reader, node: Node) -> bool:
    """Whether something is multiplied by its own Sigmoid, which is a row no more."""
    place = reader.makers.get(reader.current, -1)
    maker = reader.model.nodes[place] if place >= 0 else node
    others = [name for name in node.inputs if name != reader.current]
    return maker.op == "Sigmoid" and others == [reader.resolved(name) for name in maker.inputs]


_HINTS = {
    "Erf": ", which is part of GELU",
    "LogSoftmax": ": export the network with Softmax, or without",
}

OPERATORS: dict[str, Callable[[Reader, Node], None]] = {
    "Add": _arithmetic,
    "AveragePool": windows.pool,
    "BatchNormalization": _batch_normalization,
    "Cast": _cast,
    "Clip": lookups.whole,
    "Concat": _concat,
    "Conv": windows.conv,
    "Div": _arithmetic,
    "Dropout": _nothing,
    "Flatten": shapes.flatten,
    "Gather": lookups.gather,
    "Gemm": _gemm,
    "GlobalAveragePool": windows.global_average,
    "GlobalMaxPool": sequences.global_max,
    "GRU": sequences.recurrent,
    "Identity": _nothing,
    "LayerNormalization": sequences.layer_normalization,
    "Less": lookups.wrapped,
    "LeakyRelu": _leaky_relu,
    "LSTM": sequences.recurrent,
    "MatMul": _matmul,
    "MaxPool": windows.pool,
    "Mul": _arithmetic,
    "Pad": windows.pad,
    "ReduceMax": sequences.reduce_max,
    "ReduceMean": _reduce_mean,
    "Relu": _function("relu"),
    "Reshape": _nothing,  # with where it stands: read by itself
    "RNN": sequences.recurrent,
    "Round": lookups.whole,
    "Scan": sequences.over_padding,
    "Sigmoid": _function("sigmoid"),
    "Softmax": _softmax,
    "Split": _nothing,
    "Slice": sequences.last_steps,
    "Squeeze": _nothing,
    "Sub": _arithmetic,
    "Tanh": _function("tanh"),
    "Transpose": shapes.transpose,
    "Unsqueeze": _nothing,
}
