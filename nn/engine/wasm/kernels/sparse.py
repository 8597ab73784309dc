"""The first layer of a network that looks at pictures: most of their pixels are 0, and are skipped.

A pixel u, 0 to 255, goes into the network as ``x = s u + o``, and o may well not be 0: in the
reference run it is 0.01. Then no input is 0, but the constant part can be kept apart. With rows wᵢ
of the kernel, and sums over all pixels or, marked *, over those with u ≠ 0,

    z = Σ xᵢ wᵢ = Σ* s uᵢ wᵢ + o Σ wᵢ.

The second sum is the same for every picture: a vector, computed once, and not once a picture.
Where o = 0, nothing is left of it, and rows under pixels of 0 are not looked at: an infinite weight
there gives NaN in NumPy (0 · ∞), and nothing here.

An update of plain SGD, ``wᵢ -= η Σ_b x_bi δ_b`` with one term a picture b, has two parts likewise.
``η s u_bi δ_b`` touches only rows with u ≠ 0; ``η o Σ_b δ_b`` is the same vector for all rows, a
product of rank one with a column of ones. It is not added to each of them, but kept: the kernel is
``wᵢ = vᵢ + d`` with a vector d. With ``p = Σ* s uᵢ`` of a picture, n pixels and a vector
``c = o Σ vᵢ``, of the part that is not d,

    z = Σ* s uᵢ (vᵢ + d) + o Σ (vᵢ + d) = Σ* s uᵢ vᵢ + c + (p + n o) d

and an update is ``vᵢ -= η s u_bi δ_b`` where u ≠ 0, ``d -= η o δ_b`` and ``c -= η o p_b δ_b``, for
each picture. So nothing is left that touches the whole kernel, and nothing is left out: only the
order of additions differs from the plain product.

A picture becomes a list, written once and used forward and backward: two words, where it ends and
p (float32), then two for each pixel with u ≠ 0: where its row of the kernel starts, in bytes, and
s u.
"""

from __future__ import annotations

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, I8X16, I32, Value, byte_at
from nn.engine.wasm.kernels import vectors

_ENTRY = 8
"""Bytes of a list's entry, and of what goes before them."""


def list_bytes(features: int) -> int:
    """Return the bytes that the list of a picture may take."""
    return _ENTRY * (features + 1)


@once
def nonzero_indices(module: Module, features: int, units: int) -> Function:
    """Return a function of (picture, list, scale) that writes the list of a picture."""
    row = 4 * units
    with module.function("nonzero indices", I32, I32, F32) as f:
        picture, header, scale = f.parameters
        entry = f.local(header + _ENTRY)
        total, pixel, bits = f.local(I32), f.local(I32), f.local(I32)

        def add(place: Value, offset: Value) -> None:
            pixel.set(byte_at(place))
            f.store(entry, offset)
            f.store(entry, pixel.to(F32) * scale, 4)
            entry.set(entry + _ENTRY)
            total.set(total + pixel)

        start = f.local(I32(0))
        with f.for_range(start, features & ~31, 32):
            low, high = (I8X16.load(picture + start, 16 * i).differs(0).bitmask() for i in (0, 1))
            bits.set(low | high << 16)
            with f.while_(bits):
                index = f.local(start + bits.trailing_zeros())
                add(picture + index, index * row)
                bits.set(bits & bits - 1)
        with f.for_range(start, features), f.if_(byte_at(picture + start)):
            add(picture + start, start * row)
        f.store(header, entry)
        f.store(header, total.to(F32) * scale, 4)
    return f


@once
def product(module: Module, units: int) -> Function:
    """``z += Σ* s uᵢ wᵢ``: called with (list, w, z)."""
    with module.function("sparse product", I32, I32, I32) as f:
        header, w, z = f.parameters
        stop = f.local(I32.load(header))

        def block(start: Value, widths: vectors.Widths) -> None:
            place, column = f.local(z + start), f.local(w + start)
            sums = [f.local(vectors.load(place, 16 * v, n)) for v, n in enumerate(widths)]
            with f.for_range(f.local(header + _ENTRY), stop, _ENTRY) as entry:
                row = f.local(column + I32.load(entry))
                factor = f.local(F32X4.load_splat(entry, 4))
                for v, width in enumerate(widths):
                    sums[v].set(f.madd(factor, vectors.load(row, 16 * v, width), sums[v]))
            for v, width in enumerate(widths):
                vectors.save(f, place, sums[v], 16 * v, width)

        vectors.blocks(f, units, vectors.MOST, block)
    return f


@once
def outer(module: Module, units: int) -> Function:
    """``wᵢ += s uᵢ · factor · δ`` where u ≠ 0: called with (list, w, δ, factor)."""
    with module.function("sparse outer", I32, I32, I32, F32) as f:
        header, w, delta, factor = f.parameters
        stop = f.local(I32.load(header))

        def block(start: Value, widths: vectors.Widths) -> None:
            place, column = f.local(delta + start), f.local(w + start)
            steps = [
                f.local(vectors.load(place, 16 * v, n) * F32X4.splat(factor))
                for v, n in enumerate(widths)
            ]
            with f.for_range(f.local(header + _ENTRY), stop, _ENTRY) as entry:
                row = f.local(column + I32.load(entry))
                value = f.local(F32X4.load_splat(entry, 4))
                for v, width in enumerate(widths):
                    old = vectors.load(row, 16 * v, width)
                    vectors.save(f, row, f.madd(value, steps[v], old), 16 * v, width)

        vectors.blocks(f, units, vectors.MOST, block)
    return f


@once
def in_every_row(module: Module, units: int) -> Function:
    """``gᵢ = r`` for every row i: called with (g, r, rows)."""
    with module.function("every row", I32, I32, I32) as f:
        g, r, rows = f.parameters
        with vectors.each_row(f, g, rows, units):

            def copy(start: Value, widths: vectors.Widths) -> None:
                source, place = f.local(r + start), f.local(g + start)
                vectors.save(f, place, vectors.load(source, 0, widths[0]), 0, widths[0])

            vectors.blocks(f, units, 1, copy)
    return f
