"""Marks such as -999 are taken for missing where they can be nothing else, and can be chosen."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn import Dense, Sequential
from nn.data.columns import Columns, Input, Output
from nn.data.series import series_of
from nn.data.tables import column_of, read_table
from nn.formats.weights import dumps, loads
from nn.labs.answers import answer_rows
from nn.labs.gaps import told_gaps
from tests.unit.tables import from_csv, values

STATION = "hour,temperature,rain\n" + "".join(
    f"{i},{-999 if i % 9 == 4 else i % 7 - 3},{'-999.0' if i % 8 == 3 else f'{i % 5 / 5:.1f}'}\n"
    for i in range(60)
)


@pytest.mark.parametrize(
    ("cells", "reading"),
    [
        (["1.5", "0", "2", "-999"], "-999 as missing"),
        (["1.5 mm", "0 mm", "2 mm", "-999.0 mm"], "-999 as missing"),
        (["1,5", "0,5", "2,25", "-999,0"], "-999 as missing"),
        ([1, 2, 3, -9999, -9999, None], "-9999 as missing"),
        ([1, 2, 3, -999.9, 5000], "-999.9 as missing"),
        ([-30, 12, 41, -99999], "-99999 as missing"),
        ([-30, 12, 41, -999, -9999], "-999 and -9999 as missing"),
        # Among the other numbers one of them may be a number.
        ([-1200, 12, 1400, -999, -99999], "-99999 as missing"),
        ([-400, 12, 300, -999], "-999 as a number"),
        # Unless it is far more frequent than each of them.
        ([-400, 12, 300, -999, -999, -999], "-999 as missing"),
        ([-400, 12, 12, 300, -999, -999, -999], "-999 as a number"),
        ([-900, 12, 300, -999, -999, -999], "-999 as a number"),
        # Bought and brought back.
        ([0, 15.5, 999, 20, -999], "-999 as a number"),
        # Codes.
        ([0, 1, -999], "-999 as a number"),
        ([5, -999], "-999 as a number"),
        ([5, 7, -99, 8, 10], ""),
        ([5, 7, -998, 8, 10], ""),
        ([5, 7, 9999, 8, 10], ""),
        ([-999, -999, -9999], ""),
        (["a", "-999", "b", "c"], ""),
    ],
)
def test_marks_that_stand_far_outside_are_missing(cells, reading):
    column = column_of("rain", cells)
    assert column.reading == reading
    lost = [cell for cell, missing in zip(cells, column.missing, strict=True) if missing]
    assert all(cell is None or "999" in str(cell) for cell in lost)
    assert (sum(cell is not None for cell in lost) > 0) == reading.endswith("missing")


@pytest.mark.parametrize("name", ["id", "station_id"])
def test_names_of_rows_have_no_marks(name):
    assert column_of(name, [4, 5, 9, -999]).reading == ""


@settings(deadline=None)
@given(
    st.lists(st.integers(-200, 200), min_size=4, unique=True),
    st.lists(st.sampled_from([-99999, -999999, -99999.9]), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_whatever_is_measured_marks_are_missing_and_come_back_when_they_are_chosen(
    numbers, marks, random
):
    cells = [*numbers, *marks]
    random.shuffle(cells)
    text = "y,rain\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))
    table = read_table(text.encode())
    column = table.columns["rain"]
    expected = [math.nan if cell in marks else float(cell) for cell in cells]
    assert np.array_equal(column.numbers, expected, equal_nan=True)
    other = table.with_reading("rain", column.reading.replace("as missing", "as a number"))
    assert values(other, "rain") == cells


@settings(deadline=None)
@given(st.lists(st.floats(-2_000, 2_000), min_size=1))
def test_no_number_within_the_others_is_lost(numbers):
    column = column_of("x", [-2_000.0, *numbers, -999.0, 2_000.0])
    assert not column.missing.any()


def test_it_is_said_once_for_all_columns_and_can_be_chosen():
    table = from_csv(STATION)
    told = "-999 in 'temperature' and 'rain' is taken for missing"
    assert table.notes == (told,)
    assert int(table.columns["rain"].missing.sum()) == 8
    again = table.with_reading("rain", "-999 as a number")
    assert again.notes == (
        "-999 in 'temperature' is taken for missing",
        "-999 in 'rain' is taken for a number, as was chosen",
    )
    assert values(again, "rain")[3] == -999
    assert again.take([3, 4]).with_reading("rain", "-999 as missing").columns["rain"].missing[0]
    back = again.with_reading("rain", "-999 as missing")
    assert back.notes == (told,) and back.columns["rain"].missing[3]
    chosen = from_csv("a,b\n0,1\n1,2\n-999,1\n").with_reading("a", "-999 as missing")
    assert chosen.notes == ("-999 in 'a' is taken for missing, as was chosen",)


@pytest.mark.parametrize(
    ("name", "reading", "problem"),
    [
        ("hour", "-999 as missing", "the column 'hour' can be read in one way only"),
        ("rain", "-9 as missing", "expected '-999 as missing' or '-999 as a number'"),
        ("rain", "day first", "the column 'rain' cannot be read with 'day first'"),
    ],
)
def test_other_readings_are_refused(name, reading, problem):
    with pytest.raises(ValueError, match=problem):
        from_csv(STATION).with_reading(name, reading)


def test_a_column_of_true_and_false_with_a_mark_is_one_of_numbers_again():
    table = from_csv("a,b\n0,1\n1,2\n-999,1\n").with_reading("a", "-999 as missing")
    table = table.with_kind("a", "true/false")
    assert table.columns["a"].missing.tolist() == [False, False, True]
    assert table.with_reading("a", "-999 as a number").columns["a"].kind == "number"


@pytest.mark.parametrize("kind", ["number", "category"])
def test_a_loaded_network_reads_raw_rows_as_its_training_rows_were_read(kind):
    table = from_csv(STATION).with_kind("rain", kind)
    one = Input.of(table.columns["rain"])
    assert one.reading == "-999 as missing"
    model = Sequential([Dense(1)])
    model.build(len(one.features), rng=1)
    model.columns = Columns((one,), (Output("y"),))
    again, _ = loads(dumps(model))
    assert again.columns == model.columns
    # So few rows do not tell by themselves.
    raw, blank = (from_csv(f"rain\n{cell}\n0.2\n") for cell in ("-999", "?"))
    assert raw.columns["rain"].reading == "-999 as a number"
    assert answer_rows(again, raw).texts == answer_rows(again, blank).texts
    told = told_gaps(raw, again.columns)
    assert told == told_gaps(blank, again.columns) and bool(told) == (kind == "number")
    lone = from_csv("rain,x\n-999,1\n")
    assert answer_rows(again, lone).texts[0] == answer_rows(again, raw).texts[0][:1]
    if kind == "number":
        mixed = from_csv("rain\n-999\n0.2\nlittle\n0.4\n")
        assert np.isnan(one.numbers(mixed.columns["rain"])).tolist() == [True, False, True, False]


def test_a_network_that_learnt_numbers_takes_them_for_numbers():
    table = from_csv(STATION).with_reading("rain", "-999 as a number")
    one = Input.of(table.columns["rain"])
    guessed = from_csv(STATION + "60,1,-9999\n")
    assert guessed.columns["rain"].reading == "-999 and -9999 as missing"
    found = one.numbers(guessed.columns["rain"])
    assert found[3] == -999 and math.isnan(found[-1])
    assert one.numbers(one.read(guessed.columns["rain"]))[3] == -999


def test_a_series_has_gaps_instead_of_spikes_and_says_so():
    rows = "".join(f"{-999 if i == 20 else i * i % 17}\n" for i in range(40))
    series = series_of(from_csv("load\n" + rows))
    assert series.values[20] == (19 * 19 % 17 + 21 * 21 % 17) / 2
    assert series.notes == (
        "-999 in 'load' is taken for missing",
        "1 missing values are filled by straight lines",
    )
    rows = "".join(f"{-999 if i % 3 == 1 else i * i % 17}\n" for i in range(40))
    problem = r"lacks 13 of 40 values \(read with -999 as missing\), the first in row 2: fill"
    with pytest.raises(ValueError, match=problem):
        series_of(from_csv("load\n" + rows))
