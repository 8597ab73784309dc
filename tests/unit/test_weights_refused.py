"""A weights file that is wrong is refused with a sentence that says where, whatever is in it."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nn.data.columns import Input
from nn.formats.weights import MAX_BYTES, MAX_LAYERS, loads
from nn.losses import LOSSES
from tests.unit.weights_files import NAMED, OLD, VALID, base64_kernel, edited, without, written


def refusal(data: bytes) -> str:
    """The sentence with which ``data`` is refused."""
    with pytest.raises(ValueError) as refused:
        loads(data)
    check_sentence(refused.value)
    return str(refused.value)


def check_sentence(error: ValueError) -> None:
    # Not a subclass of ValueError: UnicodeDecodeError and JSONDecodeError are for programmers.
    assert type(error) is ValueError
    assert 10 < len(str(error)) < 250
    assert str(error).isprintable()


# ---- what is not a weights file ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"weights", "the file is not JSON: Expecting value at line 1, column 1"),
        (b'{"format":\n "nn-weights",', "the file is not JSON: "),
        (json.dumps(VALID).encode()[:-1], "the file is not JSON: "),
        (b"\xff\xfe{}", "not even text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "not even text in UTF-8"),
        (b"\x89PNG" + 100 * b"[", "not even text in UTF-8"),
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


def config(name: str, value: Any) -> bytes:
    """A valid file with another argument of the first layer."""
    return edited("layers", 0, "config", name, value=value)


REFUSED = [
    (edited("version", value=3), "the file has version 3; the newest known here is 2"),
    (edited("version", value=10**400), "the newest known here is 2"),
    (edited("version", value="1"), 'version must be a whole number from 1, found "1"'),
    (edited("version", value=0), "version must be a whole number from 1, found 0"),
    (edited("version", value=True), "version must be a whole number from 1, found true"),
    (without("version"), "version must be a whole number from 1, found nothing"),
    (without("loss"), "loss of the file is missing"),
    (without("dtype"), "dtype of the file is missing"),
    (edited("los", value=1), 'the file has "los", which is not known here'),
    (without("inputs", "scale"), "scale of inputs is missing"),
    (edited("inputs", "ofset", value=1), 'inputs has "ofset", which is not known here'),
    (config("bias", value=1), 'config of layer 1 has "bias", which is not'),
    (edited("layers", 1, "config", "use_bias", value=False), 'have "bias", which it has not'),
    (config("kernel_initializer", value={"class": "Odd"}), "unknown init"),
    (config("kernel_regularizer", value={"l1": 1}), "l2 of kernel_regu"),
    (edited("wih", value=[[1]]), "wih or who, which go with two Dense layers without biases"),
    (without("layers"), "layers of the file is missing"),
    (edited("layers", value=[]), "layers, a list with at least one layer, is missing"),
    (edited("layers", value={"class": "Dense"}), "layers, a list with at least one layer, is"),
    (edited("layers", value=[{}] * 100_000), f"there are 100,000 layers; up to {MAX_LAYERS} can"),
    (edited("layers", 1, value=3), "layer 2 must be an object, found 3"),
    (
        edited("layers", 0, "class", value="Conv3D"),
        'the class of layer 1, "Conv3D", is no layer kind of nn',
    ),
    (edited("layers", 0, "class", value=HUGE), 'the class of layer 1, "x'),
    (without("layers", 0, "class"), "the class of layer 1, nothing, is no layer kind of nn"),
    (
        config("units", value=3),
        "the kernel of layer 1 must be a list of 3 numbers",
    ),
    (
        config("units", value=10**9),
        "units of layer 1 must be a whole number from 1",
    ),
    (
        config("units", value=2_000_000),
        "the network would have 12,000,002 parameters",
    ),
    (
        config("units", value=2.0),
        "units of layer 1 must be a whole number from 1",
    ),
    (
        config("units", value="2"),
        "units of layer 1 must be a whole number from 1",
    ),
    (without("layers", 0, "config", "units"), "units of config of layer 1 is missing"),
    (
        config("activation", value="gelu"),
        "unknown activation 'gelu'; expected",
    ),
    (config("activation", value=HUGE), "unknown activation 'x"),
    (
        config("activation", value=[[]]),
        "unknown activation; expected one of",
    ),
    (
        config("use_bias", value=1),
        "use_bias of layer 1 must be true or",
    ),
    (without("weights"), "weights of the file is missing"),
    (without("weights", 1), "weights must be a list with one entry for each of 2 layers"),
    (edited("weights", 0, value=[]), "the kernel of layer 1 is missing"),
    (without("weights", 0, "kernel"), "the kernel of layer 1 is missing"),
    (without("weights", 1, "bias"), "the bias of layer 2 is missing"),
    (without("weights", 0, "kernel", 0), "the kernel of layer 1 has 2 rows, expected 3"),
    (without("weights", 0, "kernel", 1, 0), "row 2 of the kernel of layer 1 must be a list of 2"),
    (without("weights", 1, "bias", 0), "the bias of layer 2 has 1 values, expected 2"),
    (edited("weights", 1, "bias", value=0.5), "the bias of layer 2 must be a list of numbers"),
    (edited("weights", 0, "kernel", value="x"), "the kernel of layer 1 must be a list of rows"),
    (without("inputs"), "inputs of the file is missing"),
    (edited("inputs", value=[3]), "inputs, with shape, scale and offset, is missing"),
    (without("inputs", "shape"), "shape of inputs is missing"),
    (edited("inputs", "shape", value=[10**9]), "inputs.shape must be a whole number from 1"),
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
        (without("columns", "inputs", 2), "columns.inputs make 2 features; the network has 3"),
        (edited("columns", "inputs", 1, "name", value="r"), "columns.inputs have a name twice"),
        (edited("columns", "inputs", value="rgb"), 'columns.inputs must be a list, found "rgb"'),
        (edited("columns", "inputs", value=[]), "columns.inputs must be a list, found a list"),
        (edited("columns", "inputs", 0, value=3), "columns.inputs 1 must be an object, found 3"),
        (edited("columns", "inputs", 0, "kind", value="colour"), "columns.inputs 1.kind must be"),
        (edited("columns", "inputs", 0, "fill", value="1"), "columns.inputs 1.fill must be a"),
        (edited("columns", "inputs", 0, "other", value=1), "columns.inputs 1.other must be true"),
        (edited("columns", "inputs", 0, "kind", value="category"), "must have at least one text"),
        (edited("columns", "inputs", 0, "kind", value="date"), "values must be some of year"),
        (edited("columns", "inputs", 0, "kind", value="true/false"), "the texts of false and"),
        (edited("columns", "inputs", 0, "order", value="year first"), 'found "year first"'),
        (edited("columns", "inputs", 0, "order", value="day first"), 'such as "-999 as missing"'),
        (edited("columns", "inputs", 0, "reading", value=[-999]), "1.reading must be such as"),
        (edited("columns", "inputs", 0, "reading", value="-998 as missing"), 'found "-998 as mis'),
        (without("columns", "inputs", 0, "kind"), "kind of columns.inputs 1 is missing"),
        (edited("columns", "outputs", 0, "name", value=3), "1.name must be a text, found 3"),
        (edited("columns", "outputs", 0, "classes", value=["a"]), "must be at least two texts"),
        (edited("columns", "outputs", 0, "classes", value=["a", "a"]), "a text twice"),
        (edited("columns", "outputs", 0, "classes", value=["a", "b", "c"]), "ask for 3 outputs"),
        (without("columns", "outputs", 0, "scale"), "scale of columns.outputs 1 is missing"),
        (edited("columns", "outputs", 0, "scale", value="1"), 'scale must be a number, found "1"'),
        (edited("columns", "outputs", 0, "offset", value=1e99),
         "columns.outputs 1.offset holds a number that is not finite, or too large"),
    ],
)  # fmt: skip
def test_wrong_columns_are_named(data, message):
    assert message in refusal(data)


PLAIN = {
    "inputs": ["r", "g", "b"],
    "output": "label",
    "classes": ["warm", "cold"],
    "scale": 1.0,
    "offset": 0.0,
}
"""How columns stood in files that knew numbers and one output only."""


def test_columns_as_earlier_files_had_them_are_read():
    assert loads(edited("columns", value=PLAIN))[0].columns == NAMED


def test_files_that_knew_a_reading_of_dates_only_are_read():
    dates = {"kind": "date", "values": ["year"], "order": "day first"}
    entry = {"name": "r", "fill": None, "other": False, "missing": False, **dates}
    found = loads(edited("columns", "inputs", 0, value=entry))[0].columns
    assert found.inputs[0] == Input("r", "date", values=("year",), reading="day first")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"inputs": ["r", "g"]}, "columns.inputs make 2 features; the network has 3"),
        ({"inputs": "rgb"}, 'columns.inputs must be a list, found "rgb"'),
        ({"inputs": [1, 2, 3]}, "columns.inputs 1.name must be a text, found 1"),
        ({"output": 3}, "columns.outputs 1.name must be a text, found 3"),
        ({"more": 3}, 'columns.outputs 1 has "more", which is not known here'),
    ],
)
def test_wrong_columns_of_earlier_files_are_named(changes, message):
    assert message in refusal(edited("columns", value={**PLAIN, **changes}))


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
    "path", [("loss",), ("version",), ("layers", 0, "config", "activation"), ("training", "epochs")]
)
def test_values_of_any_depth_are_refused(path, depth):
    data = edited(*path, value="HERE").replace(b'"HERE"', b"[" * depth + b"]" * depth)
    refusal(data)


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
    check_loads_or_refuses(json.dumps({"format": "nn-weights", "version": 2} | members).encode())


@given(st.sampled_from(list(paths(OLD))), ANYTHING)
@settings(max_examples=200)
def test_a_file_of_version_1_with_any_value_replaced_loads_or_is_refused(path, value):
    place = content = copy.deepcopy(OLD)
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    check_loads_or_refuses(json.dumps(content).encode())


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
