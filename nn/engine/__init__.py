"""Who does the arithmetic: the protocol that every engine follows.

An engine turns a network into a :class:`Program`, which works in place on the network's own
parameters. Models, the training loop, pages and tests see only this protocol.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from nn.datasets.dataset import Dataset
    from nn.model import Sequential


ENGINES = ("numpy", "wasm")
"""What engines are called where one can be chosen."""


class Totals(NamedTuple):
    """Sums over the samples that a call has worked through."""

    loss: float
    correct: int


class Program(Protocol):
    """A network made ready to run.

    It knows its network, which has to live on, but does not keep it alive: a network whose program
    did would take its megabytes with it until Python looks for cycles.
    """

    @property
    def name(self) -> str:
        """Who does the arithmetic, as people are shown it."""

    part: int
    """Samples that one step of work should not exceed: larger mini-batches are taken in parts."""

    def train(self, data: Dataset, order: np.ndarray, batch_size: int) -> Totals:
        """Update the parameters once for each mini-batch of ``order``.

        Args:
            data: the training set.
            order: (m,) indices into ``data``, worked through in this order; the last mini-batch is
                smaller when ``batch_size`` does not divide m.
            batch_size: samples a mini-batch, at least 1.
        """

    def gradients(self, data: Dataset, batch: np.ndarray) -> Totals:
        """Set the network's ``gradients`` to those of one mini-batch, changing no parameter."""

    def evaluate(self, data: Dataset, start: int, stop: int) -> tuple[Totals, np.ndarray]:
        """Return totals and outputs, (stop - start, outputs), of the samples from start to stop."""

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs, (n, outputs), for raw ``inputs``, (n, features)."""


class Engine(Protocol):
    name: str
    """What people are shown."""

    def program(self, model: Sequential) -> Program:
        """Make a built network ready; compiled first, if it is to be trained or evaluated."""


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

    Products of two arrays of float32 or of float64 are worked out with WebAssembly SIMD. Vectors,
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
        from nn.engine.wasm.any_matmul import matmul as fast
        from nn.engine.wasm.machine import machine

        if found := machine():
            return fast(found, a, b, out)
    by_numpy: Callable[..., np.ndarray] = np.matmul
    return by_numpy(a, b, out=out)
