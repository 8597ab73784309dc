"""What each operator of ONNX is in nn: :data:`OPERATORS` lists those that are known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nn import checks
from nn.formats import onnx_attributes as attributes
from nn.formats import onnx_constants, onnx_model
from nn.formats import onnx_sequence_operators as sequences
from nn.formats.onnx_attention import read_attention
from nn.formats.onnx_model import DOUBLE, FLOAT, FLOAT16, Node
from nn.formats.onnx_reader import Reader
from nn.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    MaxPooling2D,
)
from nn.layers.windows import output_size, padding_around


def read(reader: Reader) -> None:
    """Read all nodes of a model, one after another.

    Raises:
        ValueError: one of them is not known, or does not follow on the one before; the message
            has its number and operator.
    """
    done = 0
    for position, node in enumerate(reader.model.nodes):
        if position < done:
            continue
        try:
            done = _read_node(reader, node, position)
        except ValueError as error:
            raise ValueError(f"node {position + 1}, {node.op!r:.25}: {error}") from None
    if reader.model.outputs[0].name != reader.current:
        raise ValueError("the output of the ONNX file is not what its last node gives")
    if reader.order is not None:
        raise ValueError("the outputs of the ONNX file are pictures in a row, channels first")
    sequences.check_end(reader)


def _read_node(reader: Reader, node: Node, position: int) -> int:
    """Read a node, and return the position of the next one."""
    if node.domain not in ("", "ai.onnx") or node.op not in OPERATORS:
        raise ValueError("nn has no layer for it")
    if not any(node.outputs):
        raise ValueError("it has no output")
    if all(reader.is_constant(name) for name in node.inputs):
        onnx_constants.work_out(reader, node)
        return position + 1
    if node.op == "Shape":
        onnx_constants.take_shape(reader, node)
        return position + 1
    if sequences.aside(reader, node):
        return position + 1
    wanted = [reader.current, reader.rows] if node.op == "Scan" else [reader.current]
    if [name for name in node.inputs if name and not reader.is_constant(name)] != wanted:
        raise ValueError("the network branches here, and those of nn are layers in a row")
    sequences.check_place(reader, node)
    reader.after, following = node.outputs[0], position + 1
    many = 0
    if node.op in ("LayerNormalization", "MatMul"):
        many = read_attention(reader, position)
    if many:
        following = position + many
    elif node.op == "Reshape":
        _reshape(reader, node, position)
    elif node.op == "Split":
        following += sequences.slices(reader, node, position)
    else:
        OPERATORS[node.op](reader, node)
    if not reader.after:
        raise ValueError("it has no output that is known here")
    reader.current = reader.after
    return following


# ---- windows -----------------------------------------------------------------------------------


def _pair(node: Node, name: str, default: tuple[int, ...] | None = None) -> tuple[int, int]:
    found = attributes.integers(node, name, default or ())
    if len(found) != 2:
        raise ValueError(f"its {name} must be two numbers: nn has windows on pictures only")
    return checks.count(found[0], f"its {name}"), checks.count(found[1], f"its {name}")


def _padding(reader: Reader, node: Node, window: tuple[int, int], strides: tuple[int, int]) -> str:
    """Return which padding of nn's a window has."""
    auto = node.attributes.get("auto_pad", "NOTSET")
    found = attributes.integers(node, "pads", (0, 0, 0, 0))
    if auto == "SAME_UPPER":
        return "same"
    if auto == "VALID" or (auto == "NOTSET" and found == (0, 0, 0, 0)):
        return "valid"
    sizes = zip(reader.shape, window, strides, strict=False)
    (top, bottom), (left, right) = (padding_around(*axis, "same") for axis in sizes)
    same = (top, left, bottom, right)
    if auto != "NOTSET" or found != same:
        shown = found if auto == "NOTSET" else auto
        raise ValueError(f'its padding {shown!r:.40} is not "valid", nor "same", which is {same}')
    return "same"


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


def _conv(reader: Reader, node: Node) -> None:
    if len(reader.shape) == 2:
        sequences.conv1d(reader, node)
        return
    reader.need_channels_first(3)
    attributes.only(node, group=1, dilations=1)
    kernel = reader.wanted(node, 1, 4).transpose(2, 3, 1, 0)
    rows, columns, channels, filters = kernel.shape
    window = _pair(node, "kernel_shape", (rows, columns))
    if window != (rows, columns) or channels != reader.shape[-1]:
        raise ValueError("its kernel does not fit what comes to it")
    strides = _pair(node, "strides", (1, 1))
    padding = _padding(reader, node, window, strides)
    bias = reader.given(node, 2)
    arrays = {"kernel": kernel, **({} if bias is None else {"bias": bias})}
    filters = checks.count(filters, "its filters")
    reader.add(Conv2D(filters, window, strides, padding, use_bias=bias is not None), arrays)


