"""A weights file gives the same network back, and one that is wrong is refused with a sentence."""

import base64
import copy
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nn.activations import ACTIVATIONS
from nn.layers import Dense, Rescaling
from nn.losses import LOSSES
from nn.model import Sequential
from nn.task import Columns
from nn.weights import MAX_BYTES, MAX_LAYERS, Training, dumps, loads


def network(
    widths: list[int],
    activations: list[str],
    use_bias: bool = True,
    inputs: Rescaling | None = None,
    loss: str = "half_squared_error",
    seed: int = 0,
) -> Sequential:
    layers = [
        Dense(units, activation, use_bias, bias_initializer="random_uniform")
        for units, activation in zip(widths[1:], activations, strict=True)
    ]
    model = Sequential(layers, inputs)
    model.compile(loss=loss, target_range=(0.0, 0.99))
    model.build(widths[0], np.random.default_rng(seed))
    return model


def written(model: Sequential, training: Training | None = None) -> bytes:
    return dumps(model, training or Training()).encode()


def edited(*path: str | int, value: Any) -> bytes:
    """A valid file with one value replaced."""
    content = copy.deepcopy(VALID)
    place: Any = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(content).encode()


def without(*path: str | int) -> bytes:
    """A valid file with one key or element left out."""
    content = copy.deepcopy(VALID)
    place: Any = content
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return json.dumps(content).encode()


def refusal(data: bytes) -> str:
    """The sentence with which ``data`` is refused."""
    with pytest.raises(ValueError) as refused:
        loads(data)
    check_sentence(refused.value)
    return str(refused.value)


def check_sentence(error: ValueError) -> None:
    # Not a subclass of ValueError: UnicodeDecodeError and JSONDecodeError are for programmers.
    assert type(error) is ValueError
    assert 10 < len(str(error)) < 200
    assert str(error).isprintable()


NAMED = Columns(("r", "g", "b"), "label", ("warm", "cold"))


def named(columns: Columns = NAMED) -> Sequential:
    model = network([3, 2, 2], ["tanh", "sigmoid"], inputs=Rescaling(1 / 255, 0.5))
    model.columns = columns
    return model


# 3 inputs, 2 hidden units, 2 outputs, with biases.
VALID: dict[str, Any] = json.loads(written(named(), Training(2, 120, 0.75, {"optimizer": "sgd"})))
VALID["dtype"] = "float32"


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
    "columns", [NAMED, Columns(("a", "", "__proto__"), "price", None, 12_345.678, -3e5)]
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


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_will_do(kind):
    model, _ = loads(kind(json.dumps(VALID).encode("utf-8-sig")))
    assert model.widths == [3, 2, 2]


def test_a_network_without_numbers_is_not_written():
    model = network([2, 1], ["sigmoid"])
    model.parameters[0] = np.nan
    with pytest.raises(ValueError, match="the weights are no longer numbers, so there is nothing"):
        dumps(model, Training())
    with pytest.raises(ValueError, match="the network has no weights yet, so there is nothing"):
        dumps(Sequential([Dense(1)]), Training())


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


@pytest.mark.parametrize(
    ("wih", "who", "message"),
    [
        ([[1, 2], [3, 4]], [[1, 2, 3]], "wih has 2 rows, one a hidden unit, but the rows of who"),
        ([[1, 2], [3]], [[1, 2]], "row 2 of wih must be a list of 2 numbers"),
        ([[1, 2]], [["1"]], 'who holds "1", where a number is expected'),
        ([1], [[1]], "wih must be a list of rows of numbers"),
        ([[1]], None, "who must be a list of rows of numbers"),
        ([[]], [[1]], "wih has 1 rows of 0 values"),
        ([[1]], {"base64": "", "shape": []}, "who must be a list of rows of numbers"),
        ([[0] * 1000] * 1001, [[0] * 1001] * 1000, "would have 2,002,000 parameters; up to 2,000,"),
    ],
)
def test_wrong_tutorial_files_are_refused(wih, who, message):
    assert message in refusal(json.dumps({"wih": wih, "who": who}).encode())


