"""What WebAssembly cannot do here is left to NumPy, and who does it can be chosen."""

from __future__ import annotations

import numpy as np
import pytest

import nn.engine
from nn.engine.wasm import machine as machines
from nn.engine.wasm.machine import CompileError, Wasmtime
from nn.engine.wasm.program import WasmEngine, WasmProgram
from nn.layers import Dense
from nn.losses import HalfSquaredError
from nn.model import Sequential
from nn.regularizers import L1L2
from tests.unit.wasm_cases import NUMPY, WASM, digits, relative, trained, tutorial


def test_float64_is_left_to_numpy():
    model = tutorial(digits()).model(WASM, "float64")
    assert model.program.name == "NumPy (float64 is not compiled)"
    by_numpy = tutorial(digits()).model(NUMPY, "float64")
    for one in (model, by_numpy):
        one.program.train(digits(), np.arange(20), 4)
    assert np.array_equal(model.parameters, by_numpy.parameters)
    assert model.program.predict(digits().inputs[:3]).dtype == np.float64
    model.program.gradients(digits(), np.arange(5))
    assert model.program.evaluate(digits(), 0, 5)[1].dtype == np.float64


def test_what_is_derived_from_a_layer_or_a_loss_is_left_to_numpy():
    class Odd(Dense):
        pass

    class Own(HalfSquaredError):
        pass

    for layer, loss, missing in (
        (Odd(3), "half_squared_error", "Odd"),
        (Dense(3), Own(), "half_squared_error"),
    ):
        model = Sequential([layer])
        model.compile(loss=loss, engine=WASM)
        model.build(4, np.random.default_rng(0))
        assert model.program.name == f"NumPy ({missing} is not compiled)"


def test_what_is_changed_later_is_left_to_numpy_too():
    class Halved(L1L2):
        def add_gradient(self, kernel: np.ndarray, gradient: np.ndarray) -> None:
            gradient += kernel / 2

    case = tutorial(digits())
    models = [case.model(engine) for engine in (NUMPY, WASM)]
    for model in models:
        model.program.train(case.data, np.arange(20), 4)
        model.layers[0].kernel_regularizer = Halved()
        model.program.train(case.data, np.arange(20), 4)
    assert isinstance(models[1].program, WasmProgram)
    assert models[1].program.name == "NumPy (Dense is not compiled)"
    assert relative(models[1].parameters, models[0].parameters) < 1e-5


class Broken(Wasmtime):
    def load(self, module: bytes):
        raise CompileError("no")


class Full(Wasmtime):
    def reserve(self, size: int):
        raise MemoryError("no room")


@pytest.mark.parametrize("kind", [Broken, Full])
def test_what_cannot_be_loaded_or_run_is_left_to_numpy(kind: type[Wasmtime]):
    case = tutorial(digits())
    expected = trained(case, NUMPY, 5)
    found = trained(case, WasmEngine(kind(relaxed=True)), 5)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_engine_is_chosen_by_name(monkeypatch: pytest.MonkeyPatch):
    assert nn.engine.default_engine().name == "NumPy"
    assert nn.engine.named_engine("numpy").name == "NumPy"
    assert nn.engine.named_engine("wasm").name == "WebAssembly relaxed SIMD, wasmtime"
    with pytest.raises(ValueError, match="unknown engine 'gpu'; expected one of: numpy, wasm"):
        nn.engine.named_engine("gpu")
    monkeypatch.setattr(machines, "machine", lambda: None)
    nn.engine._wasm_engine.cache_clear()
    with pytest.raises(ValueError, match="where wasmtime is installed"):
        nn.engine.named_engine("wasm")
    nn.engine._wasm_engine.cache_clear()


def test_without_relaxed_simd_the_other_is_used(monkeypatch: pytest.MonkeyPatch):
    class Old(Wasmtime):
        def load(self, module: bytes):
            if self.relaxed:
                raise CompileError("unknown instruction")
            return super().load(module)

    monkeypatch.setattr(machines, "Wasmtime", Old)
    machines.machine.cache_clear()
    found = machines.machine()
    assert found is not None and found.name == "WebAssembly SIMD, wasmtime"
    monkeypatch.setattr(machines, "Wasmtime", Broken)
    machines.machine.cache_clear()
    assert machines.machine() is None
    monkeypatch.undo()
    machines.machine.cache_clear()
