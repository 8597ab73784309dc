"""``np.matmul`` made fast where there is no BLAS, for arrays of any shapes and strides."""

from __future__ import annotations

from functools import cache

import numpy as np

from nn.arrays import address
from nn.engine.wasm.gemm import FLOAT32, FLOAT64, Numbers, gemm
from nn.engine.wasm.machine import (
    Changed,
    Library,
    Machine,
    Refused,
    Scratch,
    Word,
)

_NUMBERS: dict[np.dtype[np.generic], Numbers] = {
    np.dtype(np.float32): FLOAT32,
    np.dtype(np.float64): FLOAT64,
}

_LEAST = 60_000
"""Multiplications below which a product is done before NumPy has been left."""


def matmul(
    machine: Machine, a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None
) -> np.ndarray:
    """Return ``a @ b``, as ``np.matmul`` does, worked out by ``machine`` where it can."""
    numbers = _NUMBERS.get(a.dtype)
    if numbers is None or b.dtype != a.dtype or not a.ndim or not b.ndim:
        return _by_numpy(a, b, out)
    # As in np.matmul, a vector is a row on the left and a column on the right.
    left, right = a[np.newaxis] if a.ndim == 1 else a, b[:, np.newaxis] if b.ndim == 1 else b
    (m, k), n = left.shape[-2:], right.shape[-1]
    if k != right.shape[-2] or m * n * k < _LEAST:
        return _by_numpy(a, b, out)
    library = _library(machine, numbers)
    try:
        stack = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    except ValueError:
        library = None
    if library is None:
        return _by_numpy(a, b, out)

    shape = (*stack, *[m] * (a.ndim > 1), *[n] * (b.ndim > 1))
    if out is not None and (out.shape != shape or out.dtype != a.dtype or not out.flags.writeable):
        return _by_numpy(a, b, out)
    direct = out is not None and out.flags.c_contiguous and not _overlap(out, a, b)
    result = out if out is not None and direct else np.empty(shape, dtype=a.dtype)
    try:
        if not stack:
            library.run("gemm", _words(machine, left, right, result.reshape(m, n), numbers))
        else:
            lefts, rights = (
                np.broadcast_to(array, (*stack, *array.shape[-2:])) for array in (left, right)
            )
            for index, c in zip(np.ndindex(*stack), result.reshape(-1, m, n), strict=True):
                library.run("gemm", _words(machine, lefts[index], rights[index], c, numbers))
    except MemoryError:
        return _by_numpy(a, b, out)
    if out is None:
        return result
    if not direct:
        out[...] = result
    return out


def _overlap(out: np.ndarray, *inputs: np.ndarray) -> bool:
    return any(np.may_share_memory(out, array) for array in inputs)


def _by_numpy(a: np.ndarray, b: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    product: np.ndarray = np.matmul(a, b, out=out)
    return product


def _words(
    machine: Machine, a: np.ndarray, b: np.ndarray, c: np.ndarray, numbers: Numbers
) -> list[Word]:
    (m, k), n = a.shape, b.shape[1]
    places: list[Word] = []
    for matrix in (a, b):
        if machine.in_place:
            # All that is read lies within the array, whose own strides say where.
            place: Word = address(matrix)
        else:
            place = matrix = np.ascontiguousarray(matrix)
        places += [place, *(stride & 0xFFFFFFFF for stride in matrix.strides)]
    return [m, n, k, *places, Changed(c), c.strides[0], Scratch(numbers.work)]


@cache
def _library(machine: Machine, numbers: Numbers) -> Library | None:
    try:
        return machine.load(gemm(numbers, machine.relaxed))
    except (Refused, MemoryError):
        return None
