"""Rescaling, where it is not the first layer: there, scaling is part of reading the inputs."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Self

import numpy as np

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32X4, I32, Value, lanes
from nn.engine.wasm.kernels import vectors
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site, facts
from nn.engine.wasm.memory import Place
from nn.layers import Rescaling, Shape

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class RescalingKernels(LayerKernels):
    """Any shape.

    Attributes:
        scale, offset: for a row of numbers, after which the same come again.
    """

    scale: Numbers
    offset: Numbers

    @classmethod
    def of(cls, layer: Rescaling, x: Shape, site: Site) -> Self | None:
        axes = max(1, np.ndim(layer.scale), np.ndim(layer.offset))
        scale, offset = (
            tuple(float(number) for number in np.broadcast_to(values, x[-axes:]).ravel())
            for values in (layer.scale, layer.offset)
        )
        return cls(*facts(layer, x), scale, offset)

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        f.call(_scaled(f.module, self.scale, self.offset), x, z, self._count(rows))

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        nothing = (0.0,) * len(self.scale)
        f.call(_scaled(f.module, self.scale, nothing), dz, dx, self._count(rows))

    def _count(self, rows: Value) -> Value:
        return rows * (math.prod(self.x) // len(self.scale))


@once
def _scaled(module: Module, scale: Numbers, offset: Numbers) -> Function:
    """``z = x · scale + offset``: called with (x, z, rows), whose numbers are in the code."""
    with module.function("rescaling", I32, I32, I32) as f:
        x, z, rows = f.parameters
        with f.for_range(f.local(I32(0)), rows):
            for v, width in enumerate(vectors.widths(len(scale))):
                factors, terms = (_constant(n[4 * v : 4 * v + width]) for n in (scale, offset))
                value = vectors.load(x, 16 * v, width) * factors + terms
                vectors.save(f, z, value, 16 * v, width)
            x += 4 * len(scale)
            z += 4 * len(scale)
    return f


def _constant(numbers: Numbers) -> Value:
    """Return a vector of up to four numbers; the other lanes are 0."""
    bits = struct.unpack("<4i", struct.pack("<4f", *numbers, *[0.0] * (4 - len(numbers))))
    return lanes(*bits).bits_as(F32X4)
