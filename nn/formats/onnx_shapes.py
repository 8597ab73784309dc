"""The operators of ONNX that give numbers another shape or order: only the reader minds them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from nn.formats import onnx_attributes as attributes
from nn.formats import onnx_model
from nn.formats import onnx_sequence_operators as sequences
from nn.formats.onnx_model import Node
from nn.formats.onnx_reader import PICTURES, Reader
from nn.layers import Shape
from nn.layers.recurrent import Recurrent


def flatten(reader: Reader, node: Node) -> None:
    """Read a Flatten."""
    rank = len(reader.file_shape) + 1
    if attributes.integer(node, "axis", 1) % rank != 1:
        raise ValueError("nn flattens whole samples only")
    reader.flatten()


def reshape(reader: Reader, node: Node, position: int) -> None:
    """Read a Reshape: into rows, of rows into the pictures that come, or without an axis of 1."""
    target = [int(size) for size in reader.wanted(node, 1, 1)[: onnx_model.MAX_RANK + 1]]
    shape = reader.whole_shape
    if attributes.integer(node, "allowzero", 0) and 0 in target:
        raise ValueError("it makes samples without numbers")
    if reader.directions is not None or reader.steps_first:
        sizes = [size or shape[axis] for axis, size in enumerate(target[: len(shape)])]
        if sizes.count(-1) == 1:
            sizes[sizes.index(-1)] = math.prod(shape) // abs(math.prod(sizes) or 1)
        if reader.directions is None and tuple(sizes) == shape:
            return
        if sizes != [*shape[: reader.directions], *shape[(reader.directions or 0) + 1 :]]:
            raise ValueError("nn has a Squeeze after a recurrent layer only")
        reader.directions = None
        return
    _sample(reader, target, position)


def _sample(reader: Reader, target: list[int], position: int) -> None:
    shape = reader.file_shape
    sizes = [
        shape[axis] if size == 0 and axis < len(shape) else size
        for axis, size in enumerate(target[1:])
    ]
    known = math.prod(size for size in sizes if size != -1)
    if sizes.count(-1) == 1 and target[0] != -1 and known > 0:
        sizes[sizes.index(-1)] = math.prod(shape) // known
    if not sizes or min(sizes) < 1 or math.prod(sizes) != math.prod(shape):
        raise ValueError(f"it makes {target!r:.60} of samples of the shape {list(shape)}")
    _shaped(reader, tuple(sizes), position)


def _shaped(reader: Reader, sizes: Shape, position: int) -> None:
    """Give samples another shape of as many numbers."""
    shape = reader.file_shape
    plain = not np.ndim(reader.inputs.scale) and not np.ndim(reader.inputs.offset)
    if sizes == shape:
        return
    if len(sizes) == 1:
        reader.flatten()
    elif not reader.layers and plain:
        # Rows that are pictures from here on are pictures from the beginning.
        if reader.axes != tuple(range(len(shape))):
            raise ValueError("it makes other pictures of pictures")
        reader.begin(sizes, position + 1)
    else:
        raise ValueError("nn has it as the first layer, or to flatten, only")


def squeeze(reader: Reader, node: Node, position: int) -> None:
    """Read a Squeeze: of the directions, of what a mean has left, or of pictures that come."""
    if reader.directions is not None:
        sequences.squeeze(reader, node)
        return
    if reader.ones is not None:
        reader.flatten()
        return
    shape = reader.file_shape
    axes = _axes(reader, node, len(shape) + 1)
    if shape == (1,) and axes == [1]:
        # One output, which nn gives in a row of one.
        return
    if reader.layers or any(axis == 0 or shape[axis - 1] != 1 for axis in axes):
        raise ValueError("nn has it after a mean over pictures only")
    kept = tuple(size for axis, size in enumerate(shape, 1) if axis not in axes)
    _shaped(reader, kept or (1,), position)


def unsqueeze(reader: Reader, node: Node, position: int) -> None:
    """Read an Unsqueeze, of what comes: pictures without channels, for one."""
    if sequences.global_max_unsqueezed(reader, node, position):
        return
    shape = reader.file_shape
    axes = reader.given(node, 1)
    count = len(attributes.integers(node, "axes", ())) if axes is None else axes.size
    found = _axes(reader, node, len(shape) + 1 + count)
    last = reader.layers[-1] if reader.layers else None
    if isinstance(last, Recurrent) and len(shape) == 1 and found == [0]:
        # PyTorch's last state has an axis for it.
        reader.directions = 0
        return
    if reader.ones is not None or 0 in found or len(found) != count:
        raise ValueError("nn has it for what comes first only")
    sizes = list(shape)
    for axis in found:
        sizes.insert(axis - 1, 1)
    _shaped(reader, tuple(sizes), position)


def _axes(reader: Reader, node: Node, rank: int) -> list[int]:
    axes = reader.given(node, 1)
    found: Sequence[int] = attributes.integers(node, "axes", ())
    if axes is not None:
        found = [int(axis) for axis in axes.ravel()[:9]]
    if not all(-rank <= axis < rank for axis in found):
        raise ValueError("its axes are not there")
    return sorted({axis % rank for axis in found})


def transpose(reader: Reader, node: Node) -> None:
    """Read a Transpose."""
    if reader.directions is not None:
        sequences.turn_directions(reader, node)
        return
    rank = len(reader.file_shape)
    perm = attributes.integers(node, "perm", tuple(range(rank, -1, -1)))
    if perm in ((0, 2, 1), (2, 0, 1)) and rank == 2:
        _features_first(reader, node)
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


def _features_first(reader: Reader, node: Node) -> None:
    """Have sequences with the steps last come with the steps first, as nn has them."""
    plain = not np.ndim(reader.inputs.scale) and not np.ndim(reader.inputs.offset)
    pictures = not reader.takers(node.outputs[0]).isdisjoint(PICTURES)
    if reader.layers or not plain or pictures or reader.axes != (0, 1) or reader.steps_first:
        return
    reader.shape = reader.input_shape = reader.shape[::-1]
    reader.axes = (1, 0)


AT_PLACE: dict[str, Callable[[Reader, Node, int], None]] = {
    "Reshape": reshape,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
}
"""Operators that are read with where they stand."""
