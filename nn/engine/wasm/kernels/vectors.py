"""Arrays of float32 as vectors of four, and what is left over at their ends.

Nothing is padded: the last vector of a row may be 1 to 3 numbers wide, and is read and written as
that, so that no kernel ever touches a byte beside its arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from inspect import getfullargspec

from nn.engine.wasm.asm.assembler import Function, Local, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, I32, Value

Written = dict[str, Value]
"""What a formula writes, by the names of its arrays."""

Widths = tuple[int, ...]
"""How wide vectors side by side in a row are: 4 numbers, the last one perhaps 1 to 3."""

MOST = 13
"""Vectors of a row to work on at once: with a factor and a term, 15 registers. Processors have 16,
and browsers keep one for themselves."""


def widths(columns: int) -> Widths:
    """Return the vectors of a row: (4, 4, 2) for ten columns."""
    return (4,) * (columns // 4) + ((columns % 4,) if columns % 4 else ())


def load(address: Value, offset: int, width: int) -> Value:
    """Read the first ``width`` lanes; the others are 0."""
    return F32X4.load(address, offset) if width == 4 else F32X4.load_low(address, offset, width)


def save(f: Function, address: Value, value: Value, offset: int, width: int) -> None:
    """Write the first ``width`` lanes."""
    if width == 4:
        f.store(address, value, offset)
    else:
        f.store_low(address, value, offset, width)


def blocks(f: Function, columns: int, vectors: int, body: Callable[[Value, Widths], None]) -> None:
    """Work through the columns of a row, so many vectors at a time, fewer in the last block.

    ``body`` is given where the block starts, in bytes, and the widths of its vectors. It is called
    to write its code once for the loop and once for the last block.
    """
    full, rest = divmod(columns, 4 * vectors)
    if full:
        with f.for_range(f.local(I32(0)), full * 16 * vectors, 16 * vectors) as start:
            body(start, (4,) * vectors)
    if rest:
        body(I32(full * 16 * vectors), widths(rest))


def across(f: Function, row: Value, units: int, work: Callable[[Value, int], None]) -> None:
    """Call ``work`` with the place and width of each vector of a row."""
    blocks(f, units, 1, lambda start, widths: work(f.local(row + start), widths[0]))


@contextmanager
def each_row(f: Function, row: Local, rows: Value, units: int, *others: Local) -> Iterator[None]:
    """Repeat for each row at ``row``, which moves on, as ``others`` do, by ``units`` numbers."""
    with f.for_range(row, f.local(row + rows * (4 * units)), 4 * units):
        yield
        for other in others:
            other += 4 * units


def elementwise(formula: Callable[..., Written]) -> Callable[[Module], Function]:
    """Make a kernel of a formula: it does the same with every element of flat arrays.

    The formula's parameters are a function to write code in, then arrays, a vector of each at a
    time, then, as keywords, numbers, which are in all lanes. It says what to write to which array::

        scale = elementwise(lambda f, x, *, factor: {"x": x * factor})

    The kernel is called with the addresses of the arrays, the count of their elements, and the
    numbers (``f32``)::

        f.call(scale(module), x, count, factor)
    """
    named = getfullargspec(formula)
    arrays, numbers = named.args[1:], named.kwonlyargs

    @once
    def kernel(module: Module) -> Function:
        types = [*[I32] * len(arrays), I32, *[F32] * len(numbers)]
        with module.function("elementwise", *types) as f:
            pointers, count = f.parameters[: len(arrays)], f.parameters[len(arrays)]
            everywhere = [f.local(F32X4.splat(n)) for n in f.parameters[len(arrays) + 1 :]]

            def work(width: int) -> None:
                values = [f.local(load(pointer, 0, width)) for pointer in pointers]
                written = formula(f, *values, **dict(zip(numbers, everywhere, strict=True)))
                for name, value in written.items():
                    save(f, pointers[arrays.index(name)], value, 0, width)

            walk(f, pointers, count, work)
        return f

    return kernel


def total(formula: Callable[..., Value]) -> Callable[[Module], Function]:
    """Make a kernel of a formula: it sums that over every element of flat arrays.

    The formula's parameters are a function to write code in, then arrays, a vector of each at a
    time. The kernel is called with the addresses of the arrays and the count of their elements::

        squares = total(lambda f, x: x * x)

        squares(module)(x, count)
    """
    arrays = getfullargspec(formula).args[1:]

    @once
    def kernel(module: Module) -> Function:
        with module.function("total", *[I32] * len(arrays), I32, result=F32) as f:
            *pointers, count = f.parameters
            lanes, rest = f.local(F32X4), f.local(F32)

            def work(width: int) -> None:
                terms = formula(f, *[f.local(load(pointer, 0, width)) for pointer in pointers])
                if width == 4:
                    lanes.set(lanes + terms)
                else:
                    rest.set(rest + terms.lane(0))

            walk(f, pointers, count, work)
            f.return_(sum_of_lanes(lanes) + rest)
        return f

    return kernel


clear = elementwise(lambda f, x: {"x": F32X4(0.0)})
copy = elementwise(lambda f, source, target: {"target": source})
scale = elementwise(lambda f, x, *, factor: {"x": x * factor})


def sum_of_lanes(vector: Local) -> Value:
    """Return the sum of four lanes."""
    return (vector.lane(0) + vector.lane(1)) + (vector.lane(2) + vector.lane(3))


def max_of_lanes(vector: Local) -> Value:
    """Return the largest of four lanes, or NaN if one of them is NaN."""
    return vector.lane(0).max(vector.lane(1)).max(vector.lane(2).max(vector.lane(3)))


def walk(f: Function, pointers: Sequence[Local], count: Value, work: Callable[[int], None]) -> None:
    """Do ``work`` with four elements at a time, then with one at a time."""
    first, *others = pointers
    stop = f.local(first + ((count >> 2) << 4))
    with f.for_range(first, stop, 16):
        work(4)
        for pointer in others:
            pointer += 16
    stop.set(first + ((count & 3) << 2))
    with f.for_range(first, stop, 4):
        work(1)
        for pointer in others:
            pointer += 4
