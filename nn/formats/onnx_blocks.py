"""A TransformerBlock as other tools write it in ONNX.

What comes is added to attention to it, normalized, and the sum to two dense layers of it,
normalized too. Both sums are what makes it more than layers in a row.
"""

from __future__ import annotations

import numpy as np

from nn.formats import onnx_constants
from nn.formats.onnx_heads import attention
from nn.formats.onnx_normalization import Normalization, normalization
from nn.formats.onnx_probe import Probe, affine, followed, rows_of, same, trial
from nn.formats.onnx_reader import Reader
from nn.layers import TransformerBlock
from nn.layers.transformer_block import EPSILON

_MOST_NODES = 30
"""Of two dense layers."""


def read_block(reader: Reader, position: int) -> int:
    """Read the TransformerBlock that begins with a node, if one does; return how many nodes."""
    if len(reader.shape) != 2 or reader.axes != (0, 1) or reader.ones is not None:
        return 0
    features = reader.shape[1]
    arrays: dict[str, np.ndarray] = {}
    first = normalization(reader, position, reader.current, features)
    if first is None or not _close(first, arrays, "norm_before_attention"):
        return 0
    place = _work_out(reader, position + first.end)
    heads = attention(reader, place, first.name)
    if heads is None or not heads.layer.causal:
        return 0
    arrays |= {f"attention_{name}": array for name, array in heads.arrays.items()}
    total, place = _sum(reader, place + heads.end, heads.name, reader.current)
    if not total:
        return 0
    second = normalization(reader, place, total, features)
    if second is None or not _close(second, arrays, "norm_before_dense"):
        return 0
    place = _work_out(reader, place + second.end)
    dense = _dense(reader, place, second.name)
    if dense is None:
        return 0
    end, name, weights = dense
    arrays |= weights
    name, place = _sum(reader, place + end, name, total)
    sizes = heads.layer.num_heads, heads.layer.key_dim, weights["wider_bias"].size
    probe = Probe(reader, position, reader.current)
    if not name or not same(probe, place - position, name, TransformerBlock(*sizes), arrays):
        return 0
    probe.note(trial(reader), place - position)
    reader.after = name
    reader.add(TransformerBlock(*sizes), arrays)
    return place - position


def _close(found: Normalization, arrays: dict[str, np.ndarray], name: str) -> bool:
    """Note the weights of a normalization, if it is such a one."""
    arrays |= {f"{name}_gamma": found.gamma, f"{name}_beta": found.beta}
    return abs(found.epsilon - EPSILON) < 1e-9


def _work_out(reader: Reader, place: int) -> int:
    """Work out nodes of constants, and return the place of the next one that is none."""
    nodes = reader.model.nodes
    while place < len(nodes) and all(map(reader.is_constant, nodes[place].inputs)):
        onnx_constants.work_out(reader, nodes[place])
        place += 1
    return place


def _sum(reader: Reader, place: int, name: str, other: str) -> tuple[str, int]:
    """Return the name of the sum of two that a node gives, and the place of the next node."""
    probe = Probe(reader, _work_out(reader, place), name)
    name, skipped = followed(probe, name, 0)
    place = _work_out(reader, probe.start + skipped)
    if place < len(reader.model.nodes):
        node = reader.model.nodes[place]
        if node.op == "Add" and sorted(map(reader.resolved, node.inputs)) == sorted([name, other]):
            return node.outputs[0], _work_out(reader, place + 1)
    return "", place


def _dense(
    reader: Reader, place: int, source: str
) -> tuple[int, str, dict[str, np.ndarray]] | None:
    """Return two dense layers, a Relu between them: how many nodes, the output, the weights."""
    steps, features = reader.shape
    probe = Probe(reader, place, source)
    window = enumerate(probe.nodes[:_MOST_NODES])
    relu = next((at for at, node in window if node.op == "Relu"), None)
    ends = [(end, node) for end, node in probe.waists() if end <= _MOST_NODES]
    if relu is None or not ends or ends[-1][0] <= relu + 1:
        return None
    end, node = ends[-1]
    given, made = probe.nodes[relu].inputs[0], probe.nodes[relu].outputs[0]
    rows = [probe.values(x, relu)[given] for x in rows_of(steps, features, reader.batch)]
    units = rows[0].shape[-1]
    kernel, bias = affine([each.reshape(-1, units) for each in rows], features)
    arrays = {"wider_kernel": kernel, "wider_bias": bias}
    before = probe.values(trial(reader), relu)
    after = Probe(reader, place + relu + 1, made)
    rows = []
    for x in rows_of(steps, units, reader.batch):
        turned = x.reshape(before[given].shape)
        rows.append(after.values(turned, end - relu - 1, before)[node.outputs[0]])
    kernel, bias = affine([each.reshape(-1, features) for each in rows], units)
    return end, node.outputs[0], {**arrays, "narrower_kernel": kernel, "narrower_bias": bias}
