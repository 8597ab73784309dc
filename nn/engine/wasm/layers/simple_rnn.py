"""SimpleRNN: what a step does, and how gradients pass back through it."""

from __future__ import annotations

from typing import ClassVar

from nn.engine.wasm.asm.assembler import Function, Local
from nn.engine.wasm.asm.instructions import I32
from nn.engine.wasm.kernels import exp, vectors
from nn.engine.wasm.layers.recurrent import RecurrentKernels, Rows


class SimpleRNNKernels(RecurrentKernels):
    gates: ClassVar[int] = 1

    def cell(self, f: Function, at: Rows) -> None:
        gates, before = at["gates"], at["before"]

        def work(width: int) -> None:
            h = f.local(exp.tanh(f, vectors.load(gates, 0, width)))
            vectors.save(f, gates, h, 0, width)
            vectors.save(f, before, h, 4 * self.units, width)

        vectors.walk(f, (gates, before), I32(self.units), work)

    def cell_backward(self, f: Function, at: Rows, dz: Local | None) -> None:
        gates, carry = at["gates"], at["d_before"]

        def work(width: int) -> None:
            dh = vectors.load(carry, 0, width)
            if dz is not None:
                dh = dh + vectors.load(dz, 0, width)
            h = f.local(vectors.load(gates, 0, width))
            vectors.save(f, gates, dh * (1.0 - h * h), 0, width)

        pointers = (gates, carry, *([dz] if dz is not None else []))
        vectors.walk(f, pointers, I32(self.units), work)
