"""Convolutions of one picture, for exact shapes, in the three forms of training.

Pictures are channels-last, so a row of a window, its columns and channels, is numbers side by side.
A convolution is then a product of matrices whose left one has overlapping rows, and nothing needs
to be copied into place first. As in :mod:`.matmul`, a tile of sums stays in registers: a few pixels
by a few vectors of filters forward, a few numbers of the window by a few vectors of filters for the
kernel's gradient.

For the gradient with respect to the inputs, each pixel's deltas are multiplied by the transposed
kernel, a row of the window at a time, and added where the window was. (It is a convolution too, of
deltas with zeros around and between them, but most of its multiplications would be by these zeros.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nn.engine.wasm.asm.assembler import Function, Local, Module, once
from nn.engine.wasm.asm.instructions import F32X4, I32, Value
from nn.engine.wasm.kernels import vectors

_REGISTERS = 15
"""Processors have 16, and browsers keep one for themselves."""

_BUSY = 8
"""Sums that have to be worked on at a time, or the processor waits for the last addition."""

_UNROLLED = 32
"""Terms of a sum up to which all are written out in a row."""


@dataclass(frozen=True)
class Geometry:
    """The sizes of a convolution of pictures that are padded already, if they have to be.

    Attributes:
        height, width, channels: of the picture.
        kernel_height, kernel_width: of the window.
        down, right: how far it moves.
        filters: channels of the result.
    """

    height: int
    width: int
    channels: int
    kernel_height: int
    kernel_width: int
    down: int
    right: int
    filters: int

    @property
    def rows(self) -> int:
        """Of the result."""
        return (self.height - self.kernel_height) // self.down + 1

    @property
    def columns(self) -> int:
        """Of the result."""
        return (self.width - self.kernel_width) // self.right + 1

    @property
    def line(self) -> int:
        """Numbers in a row of a window."""
        return self.kernel_width * self.channels

    @property
    def kernel(self) -> int:
        """Numbers of the kernel."""
        return self.kernel_height * self.line * self.filters

    @property
    def x_row(self) -> int:
        """Bytes of a row of the picture."""
        return 4 * self.width * self.channels

    @property
    def x_bytes(self) -> int:
        """Bytes of the picture."""
        return self.height * self.x_row

    @property
    def z_row(self) -> int:
        """Bytes of a row of the result."""
        return 4 * self.columns * self.filters

    @property
    def z_bytes(self) -> int:
        """Bytes of the result."""
        return self.rows * self.z_row


def merged(g: Geometry) -> Geometry:
    """Return the same with all pixels in one row, where windows are single pixels side by side."""
    if (g.kernel_height, g.kernel_width, g.down, g.right) != (1, 1, 1, 1):
        return g
    return Geometry(1, g.height * g.width, g.channels, 1, 1, 1, 1, g.filters)


@once
def correlation(module: Module, g: Geometry, biased: bool) -> Function:
    """``z = x * kernel + bias``: called with (x, kernel, z[, bias]), for one picture."""
    size, vectors_ = _best_tile(g.columns, g.filters)
    with module.function("correlation", *[I32] * (3 + biased)) as f:
        x, kernel, z, *bias = f.parameters

        def block(start: Value, widths: vectors.Widths) -> None:
            tile = _correlation_tile(module, g, size, widths, biased)
            others = [b + start for b in bias]
            column = f.local(kernel + start)
            x_row, z_row = f.local(x), f.local(z + start)
            with f.for_range(f.local(I32(0)), g.rows):
                # The last tile may overlap the one before: it writes the same once more.
                last = g.columns - size
                stop = f.local(z_row + 4 * g.filters * last)
                a, c = f.local(x_row), f.local(z_row)
                with f.for_range(c, stop, 4 * g.filters * size):
                    f.call(tile, a, column, c, *others)
                    a += 4 * g.channels * g.right * size
                end = x_row + 4 * g.channels * g.right * last
                f.call(tile, end, column, stop, *others)
                x_row += g.down * g.x_row
                z_row += g.z_row

        vectors.blocks(f, g.filters, vectors_, block)
    return f


@once
def _correlation_tile(
    module: Module, g: Geometry, size: int, widths: vectors.Widths, biased: bool
) -> Function:
    """Return a function of (x, kernel, z[, bias]): ``size`` pixels by a few vectors of filters."""
    with module.function("correlation tile", *[I32] * (3 + biased)) as f:
        a, b, c, *bias = f.parameters
        sums = [[f.local(F32X4) for _ in widths] for _ in range(size)]
        for v, width in enumerate(widths):
            for sums_of_pixel in sums if biased else []:
                sums_of_pixel[v].set(vectors.load(bias[0], 16 * v, width))
        multiply = _multiplier(f, sums, widths, a, b)

        def term(row: int, i: int, ahead: int) -> None:
            """Add what number ``i`` of a row of the window gives, ``ahead`` of where b points."""
            places = [r * 4 * g.channels * g.right + row * g.x_row + 4 * i for r in range(size)]
            multiply(places, 4 * g.filters * ahead)

        if g.kernel_height * g.line <= _UNROLLED:
            for row in range(g.kernel_height):
                for i in range(g.line):
                    term(row, i, row * g.line + i)
        else:
            steps = _steps(g.line)
            with _each(f, g.kernel_height):
                with _each(f, g.line // steps):
                    for i in range(steps):
                        term(0, i, i)
                    a += 4 * steps
                    b += 4 * g.filters * steps
                for i in range(g.line % steps):
                    term(0, i, i)
                a += g.x_row - 4 * (g.line - g.line % steps)
                b += 4 * g.filters * (g.line % steps)
        for r, sums_of_pixel in enumerate(sums):
            for v, width in enumerate(widths):
                vectors.save(f, c, sums_of_pixel[v], 4 * g.filters * r + 16 * v, width)
    return f


@once
def kernel_gradient(module: Module, g: Geometry) -> Function:
    """``gradient += Σ x dz`` over all places: called with (x, dz, gradient), for one picture."""
    most, vectors_ = _best_tile(g.line, g.filters)
    sizes = _parts(g.line, most)
    with module.function("kernel gradient", I32, I32, I32) as f:
        x, dz, gradient = f.parameters

        def block(start: Value, widths: vectors.Widths) -> None:
            a, c = f.local(x), f.local(gradient + start)
            b = f.local(dz + start)
            with _each(f, g.kernel_height):
                for size, count in sizes:
                    tile = _gradient_tile(module, g, size, widths)
                    with _each(f, count):
                        f.call(tile, a, b, c)
                        a += 4 * size
                        c += 4 * g.filters * size
                a += g.x_row - 4 * g.line

        vectors.blocks(f, g.filters, vectors_, block)
    return f


@once
def _gradient_tile(module: Module, g: Geometry, size: int, widths: vectors.Widths) -> Function:
    """Return a function of (x, dz, gradient): ``size`` rows of the kernel by a few vectors."""
    with module.function("gradient tile", I32, I32, I32) as f:
        a, b, c = f.parameters
        sums = [
            [
                f.local(vectors.load(c, 4 * g.filters * r + 16 * v, width))
                for v, width in enumerate(widths)
            ]
            for r in range(size)
        ]
        multiply = _multiplier(f, sums, widths, a, b)
        steps = _steps(g.columns)
        pixel = 4 * g.channels * g.right

        def terms(count: int) -> None:
            for s in range(count):
                multiply([4 * r + s * pixel for r in range(size)], 4 * g.filters * s)

        with _each(f, g.rows):
            with _each(f, g.columns // steps):
                terms(steps)
                a += pixel * steps
                b += 4 * g.filters * steps
            rest = g.columns % steps
            terms(rest)
            a += g.down * g.x_row - pixel * (g.columns - rest)
            b += 4 * g.filters * rest
        for r, row in enumerate(sums):
            for v, width in enumerate(widths):
                vectors.save(f, c, row[v], 4 * g.filters * r + 16 * v, width)
    return f


@once
def input_gradient(module: Module, g: Geometry) -> Function:
    """``dx += Σ dz · kernelᵀ`` at each place: called with (dz, transposed kernel, dx)."""
    most, vectors_ = _best_tile(g.columns, g.line)
    sizes = _parts(g.columns, most)
    with module.function("input gradient", I32, I32, I32) as f:
        dz, transposed, dx = f.parameters

        def block(start: Value, widths: vectors.Widths) -> None:
            b, x_row = f.local(transposed + start), f.local(dx + start)
            with _each(f, g.kernel_height):
                a, c_row = f.local(dz), f.local(x_row)
                with _each(f, g.rows):
                    c = f.local(c_row)
                    for size, count in sizes:
                        tile = _input_tile(module, g, size, widths)
                        with _each(f, count):
                            f.call(tile, a, b, c)
                            a += 4 * g.filters * size
                            c += 4 * g.channels * g.right * size
                    c_row += g.down * g.x_row
                b += 4 * g.filters * g.line
                x_row += g.x_row

        vectors.blocks(f, g.line, vectors_, block)
    return f


@once
def _input_tile(module: Module, g: Geometry, size: int, widths: vectors.Widths) -> Function:
    """Return a function of (dz, transposed, dx): ``size`` pixels by a few vectors of a window."""
    with module.function("input tile", I32, I32, I32) as f:
        a, b, c = f.parameters
        sums = [[f.local(F32X4(0.0)) for _ in widths] for _ in range(size)]
        multiply = _multiplier(f, sums, widths, a, b)

        def terms(count: int) -> None:
            for s in range(count):
                multiply([4 * (r * g.filters + s) for r in range(size)], 4 * g.line * s)

        steps = _steps(g.filters)
        with _each(f, g.filters // steps):
            terms(steps)
            a += 4 * steps
            b += 4 * g.line * steps
        terms(g.filters % steps)
        # Pixel after pixel: their windows may overlap.
        for r, row in enumerate(sums):
            for v, width in enumerate(widths):
                place = 4 * r * g.channels * g.right + 16 * v
                vectors.save(f, c, vectors.load(c, place, width) + row[v], place, width)
    return f


@once
def transposed(module: Module, g: Geometry) -> Function:
    """Write the kernel with filters before the numbers of a row: called with (kernel, target)."""
    with module.function("transposed", I32, I32) as f:
        source, target = f.parameters
        with _each(f, g.kernel_height):
            column = f.local(source)
            with _each(f, g.filters):
                number = f.local(column)
                with _each(f, g.line):
                    f.store(target, I32.load(number))
                    number += 4 * g.filters
                    target += 4
                column += 4
            source += 4 * g.line * g.filters
    return f


def _multiplier(
    f: Function,
    sums: list[list[Local]],
    widths: vectors.Widths,
    a: Local,
    b: Local,
) -> Callable[[list[int], int], None]:
    """Return what writes one term of all sums: a number of ``a`` each, by vectors of ``b``."""
    terms = [f.local(F32X4) for _ in widths]
    factor = f.local(F32X4)

    def multiply(places: list[int], offset: int) -> None:
        for v, width in enumerate(widths):
            terms[v].set(vectors.load(b, offset + 16 * v, width))
        for place, row in zip(places, sums, strict=True):
            factor.set(F32X4.load_splat(a, place))
            for v, term in enumerate(terms):
                row[v].set(f.madd(factor, term, row[v]))

    return multiply


@contextmanager
def _each(f: Function, count: int) -> Iterator[None]:
    """Repeat what is written so many times; nothing is written for 0, and no loop for 1."""
    if count == 1:
        yield
    elif count == 0:
        before = len(f.code)
        yield
        del f.code[before:]
    else:
        with f.for_range(f.local(I32(0)), count):
            yield


def _steps(count: int) -> int:
    """Return how many terms of so many to write out in a row: a divisor, if there is a good one."""
    return next((n for n in range(min(count, 8), 2, -1) if count % n == 0), min(count, 4))


def _best_tile(lines: int, columns: int) -> tuple[int, int]:
    """Return lines and vectors of the tile that covers a result in the least time.

    Time is counted in pairs of instructions: a tile takes a multiplication for each of its sums,
    but no less than :data:`_BUSY`, and loads a number for each line and a vector for each column.
    """
    row = len(vectors.widths(columns))

    def cost(size: int, count: int) -> float:
        full, rest = divmod(row, count)
        blocks = [count] * full + [rest] * (rest > 0)
        tiles = -(-lines // size)
        return sum(tiles * (max(size * n, _BUSY) + 0.25 * (size + n) + 0.5) for n in blocks)

    choices = [
        (size, count)
        for size in range(1, min(lines, 12) + 1)
        for count in range(1, min(row, 6) + 1)
        if size * count + count + 1 <= _REGISTERS
    ]
    return min(choices, key=lambda choice: cost(*choice))


def _parts(count: int, most: int) -> list[tuple[int, int]]:
    """Return sizes that differ by one at most, none above ``most``, and how many there are of each.

    >>> _parts(14, 6)
    [(5, 2), (4, 1)]
    """
    parts = -(-count // most)
    small, larger = divmod(count, parts)
    sizes = [(small + 1, larger), (small, parts - larger)]
    return [(size, times) for size, times in sizes if times]
