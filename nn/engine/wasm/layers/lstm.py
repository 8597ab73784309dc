"""LSTM: what a step does, and how gradients pass back through it; see :mod:`nn.layers.lstm`."""

from __future__ import annotations

from typing import ClassVar

from nn.engine.wasm.asm.assembler import Function, Local
from nn.engine.wasm.asm.instructions import I32
from nn.engine.wasm.kernels import exp, vectors
from nn.engine.wasm.layers.recurrent import RecurrentKernels, Rows


class LSTMKernels(RecurrentKernels):
    gates: ClassVar[int] = 4
    carried: ClassVar[tuple[str, ...]] = ("before", "cell_before")

    def cell(self, f: Function, at: Rows) -> None:
        u = 4 * self.units
        gates, before, cell = (at[name] for name in ("gates", *self.carried))

        def work(width: int) -> None:
            sums = [f.local(vectors.load(gates, part * u, width)) for part in range(4)]
            squashed = (exp.sigmoid, exp.sigmoid, exp.tanh, exp.sigmoid)
            i, forget, g, o = (f.local(s(f, z)) for s, z in zip(squashed, sums, strict=True))
            for part, gate in enumerate((i, forget, g, o)):
                vectors.save(f, gates, gate, part * u, width)
            c = f.local(f.madd(forget, vectors.load(cell, 0, width), i * g))
            vectors.save(f, cell, c, u, width)
            vectors.save(f, before, o * exp.tanh(f, c), u, width)

        vectors.walk(f, (gates, before, cell), I32(self.units), work)

    def cell_backward(self, f: Function, at: Rows, dz: Local | None) -> None:
        u = 4 * self.units
        gates, cell, d_h, d_c = (
            at[n] for n in ("gates", "cell_before", "d_before", "d_cell_before")
        )

        def work(width: int) -> None:
            dh = f.local(vectors.load(d_h, 0, width))
            if dz is not None:
                dh.set(dh + vectors.load(dz, 0, width))
            i, forget, g, o = (f.local(vectors.load(gates, part * u, width)) for part in range(4))
            c = f.local(vectors.load(cell, 0, width))
            shown = f.local(exp.tanh(f, f.local(vectors.load(cell, u, width))))
            dc = f.local(vectors.load(d_c, 0, width) + dh * o * (1.0 - shown * shown))
            vectors.save(f, d_c, dc * forget, 0, width)
            for part, gradient in enumerate(
                (
                    dc * g * i * (1.0 - i),
                    dc * c * forget * (1.0 - forget),
                    dc * i * (1.0 - g * g),
                    dh * shown * o * (1.0 - o),
                )
            ):
                vectors.save(f, gates, gradient, part * u, width)

        pointers = (gates, cell, d_h, d_c, *([dz] if dz is not None else []))
        vectors.walk(f, pointers, I32(self.units), work)