# ---- what is not a weights file ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is not JSON: Expecting value at line 1, column 1"),
        (b"weights", "the file is not JSON: Expecting value at line 1, column 1"),
        (b'{"format":\n "nn-weights",', "the file is not JSON: "),
        (json.dumps(VALID).encode()[:-1], "the file is not JSON: "),
        (b"\xff\xfe{}", "not even text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "not even text in UTF-8"),
        (b"[]", "the file is JSON, but not weights: expected one object"),
        (b"null", "the file is JSON, but not weights: expected one object"),
        (b"17", "the file is JSON, but not weights: expected one object"),
        (b'"nn-weights"', "the file is JSON, but not weights: expected one object"),
        (b"{}", 'the file is JSON, but not weights: expected "format": "nn-weights"'),
        (b'{"wih": [[1]]}', 'expected "format": "nn-weights"'),
        (b'{"format": "other", "wih": [[1]], "who": [[1]]}', 'expected "format": "nn-weights"'),
        (b'{"version": ' + b"1" * 5000 + b"}", "a number of thousands of digits"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_other_files_are_refused(data, message):
    assert message in refusal(data)


def test_a_file_of_more_than_the_limit_is_not_even_read():
    assert refusal(bytes(MAX_BYTES + 1)) == (
        "the file has 24 MB; weights of up to 24 MB can be loaded"
    )


# ---- weights files that are wrong --------------------------------------------------------------

HUGE = "x\n" * 1_000_000

REFUSED = [
    (edited("version", value=2), "the file has version 2; the newest known here is 1"),
    (edited("version", value=10**400), "the newest known here is 1"),
    (edited("version", value="1"), 'version must be a whole number from 1, found "1"'),
    (edited("version", value=0), "version must be a whole number from 1, found 0"),
    (edited("version", value=True), "version must be a whole number from 1, found true"),
    (without("version"), "version must be a whole number from 1, found nothing"),
    (without("layers"), "layers, a list with at least one layer, is missing"),
    (edited("layers", value=[]), "layers, a list with at least one layer, is missing"),
    (edited("layers", value={"class": "Dense"}), "layers, a list with at least one layer, is"),
    (edited("layers", value=[{}] * 100_000), f"there are 100,000 layers; up to {MAX_LAYERS} can"),
    (edited("layers", 1, value=3), "layer 2 must be an object, found 3"),
    (edited("layers", 0, "class", value="Conv2D"), "unknown class of layer 1 'Conv2D'; expected"),
    (edited("layers", 0, "class", value=HUGE), "unknown class of layer 1 'x"),
    (without("layers", 0, "class"), "unknown class of layer 1; expected one of: Dense"),
    (edited("layers", 0, "units", value=3), "the kernel of layer 1 must be a list of 3 numbers"),
    (edited("layers", 0, "units", value=10**9), "units of layer 1 must be a whole number from 1"),
    (edited("layers", 0, "units", value=2_000_000), "the network would have 12,000,002 parameters"),
    (edited("layers", 0, "units", value=2.0), "units of layer 1 must be a whole number from 1"),
    (edited("layers", 0, "units", value="2"), "units of layer 1 must be a whole number from 1"),
    (without("layers", 0, "units"), "units of layer 1 must be a whole number from 1"),
    (edited("layers", 0, "activation", value="gelu"), "unknown activation 'gelu'; expected one"),
    (edited("layers", 0, "activation", value=HUGE), "unknown activation 'x"),
    (edited("layers", 0, "activation", value=[[]]), "unknown activation; expected one of"),
    (edited("layers", 0, "use_bias", value=1), "use_bias of layer 1 must be true or false, found"),
    (without("weights"), "weights must be a list with one entry for each of 2 layers"),
    (without("weights", 1), "weights must be a list with one entry for each of 2 layers"),
    (edited("weights", 0, value=[]), "the kernel of layer 1 is missing"),
    (without("weights", 0, "kernel"), "the kernel of layer 1 is missing"),
    (without("weights", 1, "bias"), "the bias of layer 2 is missing"),
    (without("weights", 0, "kernel", 0), "the kernel of layer 1 has 2 rows, expected 3"),
    (without("weights", 0, "kernel", 1, 0), "row 2 of the kernel of layer 1 must be a list of 2"),
    (without("weights", 1, "bias", 0), "the bias of layer 2 has 1 values, expected 2"),
    (edited("weights", 1, "bias", value=0.5), "the bias of layer 2 must be a list of numbers"),
    (edited("weights", 0, "kernel", value="x"), "the kernel of layer 1 must be a list of rows"),
    (without("inputs"), "inputs, with features, scale and offset, is missing"),
    (edited("inputs", value=[3]), "inputs, with features, scale and offset, is missing"),
    (without("inputs", "features"), "inputs.features must be a whole number from 1 to 2,000,000"),
    (edited("inputs", "features", value=4), "the kernel of layer 1 has 3 rows, expected 4"),
    (edited("inputs", "features", value=10**9), "inputs.features must be a whole number from 1"),
    (edited("inputs", "scale", value="1"), 'inputs.scale must be a number, found "1"'),
    (edited("inputs", "scale", value=[1, 2]), "inputs.scale has 2 values, expected 3"),
    (edited("inputs", "offset", value=None), "inputs.offset must be a number, found nothing"),
    (edited("inputs", "offset", value=[1, 2, 1e39]), "inputs.offset holds a number that is not"),
    (edited("loss", value="mse"), "unknown loss 'mse'; expected one of: half_squared_error"),
    (edited("loss", value=HUGE), "unknown loss 'x"),
    (edited("loss", value=None), "unknown loss; expected one of: half_squared_error"),
    (edited("loss", value="categorical_crossentropy"), "needs a last layer with softmax, not with"),
    (edited("target_range", value=[0]), "target_range must be a list of two numbers"),
    (edited("target_range", value=["0", 1]), 'target_range must be a number, found "0"'),
    (edited("training", value=[]), "training must be an object, found a list"),
    (edited("training", "epochs", value=-1), "training.epochs must be a whole number, found -1"),
    (edited("training", "samples", value=1.5), "training.samples must be a whole number, found"),
    (edited("training", "samples", value=10**400), "training.samples must be a whole number"),
    (edited("training", "test_accuracy", value=97), "test_accuracy must be between 0 and 1, found"),
    (edited("training", "test_accuracy", value=HUGE), "must be between 0 and 1, found"),
    (edited("training", "settings", value={"a": 1}), "must be an object whose values are texts"),
]


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_wrong_is_named(data, message):
    assert message in refusal(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (edited("dtype", value="float16"), 'dtype must be "float32" or "float64", found "float16"'),
        (edited("dtype", value=[]), "dtype must be"),
        (edited("columns", value=[]), "columns must be an object, found a list"),
        (edited("columns", "inputs", value=["r", "g"]), "columns.inputs has 2 texts, expected 3"),
        (edited("columns", "inputs", value=["r", "r", "b"]), "columns.inputs has a text twice"),
        (edited("columns", "inputs", value="rgb"), "columns.inputs must be a list of texts"),
        (edited("columns", "output", value=3), "columns.output must be a text, found 3"),
        (edited("columns", "classes", value=["a"]), "columns.classes has 1 texts, expected 2"),
        (edited("columns", value={"inputs": ["a", "b", "c"], "output": "d", "scale": "1"}),
         'columns.scale must be a number, found "1"'),
        (edited("columns", value={"inputs": ["a", "b", "c"], "output": "d", "offset": 1e99}),
         "columns.offset holds a number that is not finite, or too large"),
    ],
)  # fmt: skip
def test_wrong_columns_are_named(data, message):
    assert message in refusal(data)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400, "1e39"])
