"""Values of unknown origin are returned as what they have to be, or refused by name."""

import base64
import json
import struct
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import checks

NUMBERS = {"base64": base64.b64encode(struct.pack("<6f", *range(6))).decode(), "shape": [2, 3]}


def test_a_matrix_is_lists_of_rows():
    array = checks.matrix([[1, 2.5], [-3, 1e-3]], "it", (2, 2))
    assert array.dtype == np.float32
    assert array.tolist() == np.float32([[1, 2.5], [-3, 1e-3]]).tolist()
    assert checks.matrix([[1, 2, 3]], "it", None).shape == (1, 3)


def test_arrays_may_be_base64_of_their_bytes():
    assert checks.matrix(NUMBERS, "it", (2, 3)).tolist() == [[0, 1, 2], [3, 4, 5]]
    flat = NUMBERS | {"shape": [6]}
    assert checks.vector(flat, "it", 6).tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "it must be a list of rows of numbers"),
        ([], "it must be a list of rows of numbers"),
        ([1, 2], "it must be a list of rows of numbers"),
        ("[[1]]", "it must be a list of rows of numbers"),
        ([[1, 2]], "it has 1 rows, expected 2"),
        ([[1, 2], [3]], "row 2 of it must be a list of 2 numbers"),
        ([[1, 2], 3], "row 2 of it must be a list of 2 numbers"),
        ([[1, 2, 3], [4, 5, 6]], "row 1 of it must be a list of 2 numbers"),
        ([[1, 2], [3, "4"]], 'it holds "4", where a number is expected'),
        ([[1, 2], [3, True]], "it holds true, where a number is expected"),
        ([[1, 2], [3, None]], "it holds nothing, where a number is expected"),
        ([[1, 2], [3, [4]]], "it holds a list, where a number is expected"),
        ([[1, 2], [3, float("nan")]], "it holds a number that is not finite, or too large"),
        ([[1, 2], [3, float("-inf")]], "it holds a number that is not finite, or too large"),
        ([[1, 2], [3, 1e39]], "it holds a number that is not finite, or too large"),
        ([[1, 2], [3, 10**400]], "it holds a number that is not finite, or too large"),
    ],
)
def test_what_is_no_matrix_of_two_by_two_is_refused(value, message):
    with pytest.raises(ValueError) as refused:
        checks.matrix(value, "it", (2, 2))
    assert str(refused.value) == message


def test_a_matrix_of_any_shape_has_a_limit():
    with pytest.raises(
        ValueError, match="it has 1 rows of 2,000,001 values; expected 1 to 2,000,0"
    ):
        checks.matrix([[0] * 2_000_001], "it", None)
    with pytest.raises(ValueError, match="it has 2 rows of 0 values; expected 1 to 2,000,000"):
        checks.matrix([[], []], "it", None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shape": [3, 2]}, r"it must have the shape \[2, 3\]"),
        ({"shape": None}, r"it must have the shape \[2, 3\]"),
        ({"base64": "?"}, "it is not valid base64"),
        ({"base64": "é"}, "it is not valid base64"),
        ({"base64": 3}, "it is not valid base64"),
        ({"base64": None}, "it is not valid base64"),
        ({"base64": "AAAA"}, r"it has 3 bytes, expected 24 for \[2, 3\]"),
        ({"base64": NUMBERS["base64"] + "AAAA"}, "it has 27 bytes, expected 24"),
        (
            {"base64": base64.b64encode(struct.pack("<6f", *[float("nan")] * 6)).decode()},
            "it holds a number that is not finite",
        ),
    ],
)
def test_wrong_base64_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        checks.matrix(NUMBERS | changes, "it", (2, 3))


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 1, 3), (1, 2, 1, 2), (1,) * 8])
def test_an_array_has_any_shape(shape):
    expected = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    array = checks.array(expected.tolist(), "it", shape)
    assert array.dtype == np.float32 and np.array_equal(array, expected)
    encoded = {"base64": base64.b64encode(expected.tobytes()).decode(), "shape": list(shape)}
    assert np.array_equal(checks.array(encoded, "it", shape), expected)


def test_half_a_million_lists_are_read_at_once():
    nested = [[[1]]] * 500_000
    begun = perf_counter()
    total = np.array(nested, np.float32).sum()
    by_numpy = perf_counter() - begun
    begun = perf_counter()
    assert checks.array(nested, "it", (500_000, 1, 1)).sum() == total
    # As long here; one by one they would take a hundred times as long.
    assert perf_counter() - begun < 20 * by_numpy


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "it must be lists of numbers, found nothing"),
        ([[[1, 2]]], "it must have the shape [2, 1, 2]; a list in it has 1 items, expected 2"),
        ([[[1, 2]], [[3]]], "it must have the shape [2, 1, 2]; a list in it has 1 items, expected"),
        ([[[1, 2]], [3]], "it must be lists of numbers, found 3"),
        ([[[1, 2]], [[3, [4]]]], "it holds a list, where a number is expected"),
        ([[[1, 2]], [[3, float("nan")]]], "it holds a number that is not finite, or too large"),
        (NUMBERS, "it must have the shape [2, 1, 2]"),
    ],
)
def test_what_is_no_array_of_the_shape_is_refused(value, message):
    with pytest.raises(ValueError) as refused:
        checks.array(value, "it", (2, 1, 2))
    assert message in str(refused.value)


