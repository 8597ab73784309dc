"""A weights file gives the same network back, whoever wrote it."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from nn import formats
from nn.activations import ACTIVATIONS
from nn.data.columns import Columns, Input, Output
from nn.formats.weights import Training, dumps, loads
from nn.initializers import RandomUniform, VarianceScaling
from nn.layers import (
    GRU,
    LAYERS,
    LSTM,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    LayerNormalization,
    MaxPooling2D,
    MultiHeadAttention,
    PositionEmbedding,
    Rescaling,
    SimpleRNN,
    TransformerBlock,
)
from nn.losses import LOSSES, HalfSquaredError
from nn.model import Sequential
from nn.regularizers import L1L2
from tests.unit.weights_files import (
    NAMED,
    OLD,
    VALID,
    base64_kernel,
    edited,
    named,
    network,
    written,
)

# ---- what is written is read back --------------------------------------------------------------


@st.composite
def networks(draw: st.DrawFn) -> Sequential:
    depth = draw(st.integers(1, 4))
    widths = draw(st.lists(st.integers(1, 9), min_size=depth + 1, max_size=depth + 1))
    loss = draw(st.sampled_from(list(LOSSES)))
    activations = draw(st.lists(st.sampled_from(list(ACTIVATIONS)), min_size=depth, max_size=depth))
    activations[-1] = LOSSES[loss].output_activation or activations[-1]
    scale: Any = draw(st.floats(1e-3, 1e3))
    offset: Any = draw(st.floats(-10, 10))
    seed = draw(st.integers(0, 99))
    if draw(st.booleans()):
        scale = np.random.default_rng(seed).uniform(0.1, 9, widths[0])
        offset = np.random.default_rng(seed + 1).normal(size=widths[0])
    model = network(widths, activations, draw(st.booleans()), Rescaling(scale, offset), loss, seed)
    numbers = st.floats(width=32, allow_nan=False, allow_infinity=False)
    some = draw(st.lists(numbers, max_size=min(5, model.parameters.size)))
    model.parameters[: len(some)] = some
    return model


@given(networks())
@settings(max_examples=60)
def test_a_network_comes_back_exactly(model):
    again, _ = loads(written(model))
    assert np.array_equal(again.parameters, model.parameters)
    assert again.widths == model.widths
    for layer, original in zip(again.layers, model.layers, strict=True):
        assert layer.activation is original.activation
        assert np.array_equal(layer.kernel, original.kernel)
        assert (layer.bias is None) == (original.bias is None)
    assert (again.loss, again.target_range) == (model.loss, model.target_range)
    pixels = np.random.default_rng(0).integers(0, 256, (5, model.features)).astype(np.uint8)
    assert np.array_equal(again.predict(pixels), model.predict(pixels), equal_nan=True)
    # Scales are single precision once they have been loaded.
    assert written(loads(written(again))[0]) == written(again)


@pytest.mark.parametrize("hidden", [260, 900])
def test_a_large_network_is_written_compactly_and_comes_back_exactly(hidden):
    model = network([784, hidden, 10], ["relu", "softmax"], loss="categorical_crossentropy")
    text = written(model)
    assert len(text) < 6 * model.parameters.size
    assert np.array_equal(loads(text)[0].parameters, model.parameters)


def test_the_largest_network_comes_back():
    model = network([784, 2000, 210], ["relu", "sigmoid"], use_bias=False)
    assert 1_980_000 < model.parameters.size < 2_000_000
    assert np.array_equal(loads(written(model))[0].parameters, model.parameters)


@pytest.mark.parametrize("widths", [[150_000, 1], [1, 150_000, 1], [1, 1, 150_000]])
def test_a_network_of_very_many_rows_comes_back(widths):
    model = network(widths, ["sigmoid"] * (len(widths) - 1), use_bias=False)
    assert np.array_equal(loads(written(model))[0].parameters, model.parameters)


@pytest.mark.parametrize(
    "columns",
    [
        NAMED,
        Columns(
            (
                Input("alone", "true/false", 1.0, ("no", "yes")),
                Input("when", "date", 19_000.0, ("year",)),
                Input("then", "date", 19_000.0, ("month",), reading="month first"),
            ),
            (Output("price", None, 12_345.678, -3e5), Output("__proto__")),
        ),
        Columns((Input("town", "category", None, ("", "u"), other=True),), NAMED.outputs),
        Columns(
            (
                Input("rain", "number", 0.5, reading="-999 and -999.9 as missing"),
                *NAMED.inputs[1:],
            ),
            NAMED.outputs,
        ),
    ],
)
def test_what_inputs_and_outputs_stand_for_comes_back(columns):
    model, _ = loads(written(named(columns)))
    assert model.columns == columns


def test_a_network_in_float64_comes_back_exactly():
    model = Sequential([Dense(1)], Rescaling(np.array([1 / 3])), "float64")
    model.build(1, np.random.default_rng(0))
    model.parameters[...] = [1.8 + 1e-15, 32 - 1e-14]
    again, _ = loads(written(model))
    assert again.dtype == np.float64
    assert np.array_equal(again.parameters, model.parameters)
    celsius = np.array([[70.0]])
    assert np.array_equal(again.predict(celsius), model.predict(celsius))


def test_the_training_comes_back():
    training = Training(3, 180_000, 0.9712, {"optimizer": "adam", "batchSize": "32"})
    assert loads(written(network([2, 1], ["sigmoid"]), training))[1] == training
    assert loads(written(network([2, 1], ["sigmoid"])))[1] == Training()


def test_a_network_without_numbers_is_not_written():
    model = network([2, 1], ["sigmoid"])
    model.parameters[0] = np.nan
    with pytest.raises(ValueError, match="the weights are NaN or infinite, so there is nothing"):
        dumps(model, Training())
    with pytest.raises(ValueError, match="the network has no weights yet, so there is nothing"):
        dumps(Sequential([Dense(1)]), Training())


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_will_do(kind):
    model, _ = loads(kind(json.dumps(VALID).encode("utf-8-sig")))
    assert model.widths == [3, 2, 2]


def test_a_kernel_in_base64_is_read():
    model, _ = loads(edited("weights", 0, "kernel", value=base64_kernel(range(6))))
    assert model.layers[0].kernel.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_a_file_of_version_1_is_the_same_network():
    old, training = loads(json.dumps(OLD).encode())
    new, same = loads(json.dumps(VALID).encode())
    assert training == same
    assert np.array_equal(old.parameters, new.parameters)
    pixels = np.arange(12, dtype=np.uint8).reshape(4, 3)
    assert np.array_equal(old.predict(pixels), new.predict(pixels))
    assert (old.loss, old.columns, old.target_range) == (new.loss, new.columns, new.target_range)
    assert written(loads(json.dumps(OLD))[0], training) == written(old, training)


def test_a_network_of_every_kind_comes_back():
    layers = [
        Conv2D(4, (3, 2), strides=(1, 2), padding="same", kernel_initializer="he_normal"),
        BatchNormalization(momentum=0.9),
        Activation("relu"),
        MaxPooling2D((2, 1)),
        Rescaling(np.array([0.5, 1, 2, 4]), 0.25),
        Dropout(0.25),
        AveragePooling2D(2, padding="same"),
        Conv2D(3, 1, kernel_initializer=VarianceScaling(0.5), kernel_regularizer=L1L2(0.1)),
        GlobalAveragePooling2D(),
        Flatten(),
        Dense(2, "softmax", bias_initializer=RandomUniform(0.0, 1.0)),
    ]
    for_sequences = [
        Embedding(9, 6, "he_normal"),
        PositionEmbedding(RandomUniform(0.0, 1.0)),
        TransformerBlock(2, 3, 8),
        LayerNormalization(0.01),
        MultiHeadAttention(2, 3, causal=False),
        Conv1D(5, 2, padding="causal", activation="relu", kernel_regularizer=L1L2(0.1)),
        SimpleRNN(4, True, recurrent_initializer="glorot_normal"),
        LSTM(4, True, unit_forget_bias=False),
        GRU(4, True),
        GlobalMaxPooling1D(),
        Dense(2, "softmax"),
    ]
    both = [*layers, *for_sequences]
    assert {type(layer).__name__ for layer in both} == LAYERS.keys()
    for row, shape, inputs in (
        (layers, (6, 5, 2), Rescaling(1 / 255)),
        (for_sequences, (7,), Rescaling()),
    ):
        model = Sequential(row, inputs)
        model.compile(loss="categorical_crossentropy")
        model.build(shape, 1)
        model.state += 0.125
        again, _ = loads(written(model))
        assert written(again) == written(model)
        assert np.array_equal(again.parameters, model.parameters)
        assert np.array_equal(again.state, model.state)
        bytes_ = np.random.default_rng(0).integers(0, 256, (5, *shape)).astype(np.uint8)
        assert np.array_equal(again.predict(bytes_), model.predict(bytes_))


def test_what_could_not_be_read_is_not_written():
    class Own(Dense):
        pass

    class OwnLoss(HalfSquaredError):
        pass

    def refused(model: Sequential, message: str) -> None:
        if not model.shapes:
            model.build(2, 1)
        with pytest.raises(ValueError, match=message):
            dumps(model)

    refused(Sequential([Own(1)]), "Own is not a layer kind of nn")
    refused(Sequential([Dense(1, kernel_initializer=lambda shape, rng: 0)]), "function is not a")
    refused(Sequential([Dense(1)], Rescaling(np.nan)), "cannot be saved: inputs.scale holds")
    refused(Sequential([Dense(1) for _ in range(101)]), "there are 101 layers; up to 100")
    own = Sequential([Dense(1)])
    own.compile(loss=OwnLoss())
    refused(own, "OwnLoss is not a loss of nn")
    twice = named(Columns.plain(("r", "r", "b"), "label", ("warm", "cold")))
    refused(twice, "columns.inputs have a name twice")
    large = Sequential([Dense(1001, use_bias=False), Dense(1000, use_bias=False)])
    large.build(1000, 1)
    refused(large, "2,002,000 parameters; up to 2,000,000")


def test_a_large_network_in_float64_comes_back_exactly():
    model = Sequential([Dense(1200, use_bias=False), Dense(1)], dtype="float64")
    model.build(1000, 1)
    assert np.array_equal(loads(written(model))[0].parameters, model.parameters)


def test_a_model_is_saved_and_loaded_by_path(tmp_path):
    model = named()
    model.save(tmp_path / "mine.json")
    assert np.array_equal(nn.load_model(tmp_path / "mine.json").parameters, model.parameters)
    with pytest.raises(ValueError, match="unknown kind of file '.doc'; expected one of: .json"):
        model.save(tmp_path / "mine.doc")
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(ValueError, match="^other.json: "):
        nn.load_model(tmp_path / "other.json")


# ---- the tutorial application's files ----------------------------------------------------------


def test_two_layers_without_biases_are_also_written_as_the_tutorial_does():
    model = network([5, 4, 3], ["sigmoid", "sigmoid"], use_bias=False)
    content = json.loads(written(model))
    hidden, output = model.layers
    assert np.array_equal(np.float32(content["wih"]), hidden.kernel.T)
    assert np.array_equal(np.float32(content["who"]), output.kernel.T)


@pytest.mark.parametrize(("widths", "use_bias"), [([5, 4, 3], True), ([5, 3], False)])
def test_other_networks_are_not(widths, use_bias):
    model = network(widths, ["sigmoid"] * (len(widths) - 1), use_bias)
    assert not {"wih", "who"} & json.loads(written(model)).keys()


def test_the_tutorials_files_are_read_as_its_sigmoid_network():
    rng = np.random.default_rng(0)
    wih, who = rng.normal(size=(4, 6)), rng.normal(size=(3, 4))
    model, training = loads(json.dumps({"wih": wih.tolist(), "who": who.tolist()}).encode())
    pixels = rng.integers(0, 256, (7, 6)).astype(np.uint8)
    x = pixels / 255 * 0.98 + 0.01
    hidden = 1 / (1 + np.exp(-wih @ x.T))
    expected = 1 / (1 + np.exp(-who @ hidden))
    np.testing.assert_allclose(model.predict(pixels), expected.T, rtol=1e-5)
    assert training == Training()


def test_a_network_saved_as_the_tutorial_does_predicts_the_same():
    inputs = Rescaling(0.98 / 255, 0.01)
    model = network([6, 4, 3], ["sigmoid", "sigmoid"], use_bias=False, inputs=inputs)
    content = json.loads(written(model))
    again, _ = loads(json.dumps({key: content[key] for key in ("wih", "who")}).encode())
    pixels = np.random.default_rng(0).integers(0, 256, (7, 6)).astype(np.uint8)
    assert np.array_equal(again.predict(pixels), model.predict(pixels))
    assert again.target_range == (0.0, 0.99)


def test_outputs_of_several_kinds_come_back_or_are_refused():
    activation = "softmax(3)+linear(1)"
    loss = "categorical_crossentropy(3)+mean_squared_error(1)"
    model = Sequential([Dense(4, "relu"), Dense(4, activation)])
    model.compile(loss=loss)
    model.build(2, 1)
    for suffix, kind in formats.FORMATS.items():
        if suffix in (".json", ".safetensors"):
            again, _ = formats.loads(formats.dumps(model, suffix))
            assert (again.layers[-1].activation.name, again.loss.name) == (activation, loss)
            x = np.ones((1, 2))
            assert (again.predict(x) == model.predict(x)).all()
        elif not kind.sliced:
            with pytest.raises(ValueError, match=r"save it as \.json, \.html, \.onnx, \.py"):
                formats.dumps(model, suffix)
    wrong = dumps(model).replace(activation, "softmax(3)+linear(2)")
    with pytest.raises(ValueError, match="is of 5 outputs, and there are 4"):
        loads(wrong)
