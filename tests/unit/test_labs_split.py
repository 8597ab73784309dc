"""Rows of a table become what a network is trained on and tested with."""

from dataclasses import replace

import numpy as np
import pytest

from nn.data.columns import MAX_CATEGORIES, Columns, Input, Output, date_parts
from nn.data.tables import column_of
from nn.labs.rows import as_dataset
from nn.labs.selection import Selection, first_choice
from nn.labs.split import split, told
from tests.unit.tables import from_csv, passengers


def parted(selection, *arguments, seed=1, **others):
    return split(selection, np.random.default_rng(seed), *arguments, **others)


def test_numbers_categories_truths_and_dates_become_features():
    parts = parted(first_choice(passengers())[0])
    assert parts.columns.features == (
        "Sex = female",
        "Sex = male",
        "Age",
        "Alone",
        "Boarded: month",
        "Boarded: day",
        "Boarded: day of week",
        "Town = Cherbourg",
        "Town = Cork",
        "Town = missing",
    )
    x = parts.train.inputs
    assert (x[:, :2].sum(axis=1) == 1).all() and (x[:, 7:].sum(axis=1) == 1).all()
    assert np.isfinite(x).all()
    assert parts.inputs.scale[0] == 1 and parts.inputs.offset[0] == 0


def test_what_is_missing_is_filled_with_the_median_of_the_training_rows_and_counted():
    table = passengers()
    parts = parted(Selection.of(table, ["Age"], ["Survived"]))
    ages = table.columns["Age"].numbers
    assert parts.filled == int(np.isnan(ages).sum()) > 0
    (age,) = parts.columns.inputs
    known = parts.train.inputs[:, 0]
    assert age.fill == np.median(known[known != age.fill].tolist() + [age.fill])
    assert any("are filled with the median" in sentence for sentence in told(parts))


def test_rows_that_lack_an_input_can_be_dropped():
    table = passengers()
    filled = parted(Selection.of(table, ["Age"], ["Survived"]))
    dropped = parted(Selection.of(table, ["Age"], ["Survived"]), None, "drop")
    assert dropped.used == filled.used - filled.filled
    assert (dropped.left_out, dropped.filled) == (filled.filled, 0)


def test_rows_without_an_answer_are_left_out():
    table = from_csv("a,b\n" + "\n".join(f"{i / 3},{'' if i % 4 else i * i}" for i in range(80)))
    parts = parted(Selection.of(table, ["a"], ["b"]))
    assert (parts.used, parts.left_out) == (20, 60)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.5])
def test_classes_are_held_out_in_proportion(share):
    lines = [f"{i / 3},{'ab'[i % 10 == 0]}" for i in range(200)]
    selection = Selection.of(from_csv("x,kind\n" + "\n".join(lines)), ["x"], ["kind"])
    parts = parted(selection, share)
    assert parts.held_out == 200 * share
    if share:
        assert np.bincount(parts.test.targets).tolist() == [180 * share, 20 * share]
    else:
        assert parts.test is parts.train
        assert told(parts) == ["all 200 rows are learnt from, none is held out"]


def test_a_class_of_one_row_is_learnt_from_whatever_the_seed():
    lines = [f"{i / 3},{'ab'[i % 2]}" for i in range(40)] + ["99.5,c"]
    selection = Selection.of(from_csv("x,kind\n" + "\n".join(lines)), ["x"], ["kind"])
    for seed in range(20):
        assert 2 in parted(selection, 0.5, seed=seed).train.targets


@pytest.mark.parametrize(("rows", "held_out"), [(4, 0), (29, 0), (30, 6), (100, 20)])
def test_small_tables_are_learnt_from_whole(rows, held_out):
    table = from_csv("x,y\n" + "\n".join(f"{i / 3},{i * i}" for i in range(rows)))
    assert parted(Selection.of(table, ["x"], ["y"])).held_out == held_out


def test_a_seed_repeats_the_rows():
    selection = first_choice(passengers())[0]
    first, again, other = (parted(selection, seed=seed) for seed in (1, 1, 2))
    assert (first.train.inputs == again.train.inputs).all()
    assert (first.train.inputs != other.train.inputs).any()


