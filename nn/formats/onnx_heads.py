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

_AFTER = {
    *("Add", "Cast", "Concat", "Dropout", "Identity", "Reshape", "Squeeze", "Transpose"),
    *_PRODUCTS,
}
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
    """The two products of one head or of several: names of what they multiply, and make.

    ``end`` is how many nodes it is to the second one.
    """

    query: str
    key: str
    scores: str
    value: str
    context: str
    end: int


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
    try:
        products = _products(probe)
        if not products or _is_dense(probe, reader.shape[1]):
            return None
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


def _products(probe: Probe) -> list[_Products]:
    """Return the products of all heads: of those that are side by side, one after another."""
    found: list[_Products] = []
    beyond = _BEFORE_SOFTMAX
    for place, node in enumerate(probe.nodes[:_BEFORE_SOFTMAX]):
        if place >= beyond:
            break
        if node.op != "Softmax":
            continue
        one = _around(probe, place)
        if one is None:
            return []
        if not found:
            beyond = next((end for end, _ in probe.waists() if end >= one.end), 0)
        found.append(one)
    return found


def _around(probe: Probe, softmax: int) -> _Products | None:
    """Return the products before and after a Softmax."""
    nodes = probe.nodes
    made = {name: place for place, node in enumerate(nodes[:softmax]) for name in node.outputs}
    name = nodes[softmax].inputs[0]
    while name in made and nodes[made[name]].op != "MatMul":
        rows = [each for each in nodes[made[name]].inputs if each in made and each in probe.derived]
        if len(rows) != 1:
            return None
        (name,) = rows
    if name not in made:
        return None
    query, key = nodes[made[name]].inputs
    name, place = followed(probe, nodes[softmax].outputs[0], softmax + 1)
    for end, node in enumerate(nodes[place:], place + 1):
        if name in node.inputs[:1]:
            if node.op != "MatMul":
                return None
            scores, value = nodes[softmax].inputs[0], node.inputs[1]
            return _Products(query, key, scores, value, node.outputs[0], end)
    return None


def _found(reader: Reader, probe: Probe, products: list[_Products]) -> Heads | None:
    steps, features = reader.shape
    end, batch = products[-1].end, reader.batch
    whole = probe.values(trial(reader), end)
    names = ("query", "key", "value")
    arrays: dict[str, list[np.ndarray]] = {}
    causal, shapes = set[bool](), []
    passes = [probe.values(x, end) for x in rows_of(steps, features, batch)]
    for one in products:
        query, key, value = (whole[getattr(one, name)] for name in names)
        heads, key_dim = math.prod(query.shape[:-2]) // batch, query.shape[-1]
        fits = (
            query.ndim > 2
            and query.size == batch * heads * steps * key_dim
            and query.shape[-2:] == (steps, key_dim)
            and key.shape == (*query.shape[:-2], key_dim, steps)
            and value.shape == query.shape
            and steps * steps * heads <= checks.MAX_VALUES
        )
        scale = _scale(query @ key, whole[one.scores], (batch, heads, steps)) if fits else None
        if scale is None:
            return None
        shapes.append(query.shape)
        causal.add(scale[1])
        # nn divides by the root of key_dim; whatever else there is, queries and keys share.
        factor = math.sqrt(scale[0] * math.sqrt(key_dim))
        for name in names:
            parts = [made[getattr(one, name)] for made in passes]
            parts = [part.swapaxes(-1, -2) if name == "key" else part for part in parts]
            rows = [part.reshape(batch, heads, steps, key_dim).swapaxes(1, 2) for part in parts]
            kernel, bias = affine([row.reshape(-1, heads, key_dim) for row in rows], features)
            both = 1.0 if name == "value" or abs(factor - 1) < 1e-6 else factor
            arrays.setdefault(f"{name}_kernel", []).append(kernel * both)
            arrays.setdefault(f"{name}_bias", []).append(bias * both)
    if len(causal) != 1 or len({shape[-1] for shape in shapes}) != 1:
        return None
    joined = {name: np.concatenate(parts, axis=-2) for name, parts in arrays.items()}
    count, key_dim = joined["query_bias"].shape
    layer = MultiHeadAttention(count, key_dim, causal.pop())
    return _with_output(reader, probe, products, layer, joined, shapes)


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
    products: list[_Products],
    layer: MultiHeadAttention,
    arrays: dict[str, np.ndarray],
    shapes: list[tuple[int, ...]],
) -> Heads | None:
    steps, features = reader.shape
    start = products[-1].end
    after = Probe(reader, probe.start + start, products[0].context)
    # What was worked out before, such as shapes, is known here too.
    before = probe.values(trial(reader), start)
    heads, key_dim = layer.num_heads, layer.key_dim
    counts = [math.prod(shape[:-2]) // reader.batch for shape in shapes]
    for end, node in reversed(_ends(probe, start)):
        name, rows = node.outputs[0], []
        for x in rows_of(steps, layer.width, reader.batch):
            whole = x.reshape(-1, steps, heads, key_dim).swapaxes(1, 2)
            parts = np.split(whole, np.cumsum(counts)[:-1], axis=1)
            for one, part, shape in zip(products, parts, shapes, strict=True):
                before[one.context] = part.reshape(shape)
            made = after.values(before[after.source], end - start, before)[name]
            if made.shape != (reader.batch, steps, features):
                break
            rows.append(made.reshape(-1, features))
        else:
            kernel, bias = affine(rows, layer.width)
            found = {
                **arrays,
                "output_kernel": kernel.reshape(heads, key_dim, features),
                "output_bias": bias,
            }
            if same(probe, end, name, layer, found):
                again = MultiHeadAttention(heads, key_dim, layer.causal)
                return Heads(again, found, end, name)
    return None


def _ends(probe: Probe, start: int) -> list[tuple[int, Node]]:
    """Return where the layer may end: after a product with the output's weights, if there is one.

    And after a bias, if there is one.
    """
    waists = {end: node for end, node in probe.waists() if end >= start}
    found = [(start, waists[start])] if start in waists else []
    products = 0
    for end, node in enumerate(probe.nodes[start:], start + 1):
        if probe.derived.isdisjoint(node.outputs):
            continue
        products += node.op in _PRODUCTS
        if node.op not in _AFTER or products > 1:
            break
        if end in waists:
            found.append((end, node))
    return found
