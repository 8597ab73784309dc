"""Networks compiled to WebAssembly do what the NumPy engine does, whatever the network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data import Dataset, Images
from nn.engine.wasm.machine import Wasmtime
from nn.engine.wasm.program import WasmEngine
from nn.layers import Dense, Rescaling
from nn.model import Sequential
from nn.optimizers import OPTIMIZERS, SGD, Adam, AdamW, RMSprop
from nn.regularizers import L1L2
from nn.schedules import CosineDecay
from nn.sliced import parts_of
from tests.unit.wasm_cases import (
    NUMPY,
    PLAIN_SIMD,
    TUTORIAL_INPUTS,
    WASM,
    Case,
    digits,
    pictures,
    relative,
    same,
    tutorial,
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    loss = draw(
        st.sampled_from(
            [
                "half_squared_error",
                "mean_squared_error",
                "mean_absolute_error",
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
                    lambda: AdamW(CosineDecay(0.003, 9), 0.1, epsilon=1e-3, global_clipnorm=0.3),
                    lambda: SGD(0.05, global_clipnorm=0.2),
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


@pytest.mark.parametrize("engine", [WASM, PLAIN_SIMD], ids=lambda engine: engine.name)
@pytest.mark.parametrize(
    ("loss", "output"),
    [
        ("categorical_crossentropy(3)+mean_squared_error(1)", "softmax(3)+linear(1)"),
        (
            "mean_absolute_error(1)+categorical_crossentropy(6)+binary_crossentropy(2)",
            "linear(1)+softmax(6)+sigmoid(2)",
        ),
        ("mean_squared_error", "softmax(3)+tanh(2)"),
    ],
)
def test_outputs_of_several_kinds_do_what_numpy_does(engine: WasmEngine, loss: str, output: str):
    rng = np.random.default_rng(4)
    widths = [width for _, width in parts_of(output)]
    targets = np.concatenate([rng.dirichlet([1] * width, 80) for width in widths], axis=1)
    data = Dataset(rng.normal(size=(80, 5)).astype(np.float32), targets)
    layers = [(7, "relu"), (sum(widths), output)]
    assert same(Case(5, layers, loss, lambda: Adam(0.01), Rescaling(), data), engine, 6)


@pytest.mark.parametrize("ink", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("offset", [0.0, 0.01, -3.0])
def test_skipping_zeros_changes_nothing(ink: float, offset: float):
    case = tutorial(digits(ink=ink))
    case.inputs = Rescaling(1 / 255, offset)
    case.optimizer = lambda: SGD(0.001)
    assert same(case, WASM, 3)


THOUSAND = {
    "reference": ([(100, "sigmoid"), (10, "sigmoid")], "half_squared_error", lambda: SGD(0.2)),
    "deeper": (
        [(64, "relu"), (32, "relu"), (10, "softmax")],
        "categorical_crossentropy",
        lambda: Adam(0.001),
    ),
    "momentum": (
        [(40, "tanh"), (10, "sigmoid")],
        "binary_crossentropy",
        lambda: SGD(0.01, momentum=0.9, nesterov=True),
    ),
    "rmsprop": ([(40, "leaky_relu"), (10, "linear")], "mean_squared_error", lambda: RMSprop(0.001)),
}


@pytest.mark.parametrize("name", THOUSAND)
def test_a_thousand_mini_batches_lead_to_the_same_weights(name: str):
    layers, loss, optimizer = THOUSAND[name]
    case = Case(784, layers, loss, optimizer, TUTORIAL_INPUTS, digits(200))
    order = np.random.default_rng(0).integers(0, 200, 2000)
    models = [case.model(engine) for engine in (NUMPY, WASM)]
    for model in models:
        model.program.train(case.data, order, 2)
    expected, found = (model.parameters for model in models)
    assert models[0].optimizer.iterations == 1000
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
    model = case.model(WASM)
    totals = model.program.train(case.data, np.arange(100), 1)
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
    with pytest.raises(ValueError, match=r"4 classes do not fit .* shape \(10,\)"):
        model.program.train(Dataset(inputs, rng.integers(0, 4, 120), 4), np.arange(5), 1)
    with pytest.raises(ValueError, match="expected targets of shape"):
        model.program.train(Dataset(inputs, rng.random((120, 3))), np.arange(5), 1)
    with pytest.raises(ValueError, match="expected inputs of shape"):
        model.program.predict(inputs[:, :700])
    model.optimizer = SGD(0.1, momentum=0.9)
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


@pytest.mark.parametrize("dead", [0.0, np.nan])
def test_an_absolute_error_of_zero_or_of_no_number_has_the_slope_that_numpy_gives_it(dead):
    rows = np.array([[1.0], [dead], [-1.0]], dtype=np.float32)
    data = Dataset(rows, np.zeros((3, 5), dtype=np.float32))
    gradients = []
    for engine in (WASM, PLAIN_SIMD, NUMPY):
        model = Sequential([Dense(5, use_bias=False)])
        model.compile(loss="mean_absolute_error", engine=engine)
        model.build(1, np.random.default_rng(0))
        model.parameters[:2] = 0
        model.program.gradients(data, np.arange(3))
        gradients.append(model.gradients.copy())
    np.testing.assert_allclose(gradients[0], gradients[2], rtol=1e-6)
    np.testing.assert_array_equal(gradients[0], gradients[1])
    assert np.isnan(gradients[0]).all() == np.isnan(dead)


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: AdamW(CosineDecay(0.02, 20, warmup_target=0.05, warmup_steps=4), 0.5, epsilon=1e-3),
        lambda: SGD(0.2, 0.9, global_clipnorm=0.01),
        lambda: RMSprop(0.01, epsilon=1e-3, global_clipnorm=0.05),
    ],
    ids=["decay", "momentum", "rmsprop"],
)
@pytest.mark.parametrize("engine", [WASM, PLAIN_SIMD], ids=["relaxed", "simd"])
def test_weights_shrink_and_gradients_are_shortened_as_by_numpy(optimizer, engine):
    case = tutorial(digits(40))
    case.optimizer = optimizer
    assert same(case, engine, 4)
    found, plain = case.model(engine), case.model(engine)
    plain.optimizer.global_clipnorm = None
    plain.optimizer.weight_decay = 0.0
    for model in (found, plain):
        model.program.train(case.data, np.arange(20), 4)
    assert relative(found.parameters, plain.parameters) > 1e-3
