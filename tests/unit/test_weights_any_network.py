"""Whatever is written is read as the same network, to the bit, with layers of any kind."""

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.activations import ACTIVATIONS, LeakyRelu, Relu
from nn.formats.weights import Training, dumps, loads
from nn.initializers import INITIALIZERS, RandomUniform
from nn.layers import LAYERS, Dense, Embedding, Flatten, GlobalMaxPooling1D, Layer, Rescaling
from nn.losses import LOSSES
from nn.model import Sequential
from nn.regularizers import L1L2
from tests.unit.check_layer import plain
from tests.unit.test_weights_refused import ANYTHING, check_loads_or_refuses, paths
from tests.unit.weights_files import VALID, network, written

PICTURES = (5, 6, 2)

# For each kind whose constructor needs something, the arguments of some layers.
EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "Activation": [{"activation": "relu"}],
    "AveragePooling2D": [{}, {"pool_size": (1, 2), "strides": 1, "padding": "same"}],
    "BatchNormalization": [{}, {"momentum": 0.9, "epsilon": 1e-5}],
    "Conv2D": [
        {"filters": 3, "kernel_size": 2},
        {"filters": 2, "kernel_size": (1, 3), "strides": (2, 1), "padding": "same",
         "activation": "relu", "use_bias": False, "kernel_initializer": "he_normal"},
    ],
    "Conv1D": [
        {"filters": 3, "kernel_size": 1},
        {"filters": 2, "kernel_size": 2, "padding": "causal", "activation": "tanh"},
    ],
    "Dense": [{"units": 3}, {"units": 2, "activation": "tanh", "use_bias": False}],
    "Dropout": [{"rate": 0.25}],
    "Embedding": [{"input_dim": 4, "output_dim": 2}],
    "GRU": [{"units": 2}, {"units": 3, "return_sequences": True}],
    "LSTM": [{"units": 2, "unit_forget_bias": False}, {"units": 1, "return_sequences": True}],
    "MultiHeadAttention": [{"num_heads": 2, "key_dim": 1}],
    "SimpleRNN": [{"units": 2, "return_sequences": True, "recurrent_initializer": "he_normal"}],
    "TransformerBlock": [{"num_heads": 1, "key_dim": 2, "units": 3}],
    "MaxPooling2D": [{}, {"pool_size": 3, "strides": (2, 1), "padding": "same"}],
    "Rescaling": [{"scale": 0.5}, {"scale": np.array([0.5, 1 / 3]), "offset": 2.5}],
}  # fmt: skip


def examples() -> list[Layer]:
    """Layers of every kind, for pictures or what is made of them."""
    return [kind(**some) for name, kind in LAYERS.items() for some in EXAMPLES.get(name, [{}])]


def in_a_row(layers: list[Layer], shape: tuple[int, ...]) -> list[Layer]:
    """Those of the layers that can be given what the ones before them make."""
    found = []
    for layer in layers:
        try:
            shape = layer.output_shape(shape)
        except ValueError:
            continue
        found.append(copy.copy(layer))
    return found


NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def networks(draw: st.DrawFn) -> Sequential:
    shape = draw(st.sampled_from([(1,), (7,), PICTURES, (4, 4, 1), (3, 2)]))
    layers = in_a_row(draw(st.lists(st.sampled_from(examples()), max_size=6)), shape)
    loss = draw(st.sampled_from(list(LOSSES)))
    last = Dense(
        draw(st.integers(1, 9)),
        LOSSES[loss].output_activation or draw(st.sampled_from(list(ACTIVATIONS))),
        draw(st.booleans()),
        draw(st.sampled_from([RandomUniform(-0.25, 1 / 3), *INITIALIZERS])),
        kernel_regularizer=draw(st.sampled_from([None, L1L2(), L1L2(0.1, 1 / 3)])),
    )
    per_channel = st.lists(NUMBERS, min_size=shape[-1], max_size=shape[-1])
    scales = NUMBERS | per_channel.map(np.array) | per_channel.map(np.float32)
    scaling = Rescaling(draw(scales), draw(scales))
    model = Sequential([*layers, last], scaling, draw(st.sampled_from(["float32", "float64"])))
    model.compile(loss=loss, target_range=(0.0, draw(st.floats(0.25, 1))))
    model.build(shape, draw(st.integers(0, 99)))
    for array in (model.parameters, model.state):
        some = draw(st.lists(NUMBERS, max_size=min(5, array.size)))
        array[: len(some)] = some
    return model


