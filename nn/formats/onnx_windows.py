"""The operators of ONNX that have a window on pictures, and what is around them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from nn import checks
from nn.formats import onnx_attributes as attributes
from nn.formats import onnx_sequence_operators as sequences
from nn.formats.onnx_model import Node
from nn.formats.onnx_reader import NOTHING, Reader
from nn.layers import AveragePooling2D, Conv1D, Conv2D, GlobalAveragePooling2D, MaxPooling2D
from nn.layers.windows import output_size, padding_around


def _pair(node: Node, name: str, default: tuple[int, ...] | None = None) -> tuple[int, int]:
    found = attributes.integers(node, name, default or ())
    if len(found) != 2:
        raise ValueError(f"its {name} must be two numbers: nn has windows on pictures only")
    return checks.count(found[0], f"its {name}"), checks.count(found[1], f"its {name}")


def _padding(reader: Reader, node: Node, window: tuple[int, int], strides: tuple[int, int]) -> str:
    """Return which padding of nn's a window has."""
    auto = node.attributes.get("auto_pad", "NOTSET")
    found = _used(reader, attributes.integers(node, "pads", (0, 0, 0, 0)), window, strides)
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


def _used(
    reader: Reader, pads: tuple[int, ...], window: tuple[int, int], strides: tuple[int, int]
) -> tuple[int, ...]:
    """Return padding without what stands after the last window: no window has it."""
    if len(pads) != 4:
        return pads
    used = list(pads)
    for axis in range(2):
        before, after, size = pads[axis], pads[axis + 2], reader.shape[axis]
        moves = (size + before + after - window[axis]) // strides[axis]
        if moves >= 0:
            needed = moves * strides[axis] + window[axis] - size - before
            used[axis + 2] = max(0, min(after, needed))
    return tuple(used)


def conv(reader: Reader, node: Node) -> None:
    """Read a Conv on pictures, or along sequences."""
    if len(reader.shape) == 2:
        _conv1d(reader, node)
        return
    reader.need_channels_first(3)
    attributes.only(node, group=1, dilations=1)
    kernel = reader.wanted(node, 1, 4).transpose(2, 3, 1, 0)
    rows, columns, channels, filters = kernel.shape
    window = _pair(node, "kernel_shape", (rows, columns))
    if window != (rows, columns) or channels != reader.shape[-1]:
        raise ValueError("its kernel does not fit what comes to it")
    strides = _pair(node, "strides", (1, 1))
    wider = _wider(reader, node, window, strides)
    if wider:
        kernel = np.pad(kernel, (*wider, (0, 0), (0, 0)))
        window, padding = kernel.shape[:2], "same"
    else:
        padding = _padding(reader, node, window, strides)
    bias = reader.given(node, 2)
    arrays = {"kernel": kernel, **({} if bias is None else {"bias": bias})}
    filters = checks.count(filters, "its filters")
    reader.add(Conv2D(filters, window, strides, padding, use_bias=bias is not None), arrays)


def _conv1d(reader: Reader, node: Node) -> None:
    """Read a Conv along sequences."""
    reader.need_channels_first()
    attributes.only(node, group=1, dilations=1)
    kernel = reader.wanted(node, 1, 3).transpose(2, 1, 0)
    size, channels, filters = kernel.shape
    if len(reader.shape) != 2 or channels != reader.shape[1]:
        raise ValueError("its kernel does not fit what comes to it")
    attributes.only(node, kernel_shape=size)
    strides = attributes.integers(node, "strides", (1,))
    if len(strides) != 1:
        raise ValueError("its strides must be one number")
    stride = checks.count(strides[0], "its strides")
    size, filters = checks.count(size, "its kernel"), checks.count(filters, "its filters")
    known = {
        "valid": (0, 0),
        "same": padding_around(reader.shape[0], size, stride, "same"),
        "causal": (size - 1, 0),
    }
    auto = node.attributes.get("auto_pad", "NOTSET")
    pads = attributes.integers(node, "pads", (0, 0))
    if auto in ("VALID", "SAME_UPPER"):
        pads = known["valid" if auto == "VALID" else "same"]
    padding = next((name for name, each in known.items() if each == pads), None)
    if padding is None and auto == "NOTSET" and len(pads) == 2 and min(pads) >= 0:
        zeros = _zeros_around(reader.shape[0], size, stride, (pads[0], pads[1]))
        if zeros is not None:
            kernel, padding = np.pad(kernel, (zeros, (0, 0), (0, 0))), "same"
    if padding is None or auto not in ("NOTSET", "VALID", "SAME_UPPER"):
        raise ValueError(f"its padding {pads!r:.40} is not one of {', '.join(known)}")
    bias = reader.given(node, 2)
    arrays = {"kernel": kernel, "bias": np.zeros(filters) if bias is None else bias}
    reader.add(Conv1D(filters, len(kernel), stride, padding), arrays)


