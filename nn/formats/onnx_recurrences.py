"""Recurrent layers that an ONNX file has as operators for each step, one step after another.

Keras writes all of them so, and PyTorch's newer exporter its RNN.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

from nn import checks
from nn.formats.onnx_model import Node
from nn.formats.onnx_probe import Probe, same, trial
from nn.formats.onnx_reader import Reader
from nn.layers import GRU, LSTM, SimpleRNN
from nn.layers.recurrent import Recurrent

_KINDS: dict[int, type[Recurrent]] = {1: SimpleRNN, 3: GRU, 4: LSTM}
"""By how many parts the product of the state has."""

_TRIED = 4
"""Places at which the layer may end that are tried."""


def read_steps(reader: Reader, position: int) -> int:
    """Read the recurrent layer that begins with a node, if one does.

    Returns:
        How many nodes it is.
    """
    if len(reader.shape) != 2 or reader.axes != (0, 1) or reader.ones is not None:
        return 0
    steps = reader.shape[0]
    later = reader.model.nodes[position:]
    if steps < 2 or sum(node.op == "Tanh" for node in later) < steps:
        return 0
    probe, tried = Probe(reader, position, reader.current), 0
    for end, node in probe.waists():
        nodes = probe.nodes[:end]
        if sum(each.op == "Tanh" for each in nodes) < steps:
            continue
        found = _tried(reader, probe, end, node.outputs[0])
        if found:
            layer, arrays, steps_first = found
            x = trial(reader)
            probe.note(x.swapaxes(0, 1) if reader.steps_first else x, end)
            reader.after = node.outputs[0]
            reader.add(layer, arrays)
            reader.axes = tuple(range(len(reader.shape)))
            reader.steps_first = steps_first
            return end
        tried += 1
        if tried == _TRIED:
            break
    return 0


def _tried(
    reader: Reader, probe: Probe, end: int, name: str
) -> tuple[Recurrent, dict[str, np.ndarray], bool] | None:
    """Return the layer that the first nodes are, its weights, and whether it gives steps first."""
    kernels = _constants(reader, probe.nodes[:end], {"Gemm", "MatMul"}, 2)
    if len(kernels) != 2:
        return None
    for kernel, own in permutations(kernels):
        units = len(own)
        kind = _KINDS.get(own.shape[1] // units)
        width = own.shape[1]
        if kind is None or width % units or kernel.shape != (reader.shape[1], width):
            continue
        biases = _constants(reader, probe.nodes[:end], {"Add", "Gemm"}, 1, width)
        for bias in _biases(kind, biases, width):
            arrays = {"kernel": kernel, "recurrent_kernel": own, "bias": bias}
            for sequences, steps_first in ((False, False), (True, False), (True, True)):
                layer = kind(checks.count(units, "its units"), return_sequences=sequences)
                if same(probe, end, name, layer, arrays, steps_first):
                    again = kind(units, return_sequences=sequences)
                    return again, arrays, steps_first
    return None


def _biases(kind: type[Recurrent], found: list[np.ndarray], width: int) -> list[np.ndarray]:
    """Return what the bias of a layer may be."""
    nothing = np.zeros(width)
    if len(found) > 2:
        return []
    if kind is not GRU:
        return [np.sum(found, axis=0) if found else nothing]
    pairs = permutations([*found, nothing, nothing][:2])
    return [np.stack(pair) for pair in pairs] + [np.stack([one, one]) for one in found[:1]]


def _constants(
    reader: Reader, nodes: list[Node], ops: set[str], rank: int, width: int | None = None
) -> list[np.ndarray]:
    """Return the different constants that operators take: matrices, or rows of a width."""
    found: dict[bytes, np.ndarray] = {}
    names: dict[str, str] = {}
    for node in nodes:
        if node.op == "Identity":
            names[node.outputs[0]] = names.get(node.inputs[0], node.inputs[0])
        if node.op not in ops:
            continue
        for place, given in enumerate(node.inputs):
            name = names.get(given, given)
            if not reader.is_constant(name):
                continue
            value = reader.constant(name)
            if rank == 1 and width and value.shape[-1:] == (width,):
                # Perhaps the same for each sample of a mini-batch.
                rows = value.reshape(-1, width)
                value = rows[0] if np.ptp(rows, axis=0).max(initial=0) < 1e-6 else value
            elif node.op == "Gemm" and place == 1 and node.attributes.get("transB") == 1:
                value = value.T
            if value.ndim == rank and value.dtype.kind == "f" and value.size:
                found[np.ascontiguousarray(value).tobytes()] = value
    return [value for value in found.values() if np.any(value)]
