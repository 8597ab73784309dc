"""Columns of a table are chosen to learn from, or a sentence says what is wrong with them where."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nn import Dense, Sequential
from nn.data.tables import Column, decimal_points, normalisation
from nn.formats.weights import Training, dumps, loads
from nn.layers import Pass
from tests.unit.tables import CSV, from_csv, from_json


def test_an_output_of_numbers_is_to_be_predicted_as_a_value():
    data, classes = from_csv(CSV).dataset(["r"], "g")
    assert classes is None
    assert data.classes is None
    assert data.targets.dtype == np.float32
    assert data.targets.tolist() == [[0.5], [128], [100]]


@pytest.mark.parametrize(
    ("cells", "values", "texts"),
    [
        ([1, 2.5, -3], [1, 2.5, -3], None),
        (["1", " 2.5", "-3e0"], [1, 2.5, -3], None),
        ([1, "2.5", "+.5"], [1, 2.5, 0.5], None),
        ([7, 7, 7], [7, 7, 7], None),
        (["b", "a", " b "], [1, 0, 1], ("a", "b")),
        ([True, False, True], [1, 0, 1], ("false", "true")),
        ([1, True, 1.0], [0, 1, 0], ("1", "true")),
        ([1, "x", 2.0], [0, 2, 1], ("1", "2", "x")),
        (["1_000", "2", "2"], [0, 1, 1], ("1_000", "2")),
        (["٣", "2", "2"], [1, 0, 0], ("2", "٣")),
        (["9" * 101, "2", "2"], [1, 0, 0], ("2", "9" * 101)),
        (["1." + "0" * 99, "2", "2"], [0, 1, 1], ("1." + "0" * 99, "2")),
        (["1,5", "2", "2"], [0, 1, 1], ("1,5", "2")),
        (["<b>a</b>", "a", "a"], [0, 1, 1], ("<b>a</b>", "a")),
    ],
    ids=repr,
)
def test_a_column_has_numbers_if_every_value_reads_as_one_and_otherwise_texts(cells, values, texts):
    column = Column.of("c", cells)
    assert column.values.tolist() == values
    assert column.texts == texts
    assert column.problem is None


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ([1, None, 2], "row 2, column 'c': the value is missing"),
        (["1", "2", ""], "row 3, column 'c': the value is missing"),
        (["", " ", None], "row 1, column 'c': the value is missing"),
        ([1, float("nan"), 2], "row 2, column 'c': found nan; expected a number"),
        ([1, 2, float("-inf")], "row 3, column 'c': found -inf; expected a number"),
        (["1", "NaN", "2"], "row 2, column 'c': found 'NaN'; expected a number"),
        (["1", "2", "Infinity"], "row 3, column 'c': found 'Infinity'; expected a number"),
        ([1e39, 1, 2], "row 1, column 'c': found 1e+39; expected a number"),
        ([1, 10**400, 2], "row 2, column 'c': found 1000"),
        ([1, [2], 3], "row 2, column 'c': found a list; expected a number"),
        ([{}, {}, {}], "row 1, column 'c': found an object; expected a number"),
        (["a", "b", None], "row 3, column 'c': the value is missing"),
        (["a", "", "b"], "row 2, column 'c': the value is missing"),
        (["a", "b", {"a": 1}], "row 3, column 'c': found an object; expected a text"),
    ],
    ids=repr,
)
def test_a_column_with_an_unusable_value_can_be_left_out_but_not_chosen(cells, problem):
    table = from_json([{"c": cell, "d": i, "e": "ab"[i % 2]} for i, cell in enumerate(cells)])
    assert len(table.dataset(["d"], "e")[0]) == 3
    with pytest.raises(ValueError) as refused:
        table.dataset(["d"], "c")
    assert str(refused.value).startswith(problem)
    if table.columns["c"].texts is None:
        with pytest.raises(ValueError) as refused:
            table.dataset(["c"], "d")
        assert str(refused.value).startswith(problem)


def test_an_entry_may_lack_what_is_not_used():
    table = from_json([{"a": 1, "b": 2}, {"c": 1, "b": 3, "a": 5}])
    assert list(table.columns) == ["a", "b", "c"]
    assert len(table.dataset(["a"], "b")[0]) == 2
    with pytest.raises(ValueError, match="^row 1, column 'c': the value is missing"):
        table.dataset(["a"], "c")


@pytest.mark.parametrize(
    ("inputs", "output", "message"),
    [
        ([], "label", "no input is chosen; expected at least one column"),
        (["r", "g", "r"], "label", "the column 'r' is chosen twice as an input"),
        (["r", "label"], "label", "the output, 'label', is among the inputs"),
        (["x"], "label", "there is no column 'x'; expected one of 'r', 'g', 'label', 'uid'"),
        (["r"], "", "there is no column nothing; expected one of 'r', 'g', 'label', 'uid'"),
        (["r", "label"], "g", "row 1, column 'label': found 'red-ish'; expected a number, as in"),
        (["r"], "uid", "the column 'uid' has 3 different texts in 3 rows; expected classes that"),
    ],
)
def test_a_choice_of_columns_that_cannot_be_is_refused(inputs, output, message):
    with pytest.raises(ValueError) as refused:
        from_csv(CSV).dataset(inputs, output)
    assert str(refused.value).startswith(message)


def test_an_input_with_a_single_text_is_refused_with_the_row_of_that_text():
    table = from_csv("a,b\n1,1\n2,2\nx3,3\n4,4\n")
    with pytest.raises(ValueError, match="^row 3, column 'a': found 'x3'; expected a number"):
        table.dataset(["a"], "b")


def test_one_class_and_too_many_classes_are_refused():
    with pytest.raises(ValueError, match="'b' has one class only, 'x'; expected at least two"):
        from_csv("a,b\n1,x\n2,x\n").dataset(["a"], "b")
    rows = "".join(f"{i},x{i % 1001}\n" for i in range(3000))
    with pytest.raises(ValueError, match="1,001 different texts in 3,000 rows; .* 1,000 at most"):
        from_csv("a,b\n" + rows).dataset(["a"], "b")


@pytest.mark.parametrize(
    "name", ["__proto__", "constructor", "<img src=x onerror=alert(1)>", "ä" * 5000, "a\nb", "0"]
)
def test_a_column_may_have_any_name(name):
    for table in (from_json([{name: 1, "b": 2}]), from_csv(f'"{name}",b\n1,2\n')):
        assert list(table.columns) == [name, "b"]
        assert table.dataset([name], "b")[0].inputs.tolist() == [[1]]


def test_a_column_without_a_name_is_named_by_its_position():
    assert list(from_csv(",a, ,b\n1,2,3,4\n").columns) == ["column 1", "a", "column 3", "b"]
    assert list(from_json([{"a": 1, "": 2}]).columns) == ["a", "column 2"]


def test_a_long_name_or_value_is_cut_short_in_a_message():
    with pytest.raises(ValueError) as refused:
        from_json([{"n" * 9999: "v" * 9999, "b": 1}]).dataset(["n" * 9999], "b")
    assert len(str(refused.value)) < 200


fractions = st.decimals(-(10**9), 10**9, places=3).map(str)


@given(
    cells=st.lists(fractions | st.integers(-(10**9), 10**9).map(str), min_size=1),
    separator=st.sampled_from(";\t"),
)
def test_decimal_commas_are_read_as_points_where_commas_do_not_separate(cells, separator):
    lines = [f"i{separator}x", *(f"0{separator}{cell.replace('.', ',')}" for cell in cells)]
    column = from_csv("\n".join(lines)).columns["x"]
    assert column.texts is None and column.problem is None
    assert column.values.tolist() == [float(cell) for cell in cells]


@given(st.lists(st.text("0123,.e- x", max_size=6), min_size=1))
def test_only_a_whole_column_of_decimal_commas_is_changed(cells):
    made = decimal_points(cells)
    if made != cells:
        assert not any("." in cell or cell.count(",") > 1 for cell in cells)
        assert made == [cell.replace(",", ".") for cell in cells]
        assert Column.of("c", made).texts is None


@pytest.mark.parametrize(
    "cells",
    [
        ["1.234,5", "2"],
        ["1,5", "2.5"],
        ["1,234,567", "2"],
        ["1,5", "x"],
        [",", "1,5"],
        ["a, b", "1"],
    ],
)
def test_a_column_that_is_not_all_decimal_commas_stays_as_it_is(cells):
    assert decimal_points(cells) == cells


def test_a_missing_value_beside_decimal_commas_is_found():
    column = from_csv("a;b\n1;3,14\n2;\n").columns["b"]
    assert column.values[0] == 3.14 and column.texts is None
    assert column.problem == "row 2, column 'b': the value is missing"
    assert from_csv('a,b\n1,"3,14"\n2,x\n').columns["b"].texts == ("3,14", "x")


def rescaled(inputs):
    out = np.empty(inputs.shape, np.float32)
    normalisation(inputs).forward(inputs, out, Pass())
    return out


def test_normalised_columns_have_mean_zero_and_variance_one():
    rng = np.random.default_rng(0)
    inputs = (rng.normal(size=(500, 4)) * [1, 1e-20, 1e20, 10] + [0, 0, 0, 2000]).astype("f4")
    out = rescaled(inputs)
    assert np.allclose(out.mean(axis=0), 0, atol=1e-3)
    assert np.allclose(out.std(axis=0), 1, atol=1e-3)


@pytest.mark.parametrize("value", [0, 7, 0.1, 0.7, -1.5e30, 1e-45])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_column_of_equal_values_becomes_zero_and_keeps_its_scale(value, dtype):
    inputs = np.full((100, 1), value, dtype)
    assert np.abs(rescaled(inputs)).max() <= 1e-6
    assert normalisation(inputs).scale.tolist() == [1]


@example([0.0, 1e-45])
@example([3.4e38, -3.4e38])
@example([16777216.0] * 1000 + [16777218.0])
@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1))
def test_any_column_stays_finite_when_normalised(column):
    assert np.isfinite(rescaled(np.array(column, np.float32)[:, np.newaxis])).all()


def test_normalising_nothing_is_refused():
    with pytest.raises(ValueError, match="normalising needs at least one row"):
        normalisation(np.empty((0, 2)))


def test_the_normalisation_travels_in_the_weights_file():
    inputs = np.random.default_rng(0).normal(5, 3, (50, 2)).astype(np.float32)
    model = Sequential([Dense(1)], normalisation(inputs))
    model.build(2, np.random.default_rng(0))
    again, _ = loads(dumps(model, Training()).encode())
    assert np.allclose(again.predict(inputs), model.predict(inputs), atol=1e-6)
