"""This project's engines, and products of matrices, in Pyodide: what pyodide.js calls."""

from __future__ import annotations

import ctypes
import gc
import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from nn import SGD, Adam, Conv2D, Dense, Flatten, MaxPooling2D, Rescaling, Sequential
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
        self._images, self._labels, self._test = images, labels, test_images

    def network(self, net: str, batch: int, kernels: Any) -> Network:
        """Make a network as the JSON ``net`` says, with these kernels."""
        facts = json.loads(net)
        shape = tuple(facts["shape"])
        model = Sequential(_layers(facts), Rescaling(facts["scale"], facts["offset"]))
        model.build(shape if len(shape) > 1 else shape[0], np.random.default_rng(0))
        connected = [layer for layer in model.layers if isinstance(layer, (Conv2D, Dense))]
        for layer, kernel in zip(connected, kernels, strict=True):
            layer.kernel[...] = np.asarray(kernel.to_py()).reshape(layer.kernel.shape)
        optimizer = {"sgd": SGD, "adam": Adam}[facts["optimizer"]](facts["rate"])
        model.compile(optimizer, facts["loss"], (facts["off"], facts["on"]), self._engine)
        data = Dataset(self._images.reshape(-1, *shape), self._labels, 10)
        return Network(model, batch, data, self._test.reshape(-1, *shape))


def _layers(facts: dict[str, Any]) -> list[Any]:
    """Return the layers that a network is said to have."""
    softmax = facts["loss"] == "categorical_crossentropy"
    *others, _ = facts["layers"]
    activations = [*(facts["hidden"] for _ in others), "softmax" if softmax else "sigmoid"]
    return [
        _layer(said, activation, facts["biases"])
        for said, activation in zip(facts["layers"], activations, strict=True)
    ]


def _layer(said: dict[str, Any], activation: str, biases: bool) -> Any:
    if said["kind"] == "dense":
        return Dense(said["units"], activation, biases)
    if said["kind"] == "conv":
        return Conv2D(
            said["units"],
            said["window"],
            strides=said["stride"],
            activation=activation,
            use_bias=biases,
        )
    return Flatten() if said["kind"] == "flatten" else MaxPooling2D(said["window"])


class Network:
    def __init__(self, model: Sequential, batch: int, data: Dataset, test: np.ndarray) -> None:
        self._model, self._batch, self._data, self._test = model, batch, data, test

    def train(self, order: Any) -> None:
        self._model.program.train(self._data, np.asarray(order.to_py()), self._batch)

    def predict(self, count: int) -> np.ndarray:
        return self._model.predict(self._test[:count]).ravel()


def heap(fill: bool) -> int:
    """Return where the heap ends, in bytes; it only grows, whatever is let go of again.

    Args:
        fill: whether to take all that is free below the end before, so that what is made from now
            on shows.
    """
    c = ctypes.CDLL(None)
    c.malloc.restype = c.sbrk.restype = ctypes.c_size_t
    if fill:
        gc.collect()
        end = c.sbrk(0)
        while c.sbrk(0) == end:
            c.malloc(_BLOCK)
    return int(c.sbrk(0))


_BLOCK = 32 * 1024
"""Bytes of what fills the heap; smaller holes stay."""


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