def check_comes_back(model: Sequential) -> None:
    again, _ = loads(written(model))
    assert again.dtype == model.dtype
    # Bytes tell 0 from -0.
    assert again.parameters.tobytes() == model.parameters.tobytes()
    assert again.state.tobytes() == model.state.tobytes()
    assert again.shapes == model.shapes
    for layer, original in zip(again.layers, model.layers, strict=True):
        assert type(layer) is type(original)
        assert plain(layer.config()) == plain(original.config())
    for name in ("scale", "offset"):
        found, expected = (np.asarray(getattr(one.inputs, name)) for one in (again, model))
        assert np.array_equal(found, expected)
    assert (again.loss, again.target_range) == (model.loss, model.target_range)
    assert written(again) == written(model)


@given(networks())
@settings(max_examples=150)
def test_any_network_comes_back_to_the_bit(model):
    check_comes_back(model)


@pytest.mark.parametrize("layer", examples(), ids=lambda layer: type(layer).__name__)
def test_a_layer_of_any_kind_comes_back(layer):
    model = Sequential([layer], Rescaling())
    model.build(PICTURES if in_a_row([layer], PICTURES) else (6, 2), 0)
    rng = np.random.default_rng(1)
    for array in (model.parameters, model.state):
        array[...] = rng.uniform(0.1, 1, array.size)
    check_comes_back(model)


def test_zeros_keep_their_sign():
    model = network([2, 1], ["sigmoid"])
    model.parameters[...] = [-0.0, 0.0, -0.0]
    check_comes_back(model)


@pytest.mark.parametrize("shape", [(2,), (1, 2), (6, 1), (1, 1, 1), (5, 1, 2), PICTURES])
def test_scales_of_any_shape_that_fits_the_inputs_come_back(shape):
    values = np.random.default_rng(0).normal(size=(2, *shape)).astype(np.float32)
    model = Sequential([Flatten(), Dense(1)], Rescaling(*values))
    model.build(PICTURES, 0)
    check_comes_back(model)


@pytest.mark.parametrize(
    ("shape", "scale"),
    [([3], [1, 2]), ([3], [[1, 2, 3]]), ([3], []), ([2, 3], [[1], [2], [3]]), ([2, 3], [[1, 2]])],
)
def test_scales_that_do_not_fit_the_inputs_are_refused(shape, scale):
    content = VALID | {"inputs": {"shape": shape, "scale": scale, "offset": 0}}
    del content["columns"]
    with pytest.raises(ValueError, match=r"inputs\.scale (has|must be|holds) "):
        loads(json.dumps(content))


# ---- what is not written, or needs a hand ------------------------------------------------------


def test_numbers_of_numpy_are_written_as_pythons():
    training = Training(np.int64(3), np.int32(180), np.float32(0.5))
    model = Sequential([Dense(np.int64(2), use_bias=np.bool_(False))])
    model.compile(target_range=tuple(np.float32([0, 0.5])))
    model.build(3, 0)
    again, found = loads(dumps(model, training))
    assert found == Training(3, 180, 0.5)
    assert again.target_range == (0, 0.5)


def test_an_activation_need_not_be_the_one_that_has_the_name():
    model = Sequential([Dense(1, Relu())])
    model.build(2, 0)
    assert loads(dumps(model))[0].layers[0].activation is ACTIVATIONS["relu"]


