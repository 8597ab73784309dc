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

    def cells(self, height: int, width: int) -> list[int]:
        """Return how far the cells of a window are from its first, row by row, in bytes."""
        pixel = 4 * self.x[2]
        return [a * self.x_row + b * pixel for a in range(height) for b in range(width)]

    def window(self, module: Module, height: int, width: int) -> Function:
        """Return a function of (x, z) for the window at x."""
        raise NotImplementedError

    def window_gradient(self, module: Module, height: int, width: int) -> Function:
        """Return a function of (x, dz, dx) for the window at x, whose gradients are at dx."""
        raise NotImplementedError


@once
def _forward(module: Module, kernels: PoolingKernels) -> Function:
    """Return a function of (x, z, rows)."""
    with module.function("pooling", I32, I32, I32) as f:
        x, z, rows = f.parameters
        with f.for_range(f.local(I32(0)), rows):
            for sizes, source, target in _windows(f, kernels, x, z):
                f.call(kernels.window(module, *sizes), source, target)
            x += 4 * math.prod(kernels.x)
            z += 4 * math.prod(kernels.y)
    return f


@once
def _input_gradient(module: Module, kernels: PoolingKernels) -> Function:
    """Return a function of (x, dz, dx, rows)."""
    with module.function("pooling input gradient", I32, I32, I32, I32) as f:
        x, dz, dx, rows = f.parameters
        if kernels.overlapping or not kernels.covering:
            f.call(_clear(module), dx, rows * math.prod(kernels.x))
        beside = f.local(dx - x)
        with f.for_range(f.local(I32(0)), rows):
            for sizes, source, delta in _windows(f, kernels, x, dz):
                write = kernels.window_gradient(module, *sizes)
                f.call(write, source, delta, source + beside)
            x += 4 * math.prod(kernels.x)
            dz += 4 * math.prod(kernels.y)
    return f


_clear = vectors.elementwise(lambda f, x: {"x": F32X4(0.0)})


def _windows(
    f: Function, kernels: PoolingKernels, x: Value, z: Value
) -> Iterator[tuple[tuple[int, int], Value, Value]]:
    """Write loops over all windows of a picture; yield their sizes, and where each is and goes."""
    pixel = 4 * kernels.x[2]
    z_row = pixel * kernels.y[1]
    for down in kernels.rows:
        for right in kernels.columns:
            x_row = f.local(x + (down.input * kernels.x_row + right.input * pixel))
            row = f.local(z + (down.output * z_row + right.output * pixel))
            with f.for_range(f.local(I32(0)), down.count):
                source, target = f.local(x_row), f.local(row)
                with f.for_range(f.local(I32(0)), right.count):
                    yield (down.size, right.size), source, target
                    source += pixel * right.stride
                    target += pixel
                x_row += kernels.x_row * down.stride
                row += z_row


class MaxPoolingKernels(PoolingKernels):
    def window(self, module: Module, height: int, width: int) -> Function:
        return _largest(module, self.x[2], tuple(self.cells(height, width)))

    def window_gradient(self, module: Module, height: int, width: int) -> Function:
        cells = tuple(self.cells(height, width))
        return _largest_gradient(module, self.x[2], cells, self.overlapping)


class AveragePoolingKernels(PoolingKernels):
    def window(self, module: Module, height: int, width: int) -> Function:
        return _mean(module, self.x[2], tuple(self.cells(height, width)))

    def window_gradient(self, module: Module, height: int, width: int) -> Function:
        cells = tuple(self.cells(height, width))
        return _mean_gradient(module, self.x[2], cells, self.overlapping)


Cells = tuple[int, ...]


@once
def _largest(module: Module, channels: int, cells: Cells) -> Function:
    with module.function("largest", I32, I32) as f:
        x, z = f.parameters

        def work(start: Value, vector: int, width: int) -> None:
            place = f.local(x + start)
            vectors.save(f, f.local(z + start), _max(f, place, cells, vector, width), vector, width)

        _each_vector(f, channels, work)
    return f


@once
def _largest_gradient(module: Module, channels: int, cells: Cells, adds: bool) -> Function:
    with module.function("largest gradient", I32, I32, I32) as f:
        x, dz, dx = f.parameters

        def work(start: Value, vector: int, width: int) -> None:
            place, target = f.local(x + start), f.local(dx + start)
            largest = f.local(_max(f, place, cells, vector, width))
            delta = f.local(vectors.load(dz + start, vector, width))
            left = f.local(I32X4(-1))
            for cell in cells:
                here = vectors.load(place, cell + vector, width).equals(largest)
                here = f.local(here & left)
                left.set(left ^ here)
                gradient = (here & delta.bits_as(I32X4)).bits_as(F32X4)
                _write(f, target, gradient, cell + vector, width, adds)

        _each_vector(f, channels, work)
    return f


@once
def _mean(module: Module, channels: int, cells: Cells) -> Function:
    with module.function("mean", I32, I32) as f:
        x, z = f.parameters

        def work(start: Value, vector: int, width: int) -> None:
            place = f.local(x + start)
            total = vectors.load(place, cells[0] + vector, width)
            for cell in cells[1:]:
                total = total + vectors.load(place, cell + vector, width)
            vectors.save(f, f.local(z + start), total * (1 / len(cells)), vector, width)

        _each_vector(f, channels, work)
    return f


@once
def _mean_gradient(module: Module, channels: int, cells: Cells, adds: bool) -> Function:
    with module.function("mean gradient", I32, I32, I32) as f:
        _, dz, dx = f.parameters

        def work(start: Value, vector: int, width: int) -> None:
            target = f.local(dx + start)
            part = f.local(vectors.load(dz + start, vector, width) * (1 / len(cells)))
            for cell in cells:
                _write(f, target, part, cell + vector, width, adds)

        _each_vector(f, channels, work)
    return f


def _each_vector(f: Function, channels: int, work: Callable[[Value, int, int], None]) -> None:
    """Call ``work`` with the start of a block, in bytes, where in it a vector is, and its width."""

    def block(start: Value, widths: vectors.Widths) -> None:
        for v, width in enumerate(widths):
            work(start, 16 * v, width)

    vectors.blocks(f, channels, _VECTORS, block)


def _max(f: Function, place: Value, cells: Cells, vector: int, width: int) -> Value:
    largest = vectors.load(place, cells[0] + vector, width)
    for cell in cells[1:]:
        largest = largest.max(vectors.load(place, cell + vector, width))
    return largest


def _write(f: Function, place: Value, value: Value, offset: int, width: int, adds: bool) -> None:
    if adds:
        value = vectors.load(place, offset, width) + value
    vectors.save(f, place, value, offset, width)


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
