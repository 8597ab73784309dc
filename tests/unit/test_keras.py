"""Networks as Keras keeps them: Keras loads what nn writes, and nn what Keras does."""

import io
import json
import os
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Read when Keras is imported, which would take settings from the home folder, and put some there.
os.environ["KERAS_BACKEND"] = "numpy"
os.environ["KERAS_HOME"] = tempfile.mkdtemp()

import h5py
import keras
import numpy as np
import pytest
from keras import layers as k

import nn
from nn import formats
from nn.formats import hdf5, keras_config, zipped
from nn.formats.keras import dumps, loads
from nn.formats.weights import Training
from nn.initializers import GlorotNormal, RandomUniform, VarianceScaling
from nn.layers import Conv2D, Dense, Rescaling
from nn.model import Sequential
from nn.regularizers import L1L2
from tests.unit.format_cases import (
    LAYERS,
    PICTURES,
    built,
    check_equal,
    check_mutants,
    check_refused,
    every_kind,
    inputs_for,
    load,
    preset_networks,
    random_networks,
)
from tests.unit.weights_files import named


@pytest.fixture(scope="module", autouse=True)
def home() -> Iterator[None]:
    yield
    shutil.rmtree(os.environ["KERAS_HOME"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.keras"


def check_written(model: Sequential, path: Path) -> None:
    """Keras answers as nn, and the network comes back, from Keras's own file, too."""
    model.save(path)
    theirs = keras.models.load_model(path)
    x = inputs_for(model)
    expected = model.predict(x)
    most = max(1, np.abs(expected).max())
    np.testing.assert_allclose(np.asarray(theirs(x)), expected, rtol=1e-5, atol=1e-5 * most)
    check_equal(nn.load_model(path), model)
    theirs.save(path)
    check_equal(nn.load_model(path), model)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_a_layer_of_any_kind_answers_the_same_and_comes_back(layer, path):
    again = type(layer)(**layer.config())
    check_written(built(Sequential([again], Rescaling(1 / 255)), PICTURES), path)


@pytest.mark.filterwarnings("ignore:You are using a softmax", "ignore:overflow")
def test_any_network_answers_the_same_and_comes_back(path):
    for model in (every_kind(), *random_networks(8), *preset_networks()):
        check_written(model, path)


def test_what_keras_has_no_place_for_comes_back():
    training = Training(2, 120, 0.75, {"optimizer": "sgd"})
    model, found = loads(dumps(named(), training))
    assert (found, model.columns, model.loss) == (training, named().columns, named().loss)
    assert dumps(model, training) == dumps(named(), training)


def test_arguments_come_back_through_keras(path):
    layers = [
        Conv2D(2, 2, kernel_initializer=VarianceScaling(0.5, "fan_out", "uniform")),
        Conv2D(2, 1, kernel_regularizer=L1L2(0.1, 0.25), bias_initializer=RandomUniform(0, 1)),
        Dense(2, kernel_initializer=VarianceScaling(1, "fan_avg", "narrow_normal")),
        Dense(2, kernel_initializer="glorot_normal"),
    ]
    built(Sequential(layers), PICTURES).save(path)
    keras.models.load_model(path).save(path)
    first, second, third, fourth = nn.load_model(path).layers
    assert vars(first.kernel_initializer) == vars(VarianceScaling(0.5, "fan_out", "uniform"))
    assert vars(second.kernel_regularizer) == {"l1": 0.1, "l2": 0.25}
    assert vars(second.bias_initializer) == {"minval": 0, "maxval": 1}
    assert third.kernel_initializer.distribution == "truncated_normal"
    assert third.kernel_initializer.scale == pytest.approx(0.7737, abs=1e-4)
    assert type(fourth.kernel_initializer) is GlorotNormal


@pytest.mark.parametrize("suffix", [".keras", ".tfjs.zip"])
def test_a_kind_of_layer_that_was_not_compared_with_keras_is_refused(suffix, monkeypatch):
    kinds = tuple(kind for kind in keras_config._ALIKE if kind != "Dropout")
    monkeypatch.setattr(keras_config, "_ALIKE", kinds)
    with pytest.raises(ValueError, match="layer dropout, Dropout, is none that Keras has"):
        formats.dumps(every_kind(), suffix)


# ---- what Keras alone makes --------------------------------------------------------------------


def saved(model: Any) -> bytes:
    """The file that Keras makes of a model, whose arrays are all different."""
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.5, 1, np.shape(one)) for one in model.get_weights()])
    path = Path(os.environ["TMPDIR"]) / "theirs.keras"
    model.save(path)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def model_of(*layers: Any, shape: tuple[int, ...] = (6, 5, 2)) -> Any:
    return keras.Sequential([keras.Input(shape), *layers])


