"""Raw inputs gathered, scaled and given to the first layer.

Rows are taken in the order of the mini-batch, straight from the data set, and scaled on the way, as
:class:`nn.layers.Rescaling` does. Where they are pictures that are mostly 0 they become lists of
what is not; see :mod:`nn.engine.wasm.kernels.sparse`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, I8X16, I32, Value, byte_at
from nn.engine.wasm.kernels import sparse, vectors
from nn.engine.wasm.memory import SCALE, argument
from nn.engine.wasm.spec import Spec


@once
def prepare(module: Module, spec: Spec) -> Function:
    """Return a function of (arguments, order, rows) that makes "x" of a mini-batch."""
    size = 4 if spec.inputs == "floats" else 1
    step = spec.first.lists or 4 * spec.features
    with module.function("prepare", I32, I32, I32) as f:
        arguments, order, rows = f.parameters
        inputs = f.local(argument(arguments, "inputs"))
        constants = f.local(argument(arguments, "constants"))
        x = f.local(spec.layout.buffer(arguments, "x"))
        with f.for_range(order, f.local(order + rows * 4), 4):
            raw = inputs + I32.load(order) * (size * spec.features)
            if spec.first.lists:
                listed = sparse.nonzero_indices(module, spec.features, spec.first.y[-1])
                f.call(listed, raw, x, F32.load(constants, 4 * SCALE))
            else:
                scales = constants + 4 * spec.layout.scales
                offsets = constants + 4 * spec.layout.offsets
                scaled = _scaled(module, spec.features, spec.inputs == "bytes")
                f.call(scaled, raw, x, scales, offsets)
            x += step
    return f


@once
def _scaled(module: Module, features: int, bytes_: bool) -> Function:
    """Return a function of (raw, x, scales, offsets): ``x = raw · scale + offset``."""
    size = 1 if bytes_ else 4
    with module.function("scaled", I32, I32, I32, I32) as f:
        raw, x, scales, offsets = f.parameters

        def write(values: Sequence[Value], width: int) -> None:
            for i, value in enumerate(values):
                factor = vectors.load(scales, 16 * i, width)
                scaled = value * factor + vectors.load(offsets, 16 * i, width)
                vectors.save(f, x, scaled, 16 * i, width)

        def walk(step: int, count: int, body: Callable[[], None]) -> None:
            with f.for_range(f.local(I32(0)), count):
                body()
                raw.set(raw + step * size)
                for pointer in (x, scales, offsets):
                    pointer.set(pointer + 4 * step)

        def sixteen() -> None:
            if bytes_:
                sixteen_bytes = f.local(I8X16.load(raw))
                write([sixteen_bytes.floats_of_bytes(quarter) for quarter in range(4)], 4)
            else:
                write([F32X4.load(raw, 16 * i) for i in range(4)], 4)

        def one() -> None:
            number = byte_at(raw).to(F32) if bytes_ else F32.load(raw)
            write([F32X4.splat(number)], 1)

        walk(16, features // 16, sixteen)
        walk(1, features % 16, one)
    return f
