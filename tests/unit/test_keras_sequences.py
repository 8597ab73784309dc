"""Networks for sequences as Keras keeps them: it loads what nn writes, and nn what Keras does."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

# Read when Keras is imported, which would take settings from the home folder, and put some there.
os.environ["KERAS_BACKEND"] = "numpy"
os.environ["KERAS_HOME"] = tempfile.mkdtemp()

import keras
import numpy as np
import pytest
from keras import layers as k

import nn
from nn import formats
from nn.activations import named
from nn.formats import tfjs, zipped
from nn.formats.keras import dumps, loads
from nn.initializers import Orthogonal
from nn.layers import GRU, Conv1D, Dense, Embedding, GlobalMaxPooling1D, Layer, Rescaling, SimpleRNN
from nn.model import Sequential
from tests.unit.format_cases import built, check_mutants, check_refused
from tests.unit.sequence_cases import (
    ATTENTION,
    check_same,
    of_letters,
    of_numbers,
    sequence_networks,
    steps_for,
)

pytestmark = pytest.mark.filterwarnings(
    "ignore:Layer .conv1d:UserWarning", "ignore:__array__:DeprecationWarning"
)


def check_written(model: Sequential, x: np.ndarray, path: Path) -> None:
    """Keras answers as nn, and the network comes back, from Keras's own file, too."""
    model.save(path)
    theirs = keras.models.load_model(path)
    np.testing.assert_allclose(np.asarray(theirs(x)), model.predict(x), rtol=1e-5, atol=1e-5)
    check_same(nn.load_model(path), model)
    theirs.save(path)
    check_same(nn.load_model(path), model)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_any_network_answers_the_same_and_comes_back(dtype, tmp_path):
    for model in sequence_networks(dtype):
        check_written(model, steps_for(model), tmp_path / "model.keras")


@pytest.mark.parametrize("whole", [False, True])
def test_padding_is_passed_over_as_here(whole, tmp_path):
    layers = [Embedding(7, 3, mask_zero=True), Dense(4), GRU(4, return_sequences=whole), Dense(2)]
    model = built(Sequential(layers), 6)
    x = np.float32([[1, 2, 3, 4, 0, 0], [0, 0, 2, 1, 1, 3], [4, 0, 3, 0, 1, 0]])
    check_written(model, x, tmp_path / "model.keras")
    assert nn.load_model(tmp_path / "model.keras").layers[0].mask_zero


def test_arguments_come_back_through_keras(tmp_path):
    path = tmp_path / "model.keras"
    layers: list[Layer] = [
        SimpleRNN(3, True, "he_normal", Orthogonal(0.5)),
        Conv1D(2, 2, kernel_regularizer=nn.L1L2(0.1, 0.25)),
    ]
    built(Sequential(layers), (6, 5)).save(path)
    keras.models.load_model(path).save(path)
    first, second = nn.load_model(path).layers
    assert first.recurrent_initializer.gain == 0.5
    assert vars(second.kernel_regularizer) == {"l1": 0.1, "l2": 0.25}


def saved(path: Path, *layers: Any, shape: tuple[int, ...] = (6, 5)) -> tuple[Any, bytes]:
    """A model of Keras whose arrays are all different, and its file."""
    model = keras.Sequential([keras.Input(shape), *layers])
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(-1, 1, np.shape(one)) for one in model.get_weights()])
    model.save(path / "theirs.keras")
    return model, (path / "theirs.keras").read_bytes()


def test_a_network_of_keras_is_read_and_trains_on(tmp_path):
    theirs, data = saved(
        tmp_path,
        k.Embedding(9, 4, mask_zero=True),
        k.GRU(5, return_sequences=True, use_bias=False, unroll=True),
        k.LSTM(4, return_sequences=True, use_bias=False),
        k.SimpleRNN(4, return_sequences=True, use_bias=False),
        k.LayerNormalization(center=False),
        k.LayerNormalization(scale=False),
        k.Conv1D(3, 2, use_bias=False),
        k.GlobalMaxPooling1D(),
        k.Dense(3, activation="softmax"),
        shape=(6,),
    )
    model, _ = loads(data)
    x = np.random.default_rng(1).integers(0, 9, (8, 6)).astype(np.float32)
    np.testing.assert_allclose(model.predict(x), np.asarray(theirs(x)), rtol=1e-4, atol=1e-6)
    model.compile("adam", model.loss)
    model.fit(x, np.arange(8) % 3, rng=1)


