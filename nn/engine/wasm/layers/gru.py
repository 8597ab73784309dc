"""GRU: what a step does, and how gradients pass back through it; see :mod:`nn.layers.gru`."""

from __future__ import annotations

from typing import ClassVar

from nn.engine.wasm.asm.assembler import Function, Local
from nn.engine.wasm.asm.instructions import I32, Value
from nn.engine.wasm.kernels import exp, matmul, packed, vectors
from nn.engine.wasm.layers.recurrent import RecurrentKernels, Rows


class GRUKernels(RecurrentKernels):
    """Besides the gates it keeps what the reset gate is multiplied by, "inner"."""

    gates: ClassVar[int] = 3

    @property
    def strides(self) -> dict[str, int]:
        return {**super().strides, "inner": self.units, "sums": 0}

    @property
    def residuals(self) -> dict[str, int]:
        return {**super().residuals, "sums": self.columns}

    def sums(self, f: Function, at: Rows, rows: Value, recurrent: Value, bias: Value) -> None:
        before = 4 * (self.steps + 1) * self.units
        product = packed.product(
            f.module, self.units, self.columns, before, 4 * self.columns, "from_bias"
        )
        own = bias + 4 * self.columns
        f.call(product, at["before"], recurrent, at["sums"], rows, own)

    def cell(self, f: Function, at: Rows) -> None:
        u = 4 * self.units
        gates, sums, before, inner = (at[n] for n in ("gates", "sums", "before", "inner"))

        def work(width: int) -> None:
            def load(place: Local, part: int) -> Value:
                return vectors.load(place, part * u, width)

            def save(place: Local, part: int, value: Value) -> None:
                vectors.save(f, place, value, part * u, width)

            z = f.local(exp.sigmoid(f, f.local(load(gates, 0) + load(sums, 0))))
            r = f.local(exp.sigmoid(f, f.local(load(gates, 1) + load(sums, 1))))
            v = f.local(load(sums, 2))
            c = f.local(exp.tanh(f, f.local(f.madd(r, v, load(gates, 2)))))
            for part, gate in enumerate((z, r, c)):
                save(gates, part, gate)
            save(inner, 0, v)
            save(before, 1, f.madd(z, load(before, 0) - c, c))

        vectors.walk(f, (gates, sums, before, inner), I32(self.units), work)

    def cell_backward(self, f: Function, at: Rows, dz: Local | None) -> None:
        u = 4 * self.units
        gates, before, inner, carry = (at[n] for n in ("gates", "before", "inner", "d_before"))

        def work(width: int) -> None:
            dh = f.local(vectors.load(carry, 0, width))
            if dz is not None:
                dh.set(dh + vectors.load(dz, 0, width))
            z, r, c = (f.local(vectors.load(gates, part * u, width)) for part in range(3))
            h, v = (f.local(vectors.load(place, 0, width)) for place in (before, inner))
            rest = f.local(1.0 - z)
            d_c = f.local(dh * rest * (1.0 - c * c))
            vectors.save(f, carry, dh * z, 0, width)
            vectors.save(f, gates, dh * (h - c) * z * rest, 0, width)
            vectors.save(f, gates, d_c * v * r * (1.0 - r), u, width)
            vectors.save(f, gates, d_c, 2 * u, width)
            vectors.save(f, inner, d_c * r, 0, width)

        pointers = (gates, before, inner, carry, *([dz] if dz is not None else []))
        vectors.walk(f, pointers, I32(self.units), work)

    def pack_for_backward(self, f: Function, recurrent: Value, panels: Value) -> None:
        row, two = 4 * self.columns, 2 * self.units
        first = packed.pack_transposed(f.module, two, self.units, row)
        f.call(first, recurrent, panels)
        last = packed.pack_transposed(f.module, self.units, self.units, row)
        f.call(last, recurrent + 4 * two, panels + 4 * two * self.units)

    def sums_backward(self, f: Function, at: Rows, rows: Value, panels: Value) -> None:
        u, two = self.units, 2 * self.units
        sample = 4 * self.steps
        for steps, source, row, start in (
            (two, at["gates"], sample * self.columns, 0),
            (u, at["inner"], sample * u, 4 * two * u),
        ):
            add = packed.product(f.module, steps, u, row, 4 * u, "from_result")
            f.call(add, source, panels + start, at["d_before"], rows)

    def recurrent_gradients(
        self, f: Function, at: Rows, rows: Value, kernel: Value, bias: Value, one: Value
    ) -> None:
        module, two = f.module, 2 * self.units
        self.outer(f, at["before"], at["gates"], rows, kernel, two, self.columns)
        self.outer(f, at["before"], at["inner"], rows, kernel + 4 * two, self.units, self.units)
        steps = f.local(rows * self.steps)
        f.call(matmul.column_sums(module, self.columns), one, at["gates"], bias, I32(1), steps)
        own = f.local(bias + 4 * self.columns)
        f.call(vectors.copy(module), bias, own, I32(two))
        inner = matmul.column_sums(module, self.units)
        f.call(inner, one, at["inner"], own + 4 * two, I32(1), steps)
