"""Pooling: window by window, a few vectors of channels at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32X4, I32, I32X4, Value
from nn.engine.wasm.kernels import vectors
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site, facts
from nn.engine.wasm.memory import Place
from nn.layers import AveragePooling2D, MaxPooling2D, Shape

_VECTORS = 4
"""Of channels, to work on at a time."""

_KEPT = 6
"""Cells of a window that stay in registers while it is worked on; of a larger one they are read
twice."""

Reduce = Callable[[Function, Sequence[Value]], Value]
Spread = Callable[[Function, Sequence[Value], Value], Iterator[Value]]
"""Write code for a vector of each cell of a window, given those: one vector for all of them, and
one for each."""


@dataclass(frozen=True)
class Run:
    """Outputs side by side along an axis, whose windows have the same size.

    Attributes:
        output, input: where the first one, and its window, start.
        count: how many there are.
        size: of a window.
        stride: from one window to the next.
    """

    output: int
    input: int
    count: int
    size: int
    stride: int


def _runs(cells: Sequence[range], stride: int) -> tuple[Run, ...]:
    """Return the runs of an axis, from the inputs in each window.

    Windows that reach beyond the first input all start there, so that each is a run of its own.
    """
    runs = []
    keys = [(len(window), i if window.start == 0 else -1) for i, window in enumerate(cells)]
    for _, group in groupby(range(len(cells)), key=lambda i: keys[i]):
        indices = list(group)
        first = cells[indices[0]]
        runs.append(Run(indices[0], first.start, len(indices), len(first), stride))
    return tuple(runs)


@dataclass(frozen=True)
class PoolingKernels(LayerKernels):
    """Any sizes; a kind of pooling says what is done with a window.

    Attributes:
        rows, columns: the outputs along both axes.
        overlapping: whether an input may be in several windows.
        covering: whether every input is in one.
    """

    rows: tuple[Run, ...]
    columns: tuple[Run, ...]
    overlapping: bool
    covering: bool

    @classmethod
    def of(cls, layer: MaxPooling2D | AveragePooling2D, x: Shape, site: Site) -> Self | None:
        axes = layer.axes(x)
        runs = [_runs(cells, stride) for cells, stride in zip(axes, layer.strides, strict=True)]
        overlapping = any(
            before.stop > after.start
            for cells in axes
            for before, after in zip(cells, cells[1:], strict=False)
        )
        covering = all(
            len({i for window in cells for i in window}) == size
            for cells, size in zip(axes, x, strict=False)
        )
        return cls(*facts(layer, x), runs[0], runs[1], overlapping, covering)

    @property
    def x_row(self) -> int:
        """Bytes of a row of the input."""
        return 4 * self.x[1] * self.x[2]

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        f.call(_forward(f.module, self), x, z, rows)

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        f.call(_input_gradient(f.module, self), x, dz, dx, rows)

    def cells(self, height: int, width: int) -> tuple[int, ...]:
        """Return how far the cells of a window are from its first, row by row, in bytes."""
        pixel = 4 * self.x[2]
        return tuple(a * self.x_row + b * pixel for a in range(height) for b in range(width))

    @property
    def reduce(self) -> Reduce:
        """What is done with a window."""
        raise NotImplementedError

    @property
    def spread(self) -> Spread:
        """How the gradient of an output becomes those of its window."""
        raise NotImplementedError


@once
def _forward(module: Module, kernels: PoolingKernels) -> Function:
    """Return a function of (x, z, rows)."""
    with module.function("pooling", I32, I32, I32) as f:
        x, z, rows = f.parameters
        with f.for_range(f.local(I32(0)), rows):
            for down, right, source, target in _lines(f, kernels, x, z):
                cells = kernels.cells(down.size, right.size)
                line = _line(module, kernels.reduce, kernels.x[2], cells, right.stride)
                f.call(line, source, target, I32(right.count))
            x += 4 * math.prod(kernels.x)
            z += 4 * math.prod(kernels.y)
    return f


@once
def _input_gradient(module: Module, kernels: PoolingKernels) -> Function:
    """Return a function of (x, dz, dx, rows)."""
    with module.function("pooling input gradient", I32, I32, I32, I32) as f:
        x, dz, dx, rows = f.parameters
        if kernels.overlapping or not kernels.covering:
            f.call(vectors.clear(module), dx, rows * math.prod(kernels.x))
        beside = f.local(dx - x)
        with f.for_range(f.local(I32(0)), rows):
            for down, right, source, delta in _lines(f, kernels, x, dz):
                cells = kernels.cells(down.size, right.size)
                line = _line_gradient(
                    module, kernels.spread, kernels.x[2], cells, right.stride, kernels.overlapping
                )
                f.call(line, source, delta, source + beside, I32(right.count))
            x += 4 * math.prod(kernels.x)
            dz += 4 * math.prod(kernels.y)
    return f


def _lines(
    f: Function, kernels: PoolingKernels, x: Value, z: Value
) -> Iterator[tuple[Run, Run, Value, Value]]:
    """Write loops over the rows of a picture; yield the runs along both axes, and where they are.

    Outputs side by side are worked on by a function of their own, called for each row: browsers put
    the optimised code of a function in place when it is called anew.
    """
    pixel = 4 * kernels.x[2]
    z_row = pixel * kernels.y[1]
    for down in kernels.rows:
        for right in kernels.columns:
            source = f.local(x + (down.input * kernels.x_row + right.input * pixel))
            target = f.local(z + (down.output * z_row + right.output * pixel))
            with f.for_range(f.local(I32(0)), down.count):
                yield down, right, source, target
                source += kernels.x_row * down.stride
                target += z_row


@once
def _line(
    module: Module, reduce: Reduce, channels: int, cells: tuple[int, ...], stride: int
) -> Function:
    """Return a function of (x, z, count): outputs side by side."""
    with module.function("line", I32, I32, I32) as f:
        x, z, count = f.parameters
        with f.for_range(z, f.local(z + count * (4 * channels)), 4 * channels):

            def block(start: Value, widths: vectors.Widths) -> None:
                source, target = f.local(x + start), f.local(z + start)
                for v, width in enumerate(widths):
                    window = [vectors.load(source, cell + 16 * v, width) for cell in cells]
                    vectors.save(f, target, reduce(f, window), 16 * v, width)

            vectors.blocks(f, channels, _VECTORS, block)
            x += 4 * channels * stride
    return f


@once
def _line_gradient(
    module: Module,
    spread: Spread,
    channels: int,
    cells: tuple[int, ...],
    stride: int,
    adds: bool,
) -> Function:
    """Return a function of (x, dz, dx, count): outputs side by side.

    Args:
        module: gets the code.
        spread: what it does.
        channels: of the picture.
        cells: where those of a window are, in bytes.
        stride: from one window to the next.
        adds: whether to add to what is at dx.
    """
    with module.function("line gradient", I32, I32, I32, I32) as f:
        x, dz, dx, count = f.parameters
        with f.for_range(dz, f.local(dz + count * (4 * channels)), 4 * channels):

            def block(start: Value, widths: vectors.Widths) -> None:
                source, target = f.local(x + start), f.local(dx + start)
                deltas = f.local(dz + start)
                for v, width in enumerate(widths):
                    window = [vectors.load(source, cell + 16 * v, width) for cell in cells]
                    delta = f.local(vectors.load(deltas, 16 * v, width))
                    for cell, gradient in zip(cells, spread(f, window, delta), strict=True):
                        place = cell + 16 * v
                        if adds:
                            gradient = vectors.load(target, place, width) + gradient
                        vectors.save(f, target, gradient, place, width)

            vectors.blocks(f, channels, _VECTORS, block)
            x += 4 * channels * stride
            dx += 4 * channels * stride
    return f


def _largest(f: Function, window: Sequence[Value]) -> Value:
    """Return the largest of a window, or NaN if there is one.

    ``max`` takes care of NaN by eight instructions each time, ``pmax`` is one.
    """
    cells = [f.local(cell) for cell in window]
    largest, unknown = cells[0], cells[0].differs(cells[0])
    for cell in cells[1:]:
        largest, unknown = f.local(largest.pmax(cell)), unknown | cell.differs(cell)
    # All bits set is a NaN.
    return (largest.bits_as(I32X4) | unknown).bits_as(F32X4)


def _to_largest(f: Function, window: Sequence[Value], delta: Value) -> Iterator[Value]:
    """Yield what each cell gets: the first of the largest all, the last what nobody took."""
    few = len(window) <= _KEPT
    cells = [f.local(cell) for cell in window] if few else window
    largest = f.local(cells[0])
    for cell in cells[1:]:
        largest.set(largest.pmax(cell))
    left = f.local(delta.bits_as(I32X4))
    for cell in cells[:-1]:
        share = f.local(cell.equals(largest) & left)
        left.set(left ^ share)
        yield share.bits_as(F32X4)
    yield left.bits_as(F32X4)


def _mean(f: Function, window: Sequence[Value]) -> Value:
    total = window[0]
    for cell in window[1:]:
        total = total + cell
    return total * (1 / len(window))


def _to_all(f: Function, window: Sequence[Value], delta: Value) -> Iterator[Value]:
    part = f.local(delta * (1 / len(window)))
    yield from [part] * len(window)


class MaxPoolingKernels(PoolingKernels):
    @property
    def reduce(self) -> Reduce:
        return _largest

    @property
    def spread(self) -> Spread:
        return _to_largest


class AveragePoolingKernels(PoolingKernels):
    @property
    def reduce(self) -> Reduce:
        return _mean

    @property
    def spread(self) -> Spread:
        return _to_all


@dataclass(frozen=True)
class GlobalAveragePoolingKernels(LayerKernels):
    """Any shape."""

    @property
    def pixels(self) -> int:
        return self.x[0] * self.x[1]

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        f.call(_global_mean(f.module, self.pixels, self.x[2]), x, z, rows)

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        f.call(_global_mean_gradient(f.module, self.pixels, self.x[2]), dz, dx, rows)


@once
def _global_mean(module: Module, pixels: int, channels: int) -> Function:
    """Return a function of (x, z, rows)."""
    with module.function("global mean", I32, I32, I32) as f:
        x, z, rows = f.parameters
        with vectors.each_row(f, z, rows, channels):

            def block(start: Value, widths: vectors.Widths) -> None:
                sums = [f.local(F32X4(0.0)) for _ in widths]
                place = f.local(x + start)
                with f.for_range(f.local(I32(0)), pixels):
                    for v, width in enumerate(widths):
                        sums[v].set(sums[v] + vectors.load(place, 16 * v, width))
                    place += 4 * channels
                out = f.local(z + start)
                for v, width in enumerate(widths):
                    vectors.save(f, out, sums[v] * (1 / pixels), 16 * v, width)

            vectors.blocks(f, channels, vectors.MOST, block)
            x += 4 * pixels * channels
    return f


@once
def _global_mean_gradient(module: Module, pixels: int, channels: int) -> Function:
    """Return a function of (dz, dx, rows)."""
    with module.function("global mean gradient", I32, I32, I32) as f:
        dz, dx, rows = f.parameters
        with vectors.each_row(f, dz, rows, channels):

            def block(start: Value, widths: vectors.Widths) -> None:
                source, place = f.local(dz + start), f.local(dx + start)
                parts = [
                    f.local(vectors.load(source, 16 * v, width) * (1 / pixels))
                    for v, width in enumerate(widths)
                ]
                with f.for_range(f.local(I32(0)), pixels):
                    for v, width in enumerate(widths):
                        vectors.save(f, place, parts[v], 16 * v, width)
                    place += 4 * channels

            vectors.blocks(f, channels, vectors.MOST, block)
            dx += 4 * pixels * channels
    return f
