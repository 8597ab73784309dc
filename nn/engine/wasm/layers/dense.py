"""Dense: ``z = x · kernel + bias``, and how its gradients come from products of matrices."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nn.engine.wasm.asm.assembler import Function
from nn.engine.wasm.asm.instructions import I32, Value
from nn.engine.wasm.kernels import matmul, packed
from nn.engine.wasm.layers.layer import LayerKernels, Mode
from nn.engine.wasm.memory import ONE, Place, padded

_MANY = 16
"""Rows of a sample from which on the kernel is packed for them: that takes as long as a few."""


@dataclass(frozen=True)
class DensePlain(LayerKernels):
    """For any inputs: rows of float32."""

    @property
    def inputs(self) -> int:
        return self.x[-1]

    @property
    def units(self) -> int:
        return self.y[-1]

    @property
    def _sizes(self) -> tuple[int, int]:
        return self.inputs, self.units

    @property
    def biased(self) -> bool:
        return len(self.weights) > 1

    @property
    def updates_in_place(self) -> bool:
        return True

    @property
    def shared(self) -> int:
        panels = 4 * self.inputs * self.units if self.at_steps else 0
        return max(2 * padded(4 * self.units), padded(panels))

    @property
    def positions(self) -> int:
        return math.prod(self.x[:-1])

    @property
    def at_steps(self) -> bool:
        """Whether a sample alone has so many rows that packing the kernel pays."""
        return self.positions >= _MANY

    def _rows(self, rows: Value) -> Value:
        """Return how many rows there are to multiply: one for each place in a sample."""
        return rows * self.positions if self.positions > 1 else rows

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        if self.at_steps:
            own = place.weight("bias") if self.biased else None
            rows, kernel = self._rows(rows), place.weight("kernel")
            packed.forward(f, self._sizes, x, kernel, z, rows, place.shared, own)
            return
        product = matmul.product(f.module, self.inputs, self.units, self.biased)
        bias = [place.weight("bias")] if self.biased else []
        f.call(product, x, place.weight("kernel"), z, self._rows(rows), I32(self.inputs), *bias)

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        if self.at_steps:
            kernel = place.weight("kernel")
            packed.backward(f, self._sizes, dz, kernel, dx, self._rows(rows), place.shared)
            return
        product = matmul.product_with_transposed(f.module, self.inputs, self.units)
        f.call(product, dz, place.weight("kernel"), dx, self._rows(rows))

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        self._bias_gradient(f, place, dz, rows)
        if self.at_steps and not place.rate:
            gradient = place.gradient("kernel")
            packed.weight_gradient(f, self._sizes, x, dz, gradient, rows, self.positions)
            return
        products = matmul.outer_update if place.rate else matmul.outer_product
        outer = products(f.module, self.inputs, self.units)
        kernel = place.gradient("kernel")
        f.call(outer, x, dz, kernel, I32(self.inputs), self._rows(rows), *place.rate)

    def _bias_gradient(self, f: Function, place: Place, dz: Value, rows: Value) -> None:
        if self.biased:
            sums = matmul.column_sums_update if place.rate else matmul.column_sums
            one, bias = place.constant(ONE), place.gradient("bias")
            f.call(sums(f.module, self.units), one, dz, bias, I32(1), self._rows(rows), *place.rate)
