"""Attention as other tools write it in ONNX: known by what it computes.

There is no operator for it that they use. But there is a Softmax; before it a product of queries
and keys, after it one with values. All three are sums of what comes, each step by itself, so that
inputs with a single 1 show their weights, however they were split, turned and scaled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nn import checks
from nn.formats.onnx_model import Node
from nn.formats.onnx_probe import Probe, affine, followed, rows_of, same, trial
from nn.formats.onnx_reader import Reader
from nn.layers import MultiHeadAttention

_BEFORE_SOFTMAX = 250
"""Most nodes there."""

_PRODUCTS = {"Einsum", "Gemm", "MatMul"}

_AFTER = {"Add", "Cast", "Dropout", "Identity", "Reshape", "Squeeze", "Transpose", *_PRODUCTS}
"""Operators between the values and what the layer gives, besides those of shapes."""


@dataclass
class Heads:
    """What was found: the layer, its weights, how many nodes it is, and the name of its output."""

    layer: MultiHeadAttention
    arrays: dict[str, np.ndarray]
    end: int
    name: str


@dataclass
class _Products:
    """The two products: their places, and the names of what they multiply."""

    scores: int
    softmax: int
    values: int
    query: str
    key: str
    value: str


def read_heads(reader: Reader, position: int) -> int:
    """Read the MultiHeadAttention that begins with a node, if one does; return how many nodes."""
    if len(reader.shape) != 2 or reader.axes != (0, 1) or reader.ones is not None:
        return 0
    found = attention(reader, position, reader.current)
    if found is None:
        return 0
    Probe(reader, position, reader.current).note(trial(reader), found.end)
    reader.after = found.name
    reader.add(found.layer, found.arrays)
    return found.end


def attention(reader: Reader, position: int, source: str) -> Heads | None:
    """Return the attention to the steps of ``source`` that begins with a node, if one does."""
    probe = Probe(reader, position, source)
    products = _products(probe)
    if products is None or _is_dense(probe, reader.shape[1]):
        return None
    try:
        return _found(reader, probe, products)
    except ValueError:
        # Something among the nodes is not known, or takes what comes from elsewhere.
        return None


def _is_dense(probe: Probe, features: int) -> bool:
    """Whether a Dense comes first that does not belong to it."""
    node = probe.nodes[0]
    users = probe.reader.users.get(probe.source, set())
    if node.op != "MatMul" or len(node.inputs) != 2 or not probe.reader.is_constant(node.inputs[1]):
        return node.op not in ("Einsum", "Gemm", "Reshape", "Shape", "Transpose") and len(users) < 2
    takers = sum(probe.source in map(probe.reader.resolved, each.inputs) for each in probe.nodes)
    return takers < 2 and probe.reader.constant(node.inputs[1]).shape[-1] == features


def _products(probe: Probe) -> _Products | None:
    nodes = probe.nodes
    window = enumerate(nodes[:_BEFORE_SOFTMAX])
    softmax = next((place for place, node in window if node.op == "Softmax"), None)
    if softmax is None:
        return None
    made = {name: place for place, node in enumerate(nodes[:softmax]) for name in node.outputs}
    name, scores = nodes[softmax].inputs[0], None
    while name in made:
        node = nodes[made[name]]
        if node.op == "MatMul":
            scores = made[name]
            break
        rows = [given for given in node.inputs if given in made and given in probe.derived]
        if len(rows) != 1:
            return None
        (name,) = rows
    if scores is None or len(nodes[scores].inputs) != 2:
        return None
    name, place = followed(probe, nodes[softmax].outputs[0], softmax + 1)
    values = next(
        (at for at, node in enumerate(nodes[place:], place) if name in node.inputs[:1]), None
    )
    if values is None or nodes[values].op != "MatMul":
        return None
    query, key = nodes[scores].inputs
    return _Products(scores, softmax, values, query, key, nodes[values].inputs[1])


def _found(reader: Reader, probe: Probe, products: _Products) -> Heads | None:
    steps, features = reader.shape
    end, batch = products.values + 1, reader.batch
    whole = probe.values(trial(reader), end)
    query, key, value = (whole[n] for n in (products.query, products.key, products.value))
    heads, key_dim = math.prod(query.shape[:-2]) // batch, query.shape[-1]
    fits = (
        query.ndim > 2
        and math.prod(query.shape) == batch * heads * steps * key_dim
        and query.shape[-2:] == (steps, key_dim) == value.shape[-2:]
        and key.shape == (*query.shape[:-2], key_dim, steps)
        and value.shape == query.shape
        and steps * steps * heads <= checks.MAX_VALUES
    )
    if not fits:
        return None
    scale = _scale(
        query @ key, whole[probe.nodes[products.softmax].inputs[0]], (batch, heads, steps)
    )
    if scale is None:
        return None
    factor, causal = scale
    found: dict[str, list[np.ndarray]] = {"query": [], "key": [], "value": []}
    for x in rows_of(steps, features, batch):
        made = probe.values(x, end)
        for name in found:
            part = made[getattr(products, name)]
            part = part.swapaxes(-1, -2) if name == "key" else part
            rows = part.reshape(batch, heads, steps, key_dim).swapaxes(1, 2)
            found[name].append(rows.reshape(-1, heads, key_dim))
    arrays: dict[str, np.ndarray] = {}
    # nn divides by the root of key_dim; whatever else there is, queries and keys share.
    factor = math.sqrt(factor * math.sqrt(key_dim))
    for name, given in found.items():
        kernel, bias = affine(given, features)
        both = 1.0 if name == "value" or abs(factor - 1) < 1e-6 else factor
        arrays |= {f"{name}_kernel": kernel * both, f"{name}_bias": bias * both}
    layer = MultiHeadAttention(heads, key_dim, causal)
    return _with_output(reader, probe, products, layer, arrays, query.shape)


def _scale(
    product: np.ndarray, scores: np.ndarray, sizes: tuple[int, int, int]
) -> tuple[float, bool] | None:
    """Return what scores are multiplied by, and whether those of later steps are hidden."""
    steps = sizes[2]
    if product.size != scores.size:
        return None
    product, scores = (each.reshape(*sizes, steps) for each in (product, scores))
    own, seen = (np.einsum("...ii->...i", each).ravel() for each in (product, scores))
    factor = float(own @ seen / (own @ own)) if np.any(own) else 0.0
    if not factor > 0 or not np.allclose(own * factor, seen):
        return None
    return factor, steps > 1 and bool(np.all(scores[..., 0, steps - 1] < -1e4))


def _with_output(
    reader: Reader,
    probe: Probe,
    products: _Products,
    layer: MultiHeadAttention,
    arrays: dict[str, np.ndarray],
    shape: tuple[int, ...],
) -> Heads | None:
    steps, features = reader.shape
    context = probe.nodes[products.values].outputs[0]
    start = products.values + 1
    ends = _ends(probe, start)
    after = Probe(reader, probe.start + start, context)
    # What was worked out before, such as shapes, is known here too.
    before = probe.values(trial(reader), start)
    heads, key_dim = layer.num_heads, layer.key_dim
    for end, node in reversed(ends):
        name, rows = node.outputs[0], []
        for x in rows_of(steps, layer.width, reader.batch):
            turned = x.reshape(-1, steps, heads, key_dim).swapaxes(1, 2).reshape(shape)
            made = after.values(turned, end - start, before)[name]
            if made.shape != (reader.batch, steps, features):
                break
            rows.append(made.reshape(-1, features))
        else:
            kernel, bias = affine(rows, layer.width)
            whole = {
                **arrays,
                "output_kernel": kernel.reshape(heads, key_dim, features),
                "output_bias": bias,
            }
            if same(probe, end, name, layer, whole):
                again = MultiHeadAttention(heads, key_dim, layer.causal)
                return Heads(again, whole, end, name)
    return None


def _ends(probe: Probe, start: int) -> list[tuple[int, Node]]:
    """Return where the layer may end: after a product with the output's weights, and a bias."""
    found, products = [], 0
    waists = {end: node for end, node in probe.waists() if end > start}
    for end, node in enumerate(probe.nodes[start:], start + 1):
        if probe.derived.isdisjoint(node.outputs):
            continue
        products += node.op in _PRODUCTS
        if node.op not in _AFTER or products > 1:
            break
        if products and end in waists:
            found.append((end, node))
    return found
