"""Attention as PyTorch has it: a Linear for each of its kernels, and what puts them together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nn.formats import pytorch_sequences
from nn.formats.pytorch_lines import Lines
from nn.layers import (
    Dense,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
    PositionEmbedding,
    Shape,
    TransformerBlock,
    Weight,
)

KINDS = (MultiHeadAttention, PositionEmbedding, TransformerBlock)

_PARTS = {"kernel": "weight", "gamma": "weight", "bias": "bias", "beta": "bias"}


def names(layer: Layer, name: str, x: Shape) -> Iterator[tuple[str, Weight]]:
    """Yield what PyTorch calls each weight of a layer that is given samples of shape ``x``.

    >>> layer = MultiHeadAttention(2, 3)
    >>> next(names(layer, "attention", (5, 4)))[0]
    'attention_query.weight'
    """
    for weight in layer.weights(x):
        part, _, last = weight.name.rpartition("_")
        if isinstance(layer, PositionEmbedding):
            yield f"{name}.weight", weight
        else:
            yield f"{name}_{part}.{_PARTS[last]}", weight


def to_torch(array: np.ndarray, weight: Weight) -> np.ndarray:
    """Return a weight as PyTorch has it: a kernel as a matrix, turned round.

    >>> weight = MultiHeadAttention(2, 3).weights((5, 4))[0]
    >>> to_torch(np.zeros(weight.shape), weight).shape
    (6, 4)
    """
    if weight.name.endswith("kernel"):
        return array.reshape(_inputs(weight), -1).T
    return array if weight.name == "position_embeddings" else array.ravel()


def of_torch(array: np.ndarray, weight: Weight, name: str) -> np.ndarray:
    """Return a weight as nn has it.

    Raises:
        ValueError: it has another shape than PyTorch's, called ``name``, would have.
    """
    expected = to_torch(np.broadcast_to(np.float32(0), weight.shape), weight).shape
    if array.shape != expected:
        raise ValueError(f"{name} has the shape {list(array.shape)}, expected {list(expected)}")
    kernel = weight.name.endswith("kernel")
    return (array.T if kernel else array).reshape(weight.shape)


def _inputs(weight: Weight) -> int:
    """Return how many numbers a kernel takes: that of the outputs takes those of all heads."""
    *several, _ = weight.shape
    return math.prod(several) if weight.name.endswith("output_kernel") else several[0]


# ---- lines of the program ----------------------------------------------------------------------


def _position(lines: Lines, layer: PositionEmbedding, name: str, x: Shape) -> None:
    lines.module(name, f"Embedding({x[0]}, {x[1]})")
    lines.assign(f"x + self.{name}.weight")


def _attention(lines: Lines, layer: MultiHeadAttention, name: str, x: Shape) -> None:
    heads, width = (layer.num_heads, layer.key_dim), layer.width
    for part in ("query", "key", "value"):
        lines.module(f"{name}_{part}", f"Linear({x[1]}, {width})")
        heads_first = f".unflatten(-1, {heads}).transpose(1, 2)"
        lines.forward.append(f"{part} = self.{name}_{part}(x){heads_first}")
    lines.module(f"{name}_output", f"Linear({width}, {x[1]})")
    causal = f"is_causal={layer.causal}"
    lines.assign(f"F.scaled_dot_product_attention(query, key, value, {causal})")
    lines.assign(f"self.{name}_output(x.transpose(1, 2).flatten(2))")


def _block(lines: Lines, layer: TransformerBlock, name: str, x: Shape) -> None:
    for branch in layer.parts(x):
        lines.forward.append("given = x")
        for part, one, shape in branch:
            WRITERS[type(one)](lines, one, f"{name}_{part}", shape)
        lines.assign("given + x")


def _dense(lines: Lines, layer: Dense, name: str, x: Shape) -> None:
    lines.module(name, f"Linear({x[-1]}, {layer.units})")
    lines.assign(f"self.{name}(x)", layer.activation.name)


WRITERS: dict[type[Layer], Callable[[Lines, Any, str, Shape], None]] = {
    Dense: _dense,
    LayerNormalization: pytorch_sequences.WRITERS[LayerNormalization],
    MultiHeadAttention: _attention,
    PositionEmbedding: _position,
    TransformerBlock: _block,
}
"""How each kind is written, and those that are part of one."""
