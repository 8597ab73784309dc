"""The kernel for the product of any two matrices, of float32 or float64, with any strides.

One module serves all shapes. :mod:`any_matmul` calls it, in the place of ``np.matmul``; networks
never do: their products, for shapes known beforehand, are in :mod:`matmul`.

Large matrices do not fit into the caches, so they are worked through in blocks, and blocks are
copied into the order in which they are read: b as panels of two vectors of columns, a as panels of
six rows, with zeros to fill the last panel. From there, a tile of six rows by two vectors is summed
in registers: 12 sums, two vectors of b and one of a are 15 of the 16 that there are, and browsers
keep one for themselves. The scheme is Goto's (Goto & van de Geijn 2008, "Anatomy of
high-performance matrix multiplication").
"""

from __future__ import annotations

from dataclasses import dataclass

from nn.engine.wasm.asm.assembler import Function, Local, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, F64, F64X2, I32, Type, Value, select

ARGUMENTS = (
    "m",
    "n",
    "k",
    "a",
    "a_row",
    "a_column",
    "b",
    "b_row",
    "b_column",
    "c",
    "c_row",
    "scratch",
)
"""What the function is given: sizes, addresses and strides in bytes. A row of c lies in one piece.
"""

_ROWS = 6
_VECTORS = 2

# A block of a, 126 KiB, and a panel of b stay in the caches next to the processor, a block of b,
# 512 KiB, in the one behind them. Blocks hold whole panels.
_M, _N, _K = 126, 512, 256


