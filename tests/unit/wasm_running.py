"""Code that a test writes, run on arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.engine.wasm.asm.assembler import Function, Module
from nn.engine.wasm.asm.instructions import I32, Value
from nn.engine.wasm.machine import InOut, Wasmtime

MACHINE = Wasmtime(relaxed=True)


def run(write: Callable[..., None], *words: Any) -> None:
    """Run a function whose parameters are the given numbers and arrays."""
    module = Module(relaxed=True)
    with module.function("inner", *[I32] * len(words)) as inner:
        write(inner, *inner.parameters)
    with module.function("run", I32, export=True) as f:
        (table,) = f.parameters
        f.call(inner, *[I32.load(table, 4 * i) for i in range(len(words))])
    MACHINE.load(module.encode()).run("run", words)


def result(make: Callable[..., Value], *inputs: np.ndarray, dtype: Any, size: int) -> np.ndarray:
    """Return what an expression of the addresses of ``inputs`` stores."""
    out = np.zeros(size, dtype=dtype)

    def write(f: Function, place: Value, *addresses: Value) -> None:
        f.store(place, make(*addresses))

    run(write, InOut(out), *inputs)
    return out
