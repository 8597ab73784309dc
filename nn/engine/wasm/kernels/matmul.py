"""The kernels for the products inside a network: exact shapes, in the three forms of training.

``nn.engine.matmul``, for any two arrays, is not made of them but of :mod:`any_matmul` and
:mod:`gemm`.

All matrices are rows of float32 one after another. A product is computed a tile at a time: the
sums of four rows by eight columns stay in registers while the whole length is worked through, so
that each number that is loaded is used several times. A tile is a function of its own: browsers
put the optimised code of a function in place when it is called anew, never in the middle of a loop.

With one sample there is nothing to use several times, and what counts is to walk through a kernel
once, along its rows: forward, the sums of up to 52 columns stay in registers while rows of the
kernel are added, each times its input; backward, so do the deltas while they are added to rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from nn.engine.wasm.asm.assembler import Function, Local, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, I32, Type, Value
from nn.engine.wasm.kernels import vectors

ROWS = 4
VECTORS = 2
"""A tile's sums: 4 · 2 vectors, which with two of b and one of a are 11 of the 16 registers."""

_UNROLLED = 4
"""Steps written out in a row, since every turn of a loop costs a few instructions of its own."""


@dataclass(frozen=True)
class Strides:
    """How far it is, in bytes, to the next number of ``Σₛ a[row, s] · b[s, column]``.

    Attributes:
        a_row, a_step: in a, to the next row of the result and to the next term of the sum.
        b_step: in b, to the next term.
        c_row: in the result, to the next row.
    """

    a_row: int
    a_step: int
    b_step: int
    c_row: int


def product(module: Module, inputs: int, units: int, biased: bool) -> Function:
    """``y = x · w + b``: called with (x, w, y, rows, inputs, b); x is (rows, inputs).

    Where there is no bias, the last argument is left out.
    """
    strides = Strides(4 * inputs, 4, 4 * units, 4 * units)
    return summed(module, strides, units, "from_bias" if biased else "from_zero")


def outer_product(module: Module, inputs: int, units: int) -> Function:
    """``g = xᵀ · d``: called with (x, d, g, inputs, rows); d is (rows, units)."""
    return _outer(module, inputs, units, "from_zero")


def outer_update(module: Module, inputs: int, units: int) -> Function:
    """``w -= rate · xᵀ · d``: called with (x, d, w, inputs, rows, rate)."""
    return _outer(module, inputs, units, "subtract")


@once
def _outer(module: Module, inputs: int, units: int, epilogue: str) -> Function:
    sums = summed(module, Strides(4, 4 * inputs, 4 * units, 4 * units), units, epilogue)
    of_one = _outer_of_one(module, units, epilogue)
    with module.function("outer", I32, I32, I32, I32, I32, *EXTRA[epilogue]) as f:
        x, d, c, count, rows, *rate = f.parameters
        with f.if_(rows.equals(1)):
            f.call(of_one, x, d, c, count, *rate)
        with f.else_():
            f.call(sums, x, d, c, count, rows, *rate)
    return f


@once
def _outer_of_one(module: Module, units: int, epilogue: str) -> Function:
    """Return a function of (x, d, c, inputs[, rate]) for one sample: ``cᵢ = xᵢ d``.

    With a rate, it is ``cᵢ -= rate xᵢ d``.
    """
    with module.function("outer of one", I32, I32, I32, I32, *EXTRA[epilogue]) as f:
        x, d, c, inputs, *rate = f.parameters
        stop = f.local(x + inputs * 4)

        def block(start: Value, widths: vectors.Widths) -> None:
            place, row = f.local(d + start), f.local(c + start)
            terms = [f.local(vectors.load(place, 16 * v, n)) for v, n in enumerate(widths)]
            for term in terms if rate else []:
                term *= -F32X4.splat(rate[0])
            with f.for_range(f.local(x), stop, 4) as input:
                factor = f.local(F32X4.load_splat(input))
                for v, width in enumerate(widths):
                    product: Value = factor * terms[v]
                    if rate:
                        product = f.madd(factor, terms[v], vectors.load(row, 16 * v, width))
                    vectors.save(f, row, product, 16 * v, width)
                row += 4 * units

        vectors.blocks(f, units, vectors.MOST, block)
    return f


def column_sums(module: Module, units: int) -> Function:
    """``g = 1ᵀ · d``: called with (address of a 1, d, g, 1, rows).

    The gradient of a bias: that of a weight whose input is always 1.
    """
    return summed(module, Strides(0, 0, 4 * units, 0), units, "from_zero")


def column_sums_update(module: Module, units: int) -> Function:
    """``b -= rate · 1ᵀ · d``: called with (address of a 1, d, b, 1, rows, rate)."""
    return summed(module, Strides(0, 0, 4 * units, 0), units, "subtract")


@once
def summed(module: Module, strides: Strides, columns: int, epilogue: str) -> Function:
    """Return a function of (a, b, c, rows, steps[, extra]), which goes tile by tile."""
    with module.function("sums", I32, I32, I32, I32, I32, *EXTRA[epilogue]) as f:
        a, b, c, rows, steps, *extra = f.parameters

        whole = f.local(rows - rows % ROWS)

        def work(
            first: Value, stop: Value, size: int, start: Value, widths: vectors.Widths
        ) -> None:
            one = tile(module, strides, size, widths, epilogue)
            others = [bias + start for bias in extra] if epilogue == "from_bias" else extra
            a_row, c_row = f.local(a + first * strides.a_row), f.local(c + first * strides.c_row)
            c_row += start
            with f.for_range(f.local(first), stop, size):
                f.call(one, a_row, b + start, c_row, steps, *others)
                a_row += size * strides.a_row
                c_row += size * strides.c_row

        vectors.blocks(f, columns, VECTORS, partial(work, I32(0), whole, ROWS))
        vectors.blocks(f, columns, vectors.MOST, partial(work, whole, rows, 1))
    return f


