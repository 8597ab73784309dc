"""The first kernel while it is trained with inputs that are never 0, in two parts: v and d.

:mod:`nn.engine.wasm.kernels.sparse` says why and derives the formulas: the rank-one part of the
updates is deferred. Both parts stay in an array of their own from call to call, beside the vector
c, so that where one call ends and the next begins makes no difference. The network's own kernel is
brought up to date at the end of each call; if it is another one at the start of the next, or the
offset is, the parts are made anew. They are also made anew after a number of updates, before the
rounding of c adds up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, I32, Value
from nn.engine.wasm.kernels import matmul, sparse, vectors
from nn.engine.wasm.layers.dense_sparse import DenseSparse, each_list
from nn.engine.wasm.layers.layer import Mode, Site
from nn.engine.wasm.memory import OFFSET, ONE, Place, argument
from nn.layers import Dense, Shape

_UPDATES = 1024
"""Mini-batches after which the parts are made anew."""
_subtract = vectors.elementwise(lambda f, x, y, *, factor: {"x": x - factor * y})
_start = vectors.elementwise(lambda f, z, c, d, *, factor: {"z": c + factor * d})
_start_from_bias = vectors.elementwise(
    lambda f, z, c, d, bias, *, factor: {"z": c + factor * d + bias}
)


@dataclass(frozen=True)
class DenseDeferred(DenseSparse):
    """Updates only the rows of the kernel under pixels that are not 0, and defers the rest.

    In what is deferred lie, in bytes from its start: the kernel's part v, the vectors :attr:`d` and
    :attr:`c`, at :attr:`offset_start` the offset o that c was computed with, and at :attr:`count`,
    as i32, a count of updates.
    """

    @classmethod
    def of(cls, layer: Dense, x: Shape, site: Site) -> Self | None:
        return super().of(layer, x, site) if site.offset and site.in_place else None

    @property
    def d(self) -> int:
        return 4 * self.inputs * self.units

    @property
    def c(self) -> int:
        return self.d + 4 * self.units

    @property
    def offset_start(self) -> int:
        return self.c + 4 * self.units

    @property
    def count(self) -> int:
        return self.offset_start + 4

    @property
    def deferred(self) -> int:
        return self.count // 4 + 1

    def resume(self, f: Function, place: Place) -> None:
        f.call(_resume(f.module, self), place.arguments)

    def merge(self, f: Function, place: Place) -> None:
        f.call(_merge(f.module, self), place.arguments)

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        if mode is Mode.DEFERRED:
            f.call(_forward(f.module, self, place.start), place.arguments, rows, z)
        else:
            super().forward(f, place, x, z, rows, mode)

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        if place.rate:
            self._bias_gradient(f, place, dz, rows)
            update = _update(f.module, self, place.start)
            f.call(update, place.arguments, dz, rows, *place.rate)
        else:
            super().weight_gradients(f, place, x, dz, rows)


@once
def _resume(module: Module, kernels: DenseDeferred) -> Function:
    """Return a function of (arguments): make the parts anew if they are of something else."""
    units, features = kernels.units, kernels.inputs
    with module.function("resume", I32) as f:
        (arguments,) = f.parameters
        v, w = f.local(argument(arguments, "deferred")), f.local(argument(arguments, "parameters"))
        d = f.local(v + kernels.d)
        offset = F32X4.load_splat(argument(arguments, "constants"), 4 * OFFSET)
        different = f.local(offset.differs(F32X4.load_splat(v, kernels.offset_start)))
        with vectors.each_row(f, v, I32(features), units, w):

            def compare(place: Value, width: int) -> None:
                sums = vectors.load(place, 0, width) + vectors.load(place - v + d, 0, width)
                other = vectors.load(place - v + w, 0, width)
                different.set(different | other.differs(sums))

            vectors.across(f, v, units, compare)
        with f.if_(different.bitmask()):
            f.call(_renew(module, kernels), arguments)
    return f


@once
def _merge(module: Module, kernels: DenseDeferred) -> Function:
    """Return a function of (arguments): ``wᵢ = vᵢ + d``."""
    units, features = kernels.units, kernels.inputs
    with module.function("merge", I32) as f:
        (arguments,) = f.parameters
        v, w = f.local(argument(arguments, "deferred")), f.local(argument(arguments, "parameters"))
        d = f.local(v + kernels.d)
        with vectors.each_row(f, v, I32(features), units, w):

            def add(place: Value, width: int) -> None:
                sums = vectors.load(place, 0, width) + vectors.load(place - v + d, 0, width)
                vectors.save(f, f.local(place - v + w), sums, 0, width)

            vectors.across(f, v, units, add)
    return f


@once
def _renew(module: Module, kernels: DenseDeferred) -> Function:
    """Return a function of (arguments): ``vᵢ = wᵢ``, ``d = 0`` and ``c = o Σ vᵢ``."""
    units, features = kernels.units, kernels.inputs
    with module.function("renew", I32) as f:
        (arguments,) = f.parameters
        v, w = f.local(argument(arguments, "deferred")), f.local(argument(arguments, "parameters"))
        constants = f.local(argument(arguments, "constants"))
        d, c = f.local(v + kernels.d), f.local(v + kernels.c)
        f.call(vectors.copy(module), w, v, I32(features * units))
        f.call(vectors.clear(module), d, I32(units))
        one = constants + 4 * ONE
        f.call(matmul.column_sums(module, units), one, v, c, I32(1), I32(features))
        f.call(vectors.scale(module), c, I32(units), F32.load(constants, 4 * OFFSET))
        f.store(v, F32.load(constants, 4 * OFFSET), kernels.offset_start)
        f.store(v, I32(0), kernels.count)
    return f


@once
def _forward(module: Module, kernels: DenseDeferred, start: int) -> Function:
    """Return a function of (arguments, rows, z): ``z = bias + c + (p + n o) d + Σ* s uᵢ vᵢ``."""
    with module.function("deferred forward", I32, I32, I32) as f:
        arguments, rows, z = f.parameters
        v = f.local(argument(arguments, "deferred"))
        d, c = f.local(v + kernels.d), f.local(v + kernels.c)
        offset = f.local(
            F32.load(argument(arguments, "constants"), 4 * OFFSET) * float(kernels.inputs)
        )
        if kernels.biased:
            begin = _start_from_bias(module)
            bias = [f.local(argument(arguments, "parameters") + kernels.bias_start)]
        else:
            begin, bias = _start(module), []
        with each_list(f, kernels, start, arguments, rows, z) as (header, row):
            factor = F32.load(header, 4) + offset
            f.call(begin, row, c, d, *bias, I32(kernels.units), factor)
            f.call(sparse.product(module, kernels.units), header, v, row)
    return f


@once
def _update(module: Module, kernels: DenseDeferred, start: int) -> Function:
    """Return a function of (arguments, delta, rows, rate), for each picture of a mini-batch:

    ``vᵢ -= η s uᵢ δ`` where u ≠ 0, ``d -= η o δ`` and ``c -= η o p δ``.
    """
    units = kernels.units
    subtract = _subtract(module)
    with module.function("deferred update", I32, I32, I32, F32) as f:
        arguments, delta, rows, rate = f.parameters
        v = f.local(argument(arguments, "deferred"))
        d, c = f.local(v + kernels.d), f.local(v + kernels.c)
        step = f.local(rate * F32.load(argument(arguments, "constants"), 4 * OFFSET))
        with each_list(f, kernels, start, arguments, rows, delta) as (header, row):
            f.call(sparse.outer(module, units), header, v, row, -rate)
            f.call(subtract, d, row, I32(units), step)
            f.call(subtract, c, row, I32(units), step * F32.load(header, 4))
        updates = f.local(I32.load(v, kernels.count) + 1)
        f.store(v, updates, kernels.count)
        with f.if_(updates >= _UPDATES):
            f.call(_merge(module, kernels), arguments)
            f.call(_renew(module, kernels), arguments)
    return f