def test_an_activation_that_was_changed_is_not_written_under_its_name():
    activation = LeakyRelu()
    activation.negative_slope = 0.5
    model = Sequential([Dense(1, activation)])
    model.build(2, 0)
    with pytest.raises(ValueError, match="LeakyRelu is not a part of nn, so no file can hold it"):
        dumps(model)


@pytest.mark.parametrize("change", [{"units": 3}, {"use_bias": False}])
def test_a_layer_that_no_longer_fits_its_weights_is_not_written(change):
    model = network([2, 3, 2], ["tanh", "tanh"])
    vars(model.layers[1]).update(change)
    with pytest.raises(ValueError, match="cannot be saved: layer 2, Dense, was changed after its"):
        dumps(model)


def test_more_lists_than_are_read_are_not_written():
    ones = np.ones((350_000, 1, 1))
    model = Sequential([Flatten(), Dense(1)], Rescaling(ones, ones))
    model.build(ones.shape, 0)
    with pytest.raises(ValueError, match="cannot be saved: .* too many lists or texts"):
        dumps(model)


def test_a_text_that_is_no_unicode_is_refused_in_a_sentence():
    with pytest.raises(ValueError) as refused:
        loads('"\ud800"')
    assert type(refused.value) is ValueError
    assert str(refused.value) == "the file is not JSON: it is not even text in UTF-8"


def test_bytes_are_counted_whatever_the_items_of_a_memoryview():
    with pytest.raises(ValueError, match="the file has 96 MB; weights of up to 24 MB"):
        loads(memoryview(bytes(96_000_000)).cast("I"))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("kernel_regularizer", {"l1": -1, "l2": 0}, "l1 and l2 must not be negative"),
        ("kernel_initializer",
         {"class": "VarianceScaling", "scale": -1, "mode": "fan_in", "distribution": "uniform"},
         "scale must be positive, got -1"),
    ],
)  # fmt: skip
def test_what_a_part_of_a_layer_refuses_has_its_place(name, value, message):
    content = copy.deepcopy(VALID)
    content["layers"][1]["config"][name] = value
    with pytest.raises(ValueError, match=f"^{name} of layer 2: {message}"):
        loads(json.dumps(content))


# ---- anything in the place of anything, in a file of layers of every kind ----------------------


def every_kind() -> list[dict[str, Any]]:
    """The contents of files with layers of every kind: for pictures, sequences and letters."""
    found, kinds = [], set()
    for shape in (PICTURES, (6, 2), (5,)):
        some = [one for one in examples() if in_a_row([one], shape)]
        if shape == (5,):
            some = [one for one in examples() if type(one) in (Embedding, GlobalMaxPooling1D)]
        else:
            # What makes rows comes last, and what flattens all at the very end.
            some = [one for one in reversed(some) if type(one) is not Embedding]
            some.sort(key=lambda layer: -len(layer.output_shape(shape)))
        offset: Any = 1.0 if shape == (5,) else np.array([1.0, 2.0])
        model = Sequential(in_a_row(some, shape), Rescaling(0.5, offset))
        model.build(shape, 0)
        kinds |= {type(layer) for layer in model.layers}
        found.append(json.loads(written(model)))
    assert kinds == set(LAYERS.values())
    return found


EVERY = every_kind()
PLACES = [(number, *path) for number, content in enumerate(EVERY) for path in paths(content)]


@given(st.sampled_from(PLACES), ANYTHING)
@settings(max_examples=300)
def test_a_file_with_any_value_replaced_loads_or_is_refused(path, value):
    place = content = copy.deepcopy(EVERY[path[0]])
    for step in path[1:-1]:
        place = place[step]
    place[path[-1]] = value
    check_loads_or_refuses(json.dumps(content).encode())


@given(st.sampled_from(PLACES))
@settings(max_examples=100)
def test_a_file_with_any_key_left_out_loads_or_is_refused(path):
    place = content = copy.deepcopy(EVERY[path[0]])
    for step in path[1:-1]:
        place = place[step]
    del place[path[-1]]
    check_loads_or_refuses(json.dumps(content).encode())