EXTRA: dict[str, list[Type]] = {
    "from_zero": [],
    "from_bias": [I32],
    "from_result": [],
    "subtract": [F32],
}
"""What a sum starts from, or is done with, and what that takes: a bias, or a rate."""


@once
def tile(
    module: Module, strides: Strides, rows: int, widths: vectors.Widths, epilogue: str
) -> Function:
    """Return a function of (a, b, c, steps[, extra]) that works out a few rows and columns."""
    with module.function("tile", I32, I32, I32, I32, *EXTRA[epilogue]) as f:
        a, b, c, steps, *extra = f.parameters
        sums = [[f.local(F32X4) for _ in widths] for _ in range(rows)]
        if epilogue == "from_bias":
            for v, width in enumerate(widths):
                for row in sums:
                    row[v].set(vectors.load(extra[0], 16 * v, width))
        if epilogue == "from_result":
            for r, row in enumerate(sums):
                for v, width in enumerate(widths):
                    row[v].set(vectors.load(c, r * strides.c_row + 16 * v, width))
        terms = [f.local(F32X4) for _ in widths]
        factor = f.local(F32X4)

        def step(s: int) -> None:
            for v, width in enumerate(widths):
                terms[v].set(vectors.load(b, s * strides.b_step + 16 * v, width))
            for r, row in enumerate(sums):
                factor.set(F32X4.load_splat(a, r * strides.a_row + s * strides.a_step))
                for v, term in enumerate(terms):
                    row[v].set(f.madd(factor, term, row[v]))

        stop = f.local(b + (steps // _UNROLLED) * (_UNROLLED * strides.b_step))
        with f.for_range(b, stop, _UNROLLED * strides.b_step):
            for s in range(_UNROLLED):
                step(s)
            a += _UNROLLED * strides.a_step
        stop.set(b + (steps % _UNROLLED) * strides.b_step)
        with f.for_range(b, stop, strides.b_step):
            step(0)
            a += strides.a_step

        if epilogue == "subtract":
            factor.set(-F32X4.splat(extra[0]))
        for r, row in enumerate(sums):
            for v, width in enumerate(widths):
                place = r * strides.c_row + 16 * v
                result: Value = row[v]
                if epilogue == "subtract":
                    result = f.madd(factor, row[v], vectors.load(c, place, width))
                vectors.save(f, c, result, place, width)
    return f


@once
def product_with_transposed(module: Module, inputs: int, units: int) -> Function:
    """``e = d · wᵀ``: called with (d, w, e, rows); d is (rows, units), e is (rows, inputs).

    Both run along their rows, so a sum is kept as four partial ones, a lane each, which are added
    in the end.
    """
    with module.function("dots", I32, I32, I32, I32) as f:
        d, w, e, rows = f.parameters

        def block(start: Value, widths: vectors.Widths) -> None:
            d_row, e_row, row = f.local(d), f.local(e + start), f.local(I32(0))
            kernel = f.local(w + start * units)
            for size in (2, 1):
                dots = _dots(module, size, widths[0], inputs, units)
                with f.for_range(row, f.local(rows - rows % size), size):
                    f.call(dots, d_row, kernel, e_row)
                    d_row += size * 4 * units
                    e_row += size * 4 * inputs

        vectors.blocks(f, inputs, 1, block)
    return f


@once
def _dots(module: Module, rows: int, outputs: int, inputs: int, units: int) -> Function:
    """Return a function of (d, w, e): a few rows of d by at most four rows of w."""
    with module.function("dots", I32, I32, I32) as f:
        d, w, e = f.parameters
        sums = [[f.local(F32X4) for _ in range(4)] for _ in range(rows)]
        kernel = [f.local(F32X4) for _ in range(outputs)]
        delta = f.local(F32X4)

        def step(offset: int, width: int) -> None:
            for i, weights in enumerate(kernel):
                weights.set(vectors.load(w, i * 4 * units + offset, width))
            for r, row in enumerate(sums):
                delta.set(vectors.load(d, r * 4 * units + offset, width))
                for i, weights in enumerate(kernel):
                    row[i].set(f.madd(delta, weights, row[i]))

        loops, rest = divmod(units, 16)
        with f.for_range(f.local(I32(0)), loops * 64, 64):
            for v in range(4):
                step(16 * v, 4)
            d += 64
            w += 64
        for v, width in enumerate(vectors.widths(rest)):
            step(16 * v, width)
        for r, row in enumerate(sums):
            vectors.save(f, e, _four_sums(f, row), r * 4 * inputs, outputs)
    return f


def _four_sums(f: Function, rows: Sequence[Local]) -> Value:
    """Return the sums of the lanes of four vectors, as one vector."""
    a, b, c, d = rows
    low = f.local(a.shuffle(b, (0, 4, 1, 5)) + a.shuffle(b, (2, 6, 3, 7)))
    high = f.local(c.shuffle(d, (0, 4, 1, 5)) + c.shuffle(d, (2, 6, 3, 7)))
    return low.shuffle(high, (0, 1, 4, 5)) + low.shuffle(high, (2, 3, 6, 7))
