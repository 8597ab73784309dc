"""What stands in for ``np.matmul`` where there is no BLAS: what to compute, and where to.

:func:`nn.engine.matmul` calls it. The kernel is in :mod:`gemm`; what networks multiply with, for
shapes known beforehand, is in :mod:`matmul`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from nn.arrays import address
from nn.engine.wasm.kernels.gemm import FLOAT32, FLOAT64, Numbers, gemm
from nn.engine.wasm.machine import (
    Argument,
    CompileError,
    InOut,
    Library,
    Machine,
    Scratch,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# Lists, tuples and other types than those it is declared with are welcome too.
_by_numpy: Callable[..., np.ndarray] = np.matmul

_NUMBERS: dict[np.dtype[np.generic], Numbers] = {
    np.dtype(np.float32): FLOAT32,
    np.dtype(np.float64): FLOAT64,
}

_LEAST = 40_000
"""Multiplications, less the numbers that are copied for them, below which NumPy is as fast.

To leave Python takes 20 µs, in which NumPy does 35,000 multiplications, and to copy a number takes
about as long as one. So a row or a column, whose other factor is copied with a number for each
multiplication, is never worth it, and neither are a few rows by a few columns, however long.

Processor time of NumPy over that of the kernel in Chromium, for float32 and for float64:

===== ====== ===== ======== ========    ===== ====== ===== ======== ========
    m      k     n  float32  float64        m      k     n  float32  float64
===== ====== ===== ======== ========    ===== ====== ===== ======== ========
    1    250   250      0.8      0.6       32     32    32      0.9      0.8
 1000   1000     1      1.0      0.8       40     40    40      1.5      1.4
    1 100000     1      0.1      0.1      100    100     4      0.9      1.0
    3   9000     3      0.4      0.5      100    100     6      1.4      1.3
    6   2000     6      1.0      1.1       80      4    80      0.9      0.9
    2    250   250      1.6      1.2       80      8    80      1.5      1.3
 1000   1000     2      1.8      1.5      300      1   300      3.4      2.4
===== ====== ===== ======== ========    ===== ====== ===== ======== ========
"""


def matmul(
    machine: Machine,
    a: ArrayLike,
    b: ArrayLike,
    out: np.ndarray | tuple[np.ndarray] | None = None,
) -> np.ndarray:
    """Return ``np.matmul(a, b, out=out)``, computed by ``machine`` where it can and is faster.

    Raises:
        ValueError, TypeError: as :func:`nn.engine.matmul` does.
    """
    # What derives from an array has a product of its own.
    if type(a) is not np.ndarray or type(b) is not np.ndarray:
        return _by_numpy(a, b, out=out)
    if out is not None and type(out) is not np.ndarray:
        return _by_numpy(a, b, out=out)
    numbers = _NUMBERS.get(a.dtype)
    if numbers is None or b.dtype != a.dtype or a.ndim < 2 or b.ndim < 2:
        return _by_numpy(a, b, out=out)
    (m, k), n = a.shape[-2:], b.shape[-1]
    if k != b.shape[-2] or k * (m * n - numbers.packed(m, n)) < _LEAST:
        return _by_numpy(a, b, out=out)
    library = _library(machine, numbers)
    try:
        stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        library = None
    if library is None:
        return _by_numpy(a, b, out=out)

    shape = (*stack, m, n)
    if out is not None and (out.shape != shape or out.dtype != a.dtype or not out.flags.writeable):
        return _by_numpy(a, b, out=out)
    direct = out is not None and out.flags.c_contiguous and not _overlap(out, a, b)
    result = out if out is not None and direct else np.empty(shape, dtype=a.dtype)
    try:
        if not stack:
            library.run("gemm", _words(machine, a, b, result, numbers))
        else:
            lefts, rights = (
                np.broadcast_to(array, (*stack, *array.shape[-2:])) for array in (a, b)
            )
            for index, c in zip(np.ndindex(*stack), result.reshape(-1, m, n), strict=True):
                library.run("gemm", _words(machine, lefts[index], rights[index], c, numbers))
    except MemoryError:
        return _by_numpy(a, b, out=out)
    if out is None:
        return result
    if not direct:
        out[...] = result
    return out


def _overlap(out: np.ndarray, *inputs: np.ndarray) -> bool:
    return any(np.may_share_memory(out, array) for array in inputs)


def _words(
    machine: Machine, a: np.ndarray, b: np.ndarray, c: np.ndarray, numbers: Numbers
) -> list[Argument]:
    (m, k), n = a.shape, b.shape[1]
    places: list[Argument] = []
    for matrix in (a, b):
        if machine.in_place:
            # All that is read lies within the array, whose own strides say where.
            place: Argument = address(matrix)
        else:
            place = matrix = np.ascontiguousarray(matrix)
        places += [place, *(stride & 0xFFFFFFFF for stride in matrix.strides)]
    return [m, n, k, *places, InOut(c), n * c.itemsize, Scratch(numbers.work)]


@cache
def _library(machine: Machine, numbers: Numbers) -> Library | None:
    try:
        return machine.load(gemm(numbers, machine.relaxed))
    except (CompileError, MemoryError):
        return None
