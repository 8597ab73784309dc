"""The exponential function and its kin are as accurate as they say, over every range there is."""

from collections.abc import Callable

import numpy as np
import pytest

from nn.engine.wasm.asm.assembler import Function, Module
from nn.engine.wasm.asm.instructions import I32, Value
from nn.engine.wasm.kernels import exp
from nn.engine.wasm.kernels.vectors import elementwise
from nn.engine.wasm.machine import InOut, Library, Wasmtime

SMALLEST = 1.4e-45


def library(formula: Callable[[Function, Value], Value], relaxed: bool) -> Library:
    module = Module(relaxed)
    kernel = elementwise(lambda f, x: {"x": formula(f, x)})(module)
    with module.function("run", I32, export=True) as f:
        (table,) = f.parameters
        f.call(kernel, I32.load(table), I32.load(table, 4))
    return Wasmtime(relaxed).load(module.encode())


def worked_out(kernel: Library, x: np.ndarray) -> np.ndarray:
    y = x.astype(np.float32)
    kernel.run("run", [InOut(y), len(y)])
    return y


def ulps(found: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """How many units in the last place lie between a result and the exact one, in float64."""
    spacing = np.spacing(np.abs(exact).astype(np.float32)).astype(np.float64)
    return np.abs(found - exact) / spacing


@pytest.fixture(params=[True, False], ids=["relaxed", "simd128"])
def relaxed(request: pytest.FixtureRequest) -> bool:
    return request.param


def test_exp(relaxed: bool):
    kernel = library(exp.exp, relaxed)
    x = np.linspace(-87.3, 88.7, 1_000_003).astype(np.float32)
    assert ulps(worked_out(kernel, x), np.exp(x.astype(np.float64))).max() <= 1
    # Results too small to be normal numbers, down to 0.
    x = np.linspace(-110, -87.3, 100_003).astype(np.float32)
    assert np.abs(worked_out(kernel, x) - np.exp(x.astype(np.float64))).max() <= SMALLEST
    # Infinite from ln(largest float32) = 88.72284 on.
    x = np.array([88.7228, 88.723, 89, 1e5, 3e38, np.inf], dtype=np.float32)
    assert np.isfinite(worked_out(kernel, x)).tolist() == [True] + [False] * 5
    special = worked_out(kernel, np.array([-np.inf, -3e38, np.nan, 0.0, -0.0, 1e-40]))
    np.testing.assert_array_equal(special, [0, 0, np.nan, 1, 1, 1])


def test_every_exponent_of_exp(relaxed: bool):
    x = np.log(2.0) * np.arange(-149, 128)
    found = worked_out(library(exp.exp, relaxed), x)
    np.testing.assert_allclose(found, np.exp(x.astype(np.float32).astype(float)), 1e-6, SMALLEST)


def test_log(relaxed: bool):
    kernel = library(exp.log, relaxed)
    for x in (np.linspace(1, 8, 1_000_003), np.geomspace(1, 3.4e38, 1_000_003)):
        x = x.astype(np.float32)
        exact = np.log(x.astype(np.float64))
        assert ulps(worked_out(kernel, x), exact)[exact > 0].max() <= 1
    special = worked_out(kernel, np.array([1.0, np.inf, np.nan]))
    np.testing.assert_array_equal(special, [0, np.nan, np.nan])


def test_sigmoid(relaxed: bool):
    kernel = library(exp.sigmoid, relaxed)
    x = np.linspace(-87, 87, 1_000_003).astype(np.float32)
    exact = 1 / (1 + np.exp(-x.astype(np.float64)))
    assert ulps(worked_out(kernel, x), exact).max() <= 3
    special = worked_out(kernel, np.array([np.inf, -np.inf, np.nan, 3e38, -3e38, 0.0]))
    np.testing.assert_array_equal(special, [1, 0, np.nan, 1, 0, 0.5])


def test_tanh(relaxed: bool):
    kernel = library(exp.tanh, relaxed)
    for x in (np.linspace(-12, 12, 1_000_003), np.geomspace(1e-38, 12, 1_000_003)):
        x = x.astype(np.float32)
        exact = np.tanh(x.astype(np.float64))
        assert ulps(worked_out(kernel, x), exact).max() <= 3
    special = worked_out(kernel, np.array([np.inf, -np.inf, np.nan, 3e38, -3e38, 0.0, 1e-40]))
    np.testing.assert_array_equal(special, np.float32([1, -1, np.nan, 1, -1, 0, 1e-40]))