def test_another_table_is_tested_with_as_the_network_has_its_columns():
    table = passengers(300)
    parts = parted(Selection.of(table, ["Sex", "Age"], ["Survived"]), test=passengers(50))
    assert (parts.held_out, len(parts.train)) == (50, 300)
    assert parts.test.inputs.shape == (50, 3)
    with pytest.raises(ValueError, match="there is no column 'Sex'"):
        parted(Selection.of(table, ["Sex"], ["Survived"]), test=from_csv("a,Survived\n1,0\n2,1\n"))


def test_several_outputs_of_either_sort_have_targets_side_by_side():
    lines = [f"{i / 3},{'uvw'[i % 3]},{i * 1000}" for i in range(40)]
    table = from_csv("x,kind,price\n" + "\n".join(lines))
    parts = parted(Selection.of(table, ["x"], ["kind", "price"], ["classes", "number"]))
    assert parts.train.targets.shape[1] == 4
    kinds, prices = parts.columns.answers(parts.train.targets)
    rows = np.rint(parts.train.inputs[:, 0] * 3)
    assert kinds.tolist() == (rows % 3).tolist()
    assert prices == pytest.approx(rows * 1000, abs=0.1)


def test_rare_categories_share_a_feature_and_unknown_ones_are_others():
    cells = [f"t{i % 60:02}" for i in range(600)]
    column = column_of("town", cells)
    found = Input.of(column)
    assert len(found.values) == MAX_CATEGORIES and found.other
    x = found.encode(column_of("town", ["t00", "elsewhere", "t00", "elsewhere"]))
    assert x[:, 0].tolist() == [1, 0, 1, 0] and x[:, -1].tolist() == [0, 1, 0, 1]


def test_values_and_features_say_the_same():
    day = Input("d", "date", 0.0, ("year", "month", "day", "hour"))
    for column, value in (
        (Input("a"), 2.5),
        (Input("t", "true/false", 0.0, ("no", "yes")), 1.0),
        (Input("c", "category", None, ("u", "v"), other=True), 2.0),
        (day, 19_000.25),
    ):
        features = column.features_of(value)
        assert len(features) == len(column.features)
        assert column.value_of(features) == pytest.approx(value)


def test_the_parts_of_dates_are_those_of_a_calendar():
    days = np.array(["1969-12-31", "2000-02-29", "2024-03-01"], "datetime64[D]").astype(float)
    assert date_parts(days)[:, :4].tolist() == [
        [1969, 12, 31, 3],
        [2000, 2, 29, 2],
        [2024, 3, 1, 5],
    ]


@pytest.mark.parametrize(
    ("column", "text", "problem"),
    [
        (Input("a"), "a,b\nx,1\ny,2\n", "'a' has 'x'; the network takes numbers"),
        (Input("a", "true/false", 0.0, ("no", "yes")), "a,b\nno,1\nmaybe,2\n", "no or yes"),
        (Input("a", "date", 0.0, ("year",)), "a,b\n1.5,1\n2,2\n", "takes dates"),
    ],
)
def test_columns_that_hold_something_else_are_refused(column, text, problem):
    columns = Columns((column,), (Output("b"),))
    with pytest.raises(ValueError, match=problem):
        as_dataset(from_csv(text), columns)


def test_a_missing_value_that_nothing_stands_for_is_named():
    columns = Columns.plain(["a"], "b")
    with pytest.raises(ValueError, match="row 2 lacks a value"):
        as_dataset(from_csv("a,b\n1.5,1\n,2\n"), columns)
    kept = replace(columns, inputs=(Input("a", fill=3.0),))
    assert as_dataset(from_csv("a,b\n1.5,1\n,2\n"), kept).inputs[:, 0].tolist() == [1.5, 3]


@pytest.mark.parametrize("how", ["as missing", "as a number"])
def test_marks_in_rows_to_test_with_are_what_they_are_in_those_that_are_learnt_from(how):
    lines = [f"{i % 7},{-999 if i % 9 == 4 else i % 5 / 5}" for i in range(40)]
    table = from_csv("\n".join(["x,y", *lines])).with_reading("y", f"-999 {how}")
    selection = Selection.of(table, ["x"], ["y"])
    few = from_csv("x,y\n1,0.5\n2,-999\n3,0.25\n")
    many = from_csv("x,y\n1,0.5\n2,-999\n3,0.25\n4,1\n")
    assert [one.columns["y"].missing.any() for one in (few, many)] == [False, True]
    for test, rows in ((few, 3), (many, 4)):
        found = parted(selection, test=test)
        assert len(found.test) == rows - (how == "as missing")
