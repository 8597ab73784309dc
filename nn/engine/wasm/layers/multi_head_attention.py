"""MultiHeadAttention: products of all rows, then sample by sample and head by head."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, I32, Value
from nn.engine.wasm.kernels import matmul, packed, softmax, vectors
from nn.engine.wasm.kernels.matmul import Strides
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site, facts
from nn.engine.wasm.memory import ONE, Place, padded
from nn.layers import MultiHeadAttention, Shape

_GIVEN = ("query", "key", "value")


@dataclass(frozen=True)
class MultiHeadAttentionKernels(LayerKernels):
    """Any sizes.

    Backward, the gradients of queries, keys and values come where context, keys and values were.

    Attributes:
        first: whether nobody asks for the gradient with respect to the inputs.
        heads, size: how many heads there are, and numbers of a key.
        causal: whether a step sees only itself and those before.
    """

    first: bool
    heads: int
    size: int
    causal: bool

    @classmethod
    def of(cls, layer: MultiHeadAttention, x: Shape, site: Site) -> Self | None:
        return cls(*facts(layer, x), site.first, layer.num_heads, layer.key_dim, layer.causal)

    @property
    def steps(self) -> int:
        return self.x[0]

    @property
    def features(self) -> int:
        return self.x[1]

    @property
    def width(self) -> int:
        return self.heads * self.size

    @property
    def residuals(self) -> dict[str, int]:
        names = (*_GIVEN, "context", "d_context")
        rows = dict.fromkeys(names, self.steps * self.width)
        return {**rows, "attention": self.heads * self.steps * self.steps}

    @property
    def panels(self) -> int:
        """Bytes of the largest matrix that is packed."""
        return padded(4 * max(self.size * self.steps, self.width * self.features))

    @property
    def shared(self) -> int:
        return self.panels + padded(4 * self.steps * self.steps)

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        count = f.local(rows * self.steps)
        for name in _GIVEN:
            self._dense(f, place, name, x, f.local(place.residual(name)), count)
        names = (*_GIVEN, "context", "attention")
        look = _look(f.module, self)
        f.call(look, rows, place.shared, *(place.residual(name) for name in names))
        self._dense(f, place, "output", place.residual("context"), z, count)

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        self._back_to_rows(f, place, dz, rows)
        count, sizes = f.local(rows * self.steps), self._sizes("query")
        for name, where in self._gradients.items():
            kernel, delta = place.weight(f"{name}_kernel"), place.residual(where)
            start = "from_zero" if name == _GIVEN[0] else "from_result"
            packed.backward(f, sizes, delta, kernel, dx, count, place.shared, start)

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        if self.first:
            self._back_to_rows(f, place, dz, rows)
        for name, where in self._gradients.items():
            self._dense_gradients(f, place, name, x, place.residual(where), rows)

    @property
    def _gradients(self) -> dict[str, str]:
        """Where the gradient of each projection is, backward."""
        return {"query": "context", "key": "key", "value": "value"}

    def _back_to_rows(self, f: Function, place: Place, dz: Value, rows: Value) -> None:
        """Write the gradients of the output's weights, and those of queries, keys and values."""
        self._dense_gradients(f, place, "output", place.residual("context"), dz, rows)
        kernel, d_context = place.weight("output_kernel"), f.local(place.residual("d_context"))
        count = f.local(rows * self.steps)
        packed.backward(f, self._sizes("output"), dz, kernel, d_context, count, place.shared)
        names = (*_GIVEN, "context", "d_context", "attention")
        look = _look_back(f.module, self)
        f.call(look, rows, place.shared, *(place.residual(name) for name in names))

    def _sizes(self, name: str) -> tuple[int, int]:
        """Return inputs and outputs of a projection, or of what brings all heads together."""
        sizes = self.features, self.width
        return sizes[::-1] if name == "output" else sizes

    def _dense(
        self, f: Function, place: Place, name: str, x: Value, z: Value, count: Value
    ) -> None:
        kernel, bias = place.weight(f"{name}_kernel"), place.weight(f"{name}_bias")
        packed.forward(f, self._sizes(name), x, kernel, z, count, place.shared, bias)

    def _dense_gradients(
        self, f: Function, place: Place, name: str, x: Value, dz: Value, rows: Value
    ) -> None:
        """Write the gradients of a kernel and a bias, by what they are given and ∂L/∂output."""
        kernel, bias = place.gradient(f"{name}_kernel"), place.gradient(f"{name}_bias")
        packed.weight_gradient(f, self._sizes(name), x, dz, kernel, rows, self.steps)
        sums = matmul.column_sums(f.module, self._sizes(name)[1])
        f.call(sums, place.constant(ONE), dz, bias, I32(1), rows * self.steps)


