"""The first layer: raw inputs gathered, scaled and given to it, and its gradient.

Rows are taken in the order of the mini-batch, straight from the data set, and scaled on the way, as
:class:`nn.layers.Rescaling` does. Where they are pictures that are mostly 0 they become lists of
what is not; see :mod:`nn.engine.wasm.kernels.sparse`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, I8X16, I32, Value, byte_at
from nn.engine.wasm.kernels import matmul, sparse, vectors
from nn.engine.wasm.memory import OFFSET, ONE, SCALE, Spec, word


@once
def prepare(module: Module, spec: Spec) -> Function:
    """Return a function of (table, order, rows) that makes "x" of a mini-batch."""
    size = 4 if spec.inputs == "floats" else 1
    step = sparse.list_bytes(spec.features) if spec.sparse else 4 * spec.features
    with module.function("prepare", I32, I32, I32) as f:
        table, order, rows = f.parameters
        inputs, settings = f.local(word(table, "inputs")), f.local(word(table, "settings"))
        x = f.local(spec.layout.room(table, "x"))
        with f.for_range(order, f.local(order + rows * 4), 4):
            raw = inputs + I32.load(order) * (size * spec.features)
            if spec.sparse:
                listing = sparse.listing(module, spec.features, spec.layers[0].units)
                f.call(listing, raw, x, F32.load(settings, 4 * SCALE))
            else:
                scales = settings + 4 * spec.layout.scales
                offsets = settings + 4 * spec.layout.offsets
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


@contextmanager
def each_list(
    f: Function, spec: Spec, table: Value, rows: Value, beside: Value
) -> Iterator[tuple[Value, Value]]:
    """Repeat for each picture of a mini-batch: its list, and its row of what is ``beside`` it."""
    header, row = f.local(spec.layout.room(table, "x")), f.local(beside)
    step = sparse.list_bytes(spec.features)
    with f.for_range(header, f.local(header + rows * step), step):
        yield header, row
        row += 4 * spec.layers[0].units


@once
def common_part(module: Module, spec: Spec) -> Function:
    """Return a function of (table): what the first layer gives for a picture of zeros."""
    layer = spec.layers[0]
    with module.function("common part", I32) as f:
        (table,) = f.parameters
        common = f.local(spec.layout.common(table))
        settings = f.local(word(table, "settings"))
        parameters = f.local(word(table, "parameters"))
        offset, one = F32.load(settings, 4 * OFFSET), settings + 4 * ONE
        kernel = parameters + spec.layout.kernels[0]
        # Where o = 0, no rows are summed, so that an infinite weight does not give NaN.
        rows, units = I32(layer.inputs if spec.offset else 0), I32(layer.units)
        f.call(matmul.column_sums(module, layer.units), one, kernel, common, I32(1), rows)
        if layer.biased:
            bias = parameters + spec.layout.biases[0]
            f.call(_scale_and_add(module), common, bias, units, offset)
        else:
            f.call(vectors.scale(module), common, units, offset)
    return f


_scale_and_add = vectors.elementwise(lambda f, x, y, *, factor: {"x": x * factor + y})


@once
def forward(module: Module, spec: Spec) -> Function:
    """Return a function of (table, rows, z), after the common part: the first layer of lists."""
    units = spec.layers[0].units
    with module.function("sparse forward", I32, I32, I32) as f:
        table, rows, z = f.parameters
        kernel = f.local(word(table, "parameters") + spec.layout.kernels[0])
        f.call(sparse.in_every_row(module, units), z, spec.layout.common(table), rows)
        with each_list(f, spec, table, rows, z) as (header, row):
            f.call(sparse.product(module, units), header, kernel, row)
    return f


@once
def gradient(module: Module, spec: Spec) -> Function:
    """Return a function of (table, delta, rows): the gradient of the first kernel.

    ``Σ_b x_bi δ_b = Σ*_b s u_bi δ_b + o Σ_b δ_b``, of which the last is the same for all rows.
    """
    units = spec.layers[0].units
    with module.function("sparse gradient", I32, I32, I32) as f:
        table, delta, rows = f.parameters
        kernel = f.local(word(table, "gradients") + spec.layout.kernels[0])
        settings = f.local(word(table, "settings"))
        sums = f.local(spec.layout.sums(table))
        one = settings + 4 * ONE
        f.call(matmul.column_sums(module, units), one, delta, sums, I32(1), rows)
        f.call(vectors.scale(module), sums, I32(units), F32.load(settings, 4 * OFFSET))
        f.call(sparse.in_every_row(module, units), kernel, sums, I32(spec.features))
        with each_list(f, spec, table, rows, delta) as (header, row):
            f.call(sparse.outer(module, units), header, kernel, row, F32(1.0))
    return f


@once
def update(module: Module, spec: Spec) -> Function:
    """Return a function of (table, delta, rows, rate), where o = 0: ``wᵢ -= η Σ*_b s u_bi δ_b``."""
    units = spec.layers[0].units
    with module.function("sparse update", I32, I32, I32, F32) as f:
        table, delta, rows, rate = f.parameters
        kernel = f.local(word(table, "parameters") + spec.layout.kernels[0])
        with each_list(f, spec, table, rows, delta) as (header, row):
            f.call(sparse.outer(module, units), header, kernel, row, -rate)
    return f
