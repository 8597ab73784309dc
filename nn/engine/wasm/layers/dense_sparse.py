"""The first Dense layer of a network whose inputs are bytes that are mostly 0.

:mod:`nn.engine.wasm.kernels.sparse` says why, and derives what is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, I32, Value
from nn.engine.wasm.kernels import matmul, sparse, vectors
from nn.engine.wasm.layers.dense import DensePlain
from nn.engine.wasm.layers.layer import Mode, Site, facts
from nn.engine.wasm.memory import OFFSET, ONE, Place, argument, buffer, padded
from nn.layers import Dense, Shape

KERNEL = 0
"""Where the kernel lies among all parameters: the first layer's weights come first."""


@dataclass(frozen=True)
class DenseSparse(DensePlain):
    """Skips pixels of 0. ``x`` is then lists of the others, as :mod:`.sparse` writes them.

    Attributes:
        offset: whether what is added to scaled pixels is not 0.
    """

    offset: bool

    @classmethod
    def of(cls, layer: Dense, x: Shape, site: Site) -> Self | None:
        if not (site.first and site.inputs == "sparse" and len(x) == 1):
            return None
        return cls(*facts(layer, x), site.offset)

    @property
    def lists(self) -> int:
        return sparse.list_bytes(self.inputs)

    @property
    def bias_start(self) -> int:
        """Where the bias lies among all parameters, in bytes."""
        return KERNEL + 4 * self.inputs * self.units

    def begin(self, f: Function, place: Place) -> None:
        f.call(_common_part(f.module, self), place.arguments)

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        f.call(_forward(f.module, self, place.start), place.arguments, rows, z)

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        self._bias_gradient(f, place, dz, rows)
        write = _update if place.rate else _gradient
        f.call(write(f.module, self, place.start), place.arguments, dz, rows, *place.rate)


@contextmanager
def each_list(
    f: Function, kernels: DenseSparse, start: int, arguments: Value, rows: Value, beside: Value
) -> Iterator[tuple[Value, Value]]:
    """Repeat for each picture of a mini-batch: its list, and its row of what is ``beside`` it."""
    header, row = f.local(buffer(arguments, start, 0)), f.local(beside)
    step = kernels.lists
    with f.for_range(header, f.local(header + rows * step), step):
        yield header, row
        row += 4 * kernels.units


@once
def _common_part(module: Module, kernels: DenseSparse) -> Function:
    """Return a function of (arguments): what the layer gives for a picture of zeros."""
    with module.function("common part", I32) as f:
        (arguments,) = f.parameters
        common = f.local(argument(arguments, "scratch"))
        constants = f.local(argument(arguments, "constants"))
        parameters = f.local(argument(arguments, "parameters"))
        offset, one = F32.load(constants, 4 * OFFSET), constants + 4 * ONE
        kernel = parameters + KERNEL
        # Where o = 0, no rows are summed, so that an infinite weight does not give NaN.
        rows, units = I32(kernels.inputs if kernels.offset else 0), I32(kernels.units)
        f.call(matmul.column_sums(module, kernels.units), one, kernel, common, I32(1), rows)
        if kernels.biased:
            bias = parameters + kernels.bias_start
            f.call(_scale_and_add(module), common, bias, units, offset)
        else:
            f.call(vectors.scale(module), common, units, offset)
    return f


_scale_and_add = vectors.elementwise(lambda f, x, y, *, factor: {"x": x * factor + y})


@once
def _forward(module: Module, kernels: DenseSparse, start: int) -> Function:
    """Return a function of (arguments, rows, z), after the common part."""
    units = kernels.units
    with module.function("sparse forward", I32, I32, I32) as f:
        arguments, rows, z = f.parameters
        kernel = f.local(argument(arguments, "parameters") + KERNEL)
        common = argument(arguments, "scratch")
        f.call(sparse.in_every_row(module, units), z, common, rows)
        with each_list(f, kernels, start, arguments, rows, z) as (header, row):
            f.call(sparse.product(module, units), header, kernel, row)
    return f


@once
def _gradient(module: Module, kernels: DenseSparse, start: int) -> Function:
    """Return a function of (arguments, delta, rows): the gradient of the kernel.

    ``Σ_b x_bi δ_b = Σ*_b s u_bi δ_b + o Σ_b δ_b``, of which the last is the same for all rows.
    """
    units = kernels.units
    with module.function("sparse gradient", I32, I32, I32) as f:
        arguments, delta, rows = f.parameters
        kernel = f.local(argument(arguments, "gradients") + KERNEL)
        constants = f.local(argument(arguments, "constants"))
        sums = f.local(argument(arguments, "scratch") + padded(4 * units))
        one = constants + 4 * ONE
        f.call(matmul.column_sums(module, units), one, delta, sums, I32(1), rows)
        f.call(vectors.scale(module), sums, I32(units), F32.load(constants, 4 * OFFSET))
        f.call(sparse.in_every_row(module, units), kernel, sums, I32(kernels.inputs))
        with each_list(f, kernels, start, arguments, rows, delta) as (header, row):
            f.call(sparse.outer(module, units), header, kernel, row, F32(1.0))
    return f


@once
def _update(module: Module, kernels: DenseSparse, start: int) -> Function:
    """Return a function of (arguments, delta, rows, rate), for o = 0: ``wᵢ -= η Σ*_b s u_bi δ_b``.

    Where o is not 0, :mod:`.dense_deferred` is used.
    """
    units = kernels.units
    with module.function("sparse update", I32, I32, I32, F32) as f:
        arguments, delta, rows, rate = f.parameters
        kernel = f.local(argument(arguments, "parameters") + KERNEL)
        with each_list(f, kernels, start, arguments, rows, delta) as (header, row):
            f.call(sparse.outer(module, units), header, kernel, row, -rate)
    return f
