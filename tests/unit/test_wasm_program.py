"""Networks compiled to WebAssembly do what the NumPy engine does, whatever the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn.engine
from nn.datasets import Dataset, Images
from nn.engine import Engine
from nn.engine.numpy import NumpyEngine, NumpyProgram
from nn.engine.wasm import machine as machines
from nn.engine.wasm.machine import Refused, Wasmtime
from nn.engine.wasm.program import WasmEngine, WasmProgram
from nn.layers import Dense, Rescaling
from nn.losses import HalfSquaredError
from nn.model import Sequential
from nn.optimizers import OPTIMIZERS, SGD, Adam, Optimizer, RMSprop
from nn.regularizers import L1L2
from nn.schedules import CosineDecay
from tests.unit.wasm_guarded import Guarded

NUMPY = NumpyEngine()
WASM = WasmEngine(Guarded(relaxed=True))
PLAIN_SIMD = WasmEngine(Guarded(relaxed=False))

TUTORIAL_INPUTS = Rescaling(0.99 / 255, 0.01)


@dataclass
class Case:
    """A network and what it is trained on."""

    features: int
    layers: list[tuple[int, str]]
    loss: str
    optimizer: Callable[[], Optimizer]
    inputs: Rescaling
    data: Dataset
    use_bias: bool = True
    regularizer: L1L2 | None = None
    target_range: tuple[float, float] = (0.0, 1.0)

    def model(self, engine: Engine, dtype: str = "float32") -> Sequential:
        model = Sequential(
            [
                Dense(units, activation, self.use_bias, kernel_regularizer=self.regularizer)
                for units, activation in self.layers
            ],
            self.inputs,
            dtype,
        )
        model.compile(self.optimizer(), self.loss, self.target_range, engine)
        model.build(self.features, np.random.default_rng(1))
        # Biases that start at 0 would hide where they are added.
        for layer in model.layers:
            if layer.bias is not None:
                layer.bias[...] = np.random.default_rng(2).normal(0, 0.1, layer.bias.shape)
        return model


def pictures(rng: np.random.Generator, count: int, features: int, ink: float) -> np.ndarray:
    """Bytes of which a share of ``ink`` is not 0."""
    bytes_ = rng.integers(1, 256, (count, features))
    return (bytes_ * (rng.random((count, features)) < ink)).astype(np.uint8)


def digits(count: int = 120, ink: float = 0.2, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    return Dataset(pictures(rng, count, 784, ink), rng.integers(0, 10, count), 10)


def tutorial(data: Dataset, use_bias: bool = False) -> Case:
    """The reference run's network."""
    return Case(
        784,
        [(100, "sigmoid"), (10, "sigmoid")],
        "half_squared_error",
        lambda: SGD(0.2),
        TUTORIAL_INPUTS,
        data,
        use_bias,
        target_range=(0.0, 0.99),
    )


