"""Products with a matrix that is used many times over, as recurrent layers do at each step.

Its columns are first written out in panels, eight side by side, row after row: then a tile reads
all its numbers one after another, which stay in the cache next to the processor. Read in place,
every row of the matrix would be a line of the cache apart, and push the others out. For the same
reason :func:`outer_of_samples` goes sample by sample.
"""

from __future__ import annotations

from functools import partial

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, I32, Value
from nn.engine.wasm.kernels import matmul, vectors
from nn.engine.wasm.kernels.matmul import EXTRA, ROWS, VECTORS, Strides


@once
def pack(module: Module, rows: int, columns: int, row: int) -> Function:
    """Return a function of (matrix, panels), for (rows, columns) numbers, rows ``row`` bytes apart.

    The panels take as much memory as the matrix.
    """
    with module.function("pack", I32, I32) as f:
        matrix, panels = f.parameters

        def panel(start: Value, widths: vectors.Widths) -> None:
            source = f.local(matrix + start)
            with f.for_range(f.local(I32(0)), rows):
                for v, width in enumerate(widths):
                    vectors.save(f, panels, vectors.load(source, 16 * v, width), 16 * v, width)
                source += row
                panels.set(panels + 4 * sum(widths))

        vectors.blocks(f, columns, VECTORS, panel)
    return f


@once
def pack_transposed(module: Module, rows: int, columns: int, row: int) -> Function:
    """Return a function of (matrix, panels): of (columns, rows) numbers, it packs the transposed.

    ``row`` is how many bytes the matrix's own rows are apart.
    """
    with module.function("pack transposed", I32, I32) as f:
        matrix, panels = f.parameters

        def panel(start: Value, widths: vectors.Widths) -> None:
            source = f.local(matrix + (start >> 2) * row)
            with f.for_range(f.local(I32(0)), rows):
                for i in range(sum(widths)):
                    f.store(panels, F32.load(source, i * row), 4 * i)
                source += 4
                panels.set(panels + 4 * sum(widths))

        vectors.blocks(f, columns, VECTORS, panel)
    return f


@once
def product(
    module: Module, steps: int, columns: int, a_row: int, c_row: int, epilogue: str
) -> Function:
    """``c = a · b``: called with (a, panels of b, c, rows[, bias]); a is (rows, steps).

    Args:
        module: gets the code.
        steps: terms of each sum.
        columns: of b and c.
        a_row, c_row: bytes from a row of a, and of c, to the next.
        epilogue: what a sum starts from, as :data:`.matmul.EXTRA` has it.
    """
    with module.function("packed product", I32, I32, I32, I32, *EXTRA[epilogue]) as f:
        a, panels, c, rows, *extra = f.parameters
        whole = f.local(rows - rows % ROWS)

        def work(
            first: Value, stop: Value, size: int, start: Value, widths: vectors.Widths
        ) -> None:
            strides = Strides(a_row, 4, 4 * sum(widths), c_row)
            tile = matmul.tile(module, strides, size, widths, epilogue)
            panel = f.local(panels + start * steps)
            a_tile, c_tile = f.local(a + first * a_row), f.local(c + first * c_row + start)
            others = [bias + start for bias in extra]
            with f.for_range(f.local(first), stop, size):
                f.call(tile, a_tile, panel, c_tile, I32(steps), *others)
                a_tile += size * a_row
                c_tile += size * c_row

        vectors.blocks(f, columns, VECTORS, partial(work, I32(0), whole, ROWS))
        vectors.blocks(f, columns, VECTORS, partial(work, whole, rows, 1))
    return f


def forward(
    f: Function,
    sizes: tuple[int, int],
    x: Value,
    kernel: Value,
    z: Value,
    rows: Value,
    panels: Value,
    bias: Value | None,
) -> None:
    """Write ``z = x · kernel + bias`` for many rows; ``sizes`` are (inputs, units)."""
    inputs, units = sizes
    f.call(pack(f.module, inputs, units, 4 * units), kernel, panels)
    start, extra = ("from_zero", []) if bias is None else ("from_bias", [bias])
    together = product(f.module, inputs, units, 4 * inputs, 4 * units, start)
    f.call(together, x, panels, z, rows, *extra)


def backward(
    f: Function,
    sizes: tuple[int, int],
    dz: Value,
    kernel: Value,
    dx: Value,
    rows: Value,
    panels: Value,
    start: str = "from_zero",
) -> None:
    """Write ``dx = dz · kernelᵀ`` for many rows, or add it to dx, "from_result"."""
    inputs, units = sizes
    f.call(pack_transposed(f.module, units, inputs, 4 * units), kernel, panels)
    back = product(f.module, units, inputs, 4 * units, 4 * inputs, start)
    f.call(back, dz, panels, dx, rows)


def weight_gradient(
    f: Function,
    sizes: tuple[int, int],
    x: Value,
    dz: Value,
    gradient: Value,
    rows: Value,
    steps: int,
) -> None:
    """Write the gradient of a kernel: ``xᵀ · dz`` over samples of so many steps."""
    inputs, units = sizes
    f.call(vectors.clear(f.module), gradient, I32(inputs * units))
    strides = Strides(4, 4 * inputs, 4 * units, 4 * units)
    add = outer_of_samples(f.module, inputs, units, strides, steps, steps * inputs)
    f.call(add, x, dz, gradient, rows)


@once
def outer_of_samples(
    module: Module, inputs: int, columns: int, strides: Strides, steps: int, sample: int
) -> Function:
    """``g += Σ aᵀ · d`` over samples: called with (a, d, g, rows).

    A sample at a time: all that a tile reads stays in the cache next to the processor.

    Args:
        module: gets the code.
        inputs, columns: rows and columns of g.
        strides: of the product of one sample.
        steps: of a sample.
        sample: numbers in a of a sample.
    """
    with module.function("outer of samples", I32, I32, I32, I32) as f:
        a, d, g, rows = f.parameters
        add = matmul.summed(module, strides, columns, "from_result")
        with f.for_range(f.local(I32(0)), rows):
            f.call(add, a, d, g, I32(inputs), I32(steps))
            a += 4 * sample
            d += steps * strides.b_step
    return f