@pytest.mark.parametrize(
    ("path", "where"),
    [
        (("weights", 0, "kernel", 1, 1), "the kernel of layer 1"),
        (("weights", 1, "bias", 0), "the bias of layer 2"),
        (("inputs", "scale"), "inputs.scale"),
        (("inputs", "offset"), "inputs.offset"),
        (("target_range", 1), "target_range"),
    ],
)
def test_numbers_must_be_finite_in_single_precision(path, where, text):
    data = edited(*path, value="HERE").replace(b'"HERE"', text.encode())
    assert refusal(data) == f"{where} holds a number that is not finite, or too large"


@pytest.mark.parametrize(
    ("value", "shown"), [("1", '"1"'), (True, "true"), (None, "nothing"), ([], "a list")]
)
def test_what_is_not_a_number_is_shown(value, shown):
    data = edited("weights", 0, "kernel", 1, 1, value=value)
    assert refusal(data) == f"the kernel of layer 1 holds {shown}, where a number is expected"


def base64_kernel(values: Any, shape: Any = (3, 2)) -> dict[str, Any]:
    return {"base64": base64.b64encode(np.array(values, "<f4").tobytes()).decode(), "shape": shape}


def test_a_kernel_in_base64_is_read():
    model, _ = loads(edited("weights", 0, "kernel", value=base64_kernel(range(6))))
    assert model.layers[0].kernel.tolist() == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        (base64_kernel(range(5)), "has 20 bytes, expected 24 for [3, 2]"),
        (base64_kernel(range(6), (2, 3)), "must have the shape [3, 2]"),
        (base64_kernel(range(6), None), "must have the shape [3, 2]"),
        (base64_kernel([0, 1, 2, 3, 4, np.inf]), "holds a number that is not finite, or too large"),
        ({"base64": "AAA", "shape": [3, 2]}, "is not valid base64"),
        ({"base64": "A" * 31 + "\n", "shape": [3, 2]}, "is not valid base64"),
        ({"base64": 17, "shape": [3, 2]}, "is not valid base64"),
        ({"shape": [3, 2]}, "has 0 bytes, expected 24 for [3, 2]"),
        ({}, "must have the shape [3, 2]"),
    ],
)
def test_a_wrong_kernel_in_base64_is_refused(kernel, message):
    data = edited("weights", 0, "kernel", value=kernel)
    assert refusal(data) == f"the kernel of layer 1 {message}"