@pytest.mark.parametrize("value", [True, "1", None, [1], float("nan"), float("inf"), 10**400])
def test_a_number_is_a_finite_one(value):
    assert checks.number(-1.5, "it") == -1.5
    with pytest.raises(ValueError, match="^it "):
        checks.number(value, "it")


@pytest.mark.parametrize("value", [0, -1, 2_000_001, 10**400, 1.0, True, "1", None, [1]])
def test_a_count_is_whole_and_not_more_than_memory_holds(value):
    assert [checks.count(good, "it") for good in (1, 2_000_000)] == [1, 2_000_000]
    with pytest.raises(ValueError, match="^it must be a whole number from 1 to 2,000,000, found"):
        checks.count(value, "it")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"[" * 21 + b"]" * 21, "its lists are nested too deeply"),
        (b'{"a":' * 21 + b"1" + b"}" * 21, "its lists are nested too deeply"),
        (b'["\\"]",' + b"[" * 20, "its lists are nested too deeply"),
        (b'["\\\\",' + b"[" * 20, "its lists are nested too deeply"),
        (b"[" * 3_000_000, "it has too many lists or texts"),
        (b"[],{}," * 600_000, "it has too many lists or texts"),
        (b'"",' * 1_200_000, "it has too many lists or texts"),
        (b"0," * 9_000_000, "it has too many values"),
    ],
    ids=lambda value: repr(value[:9]),
)
def test_json_that_would_fill_memory_or_stack_is_refused_before_it_is_parsed(text, problem):
    with pytest.raises(ValueError) as refused:
        checks.refuse_hostile_json(text)
    assert str(refused.value) == f"the file is not weights: {problem}"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"not JSON",
        b"[" * 20 + b"]" * 20,
        b"[[0,1],[2,3]]," * 100_000,
        b'{"text": "' + b"[" * 100 + b'\\"' + b"{" * 100 + b'"}',
        # A string without an end, which a careless pattern would try from each of its quotes.
        b'"' + b'\\"' * 900_000,
    ],
    ids=lambda value: repr(value[:9]),
)
def test_other_text_is_left_to_the_parser(text):
    checks.refuse_hostile_json(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        ([1], "a list"),
        ({"a": 1}, "an object"),
        ("a\nb", '"a\\nb"'),
        (True, "true"),
        (1.5, "1.5"),
        ("a" * 1000, '"' + "a" * 26 + "..."),
        (10**400, "1" + "0" * 26 + "..."),
    ],
)
def test_values_are_shown_shortly_on_one_line(value, text):
    assert checks.shown(value) == text


def test_json_is_parsed_with_or_without_a_byte_order_mark():
    assert checks.parse_json('{"é": [1, null]}'.encode(), "it") == {"é": [1, None]}
    assert checks.parse_json("\ufeff[]".encode(), "it") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b" \n", "the file is empty"),
        (b"[\n1 2]", "the file is not JSON: Expecting ',' delimiter at line 2, column 3"),
        (b'"\xff"', "the file is not JSON: it is not even text in UTF-8"),
        (b"1" * 5000, "the file holds a number of thousands of digits"),
        (b'{"b": 2, "b": 3}', 'the file has an object with the key "b" twice'),
        (b"[1,1,1,1,1]", "the file is not it: it has too many values"),
        (b"[[]][[]]", "the file is not it: it has too many lists or texts"),
        (b"[" * 6, "the file is not JSON: Expecting value at line 1, column 7"),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_what_cannot_be_parsed_is_a_sentence(text, message):
    with pytest.raises(ValueError) as refused:
        checks.parse_json(text, "it", values=3, marks=6)
    assert str(refused.value) == message


tricky_texts = st.text(alphabet='[]{}"\\,:é', max_size=6)
json_values = st.recursive(
    st.none() | st.integers() | tricky_texts,
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(tricky_texts, children, max_size=3)
    ),
    max_leaves=12,
)


def depth(value):
    if not isinstance(value, (list, dict)):
        return 0
    children = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth, children), default=0)


@given(value=json_values, as_ascii=st.booleans())
def test_the_depth_of_json_is_known_whatever_its_texts_hold(value, as_ascii):
    text = json.dumps(value, ensure_ascii=as_ascii).encode()
    more = 20 - depth(value)
    deepest = b"[" * more + text + b"]" * more
    checks.refuse_hostile_json(deepest)
    with pytest.raises(ValueError, match="nested too deeply"):
        checks.refuse_hostile_json(b"[" + deepest + b"]")