@dataclass(frozen=True)
class Numbers:
    """float32 or float64."""

    scalar: Type
    vector: Type

    @property
    def columns(self) -> int:
        """Of a tile."""
        return _VECTORS * self.vector.lanes

    def packed(self, m: int, n: int) -> int:
        """Return how many numbers are copied for each of the k terms, with those that fill up."""
        return -(-m // _ROWS) * _ROWS + -(-n // self.columns) * self.columns

    @property
    def work(self) -> int:
        """Bytes that the function needs: a block of b, a block of a, a tile."""
        return self.scalar.size * (_N * _K + _M * _K + _ROWS * self.columns)


FLOAT32, FLOAT64 = Numbers(F32, F32X4), Numbers(F64, F64X2)


def gemm(numbers: Numbers, relaxed: bool) -> bytes:
    """Return a module with the function ``gemm``, called with the address of a ARGUMENTS table."""
    module = Module(relaxed)
    size = numbers.scalar.size
    pack_b, pack_a = _pack(module, numbers, numbers.columns), _pack(module, numbers, _ROWS)
    block = _block(module, numbers)
    with module.function("gemm", I32, export=True) as f:
        (table,) = f.parameters
        m, n, k, a, a_row, a_column, b, b_row, b_column, c, c_row, packed_b = [
            f.local(I32.load(table, 4 * i)) for i in range(len(ARGUMENTS))
        ]
        packed_a = f.local(packed_b + size * _N * _K)
        with (
            f.for_range(f.local(I32(0)), n, _N) as j,
            f.for_range(f.local(I32(0)), k, _K) as p,
        ):
            columns, terms = _part(f, n - j, _N), _part(f, k - p, _K)
            corner = b + p * b_row + j * b_column
            f.call(pack_b, corner, b_column, b_row, columns, terms, packed_b)
            with f.for_range(f.local(I32(0)), m, _M) as i:
                rows = _part(f, m - i, _M)
                corner = a + i * a_row + p * a_column
                f.call(pack_a, corner, a_row, a_column, rows, terms, packed_a)
                place = c + i * c_row + j * size
                f.call(block, packed_a, packed_b, place, c_row, rows, columns, terms, p)
    return module.encode()


def _part(f: Function, left: Value, most: int) -> Local:
    rest = f.local(left)
    return f.local(select(rest < most, rest, most))


@once
def _pack(module: Module, numbers: Numbers, width: int) -> Function:
    """Return a function that copies a block into panels, ``width`` lines each, side by side.

    It is called with (source, line, term, lines, terms, target): strides of the source in bytes
    from line to line and from term to term, then how many there are. Lines are columns of b or
    rows of a.
    """
    size = numbers.scalar.size
    with module.function(f"pack {width}", I32, I32, I32, I32, I32, I32) as f:
        source, line, term, lines, terms, target = f.parameters
        with f.for_range(f.local(I32(0)), lines, width) as first:
            left = _part(f, lines - first, width)
            panel = f.local(source + first * line)
            whole = f.local(left.equals(width))
            with f.for_range(f.local(I32(0)), terms):
                place = f.local(panel)
                with f.if_(whole & line.equals(size)):
                    vectors, rest = divmod(width, numbers.vector.lanes)
                    for v in range(vectors):
                        f.store(target, numbers.vector.load(place, 16 * v), 16 * v)
                    for at in range(size * (width - rest), size * width, size):
                        f.store(target, numbers.scalar.load(place, at), at)
                with f.else_():
                    with f.if_(whole):
                        for at in range(0, size * width, size):
                            f.store(target, numbers.scalar.load(place), at)
                            place += line
                    with f.else_(), f.for_range(f.local(I32(0)), width) as i:
                        with f.if_(i < left):
                            f.store(target + i * size, numbers.scalar.load(place))
                        with f.else_():
                            f.store(target + i * size, numbers.scalar(0.0))
                        place += line
                target += width * size
                panel += term
    return f


@once
def _block(module: Module, numbers: Numbers) -> Function:
    """Return a function that multiplies packed blocks: ``c = a · b``, or ``c += a · b``.

    It is called with (a, b, c, c_row, rows, columns, terms, adds); the last says which.
    """
    size = numbers.scalar.size
    tile = _tile(module, numbers)
    with module.function("block", *[I32] * 8) as f:
        a, b, c, c_row, rows, columns, terms, adds = f.parameters
        aside = f.local(a + size * _M * _K)
        with f.for_range(f.local(I32(0)), columns, numbers.columns) as j:
            a_panel = f.local(a)
            with f.for_range(f.local(I32(0)), rows, _ROWS) as i:
                place = f.local(c + i * c_row + j * size)
                height = _part(f, rows - i, _ROWS)
                width = _part(f, columns - j, numbers.columns)
                whole = height.equals(_ROWS) & width.equals(numbers.columns)
                with f.if_(whole):
                    f.call(tile, a_panel, b, place, c_row, terms, adds)
                with f.else_():
                    f.call(tile, a_panel, b, aside, I32(size * numbers.columns), terms, I32(0))
                    row = f.local(aside)
                    with f.for_range(f.local(I32(0)), height):
                        with f.for_range(f.local(I32(0)), width * size, size) as column:
                            number = numbers.scalar.load(row + column)
                            old = numbers.scalar.load(place + column)
                            with f.if_(adds):
                                f.store(place + column, old + number)
                            with f.else_():
                                f.store(place + column, number)
                        row += size * numbers.columns
                        place += c_row
                a_panel += terms * (size * _ROWS)
            b += terms * (size * numbers.columns)
    return f


@once
def _tile(module: Module, numbers: Numbers) -> Function:
    """Return a function of (a, b, c, c_row, terms, adds): six rows by two vectors."""
    vector, size = numbers.vector, numbers.scalar.size
    with module.function("tile", *[I32] * 6) as f:
        a, b, c, c_row, terms, adds = f.parameters
        sums = [[f.local(vector) for _ in range(_VECTORS)] for _ in range(_ROWS)]
        row = [f.local(vector) for _ in range(_VECTORS)]
        factor = f.local(vector)

        with f.for_range(a, f.local(a + terms * (size * _ROWS)), size * _ROWS):
            for v, part in enumerate(row):
                part.set(vector.load(b, 16 * v))
            for r, line in enumerate(sums):
                factor.set(vector.load_splat(a, size * r))
                for v, part in enumerate(row):
                    line[v].set(f.madd(factor, part, line[v]))
            b += 16 * _VECTORS
        for line in sums:
            for v, total in enumerate(line):
                with f.if_(adds):
                    total.set(total + vector.load(c, 16 * v))
                f.store(c, total, 16 * v)
            c += c_row
    return f