@pytest.mark.filterwarnings("ignore:Skipping variable loading for optimizer")
def test_a_network_of_keras_is_read_and_trains_on():
    theirs = model_of(
        k.Normalization(),
        k.Conv2D(4, (3, 2), padding="same", strides=2, kernel_constraint=None),
        k.BatchNormalization(center=False, momentum=0.9),
        k.ReLU(),
        k.Conv2D(3, 1, activation="tanh", kernel_regularizer="l2"),
        k.BatchNormalization(scale=False),
        k.LeakyReLU(negative_slope=0.2),
        k.MaxPooling2D((2, 1), padding="same"),
        k.Normalization(),
        k.Dropout(0.5),
        k.Flatten(),
        k.Dense(4, activation="relu", use_bias=False, kernel_initializer="orthogonal"),
        k.Dense(3),
        k.Softmax(),
    )
    theirs.compile("adam", "sparse_categorical_crossentropy")
    data = saved(theirs)
    # What Normalization divides by is made of its weights when they are loaded.
    theirs = keras.models.load_model(Path(os.environ["TMPDIR"]) / "theirs.keras")
    model = load(data)
    x = np.random.default_rng(0).normal(size=(7, 6, 5, 2)).astype(np.float32)
    np.testing.assert_allclose(model.predict(x), np.asarray(theirs(x)), rtol=1e-4, atol=1e-6)
    assert model.loss.name == "categorical_crossentropy"
    model.compile("adam", model.loss)
    model.fit(x, np.array([0, 1, 2, 0, 1, 2, 0]), rng=1)


@pytest.mark.parametrize(
    ("loss", "activation", "name"),
    [
        ("mse", "sigmoid", "mean_squared_error"),
        (keras.losses.MeanAbsoluteError(), None, "mean_absolute_error"),
        (keras.losses.BinaryCrossentropy(), "sigmoid", "binary_crossentropy"),
        ("categorical_crossentropy", "linear", "mean_squared_error"),
        ("poisson", "softmax", "categorical_crossentropy"),
    ],
)
def test_the_loss_is_the_one_it_was_compiled_with_where_nn_has_it(loss, activation, name):
    theirs = model_of(k.Dense(2, activation=activation), shape=(3,))
    theirs.compile(loss=loss)
    assert load(saved(theirs)).loss.name == name


REFUSED = [
    (k.MaxPooling1D(), 'layer 1 is a "MaxPooling1D" of Keras, which nn has not'),
    (k.Dense(2, activation="gelu"), "unknown activation of layer 1, Dense 'gelu'; expected one"),
    (k.Dense(2, bias_regularizer="l2"), '1, Dense has "bias_regularizer" an object, which nn\'s'),
    (k.LeakyReLU(0.3), "layer 1, LeakyReLU: its slope is not 0.2, which leaky_relu has in nn"),
    (k.ReLU(max_value=6), 'layer 1, ReLU has "max_value" 6'),
    (k.ReLU(threshold=1), "layer 1, ReLU has a slope or threshold, which nn's has not"),
    (k.Softmax(axis=1), "layer 1, Softmax works on another axis than the last"),
    (k.BatchNormalization(axis=1), "layer 1, BatchNormalization works on another axis"),
]


