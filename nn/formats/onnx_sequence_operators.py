"""The operators of ONNX that are layers for sequences, and what stands around them.

A GRU, an LSTM or an RNN is given the steps first, then the samples, and gives one axis more: of
directions. So a Transpose comes before, a Squeeze and perhaps a Transpose after. Which of its
outputs is used says whether that of the last step is wanted only.
"""

from __future__ import annotations

import numpy as np

from nn import checks
from nn.formats import onnx_arithmetic, onnx_padding
from nn.formats import onnx_attributes as attributes
from nn.formats.onnx_model import Node
from nn.formats.onnx_reader import Reader
from nn.formats.onnx_sequences import GATES, OPERATORS
from nn.formats.steps import in_gates
from nn.layers import (
    Embedding,
    GlobalMaxPooling1D,
    LayerNormalization,
    PositionEmbedding,
)
from nn.layers.recurrent import Recurrent

_KINDS = {op: kind for kind, op in OPERATORS.items()}

_FUNCTIONS = {
    "GRU": ("sigmoid", "tanh"),
    "LSTM": ("sigmoid", "tanh", "tanh"),
    "RNN": ("tanh",),
}

_STEPS_FIRST = {
    *("Cast", "Dropout", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Transpose"),
    *_KINDS,
}
"""Operators that are known while the steps stand first."""

_OF_DIRECTIONS = {
    *("Cast", "Concat", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Transpose"),
}
"""Operators that are known where there is an axis of directions."""

_WHOLE = {"Add", "Cast", "Clip", "Gather", "Identity", "Less", "Where"}
"""Operators that are known of inputs as whole numbers."""


def check_place(reader: Reader, node: Node) -> None:
    """Raise a ValueError for an operator that is not known between those of a sequence."""
    if reader.directions is not None and node.op not in _OF_DIRECTIONS:
        raise ValueError("nn has a Squeeze after a recurrent layer only")
    if reader.steps_first and node.op not in _STEPS_FIRST:
        raise ValueError(
            "the steps stand before the samples here, where nn knows recurrent layers only"
        )
    if reader.whole and node.op not in _WHOLE:
        raise ValueError("nn has whole numbers to look up rows with only")


def check_end(reader: Reader) -> None:
    """Raise a ValueError for what is not done when there are no operators any more."""
    if reader.directions is not None or reader.steps_first or reader.whole:
        raise ValueError("the outputs of the ONNX file are no sequences, samples first")


def last_step(reader: Reader, index: np.ndarray, axis: int) -> None:
    last = reader.layers[-1] if reader.layers else None
    time = 0 if reader.steps_first else 1
    steps = reader.shape[0]
    if (
        not isinstance(last, Recurrent)
        or not last.return_sequences
        or axis != time
        or index.ndim != 0
        or index.item() not in (-1, steps - 1)
    ):
        raise ValueError("nn has it for the last step that a recurrent layer gives only")
    _give_last(reader)


def last_steps(reader: Reader, node: Node) -> None:
    """Read a Slice: of the last step only, with an axis of 1 for it."""
    if reader.directions is not None:
        _one_direction(reader, node)
        return
    taken, axis = onnx_arithmetic.part_of(node, [reader.given(node, i) for i in range(1, 5)])
    steps = reader.shape[0]
    if range(steps)[taken] != range(steps - 1, steps):
        raise ValueError("nn has it for the last step that a recurrent layer gives only")
    last_step(reader, np.array(-1), axis % (len(reader.file_shape) + 1))
    if axis == 0:
        # The one step is where a direction would be.
        reader.directions = 0
    else:
        reader.ones = (1, 0)


def _one_direction(reader: Reader, node: Node) -> None:
    """Read a Slice that takes the only direction."""
    taken, axis = onnx_arithmetic.part_of(node, [reader.given(node, i) for i in range(1, 5)])
    if axis != reader.directions or range(1)[taken] != range(1):
        raise ValueError("nn has a Squeeze after a recurrent layer only")


def _give_last(reader: Reader) -> None:
    """Have the last layer, which is recurrent, give its last step only."""
    last = reader.layers[-1]
    reader.layers[-1] = type(last)(**{**last.config(), "return_sequences": False})
    reader.shape, reader.axes, reader.steps_first = reader.shape[1:], (0,), False


# ---- recurrent layers --------------------------------------------------------------------------


def turn(reader: Reader, perm: tuple[int, ...]) -> bool:
    """Note that the steps come to stand first, or second again; return whether it was that."""
    if sorted(perm) != [0, 1, 2] or reader.ones is not None:
        return False
    if not reader.steps_first and perm[1] == 0:
        # Which axes of a sample stand around the batch then.
        axes = reader.axes[perm[0] - 1], reader.axes[perm[2] - 1]
        if axes != (0, 1):
            raise ValueError("it puts another axis than that of the steps first")
        reader.axes, reader.steps_first = axes, True
        return True
    if reader.steps_first and perm[0] == 1:
        reader.axes, reader.steps_first = (perm[1] // 2, perm[2] // 2), False
        return True
    return False


def turn_directions(reader: Reader, node: Node) -> None:
    """Note where the axes stand after a Transpose of what a recurrent operator gives."""
    assert reader.directions is not None
    rest = ["steps", "batch", "units"] if reader.steps_first else ["batch", "steps", "units"]
    before = rest if len(reader.shape) == 2 else ["batch", "units"]
    before.insert(reader.directions, "directions")
    perm = attributes.integers(node, "perm", tuple(reversed(range(len(before)))))
    if sorted(perm) != list(range(len(before))):
        raise ValueError("its perm is no order of axes")
    after = [before[axis] for axis in perm]
    reader.directions = after.index("directions")
    after.remove("directions")
    if after[-1] != "units" or after[-2:] == ["steps", "batch"]:
        raise ValueError("it puts another axis than that of the steps first")
    reader.steps_first = after[0] == "steps"


def aside(reader: Reader, node: Node) -> bool:
    """Note the shape that a Transpose makes, if nothing but that is used of it.

    PyTorch leaves such a one where it begins a recurrent layer with zeros for each sample.
    """
    if node.op != "Transpose" or node.inputs != [reader.current] or reader.directions is not None:
        return False
    if reader.users.get(node.outputs[0]) != {"Shape"}:
        return False
    shape = reader.whole_shape
    perm = attributes.integers(node, "perm", tuple(reversed(range(len(shape)))))
    if sorted(perm) != list(range(len(shape))):
        raise ValueError("its perm is no order of axes")
    reader.shapes[node.outputs[0]] = tuple(shape[axis] for axis in perm)
    return True


def squeeze(reader: Reader, node: Node) -> None:
    """Drop the axis of directions."""
    axes = reader.given(node, 1)
    found = attributes.integers(node, "axes", ()) if axes is None else tuple(axes.ravel()[:9])
    if found != (reader.directions,):
        raise ValueError("it drops another axis than that of the directions")
    reader.directions = None


def over_padding(reader: Reader, node: Node) -> None:
    """Read a Scan: a recurrent layer that passes over padding."""
    reader.need_last()
    own, sequences = onnx_padding.read(reader, node)
    _check_kind(own)
    units, arrays = _weights(reader, own)
    reader.add(_KINDS[own.op](units, return_sequences=sequences), arrays)
    reader.axes = tuple(range(len(reader.shape)))


def recurrent(reader: Reader, node: Node) -> None:
    """Read a GRU, LSTM or RNN whose steps stand first."""
    if not reader.steps_first:
        raise ValueError("its steps must stand before the samples: nn has a Transpose before it")
    if getattr(reader.layers[0], "mask_zero", False) if reader.layers else False:
        raise ValueError("nn passes over padding in each recurrent layer or in none")
    _check_kind(node)
    if reader.given(node, 4) is not None:
        raise ValueError("it is told how many steps there are, and nn goes through all")
    for index in (5, 6, 7):
        value = reader.given(node, index)
        if value is not None and np.any(value):
            raise ValueError("it does not begin with zeros, or has weights that nn's has not")
    outputs = [name for name in node.outputs if name and name in reader.users]
    if len(outputs) != 1 or outputs[0] not in node.outputs[:2]:
        raise ValueError("nn has either all steps of it or the last one")
    units, arrays = _weights(reader, node)
    states = [reader.given(node, index) for index in (5, 6)]
    if any(state is not None and state.shape[-1:] not in ((1,), (units,)) for state in states):
        raise ValueError("its states have other sizes: nn has no projection of them")
    reader.add(_KINDS[node.op](units, return_sequences=True), arrays)
    reader.after = outputs[0]
    reader.directions = 1
    if outputs[0] != node.outputs[0]:
        _give_last(reader)
        reader.directions = 0


def _check_kind(node: Node) -> None:
    """Raise a ValueError unless a recurrent operator works as nn's layer does."""
    functions = node.attributes.get("activations", ())
    lower = tuple(map(str.lower, functions)) if isinstance(functions, tuple) else None
    if lower not in ((), _FUNCTIONS[node.op]):
        raise ValueError("its activations are others than nn's")
    attributes.only(node, direction="forward", layout=0, input_forget=0, clip=0.0)
    if node.op == "GRU":
        attributes.only(node, linear_before_reset=1)
        if node.attributes.get("linear_before_reset") != 1:
            raise ValueError("its reset comes before the product; nn's GRU has it after")


def _weights(reader: Reader, node: Node) -> tuple[int, dict[str, np.ndarray]]:
    gates = GATES[node.op]
    order = [gates.index(gate) for gate in range(len(gates))]
    kernel, own = (reader.wanted(node, index, 3) for index in (1, 2))
    rows, units = own.shape[1:]
    if (
        len(kernel) != 1
        or len(own) != 1
        or rows != len(gates) * units
        or kernel.shape[1:] != (rows, reader.shape[1])
        or attributes.integer(node, "hidden_size", units) != units
    ):
        raise ValueError("its weights do not fit each other, or what comes to it")
    bias = reader.given(node, 3)
    if bias is None:
        bias = np.zeros(2 * rows, own.dtype)
    if bias.size != 2 * rows:
        raise ValueError("its bias does not fit its weights")
    both = in_gates(bias.reshape(2, rows), order)
    arrays = {
        "kernel": in_gates(kernel[0].T, order),
        "recurrent_kernel": in_gates(own[0].T, order),
        "bias": both if node.op == "GRU" else both[0] + both[1],
    }
    return checks.count(units, "its units"), arrays


# ---- others ------------------------------------------------------------------------------------


def reduce_max(reader: Reader, node: Node) -> None:
    """Read the largest of each channel, over all steps."""
    axes = reader.given(node, 1)
    found = attributes.integers(node, "axes", ()) if axes is None else tuple(axes.ravel()[:9])
    rank = len(reader.file_shape)
    if (
        rank != 2
        or reader.ones is not None
        or len(found) != 1
        or not -2 <= found[0] <= 2
        or found[0] % 3 == 0
        or reader.axes[found[0] % 3 - 1] != 0
        or attributes.integer(node, "keepdims", 1)
    ):
        raise ValueError("nn has the largest over all steps of a sequence only")
    reader.add(GlobalMaxPooling1D())
    reader.axes = (0,)


def global_max(reader: Reader, node: Node) -> None:
    """Read the same of sequences whose channels stand first."""
    reader.need_channels_first()
    if len(reader.shape) != 2:
        raise ValueError("nn has it for sequences only")
    reader.add(GlobalMaxPooling1D())
    reader.axes, reader.ones = (0,), (0, 1)


def global_max_unsqueezed(reader: Reader, node: Node, position: int) -> bool:
    """Read it with a third axis for the time being, as PyTorch has it; return whether it was that.

    An Unsqueeze, a ReduceMax that keeps the axes, and a Squeeze.
    """
    nodes = reader.model.nodes[position + 1 : position + 3]
    if [each.op for each in nodes] != ["ReduceMax", "Squeeze"] or len(reader.shape) != 2:
        return False
    largest, squeezed = nodes
    added, over, dropped = (reader.given(each, 1) for each in (node, largest, squeezed))
    if added is None or over is None or dropped is None or not largest.attributes.get("keepdims"):
        return False
    names = largest.inputs[:1] == node.outputs and squeezed.inputs[:1] == largest.outputs
    axes = [sorted(int(axis) % 4 for axis in each.ravel()[:9]) for each in (added, over, dropped)]
    if not names or axes != [[2], [2, 3], [2]] or reader.axes != (1, 0):
        return False
    reader.skipped = {largest.outputs[0], squeezed.outputs[0]}
    for name in reader.skipped:
        reader.aliases[name] = node.outputs[0]
    global_max(reader, node)
    return True


def layer_normalization(reader: Reader, node: Node) -> None:
    """Read a LayerNormalization over the last axis."""
    reader.need_last()
    if attributes.integer(node, "axis", -1) not in (-1, len(reader.shape)):
        raise ValueError("it works on another axis than the last")
    gamma, beta = reader.wanted(node, 1, 1), reader.given(node, 2)
    arrays = {
        "gamma": reader.in_order(gamma),
        "beta": reader.in_order(np.zeros_like(gamma) if beta is None else beta),
    }
    reader.add(LayerNormalization(attributes.number(node, "epsilon", 1e-5)), arrays)


def position(reader: Reader, value: np.ndarray) -> bool:
    """Read what is added to each step after an Embedding; return whether it was that."""
    last = reader.layers[-1] if reader.layers else None
    if not isinstance(last, Embedding) or value.ndim != 2 or value.shape != reader.shape:
        return False
    reader.add(PositionEmbedding(), {"position_embeddings": value})
    return True
