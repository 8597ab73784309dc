"""Embedding: rows of a table, copied forward, added to backward."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32X4, I32, I32X4, Value
from nn.engine.wasm.kernels import vectors
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site, facts
from nn.engine.wasm.memory import Place
from nn.layers import Embedding, Shape


@dataclass(frozen=True)
class EmbeddingKernels(LayerKernels):
    """Any shape, without a mask."""

    @classmethod
    def covers(cls, layer: Embedding) -> bool:
        return not layer.mask_zero

    @classmethod
    def of(cls, layer: Embedding, x: Shape, site: Site) -> Self | None:
        return cls(*facts(layer, x))

    @property
    def things(self) -> int:
        return self.weights[0][1] // self.y[-1]

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        copy = _each_row(f.module, self.things, self.y[-1], False)
        f.call(copy, x, z, place.weight("embeddings"), rows * math.prod(self.x))

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        f.call(vectors.clear(f.module), dx, rows * math.prod(self.x))

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        gradient = place.gradient("embeddings")
        f.call(vectors.clear(f.module), gradient, I32(self.weights[0][1]))
        add = _each_row(f.module, self.things, self.y[-1], True)
        f.call(add, x, dz, gradient, rows * math.prod(self.x))


@once
def _each_row(module: Module, things: int, size: int, adds: bool) -> Function:
    """Return a function of (x, z, table, count): row x of the table to z, or z added to it."""
    with module.function("embedding", I32, I32, I32, I32) as f:
        x, z, table, count = f.parameters
        with f.for_range(x, f.local(x + count * 4), 4):
            number = F32X4.load_splat(x).nearest().pmax(0.0).pmin(things - 1.0)
            row = f.local(table + number.to(I32X4).lane(0) * (4 * size))
            if adds:
                f.call(_add(module), row, z, I32(size))
            else:
                f.call(vectors.copy(module), row, z, I32(size))
            z += 4 * size
    return f


_add = vectors.elementwise(lambda f, total, term: {"total": total + term})
