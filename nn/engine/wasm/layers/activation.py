"""Activation: nothing but what the network does after every layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from nn.engine.wasm.asm.assembler import Function
from nn.engine.wasm.asm.instructions import Value
from nn.engine.wasm.kernels import vectors
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site, facts
from nn.engine.wasm.memory import Place
from nn.layers import Activation, Shape


@dataclass(frozen=True)
class ActivationKernels(LayerKernels):
    """Any shape.

    Attributes:
        over: whether outputs may be written over inputs, which nobody needs afterwards.
    """

    over: bool

    @classmethod
    def of(cls, layer: Activation, x: Shape, site: Site) -> Self | None:
        over = site.under == "linear" and not site.first and not site.last
        return cls(*facts(layer, x), over)

    @property
    def in_place(self) -> bool:
        return self.over

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        self._copy(f, x, z, rows)

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        self._copy(f, dz, dx, rows)

    def _copy(self, f: Function, source: Value, target: Value, rows: Value) -> None:
        if not self.in_place:
            f.call(vectors.copy(f.module), source, target, rows * math.prod(self.x))
