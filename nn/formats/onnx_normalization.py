"""A LayerNormalization that an ONNX file has as operators: before version 17 there is no other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nn.formats import onnx_arithmetic
from nn.formats import onnx_attributes as attributes
from nn.formats.onnx_model import Node
from nn.formats.onnx_probe import Probe, sines
from nn.formats.onnx_reader import Reader
from nn.layers import LayerNormalization

_OPS = {"Add", "Cast", "Constant", "Div", "Mul", "Pow", "Reciprocal", "ReduceMean", "Sqrt", "Sub"}


@dataclass
class Normalization:
    """What was found: the weights, how many nodes it is, and the name of what it gives."""

    gamma: np.ndarray
    beta: np.ndarray
    epsilon: float
    end: int
    name: str


def normalization(
    reader: Reader, position: int, source: str, features: int
) -> Normalization | None:
    """Return the normalization over the last axis that begins with a node, if one does."""
    probe = Probe(reader, position, source)
    if not probe.nodes or source not in map(reader.resolved, probe.nodes[0].inputs[:1]):
        return None
    if probe.nodes[0].op == "LayerNormalization":
        return _operator(reader, probe.nodes[0], features)
    if probe.nodes[0].op != "ReduceMean":
        return None
    found = None
    for end, node in probe.waists(alone=False):
        if any(each.op not in _OPS for each in probe.nodes[:end]):
            break
        if node.op in ("Add", "Div", "Mul"):
            found = _tried(reader, probe, end, node.outputs[0], features) or found
    return found


def _operator(reader: Reader, node: Node, features: int) -> Normalization | None:
    gamma, beta = reader.wanted(node, 1), reader.given(node, 2)
    beta = np.zeros_like(gamma) if beta is None else beta
    epsilon = attributes.number(node, "epsilon", 1e-5)
    if attributes.integer(node, "axis", -1) not in (-1, len(reader.shape)):
        return None
    if gamma.shape != (features,) or beta.shape != (features,):
        return None
    return Normalization(gamma, beta, epsilon, 1, node.outputs[0])


def _tried(
    reader: Reader, probe: Probe, end: int, name: str, features: int
) -> Normalization | None:
    shape = (reader.batch, *reader.shape[:-1], features)
    x = sines(shape)
    found = probe.values(x, end)[name]
    beta = probe.values(np.zeros(shape), end)[name].reshape(-1, features)[0]
    for epsilon in _small(reader, probe.nodes[:end]):
        centred = x - x.mean(axis=-1, keepdims=True)
        plain = centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + epsilon)
        if found.shape != shape:
            return None
        gamma = np.sum((found - beta) * plain, axis=tuple(range(found.ndim - 1)))
        gamma = gamma / np.sum(plain**2, axis=tuple(range(found.ndim - 1)))
        if np.allclose(plain * gamma + beta, found, rtol=1e-6, atol=1e-9):
            return Normalization(gamma, beta, epsilon, end, name)
    return None


def _small(reader: Reader, nodes: list[Node]) -> list[float]:
    """Return the numbers that may be an epsilon."""
    made = {node.outputs[0]: node for node in nodes if node.op == "Constant" and node.outputs}
    found = []
    for name in {name for node in nodes if node.op == "Add" for name in node.inputs}:
        if name in made:
            (value,) = onnx_arithmetic.work_out(made[name], [], reader.model.opset)
        elif reader.is_constant(name):
            value = reader.constant(name)
        else:
            continue
        if value.size == 1 and 0 <= value.item() < 0.1:
            # The shortest decimal that is this float32.
            found.append(float(str(np.float32(value.item()))))
    return found


def read_normalization(reader: Reader, position: int) -> int:
    """Read a LayerNormalization that begins with a node, if one does; return how many nodes."""
    features = reader.shape[-1]
    if reader.ones is not None or reader.axes != tuple(range(len(reader.shape))):
        return 0
    found = normalization(reader, position, reader.current, features)
    if found is None:
        return 0
    reader.after = found.name
    arrays = {"gamma": reader.in_order(found.gamma), "beta": reader.in_order(found.beta)}
    reader.add(LayerNormalization(found.epsilon), arrays)
    return found.end
