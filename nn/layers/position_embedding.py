"""PositionEmbedding: where in a sequence a step stands, learned."""

from __future__ import annotations

import math

import numpy as np

from nn.initializers import Initializer
from nn.layers.embedding import SMALL
from nn.layers.layer import Layer, Pass, Shape, Weight, checked_initializer, checked_sequence


class PositionEmbedding(Layer):
    """``z[t] = x[t] + position_embeddings[t]``, so that attention can tell the steps' order.

    ``position_embeddings`` is (steps, features), learned (Vaswani et al. 2017, section 3.5).

    Args:
        embeddings_initializer: a name in :data:`nn.initializers.INITIALIZERS` or an initializer.

    Raises:
        ValueError: the name is unknown.

    >>> PositionEmbedding().output_shape((64, 32))
    (64, 32)
    """

    position_embeddings: np.ndarray

    def __init__(self, embeddings_initializer: str | Initializer = SMALL) -> None:
        self.embeddings_initializer = checked_initializer(embeddings_initializer)

    def output_shape(self, x: Shape) -> Shape:
        return checked_sequence(x)

    def weights(self, x: Shape) -> list[Weight]:
        return [Weight("position_embeddings", x, self.embeddings_initializer)]

    def multiplications(self, x: Shape) -> int:
        return math.prod(x)

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        np.add(x, self.position_embeddings, out=z)

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        np.sum(dz, axis=0, out=p.gradients["position_embeddings"])
        if dx is not None:
            dx[...] = dz

    def step(self, x: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        position = memory.get("position", np.zeros(1, np.intp))
        memory["position"] = position + 1
        if position[0] >= len(self.position_embeddings):
            raise ValueError(f"there are only {len(self.position_embeddings)} positions")
        moved: np.ndarray = x + self.position_embeddings[position[0]]
        return moved
