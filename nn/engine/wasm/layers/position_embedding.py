"""PositionEmbedding: the same table added to every sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import I32, Value
from nn.engine.wasm.kernels import vectors
from nn.engine.wasm.layers.layer import LayerKernels, Mode
from nn.engine.wasm.memory import Place

add = vectors.elementwise(lambda f, a, b, total: {"total": a + b})
"""``total = a + b``: called with (a, b, total, count)."""


@dataclass(frozen=True)
class PositionEmbeddingKernels(LayerKernels):
    """Any shape."""

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        table = place.weight("position_embeddings")
        f.call(_add_to_each(f.module, math.prod(self.x)), x, table, z, rows)

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        f.call(vectors.copy(f.module), dz, dx, rows * math.prod(self.x))

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        gradient, size = place.gradient("position_embeddings"), math.prod(self.x)
        f.call(vectors.clear(f.module), gradient, I32(size))
        f.call(_sum_of_samples(f.module, size), dz, gradient, rows)


@once
def _add_to_each(module: Module, size: int) -> Function:
    """Return a function of (x, table, z, rows)."""
    with module.function("positions", I32, I32, I32, I32) as f:
        x, table, z, rows = f.parameters
        with vectors.each_row(f, x, rows, size, z):
            f.call(add(module), x, table, z, I32(size))
    return f


@once
def _sum_of_samples(module: Module, size: int) -> Function:
    """Return a function of (dz, gradient, rows)."""
    with module.function("sum of samples", I32, I32, I32) as f:
        dz, gradient, rows = f.parameters
        with vectors.each_row(f, dz, rows, size):
            f.call(add(module), dz, gradient, gradient, I32(size))
    return f