def relative(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference, as a share of the largest number."""
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-30))


def trained(case: Case, engine: Engine, batch_size: int, dtype: str = "float32") -> list[object]:
    """Train, test, predict and work out gradients; return all that comes of it."""
    model = case.model(engine, dtype)
    program = model.program
    rng = np.random.default_rng(3)
    order = rng.integers(0, len(case.data), 3 * batch_size + 1)
    totals = [program.train(case.data, part, batch_size) for part in np.array_split(order, 2)]
    parameters, slots = model.parameters.copy(), [s.copy() for s in model.optimizer.slots]
    totals.append(program.gradients(case.data, order[:batch_size]))
    gradients = model.gradients.copy()
    stop = min(len(case.data), 70)
    evaluated, outputs = program.evaluate(case.data, 1, stop)
    predicted = program.predict(case.data.inputs[:5])
    return [
        *(total.loss for total in totals),
        evaluated.loss,
        np.array([total.correct for total in [*totals, evaluated]]),
        model.optimizer.iterations,
        parameters,
        gradients,
        outputs,
        predicted,
        *slots,
    ]


def agree(found: list[object], expected: list[object], tolerance: float) -> bool:
    return all(
        relative(np.asarray(a, dtype=float), np.asarray(b, dtype=float)) <= tolerance
        for a, b in zip(found, expected, strict=True)
    )


def same(case: Case, engine: Engine, batch_size: int) -> bool:
    """Whether an engine does what NumPy does."""
    assert isinstance(case.model(engine).program, WasmProgram)
    found = trained(case, engine, batch_size)
    # Rounding can tip a unit of relu, or a right answer, over its edge in float32: in one engine,
    # and not in the other. Then float64 says which was right.
    return any(
        agree(found, trained(case, NUMPY, batch_size, dtype), 1e-3)
        for dtype in ("float32", "float64")
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    loss = draw(
        st.sampled_from(
            [
                "half_squared_error",
                "mean_squared_error",
                "binary_crossentropy",
                "categorical_crossentropy",
            ]
        )
    )
    activations = ["sigmoid", "tanh", "relu", "leaky_relu", "linear", "softmax"]
    last = {"binary_crossentropy": "sigmoid", "categorical_crossentropy": "softmax"}.get(loss)
    size = st.one_of(st.integers(1, 9), st.integers(10, 70))
    features, outputs = draw(size), draw(st.integers(1, 12))
    hidden = draw(st.lists(st.tuples(size, st.sampled_from(activations)), max_size=3))
    layers = [*hidden, (outputs, last or draw(st.sampled_from(activations[:5])))]

    count = draw(st.integers(2, 40))
    kind = draw(st.sampled_from(["pictures", "bytes", "float32", "float64", "not contiguous"]))
    scale: float | np.ndarray = 1.0
    offset: float | np.ndarray = draw(st.sampled_from([0.0, 0.01]))
    if kind in ("pictures", "bytes"):
        inputs = pictures(rng, count, features, 0.2 if kind == "pictures" else 0.9)
        scale = 1 / 255
    else:
        inputs = rng.normal(size=(count, features)).astype("f8" if kind == "float64" else "f4")
        if kind == "not contiguous":
            inputs = np.asfortranarray(inputs)
        if draw(st.booleans()):
            scale, offset = rng.uniform(0.5, 2, (2, features))
    classes = max(2, outputs)
    if draw(st.booleans()) or loss == "categorical_crossentropy" and outputs > 1:
        data = Dataset(inputs, rng.integers(0, classes, count), classes)
    else:
        data = Dataset(inputs, rng.random((count, outputs)))
    return Case(
        features,
        layers,
        loss,
        draw(
            st.sampled_from(
                [
                    lambda: SGD(0.05),
                    lambda: SGD(0.02, momentum=0.9),
                    lambda: SGD(0.02, momentum=0.9, nesterov=True),
                    lambda: Adam(CosineDecay(0.001, 5)),
                    lambda: RMSprop(0.001, epsilon=1e-3),
                ]
            )
        ),
        Rescaling(scale, offset),
        data,
        draw(st.booleans()),
        draw(st.sampled_from([None, L1L2(l2=0.01), L1L2(l1=0.001, l2=0.001)])),
        draw(st.sampled_from([(0.0, 1.0), (0.0, 0.99)])),
    )


@settings(max_examples=150)
@given(case=cases(), batch_size=st.integers(1, 20), relaxed=st.booleans())
def test_any_network_does_what_numpy_does(case: Case, batch_size: int, relaxed: bool):
    assert same(case, WASM if relaxed else PLAIN_SIMD, batch_size)


@pytest.mark.parametrize("engine", [WASM, PLAIN_SIMD], ids=lambda engine: engine.name)
@pytest.mark.parametrize("batch_size", [1, 10, 64])
@pytest.mark.parametrize("use_bias", [True, False])
def test_the_reference_network_does_what_numpy_does(
    engine: WasmEngine, batch_size: int, use_bias: bool
):
    assert same(tutorial(digits(), use_bias), engine, batch_size)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_does_what_numpy_does(optimizer: str):
    case = Case(
        784,
        [(33, "tanh"), (17, "sigmoid"), (10, "softmax")],
        "categorical_crossentropy",
        lambda: OPTIMIZERS[optimizer](0.002),
        Rescaling(1 / 255),
        digits(),
    )
    assert same(case, WASM, 16)


@pytest.mark.parametrize("ink", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("offset", [0.0, 0.01, -3.0])
def test_skipping_zeros_changes_nothing(ink: float, offset: float):
    case = tutorial(digits(ink=ink))
    case.inputs = Rescaling(1 / 255, offset)
    case.optimizer = lambda: SGD(0.001)
    assert same(case, WASM, 3)


def test_a_thousand_mini_batches_lead_to_the_same_weights():
    case = tutorial(digits(200))
    order = np.random.default_rng(0).integers(0, 200, 2100)
    models = [case.model(engine) for engine in (NUMPY, WASM)]
    for model in models:
        model.program.train(case.data, order, 2)
    expected, found = (model.parameters for model in models)
    assert models[0].optimizer.iterations == 1050
    assert relative(found, expected) < 1e-3


def test_digits_are_learnt_as_well(mnist: Images):
    """An epoch of 10,000 single samples: right answers within 0.3 points."""
    assert mnist.train is not None and mnist.test is not None
    train = mnist.train.take(np.arange(10_000))
    order = np.random.default_rng(0).permutation(10_000)
    shares = []
    # Without guards: looking after each call at all of memory takes long.
    for engine in (NUMPY, WasmEngine(Wasmtime(relaxed=True))):
        model = tutorial(train).model(engine)
        model.program.train(train, order, 1)
        totals, _ = model.program.evaluate(mnist.test, 0, 10_000)
        shares.append(totals.correct / 10_000)
    assert shares[0] > 0.88
    assert abs(shares[1] - shares[0]) <= 0.003


def test_a_million_inputs_can_be_trained_on():
    rng = np.random.default_rng(0)
    data = Dataset(pictures(rng, 2, 1_000_000, 0.01), np.array([0, 1]), 2)
    case = Case(
        1_000_000, [(3, "tanh"), (2, "softmax")], "categorical_crossentropy",
        lambda: SGD(0.001), Rescaling(1 / 255), data,
    )  # fmt: skip
    models = [case.model(engine) for engine in (NUMPY, WasmEngine(Wasmtime(relaxed=True)))]
    for model in models:
        model.program.train(data, np.array([0, 1, 0]), 2)
    assert relative(models[1].parameters, models[0].parameters) < 1e-4


def test_where_one_call_ends_and_the_next_begins_makes_no_difference():
    case = tutorial(digits())
    order = np.random.default_rng(0).integers(0, 120, 1500)
    whole, parts = case.model(WASM), case.model(WASM)
    whole.program.train(case.data, order, 1)
    for part in np.array_split(order, 7):
        parts.program.train(case.data, part, 1)
        parts.program.evaluate(case.data, 0, 5)
    assert np.array_equal(whole.parameters, parts.parameters)


def test_weights_changed_between_two_calls_are_what_is_trained_on():
    case = tutorial(digits())
    order = np.random.default_rng(0).integers(0, 120, 30)
    changed, expected = case.model(WASM), case.model(NUMPY)
    for model in (changed, expected):
        model.program.train(case.data, order, 1)
        model.parameters[...] = np.random.default_rng(5).normal(0, 0.1, model.parameters.shape)
        model.program.train(case.data, order, 1)
    assert relative(changed.parameters, expected.parameters) < 1e-5


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_engines_can_be_switched_in_mid_training(optimizer: str):
    case = tutorial(digits())
    case.optimizer = lambda: OPTIMIZERS[optimizer](0.001)
    order = np.random.default_rng(0).integers(0, 120, 60)
    switched, expected = case.model(NUMPY), case.model(NUMPY)
    for _ in range(3):
        for engine in (NUMPY, WASM):
            engine.program(switched).train(case.data, order, 7)
            expected.program.train(case.data, order, 7)
    assert switched.optimizer.iterations == expected.optimizer.iterations
    assert relative(switched.parameters, expected.parameters) < 1e-4


def test_an_optimizer_of_ones_own_is_asked_for_each_update():
    class Signs(SGD):
        def update(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
            parameters -= self._next_rate() * np.sign(gradients)

    case = tutorial(digits())
    case.optimizer = lambda: Signs(0.001)
    order = np.arange(50)
    models = [case.model(engine) for engine in (NUMPY, WASM)]
    totals = [model.program.train(case.data, order, 8) for model in models]
    assert relative(models[1].parameters, models[0].parameters) < 1e-3
    assert totals[1].correct == totals[0].correct
    assert totals[1].loss == pytest.approx(totals[0].loss, rel=1e-4)


def test_a_run_that_diverges_shows_in_the_loss():
    case = tutorial(digits())
    case.layers = [(100, "relu"), (10, "linear")]
    case.optimizer = lambda: SGD(1e30)
    totals = case.model(WASM).program.train(case.data, np.arange(100), 1)
    assert not np.isfinite(totals.loss)


@pytest.mark.parametrize(
    "activation", ["sigmoid", "tanh", "relu", "leaky_relu", "linear", "softmax"]
)
def test_what_is_not_a_number_stays_that(activation: str):
    special = np.array([np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-40, 0.0, -0.0], dtype=np.float32)
    inputs = np.ones((len(special), 3), dtype=np.float32)
    inputs[:, 1] = special
    outputs = []
    for engine in (NUMPY, WASM):
        model = Sequential([Dense(4, activation), Dense(2)])
        model.compile(engine=engine)
        model.build(3, np.random.default_rng(0))
        outputs.append(model.program.predict(inputs))
    np.testing.assert_allclose(outputs[1], outputs[0], rtol=1e-5, atol=1e-6)


def test_no_samples_are_no_work():
    case = tutorial(digits())
    model = case.model(WASM)
    before = model.parameters.copy()
    assert model.program.train(case.data, np.arange(0), 5) == (0.0, 0)
    assert np.array_equal(model.parameters, before)
    assert model.program.predict(case.data.inputs[:0]).shape == (0, 10)


def test_indices_beyond_the_data_are_taken_for_the_nearest():
    case = tutorial(digits())
    far, near = case.model(WASM), case.model(WASM)
    far.program.train(case.data, np.array([-5, 3, 10**12]), 1)
    near.program.train(case.data, np.array([0, 3, 119]), 1)
    assert np.array_equal(far.parameters, near.parameters)


def test_whole_numbers_can_be_predicted_from():
    model = tutorial(digits()).model(WASM)
    bytes_ = digits().inputs[:3]
    np.testing.assert_allclose(
        model.program.predict(bytes_.astype(np.int64)), model.program.predict(bytes_), rtol=1e-5
    )


def test_what_does_not_fit_the_network_is_refused():
    model = tutorial(digits()).model(WASM)
    rng = np.random.default_rng(0)
    inputs = digits().inputs
    with pytest.raises(ValueError, match="4 classes do not fit a network of 10 outputs"):
        model.program.train(Dataset(inputs, rng.integers(0, 4, 120), 4), np.arange(5), 1)
    with pytest.raises(ValueError, match="expected targets of shape"):
        model.program.train(Dataset(inputs, rng.random((120, 3))), np.arange(5), 1)
    with pytest.raises(ValueError, match="expected inputs of shape"):
        model.program.predict(inputs[:, :700])
    model.optimizer.slots = [np.zeros(3, dtype=np.float32)]
    with pytest.raises(ValueError, match="expected 79400 float32 numbers"):
        model.program.train(digits(), np.arange(5), 1)


def test_equal_networks_share_their_code():
    engine = WasmEngine(Wasmtime(relaxed=True))
    for rate in (0.1, 0.2, 0.3):
        case = tutorial(digits())
        case.optimizer = lambda rate=rate: SGD(rate)
        model = case.model(engine)
        model.program.train(case.data, np.arange(9), 4)
        model.program.predict(digits(1, ink=0.9, seed=4).inputs)
    assert len(engine._libraries) == 1
    case.data = Dataset(case.data.inputs, np.eye(10)[case.data.targets])
    model = case.model(engine)
    model.program.train(case.data, np.arange(9), 4)
    model.program.predict(case.data.inputs[:2])
    assert len(engine._libraries) == 2


# ---- What there is no kernel for.


def test_float64_is_left_to_numpy():
    model = tutorial(digits()).model(WASM, "float64")
    assert isinstance(model.program, NumpyProgram)


def test_what_is_derived_from_a_layer_or_a_loss_is_left_to_numpy():
    class Odd(Dense):
        pass

    class Own(HalfSquaredError):
        pass

    for layer, loss in ((Odd(3), "half_squared_error"), (Dense(3), Own())):
        model = Sequential([layer])
        model.compile(loss=loss, engine=WASM)
        model.build(4, np.random.default_rng(0))
        assert isinstance(model.program, NumpyProgram)


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
    assert relative(models[1].parameters, models[0].parameters) < 1e-5


class Broken(Wasmtime):
    def load(self, module: bytes):
        raise Refused("no")


class Full(Wasmtime):
    def room(self, size: int):
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
    with pytest.raises(ValueError, match="wasmtime is installed"):
        nn.engine.named_engine("wasm")
    nn.engine._wasm_engine.cache_clear()


def test_without_relaxed_simd_the_other_is_used(monkeypatch: pytest.MonkeyPatch):
    class Old(Wasmtime):
        def load(self, module: bytes):
            if self.relaxed:
                raise Refused("unknown instruction")
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
