"""Networks as brain.js writes them; tests/browser/test_other_libraries.py asks brain.js itself."""

import json
from typing import Any

import numpy as np
import pytest

import nn
from nn import formats
from nn.data.columns import Columns
from nn.formats.brain import dumps, loads
from nn.formats.weights import Training
from nn.layers import Dense, Dropout, Rescaling
from nn.model import Sequential
from tests.unit.format_cases import built, check_mutants, check_refused, every_kind, load


def network(activation: str = "sigmoid") -> Sequential:
    scaling = Rescaling(np.float32([0.5, 2, 1]), np.float32([-1, 0.25, 0]))
    layers = [Dense(4, activation), Dropout(0.5), Dense(2, activation, use_bias=False)]
    return built(Sequential(layers, scaling), 3)


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh"])
def test_a_network_comes_back_with_its_scaling_in_its_weights(activation, tmp_path):
    model = network(activation)
    model.columns = Columns.plain(("a", "b", "c"), "kind", ("x", "y"))
    model.save(tmp_path / "mine.brain.json")
    again = nn.load_model(tmp_path / "mine.brain.json")
    x = np.random.default_rng(0).normal(0, 3, (50, 3)).astype(np.float32)
    np.testing.assert_allclose(again.predict(x), model.predict(x), rtol=1e-5, atol=1e-6)
    assert [type(layer) for layer in again.layers] == [Dense, Dense]
    assert (again.columns, again.loss) == (model.columns, model.loss)
    training = Training(2, 120, 0.75, {"optimizer": "sgd"})
    assert loads(dumps(model, training).encode())[1] == training


def test_unscaled_weights_come_back_to_the_bit():
    model = built(Sequential([Dense(3, "tanh"), Dense(1, "tanh")]), 2)
    assert load(dumps(model).encode()).parameters.tobytes() == model.parameters.tobytes()


THEIRS = {
    "sizes": [2, 1],
    "layers": [{"width": {}, "10": {}}, {"tall": {"bias": 3, "weights": {"width": 1, "10": 2}}}],
    "outputLookup": True,
    "inputLookup": True,
    "activation": "sigmoid",
    "trainOpts": {},
}
VERSION_2 = {
    "type": "NeuralNetwork",
    "sizes": [2, 2],
    "layers": [
        {"weights": [], "biases": []},
        {"weights": [[1, 2], [3, 4]], "biases": [5, 6]},
    ],
    "inputLookup": None,
    "inputLookupLength": 0,
    "outputLookup": {"yes": 0, "no": 1},
    "outputLookupLength": 2,
    "options": {"activation": "tanh"},
    "trainOpts": {"activation": "tanh"},
}


def test_names_of_inputs_and_outputs_are_columns():
    model = load(json.dumps(THEIRS).encode())
    # As JavaScript orders the names of an object.
    assert model.columns == Columns.plain(("10", "width"), "tall")
    assert model.parameters.tolist() == [2, 1, 3]


def test_what_version_2_writes_is_read():
    model = load(json.dumps(VERSION_2).encode())
    assert model.classes == ("yes", "no")
    assert model.layers[0].activation.name == "tanh"
    assert model.predict(np.float32([[0.1, 0]])) == pytest.approx(np.tanh([[5.1, 6.3]]))


def edited(**values: Any) -> bytes:
    return json.dumps({**THEIRS, **values}).encode()


NODE = {"bias": 3, "weights": {"width": 1, "10": 2}}

REFUSED = [
    (edited(sizes=3), "sizes must be a list of 2 to 101 numbers"),
    (edited(sizes=[2, -1]), "a size must be a whole number from 1"),
    (edited(sizes=[2000, 2000]), "the network has more than 2,000,000 parameters"),
    (edited(layers=[{}]), "layers must be a list of 2, as sizes is"),
    (edited(layers=[{}, 3]), "the nodes of layer 1 must be 1, by name"),
    (edited(layers=[{}, {"a": 3}]), "a node of layer 1 must be an object"),
    (edited(layers=[{}, {"a": {**NODE, "bias": "x"}}]), "the biases of layer 1"),
    (edited(layers=[{}, {"a": {**NODE, "weights": {"a": 1}}}]), "the weights of a node of layer 1"),
    (edited(layers=[{}, {"a": {**NODE, "weights": [1, None]}}]), "the weights of layer 1"),
    (edited(activation="elu"), "unknown activation 'elu'; expected one of: relu, sigmoid"),
    (edited(nn={"a": 1}), 'nn says "a" of the network, which is'),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_wrong_is_named(data, message):
    assert message in check_refused(load, data)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (every_kind(), "brain.js takes rows of numbers; the network's inputs have more axes"),
        (
            Sequential([Dense(2), nn.BatchNormalization()]),
            "layer 2, BatchNormalization, is none th",
        ),
        (
            Sequential([Dense(2, "tanh"), Dense(1)]),
            "the activations linear, tanh; brain.js has one",
        ),
        (Sequential([Dense(2, "leaky_relu")]), "the activations leaky_relu; brain.js has one for"),
        (Sequential([Dense(2, "softmax")]), "the activations softmax; brain.js has one for all"),
    ],
)
def test_what_brain_js_has_not_is_refused_by_its_name(model, message):
    if not model.shapes:
        built(model, 3)
    with pytest.raises(ValueError, match=message):
        formats.dumps(model, ".brain.json")


def test_what_could_not_be_loaded_again_is_not_written():
    model = built(Sequential([Dense(700, "tanh"), Dense(700, "tanh")]), 900)
    with pytest.raises(
        ValueError, match=r"the file would have \d\d MB; networks of brain.js of up"
    ):
        dumps(model)


def test_mutants_are_read_or_refused():
    check_mutants(load, dumps(network()).encode(), 4_000)
    check_mutants(load, json.dumps(THEIRS).encode(), 3_000, seed=1)
    check_mutants(load, json.dumps(VERSION_2).encode(), 3_000, seed=2)
