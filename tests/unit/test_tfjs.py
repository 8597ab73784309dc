"""Layers models of TensorFlow.js: written, read back, and read as TensorFlow.js wrote one."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn import formats
from nn.data.columns import Columns, Output
from nn.formats import zipped
from nn.formats.tfjs import dumps, loads
from nn.formats.weights import Training
from nn.layers import GRU, LSTM, Activation, Conv1D, Dense, Flatten, SimpleRNN
from nn.model import Sequential
from tests.unit.format_cases import (
    LAYERS,
    PICTURES,
    built,
    check_equal,
    check_mutants,
    check_refused,
    every_kind,
    load,
    preset_networks,
    random_networks,
)
from tests.unit.sequence_cases import check_same, of_letters, of_numbers, sequence_networks
from tests.unit.weights_files import named

SAVED = Path(__file__).parent / "files" / "every_kind.tfjs.zip"
"""``every_kind`` as TensorFlow.js 4.22.0 loaded it, and saved it again, with its answers."""

VALID = zipped.unpack(dumps(named()), None, 10**6)


def edited(*path: str | int, value: Any) -> bytes:
    """A right file with one value replaced."""
    content = place = json.loads(VALID["model.json"])
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return zipped.pack({**VALID, "model.json": json.dumps(content).encode()})


def test_what_tensorflow_js_saved_answers_as_it_did():
    data = SAVED.read_bytes()
    answers = json.loads(zipped.unpack(data, ["answers.json"], 10**6)["answers.json"])
    model = load(data)
    assert model.parameters.tobytes() == every_kind().parameters.tobytes()
    x = np.float32(answers["inputs"]["data"]).reshape(answers["inputs"]["shape"])
    np.testing.assert_allclose(model.predict(x).ravel(), answers["outputs"], rtol=1e-5)


def test_tensorflow_js_is_given_the_layers_that_it_gives():
    """Classes and arguments are those of its own file, or it would not load them."""
    written, theirs = (
        json.loads(zipped.unpack(data, ["model.json"], 10**6)["model.json"])["modelTopology"]
        for data in (dumps(every_kind()), SAVED.read_bytes())
    )
    ours, their = (one["config"]["layers"] for one in (written, theirs))
    assert [one["class_name"] for one in ours] == [one["class_name"] for one in their]
    for one, other in zip(ours, their, strict=True):
        for key, value in one["config"].items():
            found = other["config"].get(key)
            if not key.endswith("initializer"):
                assert value in (found, [found, found]) or value == pytest.approx(found), key


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_a_layer_of_any_kind_comes_back(layer):
    model = built(Sequential([type(layer)(**layer.config())]), PICTURES)
    check_equal(load(dumps(model)), model)


def test_any_network_comes_back():
    for model in (every_kind(), *random_networks(20), *preset_networks()):
        again = load(dumps(model))
        assert again.dtype == np.float32
        assert np.array_equal(again.parameters, np.float32(model.parameters))
        assert np.array_equal(again.state, np.float32(model.state))
        if model.dtype == np.float32:
            check_equal(again, model)


def test_what_it_has_no_place_for_comes_back(tmp_path):
    training = Training(2, 120, 0.75, {"optimizer": "sgd"})
    model, found = loads(dumps(named(), training))
    assert (found, model.columns, model.loss) == (training, named().columns, named().loss)
    named().save(tmp_path / "mine.tfjs.zip")
    check_equal(nn.load_model(tmp_path / "mine.tfjs.zip"), named())
    with pytest.raises(ValueError, match="unknown kind of file '.zip'; expected one of: .json"):
        named().save(tmp_path / "mine.zip")


def test_leaky_relu_is_a_layer_of_its_own_there():
    model = built(Sequential([Dense(2, "leaky_relu"), Flatten(), Activation("leaky_relu")]), 3)
    topology = json.loads(zipped.unpack(dumps(model), None, 10**6)["model.json"])["modelTopology"]
    kinds = [layer["class_name"] for layer in topology["config"]["layers"]]
    assert kinds == ["InputLayer", "Dense", "LeakyReLU", "LeakyReLU"]
    again = load(dumps(model))
    assert [type(layer) for layer in again.layers] == [Dense, Activation]
    x = np.float32([[1, -2, 3]])
    assert np.array_equal(again.predict(x), model.predict(x))


def test_files_in_folders_in_parts_and_of_python_are_read():
    content = json.loads(VALID["model.json"])
    topology = content["modelTopology"]
    topology["config"]["layers"][3]["config"]["activation"] = "softmax"
    training = {"loss": "categorical_crossentropy"}
    content["modelTopology"] = {"model_config": topology, "training_config": training}
    (group,) = content["weightsManifest"]
    group["paths"] = ["./a.bin", "b.bin"]
    for weight in group["weights"]:
        weight["name"] = f"sequential/{weight['name']}:0"
    del content["userDefinedMetadata"]
    raw = VALID["model.weights.bin"]
    model = load(
        zipped.pack(
            {
                "web/model.json": json.dumps(content).encode(),
                "web/b.bin": raw[7:],
                "web/a.bin": raw[:7],
            }
        )
    )
    assert np.array_equal(model.parameters, named().parameters)
    assert model.loss.name == "categorical_crossentropy"


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float16"])
def test_weights_that_were_made_smaller_are_read(kind):
    content = json.loads(VALID["model.json"])
    (group,) = content["weightsManifest"]
    raw = np.frombuffer(VALID["model.weights.bin"], "<f4")
    start, parts = 0, []
    for weight in group["weights"]:
        values = raw[start : start + int(np.prod(weight["shape"]))]
        start += len(values)
        weight["quantization"] = {"dtype": kind, "original_dtype": "float32"}
        if kind == "float16":
            parts.append(values.astype("<f2").tobytes())
            continue
        least, scale = float(values.min()), float(np.ptp(values)) / np.iinfo(kind).max
        weight["quantization"] |= {"min": least, "scale": scale}
        parts.append(np.round((values - least) / scale).astype(kind).tobytes())
    files = {"model.json": json.dumps(content).encode(), "model.weights.bin": b"".join(parts)}
    found = load(zipped.pack(files)).parameters
    np.testing.assert_allclose(found, named().parameters, atol=5e-3)


MANIFEST = ("weightsManifest", 0)
CONFIG = ("modelTopology", "config", "layers")

REFUSED = [
    (zipped.pack({"my_model.json": b""}), "model.json is missing in the archive of TensorFlow.js"),
    (zipped.pack({"model.json": b"[]"}), "model.json must be an object"),
    (zipped.pack({"model.json": b"{}"}), "only layers models can be loaded"),
    (edited("modelTopology", "class_name", value="Model"), 'the model is of class "Model"; nn has'),
    (edited("modelTopology", "model_config", value=3), "the model_config of the model must be an"),
    (edited(*CONFIG, 1, "class_name", value="DepthwiseConv2D"), '1 is a "DepthwiseConv2D" of K'),
    (edited(*CONFIG, 2, "class_name", value="Sequential"), "the configuration of the model has no"),
    (edited(*CONFIG, 2, "config", "name", value="other"), 'the weights "other/kernel" are missing'),
    (edited(*CONFIG, 2, "config", "activation", value="elu"), "unknown activation of layer 2, Den"),
    (edited("weightsManifest", value=None), "weightsManifest must be a list of objects"),
    (edited(*MANIFEST, "paths", value=["a"]), '"a" is missing in the archive'),
    (edited(*MANIFEST, "paths", value=[3]), "the paths of weightsManifest must be a list of texts"),
    (edited(*MANIFEST, "paths", value=["model.weights.bin"] * 2), "weightsManifest has a file twi"),
    (edited(*MANIFEST, "weights", value={}), "the weights of weightsManifest must be a list of"),
    (edited(*MANIFEST, "weights", value=[{}] * 1001), "has 1,001 entries, which are too many"),
    (edited(*MANIFEST, "weights", 0, "name", value=1), "the name of an array must be a text, fou"),
    (edited(*MANIFEST, "weights", 0, "shape", value=[3, 3]), "reaches beyond its files"),
    (edited(*MANIFEST, "weights", 0, "shape", value=[3, 1]), "12 bytes of the weights belong to"),
    (edited(*MANIFEST, "weights", 0, "shape", value=[2, 3]), "has the shape [2, 3], expected [3, "),
    (edited(*MANIFEST, "weights", 0, "shape", value=[0]), "must be a whole number from 1"),
    (edited(*MANIFEST, "weights", 0, "dtype", value="string"), 'has the dtype "string"; expected'),
    (edited(*MANIFEST, "weights", 0, "quantization", value=3), "must be an object"),
    (edited(*MANIFEST, "weights", 0, "quantization", value={"dtype": "uint8"}), "scale of the arr"),
    (edited("userDefinedMetadata", "nn", value=3), "what nn says of the network must be an object"),
    (edited("userDefinedMetadata", "nn", value={"a": 1}), 'nn says "a" of the network, which is'),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_wrong_is_named(data, message):
    assert message in check_refused(loads, data)


def test_mutants_are_read_or_refused():
    check_mutants(load, dumps(named()), 300)
    check_mutants(
        lambda text: loads(zipped.pack({**VALID, "model.json": text})),
        VALID["model.json"],
        1500,
        seed=1,
    )


def test_a_model_and_its_weights_are_read_from_two_files(tmp_path):
    (tmp_path / "my.json").write_bytes(VALID["model.json"])
    with pytest.raises(
        ValueError, match=r"my.json: .* without its weights: add \"model.weights.bin"
    ):
        nn.load_model(tmp_path / "my.json")
    (tmp_path / "model.weights.bin").write_bytes(VALID["model.weights.bin"])
    check_equal(nn.load_model(tmp_path / "my.json"), named())
    chosen = {"model.weights.bin": VALID["model.weights.bin"], "my.json": VALID["model.json"]}
    check_equal(load(formats.together(chosen)), named())
    with pytest.raises(ValueError, match="2 files are not of one network"):
        formats.together({"a.json": b"{}", "b.json": b"{}"})


def nested() -> dict[str, bytes]:
    """A model of two Sequential models, as Teachable Machine has them, without what nn wrote."""
    content = json.loads(VALID["model.json"])
    del content["userDefinedMetadata"]
    config = content["modelTopology"]["config"]
    start, *layers = config["layers"]
    first, second = (
        {"class_name": "Sequential", "config": {"name": name, "layers": part}}
        for name, part in (("one", [start, layers[0]]), ("two", [start, *layers[1:]]))
    )
    config["layers"] = [first, second]
    return {**VALID, "model.json": json.dumps(content).encode()}


def test_models_within_models_and_the_labels_of_teachable_machine_are_read():
    metadata = {"labels": ["cat", "dog"], "userMetadata": {}}
    files = {**nested(), "metadata.json": json.dumps(metadata).encode()}
    model = load(zipped.pack(files))
    assert model.classes == ("cat", "dog")
    assert model.parameters.tobytes() == named().parameters.tobytes()
    x = np.float32([[1, -2, 3]])
    assert np.array_equal(model.predict(x), named().predict(x))


META = {
    "inputUnits": [3],
    "outputUnits": 2,
    "inputs": {
        name: {"dtype": "number", "min": low, "max": high}
        for name, low, high in (("r", 0, 255), ("g", -1, 1), ("b", 5, 5))
    },
    "outputs": {"colour": {"dtype": "string", "uniqueValues": ["red", "blue"], "legend": {}}},
    "isNormalized": True,
}


def with_meta(**changes: Any) -> bytes:
    files = {**nested(), "model_meta.json": json.dumps({**META, **changes}).encode()}
    return zipped.pack(files)


def test_names_and_ranges_of_ml5_are_read():
    model = load(with_meta())
    assert model.columns == Columns.plain(("r", "g", "b"), "colour", ("red", "blue"))
    found = model.predict(np.float32([[51, 0, 7]]))
    again = load(zipped.pack(nested()))
    np.testing.assert_allclose(found, again.predict(np.float32([[0.2, 0.5, 7]])), rtol=1e-6)
    number = {"dtype": "number", "min": 10, "max": 30}
    outputs = load(with_meta(outputs={"a": number, "b": number})).columns.outputs
    assert outputs == (Output("a", None, 20, 10), Output("b", None, 20, 10))
    # What is not a row of numbers has no columns.
    assert load(with_meta(inputs={"image": {"dtype": "image"}})).columns is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (with_meta(inputs=3), "inputs in model_meta.json must be objects by name"),
        (with_meta(outputs={"a": {"min": "x"}}), 'min of "a" must be a number, found "x"'),
        (zipped.pack({**nested(), "metadata.json": b'{"labels": 3}'}), "classes must be a list of"),
    ],
)
def test_what_is_wrong_beside_a_model_is_named(data, message):
    assert message in check_refused(loads, data)


def test_mutants_of_what_is_nested_and_beside_are_read_or_refused():
    files = nested()
    check_mutants(
        lambda text: loads(zipped.pack({**files, "model.json": text})), files["model.json"], 4000
    )
    meta = json.dumps(META).encode()
    check_mutants(lambda text: loads(zipped.pack({**files, "model_meta.json": text})), meta, 4200)


def test_networks_for_sequences_come_back():
    for model in sequence_networks():
        kinds = {type(layer) for layer in model.layers}
        causal = any(getattr(layer, "padding", "") == "causal" for layer in model.layers)
        if GRU in kinds or causal:
            message = (
                "no GRU whose reset comes after" if GRU in kinds else "no Conv1D whose padding"
            )
            with pytest.raises(ValueError, match=f"TensorFlow.js has {message}"):
                dumps(model)
        else:
            check_same(load(dumps(model)), model)
    padded = of_letters([SimpleRNN(3, return_sequences=True)], mask_zero=True)
    check_same(load(dumps(padded)), padded)
    leaky = of_numbers([Conv1D(3, 2, activation="leaky_relu")])
    check_same(load(dumps(leaky)), leaky)


def test_weights_of_a_recurrent_layer_may_be_those_of_its_cell():
    """As Keras 2 calls them, which the converter of TensorFlow.js leaves so."""
    model = of_numbers([LSTM(2, return_sequences=True), LSTM(3)])
    files = zipped.unpack(dumps(model), None, 10**6)
    text = files["model.json"].decode()
    for name in ("lstm", "lstm_1"):
        for weight in ("kernel", "recurrent_kernel", "bias"):
            text = text.replace(f'"{name}/{weight}"', f'"a/{name}/lstm_cell_7/{weight}:0"')
    check_same(load(zipped.pack({**files, "model.json": text.encode()})), model)


def test_mutants_of_networks_for_sequences_are_read_or_refused():
    model = of_letters([LSTM(3, return_sequences=True), SimpleRNN(2, return_sequences=True)])
    files = zipped.unpack(dumps(model), None, 10**6)
    check_mutants(
        lambda text: loads(zipped.pack({**files, "model.json": text})), files["model.json"], 10_000
    )
