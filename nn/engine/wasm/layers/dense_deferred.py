"""The first kernel while it is trained with inputs that are never 0, in two parts: v and d.

:mod:`nn.engine.wasm.kernels.sparse` says why and derives the formulas. The parts stay in an array
of their
own from call to call, beside the vector c, so that where one call ends and the next begins makes no
difference. The network's own kernel is brought up to date at the end of each call; if it is another
one at the start of the next, or the offset is, the parts are made anew. They are also made anew
after a number of updates, before the rounding of c adds up.
"""

from __future__ import annotations

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, I32, Value
from nn.engine.wasm.kernels import matmul, sparse, vectors
from nn.engine.wasm.layers.inputs import each_list
from nn.engine.wasm.memory import OFFSET, ONE, Spec, word

_UPDATES = 1024
"""Mini-batches after which the parts are made anew."""


_clear = vectors.elementwise(lambda f, x: {"x": F32X4(0.0)})
_subtract = vectors.elementwise(lambda f, x, y, *, factor: {"x": x - factor * y})
_start = vectors.elementwise(lambda f, z, c, d, *, factor: {"z": c + factor * d})
_start_from_bias = vectors.elementwise(
    lambda f, z, c, d, bias, *, factor: {"z": c + factor * d + bias}
)


@once
def resume(module: Module, spec: Spec) -> Function:
    """Return a function of (table): make the parts anew if they are of something else."""
    units, features = spec.layers[0].units, spec.features
    with module.function("resume", I32) as f:
        (table,) = f.parameters
        v, w = f.local(word(table, "kept")), f.local(word(table, "parameters"))
        d = f.local(v + spec.layout.d)
        offset = F32X4.load_splat(word(table, "settings"), 4 * OFFSET)
        different = f.local(offset.differs(F32X4.load_splat(v, spec.layout.offset)))
        with vectors.each_row(f, v, I32(features), units, w):

            def compare(place: Value, width: int) -> None:
                sums = vectors.load(place, 0, width) + vectors.load(place - v + d, 0, width)
                other = vectors.load(place - v + w, 0, width)
                different.set(different | other.differs(sums))

            vectors.across(f, v, units, compare)
        with f.if_(different.bitmask()):
            f.call(_renew(module, spec), table)
    return f


@once
def merge(module: Module, spec: Spec) -> Function:
    """Return a function of (table): ``wᵢ = vᵢ + d``."""
    units, features = spec.layers[0].units, spec.features
    with module.function("merge", I32) as f:
        (table,) = f.parameters
        v, w = f.local(word(table, "kept")), f.local(word(table, "parameters"))
        d = f.local(v + spec.layout.d)
        with vectors.each_row(f, v, I32(features), units, w):

            def add(place: Value, width: int) -> None:
                sums = vectors.load(place, 0, width) + vectors.load(place - v + d, 0, width)
                vectors.save(f, f.local(place - v + w), sums, 0, width)

            vectors.across(f, v, units, add)
    return f


@once
def _renew(module: Module, spec: Spec) -> Function:
    """Return a function of (table): ``vᵢ = wᵢ``, ``d = 0`` and ``c = o Σ vᵢ``."""
    units, features = spec.layers[0].units, spec.features
    with module.function("renew", I32) as f:
        (table,) = f.parameters
        v, w = f.local(word(table, "kept")), f.local(word(table, "parameters"))
        settings = f.local(word(table, "settings"))
        d, c = f.local(v + spec.layout.d), f.local(v + spec.layout.c)
        f.call(vectors.copy(module), w, v, I32(features * units))
        f.call(_clear(module), d, I32(units))
        one = settings + 4 * ONE
        f.call(matmul.column_sums(module, units), one, v, c, I32(1), I32(features))
        f.call(vectors.scale(module), c, I32(units), F32.load(settings, 4 * OFFSET))
        f.store(v, F32.load(settings, 4 * OFFSET), spec.layout.offset)
        f.store(v, I32(0), spec.layout.count)
    return f


@once
def forward(module: Module, spec: Spec) -> Function:
    """Return a function of (table, rows, z): ``z = bias + c + (p + n o) d + Σ* s uᵢ vᵢ``."""
    layer = spec.layers[0]
    with module.function("kept forward", I32, I32, I32) as f:
        table, rows, z = f.parameters
        v = f.local(word(table, "kept"))
        d, c = f.local(v + spec.layout.d), f.local(v + spec.layout.c)
        offset = f.local(F32.load(word(table, "settings"), 4 * OFFSET) * float(spec.features))
        if layer.biased:
            start = _start_from_bias(module)
            bias = [f.local(word(table, "parameters") + spec.layout.biases[0])]
        else:
            start, bias = _start(module), []
        with each_list(f, spec, table, rows, z) as (header, row):
            factor = F32.load(header, 4) + offset
            f.call(start, row, c, d, *bias, I32(layer.units), factor)
            f.call(sparse.product(module, layer.units), header, v, row)
    return f


@once
def update(module: Module, spec: Spec) -> Function:
    """Return a function of (table, delta, rows, rate), for each picture of a mini-batch:

    ``vᵢ -= η s uᵢ δ`` where u ≠ 0, ``d -= η o δ`` and ``c -= η o p δ``.
    """
    units = spec.layers[0].units
    subtract = _subtract(module)
    with module.function("kept update", I32, I32, I32, F32) as f:
        table, delta, rows, rate = f.parameters
        v = f.local(word(table, "kept"))
        d, c = f.local(v + spec.layout.d), f.local(v + spec.layout.c)
        step = f.local(rate * F32.load(word(table, "settings"), 4 * OFFSET))
        with each_list(f, spec, table, rows, delta) as (header, row):
            f.call(sparse.outer(module, units), header, v, row, -rate)
            f.call(subtract, d, row, I32(units), step)
            f.call(subtract, c, row, I32(units), step * F32.load(header, 4))
        updates = f.local(I32.load(v, spec.layout.count) + 1)
        f.store(v, updates, spec.layout.count)
        with f.if_(updates >= _UPDATES):
            f.call(merge(module, spec), table)
            f.call(_renew(module, spec), table)
    return f