REFUSED = [
    (k.GRU(2, reset_after=False), 'layer 1, GRU has "reset_after" false, which nn\'s has not'),
    (k.GRU(2, activation="relu"), 'layer 1, GRU has "activation" "relu"'),
    (k.LSTM(2, recurrent_activation="tanh"), 'layer 1, LSTM has "recurrent_activation" "tanh"'),
    (k.LSTM(2, go_backwards=True), 'layer 1, LSTM has "go_backwards" true'),
    (k.LSTM(2, dropout=0.5), 'layer 1, LSTM has "dropout" 0.5'),
    (k.SimpleRNN(2, return_sequences=True, zero_output_for_mask=True), '"zero_output_for_mask" tr'),
    (k.Conv1D(2, 2, dilation_rate=2), 'layer 1, Conv1D has "dilation_rate" a list'),
    (k.GlobalMaxPooling1D(keepdims=True), 'layer 1, GlobalMaxPooling1D has "keepdims" true'),
    (k.LayerNormalization(axis=1), "layer 1, LayerNormalization works on another axis"),
    (k.MaxPooling1D(), 'layer 1 is a "MaxPooling1D" of Keras, which nn has not'),
]


@pytest.mark.parametrize(("layer", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_nn_computes_otherwise_is_refused(layer, message, tmp_path):
    assert message in check_refused(loads, saved(tmp_path, layer)[1])


@pytest.mark.parametrize("write", [dumps, tfjs.dumps])
@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            [Embedding(7, 2, mask_zero=True), Conv1D(3, 1), SimpleRNN(2)],
            "is passed over after Conv",
        ),
        ([Rescaling(0.5), Embedding(7, 2), Dense(2)], "Embedding rounds what comes to it"),
        ([Dense(2), Embedding(7, 2), Dense(2)], "Embedding rounds what comes to it"),
    ],
)
def test_what_keras_computes_otherwise_is_refused(write, layers, message):
    layers = [type(layer)(**layer.config()) for layer in layers]
    with pytest.raises(ValueError, match=message):
        write(built(Sequential(layers), 6))


def test_padding_before_a_layer_of_keras_that_forgets_it_is_refused(tmp_path):
    layers = k.Embedding(7, 2, mask_zero=True), k.Conv1D(3, 1), k.GRU(2)
    with pytest.warns(UserWarning, match="does not support masking"):
        data = saved(tmp_path, *layers, shape=(6,))[1]
    assert "padding is passed over after Conv1D" in check_refused(loads, data)
    # Where nothing goes through the steps afterwards, there is nothing to pass over.
    layers = [Embedding(7, 2, mask_zero=True), Conv1D(3, 1), GlobalMaxPooling1D()]
    check_same(loads(dumps(built(Sequential(layers), 6)))[0], built(Sequential(layers), 6))


@pytest.mark.parametrize("body", ATTENTION, ids=lambda body: type(body[-1]).__name__)
def test_attention_is_refused_by_name(body):
    with pytest.raises(ValueError, match=r"(PositionEmb|MultiHeadAtt|Transf)\w+, is none that Ke"):
        dumps(of_letters(body))


@pytest.mark.parametrize("suffix", [".keras", ".tfjs.zip", ".brain.json"])
def test_outputs_of_several_kinds_are_refused_where_they_are_not_known(suffix):
    model = built(Sequential([Dense(4, named("softmax(3)+linear(1)"))]), 3)
    expected = "whose outputs are of several kinds, as this network's are: save it as .json, .html"
    with pytest.raises(ValueError, match=f"has no layer {expected}"):
        formats.dumps(model, suffix)


def test_a_gru_of_an_older_version_is_refused():
    members = zipped.unpack(dumps(of_numbers([GRU(2)])), None, 10**6)
    config = json.loads(members["config.json"])
    del config["config"]["layers"][-1]["config"]["reset_after"]
    data = zipped.pack({**members, "config.json": json.dumps(config).encode()})
    assert "layer 2, GRU does not say its reset_after" in check_refused(loads, data)


def test_mutants_are_read_or_refused():
    model = of_letters([GRU(3, return_sequences=True), Conv1D(2, 2)], mask_zero=True)
    model.layers[0].mask_zero = False
    members = zipped.unpack(dumps(model), None, 10**6)

    def load_config(config: bytes) -> None:
        loads(zipped.pack({**members, "config.json": config}))

    def load_weights(content: bytes) -> None:
        loads(zipped.pack({**members, "model.weights.h5": content}))

    check_mutants(load_config, members["config.json"], 7_000)
    check_mutants(load_weights, members["model.weights.h5"], 3_000, seed=1)