@pytest.mark.parametrize("depth", [3, 10, 17, 18, 19, 20, 21, 1000, 100_000])
@pytest.mark.parametrize(
    "path", [("loss",), ("version",), ("layers", 0, "activation"), ("training", "epochs")]
)
def test_values_of_any_depth_are_refused(path, depth):
    data = edited(*path, value="HERE").replace(b'"HERE"', b"[" * depth + b"]" * depth)
    refusal(data)


def test_what_is_not_known_is_ignored():
    model, _ = loads(edited("comment", value={"by": ["anyone", None]}))
    assert model.widths == [3, 2, 2]


def test_what_has_a_default_may_be_missing():
    for key in ("loss", "target_range", "training"):
        assert loads(without(key))[0].widths == [3, 2, 2]
    model, _ = loads(without("inputs", "scale"))
    assert (model.inputs.scale, model.inputs.offset) == (1, 0.5)


# ---- anything at all ---------------------------------------------------------------------------


def check_loads_or_refuses(data: bytes) -> None:
    try:
        model, training = loads(data)
    except ValueError as error:
        check_sentence(error)
    else:
        assert np.isfinite(model.parameters).all()
        assert np.array_equal(loads(written(model, training))[0].parameters, model.parameters)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**9, 10**400, -1, 0, 1, 2, 3])
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["Dense", "sigmoid", "softmax", *LOSSES]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
        | st.fixed_dictionaries({"base64": inner, "shape": inner})
    ),
    max_leaves=12,
)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inner:
        yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from paths(item, (*path, key))


PLACES = list(paths(VALID))


@given(st.binary(max_size=200))
@example(b'{"wih":[[1]],"who":[[1]]}')
def test_any_bytes_load_or_are_refused(data):
    check_loads_or_refuses(data)


@given(ANYTHING)
def test_any_json_loads_or_is_refused(value):
    check_loads_or_refuses(json.dumps(value).encode())


@given(
    st.fixed_dictionaries(
        {}, optional={key: ANYTHING | st.just(VALID.get(key)) for key in (*VALID, "wih", "who")}
    )
)
def test_any_members_load_or_are_refused(members):
    check_loads_or_refuses(json.dumps({"format": "nn-weights", "version": 1} | members).encode())


@given(st.sampled_from(PLACES), ANYTHING)
@settings(max_examples=400)
def test_a_file_with_any_value_replaced_loads_or_is_refused(place, value):
    check_loads_or_refuses(edited(*place, value=value))


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_a_file_with_any_key_left_out_loads_or_is_refused(place):
    check_loads_or_refuses(without(*place))


@given(st.integers(0, len(json.dumps(VALID)) - 1), st.integers(0, 255))
@settings(max_examples=200)
def test_a_file_with_any_byte_changed_loads_or_is_refused(position, byte):
    data = bytearray(json.dumps(VALID).encode())
    data[position] = byte
    check_loads_or_refuses(bytes(data))


@given(st.integers(0, len(json.dumps(VALID)) - 1))
def test_a_file_that_is_cut_short_is_refused(length):
    refusal(json.dumps(VALID).encode()[:length])
