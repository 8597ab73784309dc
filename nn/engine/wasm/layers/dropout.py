"""Dropout: the same hashes as :mod:`nn.layers.noise` finds, four at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32X4, I32, I32X4, Value, lanes
from nn.engine.wasm.kernels import vectors
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site, facts
from nn.engine.wasm.memory import Place, argument
from nn.layers import Dropout, Shape
from nn.layers.dropout import BITS
from nn.layers.noise import FACTORS, LAYER, SHIFTS

_KEEPS_SIGN = ("linear", "relu", "leaky_relu")
"""Activations whose derivative is told by outputs that are multiplied by 0 or more as well: where
they have become 0, so has the gradient."""


@dataclass(frozen=True)
class DropoutKernels(LayerKernels):
    """Any shape.

    Attributes:
        index: of the layer in its network.
        rate, threshold: of the layer.
        over: whether what is left may be written over what came.
    """

    index: int
    rate: float
    threshold: int
    over: bool

    @classmethod
    def of(cls, layer: Dropout, x: Shape, site: Site) -> Self | None:
        over = site.under in _KEEPS_SIGN and not site.last
        return cls(*facts(layer, x), site.index, layer.rate, layer.threshold, over)

    @property
    def in_place(self) -> bool:
        return self.over

    @property
    def trains_differently(self) -> bool:
        return True

    @property
    def random(self) -> bool:
        return True

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        if mode is not Mode.PREDICTION:
            self._leave_out(f, place, x, z, rows)
        elif not self.in_place:
            f.call(vectors.copy(f.module), x, z, rows * math.prod(self.x))

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        self._leave_out(f, place, dz, dx, rows)

    def _leave_out(self, f: Function, place: Place, x: Value, z: Value, rows: Value) -> None:
        assert place.key is not None
        size = math.prod(self.x)
        key = place.key + (self.index + 1) * LAYER
        first = argument(place.arguments, "first") * size
        f.call(_dropout(f.module, self.threshold, self.rate), x, z, rows * size, key, first)


@once
def _dropout(module: Module, threshold: int, rate: float) -> Function:
    """Return a function of (x, z, count, key, index of the first)."""
    with module.function("dropout", I32, I32, I32, I32, I32) as f:
        x, z, count, key, index = f.parameters
        keys = f.local(I32X4.splat(key))

        def work(width: int) -> None:
            bits = f.local((I32X4.splat(index) + lanes(0, 1, 2, 3)) ^ keys)
            for shift, multiplier in zip(SHIFTS, (*FACTORS, 1), strict=True):
                bits.set((bits ^ bits >> shift) * _signed(multiplier))
            kept = (bits >> (32 - BITS)) >= threshold
            factor = (kept & F32X4(1 / (1 - rate)).bits_as(I32X4)).bits_as(F32X4)
            vectors.save(f, z, vectors.load(x, 0, width) * factor, 0, width)
            index.set(index + width)

        vectors.walk(f, (x, z), count, work)
    return f


def _signed(bits: int) -> int:
    """Return a number of 32 bits as constants of vectors have it."""
    return bits - (bits >> 31 << 32)
