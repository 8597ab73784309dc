"""Dense: ``z = x · kernel + bias``, and how its gradients come from products of matrices."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nn.engine.wasm.asm.assembler import Function
from nn.engine.wasm.asm.instructions import I32, Value
from nn.engine.wasm.kernels import matmul
from nn.engine.wasm.layers.layer import LayerKernels, Mode
from nn.engine.wasm.memory import ONE, Place, padded


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
    def biased(self) -> bool:
        return len(self.weights) > 1

    @property
    def updates_in_place(self) -> bool:
        return True

    @property
    def shared(self) -> int:
        return 2 * padded(4 * self.units)

    def _rows(self, rows: Value) -> Value:
        """Return how many rows there are to multiply: one for each place in a sample."""
        positions = math.prod(self.x[:-1])
        return rows * positions if positions > 1 else rows

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        product = matmul.product(f.module, self.inputs, self.units, self.biased)
        bias = [place.weight("bias")] if self.biased else []
        f.call(product, x, place.weight("kernel"), z, self._rows(rows), I32(self.inputs), *bias)

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        product = matmul.product_with_transposed(f.module, self.inputs, self.units)
        f.call(product, dz, place.weight("kernel"), dx, self._rows(rows))

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        self._bias_gradient(f, place, dz, rows)
        products = matmul.outer_update if place.rate else matmul.outer_product
        outer = products(f.module, self.inputs, self.units)
        kernel = place.gradient("kernel")
        f.call(outer, x, dz, kernel, I32(self.inputs), self._rows(rows), *place.rate)

    def _bias_gradient(self, f: Function, place: Place, dz: Value, rows: Value) -> None:
        if self.biased:
            sums = matmul.column_sums_update if place.rate else matmul.column_sums
            one, bias = place.constant(ONE), place.gradient("bias")
            f.call(sums(f.module, self.units), one, dz, bias, I32(1), self._rows(rows), *place.rate)
