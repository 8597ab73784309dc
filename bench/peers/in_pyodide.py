"""This project's engines, and products of matrices, in Pyodide: what pyodide.js calls."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from nn import SGD, Adam, Dense, Rescaling, Sequential
from nn.data import Dataset
from nn.engine import matmul, named_engine
from nn.engine.protocol import Engine
from nn.engine.wasm.asm.assembler import Module
from nn.engine.wasm.asm.instructions import F32X4, I32
from nn.engine.wasm.kernels import any_matmul
from nn.engine.wasm.machine import Machine, machine
from nn.engine.wasm.program import WasmEngine


def _machine(relaxed: bool) -> Machine:
    found: Any = machine()
    if found is None or found.relaxed < relaxed:
        raise ValueError("this browser does not know it")
    made: Machine = type(found)(relaxed)
    return made


def _engine(name: str) -> Engine:
    return named_engine("numpy") if name == "numpy" else WasmEngine(_machine(name == "relaxed"))


class Peer:
    """An engine, and MNIST: images and labels to train on, then to test on."""

    def __init__(self, engine: str, *parts: Any) -> None:
        self._engine = _engine(engine)
        images, labels, test_images, _ = (np.asarray(part.to_py()) for part in parts)
        self._data = Dataset(images.reshape(-1, 784), labels, 10)
        self._test = test_images.reshape(-1, 784)

    def network(self, net: str, batch: int, kernels: Any) -> Network:
        """Make a network as the JSON ``net`` says, with these kernels."""
        facts = json.loads(net)
        *hidden, _ = facts["widths"][1:]
        output = "softmax" if facts["loss"] == "categorical_crossentropy" else "sigmoid"
        model = Sequential(
            [
                Dense(units, activation, facts["biases"])
                for units, activation in [*((n, facts["hidden"]) for n in hidden), (10, output)]
            ],
            Rescaling(facts["scale"], facts["offset"]),
        )
        model.build(784, np.random.default_rng(0))
        for layer, kernel in zip(model.layers, kernels, strict=True):
            layer.kernel[...] = np.asarray(kernel.to_py()).reshape(layer.kernel.shape)
        optimizer = {"sgd": SGD, "adam": Adam}[facts["optimizer"]](facts["rate"])
        model.compile(optimizer, facts["loss"], (facts["off"], facts["on"]), self._engine)
        return Network(model, batch, self._data, self._test)


class Network:
    def __init__(self, model: Sequential, batch: int, data: Dataset, test: np.ndarray) -> None:
        self._model, self._batch, self._data, self._test = model, batch, data, test

    def train(self, order: Any) -> None:
        self._model.program.train(self._data, np.asarray(order.to_py()), self._batch)

    def predict(self, count: int) -> np.ndarray:
        return self._model.predict(self._test[:count]).ravel()


def multiply(way: str, m: int, k: int, n: int, seconds: float) -> list[float]:
    """Multiply float32 matrices, (m, k) by (k, n), for a while; return products and seconds.

    The first call also makes the matrices and looks at the product.
    """
    product = _prepared(way, m, k, n)
    done, start = 0, time.perf_counter()
    while (took := time.perf_counter() - start) < seconds:
        product()
        done += 1
    return [done, took]


@cache
def _prepared(way: str, m: int, k: int, n: int) -> Callable[[], object]:
    if way == "bound":
        return _multiply_adds(m * k * n)
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal(shape).astype(np.float32) for shape in ((m, k), (k, n)))
    product = _product(way)
    error = np.abs(product(a, b)[:8] - a[:8].astype(float) @ b).max()
    if not error < 1e-3 * np.sqrt(k):
        raise ValueError(f"{way}: the product is wrong by {error}")
    return lambda: product(a, b)


def _product(way: str) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    if way == "numpy":
        return np.matmul
    if way == "relaxed":
        _machine(relaxed=True)
        return matmul
    if way == "simd":
        simd = _machine(relaxed=False)
        return lambda a, b: any_matmul.matmul(simd, a, b)
    from scipy.linalg.blas import sgemm

    # BLAS goes column by column: the transposed product spares copies.
    return lambda a, b: sgemm(1.0, b.T, a.T).T


def _multiply_adds(count: int) -> Callable[[], None]:
    """Return a function that does so many multiplications and additions, of numbers in registers.

    It reads and writes nothing, and twelve sums do not wait for each other: no product of matrices
    of four lanes can be faster on this processor.
    """
    relaxed = _machine(relaxed=True)
    module, sums = Module(relaxed=True), 12
    with module.function("bound", I32, export=True) as f:
        (frame,) = f.parameters
        x = f.local(F32X4.load(frame))
        totals = [f.local(F32X4) for _ in range(sums)]
        with f.for_range(f.local(I32(0)), count // (F32X4.lanes * sums)):
            for total in totals:
                total.set(f.madd(x, x, total))
        for total in totals:
            f.store(frame, total)
    library = relaxed.load(module.encode())
    return lambda: library.run("bound", [0] * F32X4.lanes)