def _wider(
    reader: Reader, node: Node, window: tuple[int, int], strides: tuple[int, int]
) -> list[tuple[int, int]] | None:
    """Return the zeros around a kernel with which "same" is the padding that a file wants.

    PyTorch pads alike on both sides, and "same" with strides does not: a wider kernel begins
    where PyTorch's does. None where no zeros are needed, or none help.
    """
    if node.attributes.get("auto_pad", "NOTSET") != "NOTSET":
        return None
    pads = attributes.integers(node, "pads", (0, 0, 0, 0))
    if len(pads) != 4 or not any(pads) or min(pads) < 0:
        return None
    found = []
    for axis, (size, length, stride) in enumerate(zip(reader.shape, window, strides, strict=False)):
        zeros = _zeros_around(size, length, stride, (pads[axis], pads[axis + 2]))
        if zeros is None:
            return None
        found.append(zeros)
    return found if any(map(any, found)) else None


def _zeros_around(
    size: int, length: int, stride: int, pads: tuple[int, int]
) -> tuple[int, int] | None:
    """Return the fewest zeros before and after a kernel, along an axis."""
    if (size + sum(pads) - length) // stride + 1 != output_size(size, length, stride, "same"):
        return None
    for more in range(2 * length + 1):
        for before in range(more + 1):
            if padding_around(size, length + more, stride, "same")[0] == pads[0] + before:
                return before, more - before
    return None


def pool(reader: Reader, node: Node) -> None:
    """Read a MaxPool or an AveragePool."""
    if node.op == "MaxPool" and _is_global(reader, node):
        sequences.global_max(reader, node)
        return
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


def _is_global(reader: Reader, node: Node) -> bool:
    """Whether it is the largest of all steps of a sequence."""
    window, pads = (attributes.integers(node, name, ()) for name in ("kernel_shape", "pads"))
    return len(reader.shape) == 2 and window == reader.shape[:1] and not any(pads)


def global_average(reader: Reader, node: Node) -> None:
    """Read a GlobalAveragePool."""
    reader.need_channels_first(3)
    reader.add(GlobalAveragePooling2D())
    reader.axes, reader.ones = (0,), (0, 2)


def pad(reader: Reader, node: Node) -> None:
    """Read a Pad: as the padding of the operator after it."""
    if reader.ones is not None or len(reader.shape) < 2 or reader.steps_first:
        raise ValueError("nn pads pictures and sequences only, along rows, columns and steps")
    rank = len(reader.shape) + 1
    given = reader.given(node, 1)
    pads = attributes.integers(node, "pads", ()) if given is None else tuple(given.ravel().tolist())
    axes = reader.given(node, 3)
    if axes is not None and axes.ravel().tolist() != list(range(rank)):
        raise ValueError("it pads some axes only")
    value = reader.given(node, 2)
    number = attributes.number(node, "value", 0.0) if value is None else value.item()
    # For the batch, and for each of nn's axes.
    places = [0, *(1 + reader.axes.index(axis) for axis in range(rank - 1))]
    around = [(pads[place], pads[place + rank]) for place in places if len(pads) == 2 * rank]
    if not around or min(pads) < 0 or any(around[0]) or any(around[-1]):
        raise ValueError("nn pads pictures and sequences only, along rows, columns and steps")
    if not any(pads):
        reader.aliases[node.outputs[0]] = reader.after = reader.current
        return
    reader.pads = tuple(around[1:-1])
    mode = node.attributes.get("mode", "constant")
    if mode == "constant" and number == 0:
        reader.padded_for = "Conv"
    elif mode == "edge" or (mode == "constant" and number == -math.inf):
        # What stands at the edge is in the window that goes beyond it.
        reader.padded_for = "MaxPool"
    else:
        raise ValueError("nn pads with zeros only")


def padded(reader: Reader, node: Node) -> Node:
    """Return a node with the padding of the Pad before it as its own.

    Raises:
        ValueError: it is no operator with such a padding.
    """
    if reader.pads is None or node.op in {*NOTHING, "Transpose"}:
        return node
    own = node.attributes.get("pads", (0,) * 2 * len(reader.pads))
    auto = node.attributes.get("auto_pad", "NOTSET")
    if node.op != reader.padded_for or auto not in ("NOTSET", "VALID") or any(own):
        raise ValueError("nn has padding as part of a convolution, or of its MaxPooling2D, only")
    pads = tuple(pair[side] for side in (0, 1) for pair in reader.pads)
    reader.pads = None
    return replace(node, attributes={**node.attributes, "auto_pad": "NOTSET", "pads": pads})
