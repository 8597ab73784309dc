"""Who does the arithmetic: chooses an engine, of those that follow :mod:`nn.engine.protocol`."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from nn.data import affine
from nn.engine.protocol import ENGINES, Engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike


def default_engine() -> Engine:
    """Return the fastest engine there is on this machine."""
    # In a terminal, NumPy has a BLAS; wasmtime is there to test kernels.
    if sys.platform == "emscripten" and (engine := _wasm_engine()):
        return engine
    return named_engine("numpy")


def named_engine(name: str) -> Engine:
    """Return "numpy" or "wasm": networks compiled to WebAssembly SIMD.

    Raises:
        ValueError: the name is unknown, or there is nothing here that runs WebAssembly SIMD.
    """
    from nn.engine.numpy import NumpyEngine

    if name == "numpy":
        return NumpyEngine()
    if name != "wasm":
        raise ValueError(f"unknown engine {name!r:.40}; expected one of: {', '.join(ENGINES)}")
    if engine := _wasm_engine():
        return engine
    raise ValueError(
        "this browser does not know WebAssembly SIMD"
        if sys.platform == "emscripten"
        else "WebAssembly runs in a terminal where wasmtime is installed: pip install '.[wasm]'"
    )


@cache
def _wasm_engine() -> Engine | None:
    from nn.engine.wasm.machine import machine
    from nn.engine.wasm.program import WasmEngine

    found = machine()
    return WasmEngine(found) if found else None


def matmul(
    a: ArrayLike, b: ArrayLike, out: np.ndarray | tuple[np.ndarray] | None = None
) -> np.ndarray:
    """Return ``np.matmul(a, b, out=out)``, but fast in a browser, where NumPy has no BLAS.

    Products of two arrays of float32 or of float64 are computed with WebAssembly SIMD. Vectors,
    other products that are too small to gain from that, lists, subclasses of ``np.ndarray`` and all
    else go to ``np.matmul``, which also refuses what cannot be multiplied.

    Args:
        a: (..., m, k) or (k,), with any strides.
        b: (..., k, n) or (k,), with any strides.
        out: receives the product, when given; it may overlap ``a`` and ``b``.

    Raises:
        ValueError: the shapes do not go together, or ``out`` is read-only.
        TypeError: ``np.matmul`` cannot multiply such things, or put their product in ``out``.
    """
    if sys.platform == "emscripten":
        from nn.engine.wasm.kernels.any_matmul import matmul as fast
        from nn.engine.wasm.machine import machine

        if found := machine():
            return fast(found, a, b, out)
    by_numpy: Callable[..., np.ndarray] = np.matmul
    return by_numpy(a, b, out=out)


def warp(pictures: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Return pictures moved, turned and zoomed as :mod:`nn.data.affine` defines, as a new array.

    In a browser they are computed with WebAssembly, elsewhere with NumPy: the same, bit for bit.

    Args:
        pictures: (n, height, width, channels) uint8.
        maps: (n, 2, 3) int32, 65,536 for a pixel: where to look for each pixel of the result.
    """
    if sys.platform == "emscripten":
        from nn.engine.wasm.kernels.augment import warp as fast
        from nn.engine.wasm.machine import machine

        if found := machine():
            return fast(found, pictures, maps)
    return affine.warp(pictures, maps)
