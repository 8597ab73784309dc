"""What changes between two calls is what counts in the second, and nothing else is touched."""

from __future__ import annotations

import copy
import gc
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nn.engine.wasm.machine import Wasmtime
from nn.engine.wasm.program import WasmEngine, WasmProgram
from nn.layers import Rescaling
from nn.model import Sequential
from nn.optimizers import SGD, Adam
from tests.unit.wasm_cases import NUMPY, WASM, digits, relative, tutorial

ORDER = np.random.default_rng(0).integers(0, 120, 100)


def add_to_the_bias(model: Sequential) -> None:
    model.layers[0].bias = np.full(100, 0.5, dtype=np.float32)


def swap_kernel_rows(model: Sequential) -> None:
    model.layers[0].kernel = model.layers[0].kernel[::-1]


def scale_otherwise(model: Sequential) -> None:
    model.inputs = Rescaling(0.5 / 255, 0.5)


def learn_more_slowly(model: Sequential) -> None:
    model.optimizer = SGD(0.01)


@pytest.mark.parametrize(
    "change", [add_to_the_bias, swap_kernel_rows, scale_otherwise, learn_more_slowly]
)
def test_both_engines_train_on_what_a_network_was_changed_to(
    change: Callable[[Sequential], None],
):
    case = tutorial(digits(), use_bias=True)
    models = [case.model(engine) for engine in (NUMPY, WASM)]
    for model in models:
        model.program.train(case.data, ORDER, 1)
        change(model)
        model.program.train(case.data, ORDER, 1)
    assert isinstance(models[1].program, WasmProgram)
    expected, found = (model.predict(case.data.inputs) for model in models)
    assert relative(found, expected) < 1e-4
    assert relative(models[1].parameters, models[0].parameters) < 1e-4


def test_an_optimizer_without_its_memory_is_refused():
    case = tutorial(digits())
    model = case.model(WASM)
    model.program.train(case.data, ORDER, 1)
    before = model.parameters.copy()
    with_momentum = SGD(0.1)
    with_momentum.momentum = 0.9
    for optimizer in (with_momentum, Adam(0.1)):
        model.optimizer = optimizer
        with pytest.raises(ValueError, match="compile the network anew"):
            model.program.train(case.data, ORDER, 1)
    assert np.array_equal(model.parameters, before)


def test_numbers_of_numpy_are_numbers():
    case = tutorial(digits())
    models = [case.model(WASM) for _ in range(2)]
    for model, size in zip(models, (16, np.int64(16)), strict=True):
        model.program.train(case.data, ORDER, size)
        model.fit(case.data.inputs, case.data.targets, size, rng=np.random.default_rng(0))
    assert np.array_equal(models[0].parameters, models[1].parameters)
    models[0].build(np.uint16(50_000), np.random.default_rng(0))
    assert models[0].predict(np.zeros((3, 50_000), dtype=np.uint8)).shape == (3, 10)


@pytest.mark.parametrize("word", [np.int64(3), np.float32(3), "3", None])
def test_what_is_neither_a_number_nor_an_array_is_not_given_to_a_kernel(word: object):
    library = WASM.library(next(iter(WASM._libraries)))
    assert library is not None
    with pytest.raises(TypeError, match="neither a number nor an array"):
        library.run("predict", [word])


@pytest.mark.parametrize("rate", [1, lambda iteration: 1 if iteration < 5 else 0])
def test_a_learning_rate_may_be_a_whole_number(rate: int):
    case = tutorial(digits())
    models = []
    for engine in (NUMPY, WASM):
        for optimizer in (SGD(rate), Adam(rate)):
            case.optimizer = lambda optimizer=optimizer: optimizer
            models.append(case.model(engine))
            models[-1].program.train(case.data, ORDER[:10], 1)
    for expected, found in zip(models[:2], models[2:], strict=True):
        assert relative(found.parameters, expected.parameters) < 1e-3


@pytest.mark.parametrize("engine", [NUMPY, WASM], ids=["numpy", "wasm"])
def test_a_copy_is_trained_on_its_own(engine: WasmEngine):
    case = tutorial(digits(), use_bias=True)
    case.optimizer = lambda: SGD(0.1, momentum=0.9)
    model, unbroken = case.model(engine), case.model(engine)
    for each in (model, unbroken):
        each.program.train(case.data, ORDER, 4)
    before = model.parameters.copy()
    twin = copy.deepcopy(model)
    twin.program.train(case.data, ORDER, 4)
    assert type(twin.program) is type(model.program)
    assert np.array_equal(model.parameters, before)
    unbroken.program.train(case.data, ORDER, 4)
    assert np.array_equal(twin.parameters, unbroken.parameters)
    assert np.array_equal(twin.layers[0].kernel.ravel(), twin.parameters[: 784 * 100])


@pytest.mark.parametrize("engine", [NUMPY, WASM], ids=["numpy", "wasm"])
def test_a_network_goes_when_nobody_needs_it_any_more(engine: WasmEngine):
    case = tutorial(digits())
    gc.disable()
    try:
        model = case.model(engine)
        model.program.train(case.data, ORDER, 4)
        model.predict(case.data.inputs)
        parameters = weakref.ref(model.parameters)
        del model
        assert parameters() is None
    finally:
        gc.enable()


def test_networks_in_several_threads_do_not_disturb_each_other():
    engine = WasmEngine(Wasmtime(relaxed=True))
    case = tutorial(digits())

    def train(seed: int) -> np.ndarray:
        model = case.model(engine)
        for _ in range(20):
            model.program.train(case.data, ORDER[seed:], 4)
        return model.parameters

    expected = [train(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(train, range(4)))
    for a, b in zip(found, expected, strict=True):
        assert np.array_equal(a, b)
