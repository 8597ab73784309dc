"""Values of a table are shown as they stand in it, though networks have them scaled and rounded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data.columns import Columns, Input, Output, shortest
from nn.data.tables.dates import days_of_text, text_of_days
from nn.explain.changes import knobs_of
from nn.labs.rows import as_dataset
from nn.labs.selection import Selection
from nn.labs.split import split
from tests.unit.tables import from_csv

decimals = st.integers(-(10**6), 10**6).map(lambda thousandths: thousandths / 1000)


@settings(deadline=None)
@given(st.lists(decimals, min_size=4, max_size=20), st.randoms(use_true_random=False))
def test_answers_of_rows_are_told_as_they_were_written(numbers, random):
    numbers = [0.0, *numbers, 1000.0]
    lines = [f"{random.random():.4f},{number},{'uv'[i % 2]}" for i, number in enumerate(numbers)]
    table = from_csv("\n".join(["x,y,z", *lines]))
    selection = Selection.of(table, ["x"], ["y", "z"], ["number", "classes"])
    parts = split(selection, np.random.default_rng(0), 0.0)
    rows = as_dataset(table, parts.columns)
    found = [parts.columns.truths(target) for target in rows.targets]
    assert found == [(number, i % 2) for i, number in enumerate(numbers)]


@given(st.floats(-1e30, 1e30), st.floats(-1e6, 1e6).filter(bool), st.floats(-1e9, 1e9))
def test_what_is_told_gives_the_same_target(target, scale, offset):
    target, output = np.float32(target), Output("y", scale=scale, offset=offset)
    told = output.truth(target)
    exact = float(output.numbers(np.float64(target)))
    assert told == exact or np.float32((told - offset) / scale) == target
    assert len(repr(told)) <= len(repr(exact)) + 2


def test_the_truth_of_an_output_that_is_always_the_same_is_that():
    assert Output("y", scale=0.0, offset=0.1).truth(np.float32(3)) == 0.1
    assert np.isnan(Output("y").truth(np.float32("nan")))
    assert repr(Output("y", scale=0.3, offset=1 / 3).truth(np.float32(-1 / 0.9))) == "0.0"


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False)))
def test_inputs_are_told_as_short_as_they_are_exact(features):
    features = np.float32(features)
    found = shortest(features)
    assert np.array_equal(found.astype(np.float32), features)
    assert all(
        len(repr(a)) <= len(repr(b)) for a, b in zip(found.tolist(), features.tolist(), strict=True)
    )


@given(st.integers(-(10**7), 10**8))
def test_fields_of_dates_give_back_what_they_show(minutes):
    days = minutes / 1440
    text = text_of_days(days, timed=True)
    assert days_of_text(text) == days == days_of_text(text.replace(" ", "T"))
    assert days_of_text(text_of_days(days)) == minutes // 1440


@pytest.mark.parametrize("text", ["", "soon", "2024-13-01"])
def test_what_is_no_date_yet_is_refused(text):
    with pytest.raises(ValueError):
        days_of_text(text)


def test_dates_have_times_where_the_hour_matters():
    rows = "".join(f"2024-03-{1 + i // 8:02} {i % 8 * 3:02}:30,{i}\n" for i in range(40))
    column = from_csv("when,load\n" + rows).columns["when"]
    when = Input.of(column)
    assert when.timed and not Input.of(from_csv("when,y\n2024-01-02,1\n").columns["when"]).timed
    assert not Input("when").timed
    value = when.value_of(when.encode(column)[13].astype(np.float32))
    (knob,) = knobs_of(Columns((when,), ()), when.features_of(value), when.encode(column))
    assert knob.told(knob.value) == "2024-03-02 15:30"