@pytest.mark.parametrize(("layer", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_layers_that_nn_has_not_are_refused_by_name(layer, message):
    data = saved(model_of(layer, shape=(5, 4)))
    assert message in check_refused(loads, data)


def test_pictures_of_other_kinds_are_refused():
    for layer, message in (
        (k.Conv2D(2, 2, dilation_rate=2), 'layer 1, Conv2D has "dilation_rate" a list'),
        (k.Conv2D(2, 2, groups=2), 'layer 1, Conv2D has "groups" 2'),
        (k.GlobalAveragePooling2D(keepdims=True), 'has "keepdims" true'),
    ):
        assert message in check_refused(loads, saved(model_of(layer)))
    given = keras.Input((3,))
    functional = keras.Model(given, k.Dense(2)(given))
    assert 'the model is of class "Functional"' in check_refused(loads, saved(functional))
    unknown = model_of(k.Conv2D(1, 1), shape=(None, 5, 2))
    assert "shape of the inputs must be a whole number" in check_refused(loads, saved(unknown))


# ---- files that are wrong ----------------------------------------------------------------------

VALID = zipped.unpack(dumps(named()), None, 10**6)


def with_weights(change: Any) -> bytes:
    """A file with other weights."""
    file = io.BytesIO(VALID["model.weights.h5"])
    with h5py.File(file, "r+") as content:
        change(content)
    return zipped.pack({**VALID, "model.weights.h5": file.getvalue()})


def replaced(name: str, value: Any) -> Any:
    def change(content: Any) -> None:
        if name in content:
            del content[name]
        if value is not None:
            content[name] = value

    return change


def bomb(content: Any) -> None:
    del content["layers/dense/vars/0"]
    content.create_dataset(
        "layers/dense/vars/0", (20_000, 20_000), "f4", compression="gzip", fillvalue=1
    )


def outside(content: Any) -> None:
    del content["layers/dense/vars/0"]
    content.create_dataset("layers/dense/vars/0", (3, 2), "f4", external=[("/etc/passwd", 0, 24)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replaced("layers/dense/vars/1", None), "layer 2, Dense has 1 arrays in the file, expect"),
        (replaced("layers/dense/vars/2", [1.0]), "layer 2, Dense has 3 arrays in the file, expect"),
        (replaced("layers/dense", None), "layer 2, Dense has 0 arrays in the file, expected 2"),
        (replaced("layers/dense", [1.0]), "'dense' is not a group"),
        (replaced("layers/dense/vars/0", np.ones((2, 3))), "has the shape [2, 3], expected [3, 2]"),
        (replaced("layers/dense/vars/0", np.full((3, 2), np.nan)), "holds a number that is not fi"),
        (replaced("layers/dense/vars/0", ["a"]), "does not hold numbers that nn knows"),
        (replaced("layers/dense/vars/0", h5py.SoftLink("/layers")), "leads to another place"),
        (replaced("layers/dense", h5py.ExternalLink("/etc/passwd", "/")), "or another file: not o"),
        (bomb, "layers/dense/vars/0 has too many numbers"),
        (outside, "layers/dense/vars/0 lies in another file: not opened"),
    ],
)
def test_weights_that_are_wrong_are_named(change, message):
    assert message in check_refused(loads, with_weights(change))


def test_addresses_that_lead_in_a_circle_or_nowhere_are_refused():
    content = VALID["model.weights.h5"]
    tree = content.rindex(b"TREE")  # of the outermost group, which is written last
    heap = content.rindex(b"HEAP")
    for place, address, message in (
        (tree + 32, tree, "damaged: it has no end"),
        (tree + 32, 2**63, "damaged: it is cut short"),
        (tree + 32, heap, "damaged: a group is not where it should be"),
        (24, 512, "damaged: it does not begin where it should"),
        (64, len(content) - 8, "damaged: it is cut short"),
    ):
        changed = bytearray(content)
        struct.pack_into("<Q", changed, place, address)
        data = zipped.pack({**VALID, "model.weights.h5": bytes(changed)})
        assert message in check_refused(loads, data)
    for other, message in (
        (b"", "damaged, or not in HDF5"),
        (b"no HDF5", "damaged, or not in HDF5"),
        (content[:40], "it is cut short"),
        (b"\0" * 512 + content, "damaged, or not in HDF5"),
        (latest(), "in a form of HDF5 that is not read here"),
    ):
        data = zipped.pack({**VALID, "model.weights.h5": other})
        assert message in check_refused(loads, data)


def latest() -> bytes:
    """A file in the newest form, which Keras does not ask for."""
    file = io.BytesIO()
    with h5py.File(file, "w", libver="latest") as content:
        content.create_dataset("layers/dense/vars/0", data=np.ones(3))
    return file.getvalue()


def test_the_library_reads_what_is_written():
    groups = {
        f"layers/layer_{i}/vars": {"0": np.full((i % 3, 2), i, np.float32), "1": np.array(i / 3)}
        for i in range(101)
    }
    groups["layers/empty"] = {}
    data = hdf5.dumps(groups)
    reader = hdf5.Reader(data, 10_000)
    with h5py.File(io.BytesIO(data)) as content:
        for path, arrays in groups.items():
            assert set(content[path]) == set(arrays)
            found = reader.arrays(path, len(arrays) + 1)
            for (name, array), again in zip(arrays.items(), found, strict=True):
                theirs = content[path][name]
                assert theirs.dtype == again.dtype == array.dtype
                assert np.array_equal(theirs[()], array) and np.array_equal(again, array)


@pytest.mark.parametrize("kind", ["<f2", ">f4", "<f8", ">i4", "<i8"])
def test_numbers_of_other_types_are_read(kind):
    file = io.BytesIO()
    with h5py.File(file, "w") as content:
        content.create_dataset("a/0", data=np.array([1, -2], kind))
        content.create_dataset("a/1", data=np.array([3], kind), chunks=(1,))
    (found,) = hdf5.Reader(file.getvalue(), 10).arrays("a", 1)
    assert found.tolist() == [1, -2]
    with pytest.raises(ValueError, match="a/1 is in several pieces, which Keras does not do"):
        hdf5.Reader(file.getvalue(), 10).arrays("a", 2)


def test_archives_that_are_wrong_are_refused():
    for name, message in (
        ("config.json", "config.json is missing in the file of Keras"),
        ("model.weights.h5", "model.weights.h5 is missing in the file of Keras"),
    ):
        members = {key: value for key, value in VALID.items() if key != name}
        assert message in check_refused(loads, zipped.pack(members))
    assert "config.json must be an object" in check_refused(
        loads, zipped.pack({**VALID, "config.json": b"[]"})
    )
    assert "the zip archive is damaged" in check_refused(loads, zipped.pack(VALID)[:-30])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(100_000_000))
    assert "unpacks to more than 48 MB" in check_refused(load, file.getvalue())


def test_mutants_are_read_or_refused():
    check_mutants(load, dumps(named()), 2_000)

    def load_config(config: bytes) -> None:
        loads(zipped.pack({**VALID, "config.json": config}))

    def load_weights(content: bytes) -> None:
        loads(zipped.pack({**VALID, "model.weights.h5": content}))

    check_mutants(load_config, VALID["config.json"], 3_000, seed=1)
    check_mutants(load_weights, VALID["model.weights.h5"], 5_000, seed=2)


def test_any_value_of_the_configuration_may_be_another():
    def places(value: Any) -> Any:
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            if isinstance(value[key], dict | list):
                yield from places(value[key])

    count = len(list(places(json.loads(VALID["config.json"]))))
    others = [None, [], {}, "x", 1.5, 10**400, [[]], True, 0]
    for number in range(count):
        for other in (others[number % 9], others[number * 2 % 9], others[number % 4]):
            config = json.loads(VALID["config.json"])
            place, key = list(places(config))[number]
            place[key] = other
            data = zipped.pack({**VALID, "config.json": json.dumps(config).encode()})
            try:
                loads(data)
            except ValueError as error:
                assert type(error) is ValueError and str(error).isprintable()