@once
def _look(module: Module, k: MultiHeadAttentionKernels) -> Function:
    """Return a function of (rows, shared, query, key, value, context, attention)."""
    with module.function("attention", *[I32] * 7) as f:
        rows, shared, query, key, value, context, attention = f.parameters
        row, sample = 4 * k.width, 4 * k.width * k.steps
        with f.for_range(f.local(I32(0)), rows):
            with f.for_range(f.local(I32(0)), 4 * k.width, 4 * k.size) as head:
                _products_of_rows(f, k, query + head, key + head, attention, shared)
                share = F32(1 / math.sqrt(k.size))
                f.call(vectors.scale(module), attention, I32(k.steps * k.steps), share)
                look = softmax.causal if k.causal else softmax.forward
                f.call(look(module, k.steps), attention, I32(k.steps))
                mean = matmul.summed(module, Strides(4 * k.steps, 4, row, row), k.size, "from_zero")
                steps = I32(k.steps)
                f.call(mean, attention, value + head, context + head, steps, steps)
                attention += 4 * k.steps * k.steps
            for place in (query, key, value, context):
                place += sample
    return f


def _products_of_rows(
    f: Function, k: MultiHeadAttentionKernels, a: Value, b: Value, result: Value, panels: Value
) -> None:
    """Write each row of a times each of b, both of one head: (steps, steps)."""
    row = 4 * k.width
    f.call(packed.pack_transposed(f.module, k.size, k.steps, row), b, panels)
    product = packed.product(f.module, k.size, k.steps, row, 4 * k.steps, "from_zero")
    f.call(product, a, panels, result, I32(k.steps))


@once
def _look_back(module: Module, k: MultiHeadAttentionKernels) -> Function:
    """Return a function of (rows, shared, query, key, value, context, d_context, attention)."""
    with module.function("attention backward", *[I32] * 8) as f:
        rows, shared, query, key, value, context, d_context, attention = f.parameters
        row, sample, steps = 4 * k.width, 4 * k.width * k.steps, I32(k.steps)
        scores = f.local(shared + k.panels)
        along = matmul.summed(module, Strides(4 * k.steps, 4, row, row), k.size, "from_zero")
        across = matmul.summed(module, Strides(4, 4 * k.steps, row, row), k.size, "from_zero")
        with f.for_range(f.local(I32(0)), rows):
            with f.for_range(f.local(I32(0)), 4 * k.width, 4 * k.size) as head:
                _products_of_rows(f, k, d_context + head, value + head, scores, shared)
                f.call(across, attention, d_context + head, value + head, steps, steps)
                f.call(softmax.backward(module, k.steps), attention, scores, steps)
                share = F32(1 / math.sqrt(k.size))
                f.call(vectors.scale(module), scores, I32(k.steps * k.steps), share)
                f.call(along, scores, key + head, context + head, steps, steps)
                f.call(across, scores, query + head, key + head, steps, steps)
                attention += 4 * k.steps * k.steps
            for place in (query, key, value, context, d_context):
                place += sample
    return f
