"""Softmax, row by row."""

from __future__ import annotations

from nn.engine.wasm.asm.assembler import Function, Local, Module, once
from nn.engine.wasm.asm.instructions import F32X4, I32, Value, lanes, select
from nn.engine.wasm.kernels import exp, vectors

_LOWEST = float("-inf")


@once
def forward(module: Module, units: int) -> Function:
    """``yᵢ = exp(zᵢ) / Σⱼ exp(zⱼ)``: called with (z, rows).

    The row's largest number is subtracted first, which changes nothing and keeps ``exp`` finite.
    """
    with module.function("softmax", I32, I32) as f:
        z, rows = f.parameters
        with vectors.each_row(f, z, rows, units):
            largest = row_max(f, z, units)
            total = f.local(F32X4(0.0))

            def exponential(place: Value, width: int) -> None:
                y = f.local(exp.exp(f, filled(place, width) - largest))
                total.set(total + y)
                vectors.save(f, place, y, 0, width)

            vectors.across(f, z, units, exponential)
            share = f.local(F32X4.splat(1.0 / vectors.sum_of_lanes(total)))

            def scale(place: Value, width: int) -> None:
                vectors.save(f, place, vectors.load(place, 0, width) * share, 0, width)

            vectors.across(f, z, units, scale)
    return f


@once
def causal(module: Module, units: int) -> Function:
    """Softmax of the first number of the first row, two of the second and so on; 0 beyond.

    Called with (z, rows), of no more than ``units`` rows.
    """
    with module.function("causal softmax", I32, I32) as f:
        z, rows = f.parameters
        last, largest, total = f.local(I32(0)), f.local(F32X4), f.local(F32X4)
        with f.for_range(last, rows):
            # What lies beyond is not even looked at, but for the rest of a vector.
            end = f.local(z + (last << 2) + 4)
            largest.set(F32X4.load_splat(z))
            with f.for_range(f.local(z + 4), end, 4) as place:
                largest.set(largest.max(F32X4.load_splat(place)))
            total.set(F32X4(0.0))
            place = f.local(z)
            with f.while_(place + 12 < end):
                _add_exponential(f, place, 4, largest, total)
                place += 16
            with f.while_(place < end):
                _add_exponential(f, place, 1, largest, total)
                place += 4
            share = 1.0 / vectors.sum_of_lanes(total)
            f.call(vectors.scale(module), z, last + 1, share)
            f.call(vectors.clear(module), end, I32(units - 1) - last)
            z += 4 * units
    return f


def _add_exponential(f: Function, place: Local, width: int, largest: Local, total: Local) -> None:
    y = f.local(exp.exp(f, filled(place, width) - largest))
    total.set(total + y)
    vectors.save(f, place, y, 0, width)


@once
def backward(module: Module, units: int) -> Function:
    """``∂L/∂zᵢ = yᵢ (∂L/∂yᵢ - Σⱼ ∂L/∂yⱼ yⱼ)``: called with (y, gradient, rows)."""
    with module.function("softmax backward", I32, I32, I32) as f:
        y, gradient, rows = f.parameters
        with vectors.each_row(f, gradient, rows, units, y):
            product = f.local(F32X4(0.0))
            beside = f.local(y - gradient)

            def multiply(place: Value, width: int) -> None:
                both = vectors.load(place, 0, width) * vectors.load(place + beside, 0, width)
                product.set(product + both)

            vectors.across(f, gradient, units, multiply)
            mean = f.local(F32X4.splat(vectors.sum_of_lanes(product)))

            def scale(place: Value, width: int) -> None:
                centred = vectors.load(place, 0, width) - mean
                vectors.save(f, place, centred * vectors.load(place + beside, 0, width), 0, width)

            vectors.across(f, gradient, units, scale)
    return f


def row_max(f: Function, z: Value, units: int) -> Local:
    """Return the largest number of the row at ``z``, in all lanes; NaN if there is one."""
    largest = f.local(F32X4(_LOWEST))

    def compare(place: Value, width: int) -> None:
        largest.set(largest.max(filled(place, width)))

    vectors.across(f, z, units, compare)
    return f.local(F32X4.splat(vectors.max_of_lanes(largest)))


def filled(place: Value, width: int) -> Value:
    """Read ``width`` numbers of a row; the other lanes are -∞, of which ``exp`` is 0."""
    row = vectors.load(place, 0, width)
    if width == 4:
        return row
    return select(lanes(*[-1] * width, *[0] * (4 - width)), row, _LOWEST)