def _pool(reader: Reader, node: Node) -> None:
    reader.need_channels_first(3)
    attributes.only(node, dilations=1, storage_order=0)
    window = _pair(node, "kernel_shape")
    strides = _pair(node, "strides", (1, 1))
    padding = _padding(reader, node, window, strides)
    if attributes.integer(node, "ceil_mode", 0):
        for size, length, stride in zip(reader.shape, window, strides, strict=False):
            around = sum(padding_around(size, length, stride, padding))
            ceiling = -(-(size + around - length) // stride) + 1
            if ceiling != output_size(size, length, stride, padding):
                raise ValueError("its ceil_mode gives more than the pooling of nn")
    if node.op == "MaxPool":
        reader.add(MaxPooling2D(window, strides, padding))
        return
    if padding == "same":
        attributes.only(node, count_include_pad=0)
    reader.add(AveragePooling2D(window, strides, padding))


def _global_average(reader: Reader, node: Node) -> None:
    reader.need_channels_first(3)
    reader.add(GlobalAveragePooling2D())
    reader.axes, reader.ones = (0,), (0, 2)


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


def _flatten(reader: Reader, node: Node) -> None:
    rank = len(reader.file_shape) + 1
    if attributes.integer(node, "axis", 1) % rank != 1:
        raise ValueError("nn flattens whole samples only")
    reader.flatten()


def _reshape(reader: Reader, node: Node, position: int) -> None:
    shape = reader.file_shape
    target = [int(size) for size in reader.wanted(node, 1, 1)[: onnx_model.MAX_RANK + 1]]
    attributes.only(node, allowzero=0)
    sizes = [
        shape[axis] if size == 0 and axis < len(shape) else size
        for axis, size in enumerate(target[1:])
    ]
    known = math.prod(size for size in sizes if size != -1)
    if sizes.count(-1) == 1 and target[0] != -1 and known > 0:
        sizes[sizes.index(-1)] = math.prod(shape) // known
    if not sizes or min(sizes) < 1 or math.prod(sizes) != math.prod(shape):
        raise ValueError(f"it makes {target!r:.60} of samples of the shape {list(shape)}")
    if tuple(sizes) == shape:
        return
    if len(sizes) == 1:
        reader.flatten()
    elif (
        not reader.layers and not np.ndim(reader.inputs.scale) and not np.ndim(reader.inputs.offset)
    ):
        # Rows that are pictures from here on are pictures from the beginning.
        if reader.axes != tuple(range(len(shape))):
            raise ValueError("it makes other pictures of pictures")
        reader.begin(tuple(sizes), position + 1)
    else:
        raise ValueError("nn has it as the first layer, or to flatten, only")


def _squeeze(reader: Reader, node: Node) -> None:
    if reader.directions is not None:
        sequences.squeeze(reader, node)
        return
    if reader.ones is None:
        raise ValueError("nn has it after a mean over pictures only")
    reader.flatten()


def _transpose(reader: Reader, node: Node) -> None:
    rank = len(reader.file_shape)
    perm = attributes.integers(node, "perm", tuple(range(rank, -1, -1)))
    if rank == 2 and sequences.turn(reader, perm):
        return
    if sorted(perm) != list(range(rank + 1)) or perm[0] != 0:
        raise ValueError("its perm is no order of a sample's axes")
    if reader.steps_first:
        raise ValueError("the steps stand before the samples here")
    if reader.ones is not None:
        before = perm.index(reader.ones[0] + 1) - 1
        reader.ones = (before, rank - 1 - before)
    else:
        reader.axes = tuple(reader.axes[axis - 1] for axis in perm[1:])


def _softmax(reader: Reader, node: Node) -> None:
    rank = len(reader.file_shape)
    old = reader.model.opset < 13
    axis = attributes.integer(node, "axis", 1 if old else -1) % (rank + 1)
    if old and rank != 1:
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
    if sequences.is_whole(node):
        sequences.whole(reader, node)
        return
    if attributes.integer(node, "to", 0) not in (FLOAT, FLOAT16, DOUBLE):
        raise ValueError("nn works on floats only")


def _nothing(reader: Reader, node: Node) -> None:
    """What does nothing in prediction."""


def _constants_only(reader: Reader, node: Node) -> None:
    raise ValueError("nn knows it in the arithmetic of shapes only")


def _function(name: str) -> Callable[[Reader, Node], None]:
    return lambda reader, node: reader.activate(name)


OPERATORS: dict[str, Callable[[Reader, Node], None]] = {
    "Add": _arithmetic,
    "AveragePool": _pool,
    "BatchNormalization": _batch_normalization,
    "Cast": _cast,
    "Clip": sequences.whole,
    "Concat": _constants_only,
    "Constant": _nothing,
    "ConstantOfShape": _constants_only,
    "Conv": _conv,
    "Div": _arithmetic,
    "Dropout": _nothing,
    "Expand": _constants_only,
    "Flatten": _flatten,
    "Gather": sequences.gather,
    "Gemm": _gemm,
    "GlobalAveragePool": _global_average,
    "GlobalMaxPool": sequences.global_max,
    "GRU": sequences.recurrent,
    "Identity": _nothing,
    "LayerNormalization": sequences.layer_normalization,
    "LeakyRelu": _leaky_relu,
    "LSTM": sequences.recurrent,
    "MatMul": _matmul,
    "MaxPool": _pool,
    "Mul": _arithmetic,
    "ReduceMax": sequences.reduce_max,
    "ReduceMean": _reduce_mean,
    "Relu": _function("relu"),
    "Reshape": _nothing,  # with where it stands: read by itself
    "RNN": sequences.recurrent,
    "Round": sequences.whole,
    "Scan": sequences.over_padding,
    "Shape": _nothing,
    "Sigmoid": _function("sigmoid"),
    "Softmax": _softmax,
    "Split": _nothing,
    "Squeeze": _squeeze,
    "Sub": _arithmetic,
    "Tanh": _function("tanh"),
    "Transpose": _transpose,
    "Unsqueeze": _constants_only,
}
