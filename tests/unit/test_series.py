"""Series of numbers are read from tables and text, and become windows to learn from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data.curves import CURVES, curve
from nn.data.series import (
    LEAST,
    MOST,
    MOST_WINDOWS,
    Series,
    parted,
    read_numbers,
    series_of,
    windows,
)
from nn.data.tables import read_table
from nn.layers import GRU, Dense, Rescaling
from nn.model import Sequential
from nn.optimizers import Adam
from nn.stepping import Stepper
from tests.unit.wasm_cases import NUMPY, PLAIN_SIMD, WASM, relative

WAVE = np.sin(np.arange(60.0))


def table(*columns: list[object], names: str = "a,b,c"):
    header = ",".join(names.split(",")[: len(columns)])
    rows = [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    return read_table("\n".join([header, *rows]).encode())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (WAVE[: LEAST - 1], "w has 19 values; to learn how it goes on takes at least 20"),
        (np.arange(MOST + 1.0), r"w has 100,001 values; at most 100,000"),
        (np.full(30, 7.0), "w is always 7: there is nothing to learn; expected different numbers"),
        (np.where(np.arange(60) == 4, np.nan, WAVE), "value 5 of w is not a number"),
        (np.where(np.arange(60) == 4, np.inf, WAVE), "value 5 of w is not a number"),
        (1e7 + WAVE, "w differs by 1.99.* around 1e.07, which is too little: subtract most of it"),
        (1e31 * WAVE, "too little or too much: multiply or divide it first"),
        (1e-31 * WAVE, "too little or too much: multiply or divide it first"),
    ],
)
def test_what_cannot_be_learned_is_refused(values: np.ndarray, message: str):
    with pytest.raises(ValueError, match=message):
        Series(values, "w")


def test_the_first_sensible_column_is_taken():
    days = [f"2024-01-{1 + i % 28:02}" for i in range(60)]
    found = series_of(table(days, list(range(60)), list(WAVE)))
    assert found.name == "c"
    np.testing.assert_allclose(found.values, WAVE)
    # A column that counts is taken where there is no other, or by its name.
    assert series_of(table(list(range(60)), days)).name == "a"
    assert series_of(table(list(WAVE), list(range(60))), "B").name == "b"


def test_columns_that_are_no_series_are_refused():
    words = ["one", "two"] * 30
    with pytest.raises(ValueError, match="no column of the table holds numbers"):
        series_of(table(words, words))
    with pytest.raises(ValueError, match="the column 'a' has 'one'; expected numbers"):
        series_of(table(words, list(WAVE)), "a")
    with pytest.raises(ValueError, match="there is no column 'd'; expected one of 'a', 'b'"):
        series_of(table(words, list(WAVE)), "d")
    with pytest.raises(ValueError, match="a has 12 values"):
        series_of(table(list(WAVE[:12]), words[:12]))


def test_missing_values_are_filled_where_they_are_few_and_left_out_at_the_ends():
    cells: list[object] = list(np.arange(60.0) ** 2)
    cells[0] = cells[1] = cells[59] = ""
    cells[30] = ""
    found = series_of(table(cells, ["x", "y"] * 30))
    assert len(found) == 57
    assert found.values[28] == (29**2 + 31**2) / 2 and found.values[0] == 4
    assert "1 missing values are filled by straight lines" in found.notes
    cells[10:40:2] = [""] * 15
    with pytest.raises(ValueError, match="'a' lacks 15 of 57 values, the first in row 11: fill"):
        series_of(table(cells, ["x", "y"] * 30))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 2\n3;4,5.5", [1, 2, 3, 4, 5.5]),
        ("1,5\n-2,25\n3", [1.5, -2.25, 3]),
        ("1, 2, 3", [1, 2, 3]),
        ("1,2,3", [1, 2, 3]),
        (" 1e3,\n", [1000]),
        ("", []),
    ],
)
def test_typed_numbers_are_read(text: str, expected: list[float]):
    assert read_numbers(text).tolist() == expected


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2))
def test_numbers_come_back_from_text(numbers: list[float]):
    assert read_numbers("\n".join(map(repr, numbers))).tolist() == numbers


def test_what_is_not_a_number_is_said_with_its_place():
    with pytest.raises(ValueError, match="value 2 is 'two'; expected a number"):
        read_numbers("1 two 3")


@pytest.mark.parametrize("name", CURVES)
def test_curves_depend_on_the_seed_alone(name: str):
    one, again, other = (curve(name, 300, 0.1, seed).values for seed in (1, 1, 2))
    assert one.tolist() == again.tolist() != other.tolist()
    assert np.abs(curve(name, 300, 0, 1).values).max() <= 1.5


def test_curves_are_checked():
    with pytest.raises(ValueError, match="unknown curve 'sin'; expected one of: sine"):
        curve("sin", 100, 0, 1)
    with pytest.raises(ValueError, match=r"noise must be from 0 to 0\.5, got 1"):
        curve("sine", 100, 1, 1)


@given(st.integers(20, 200), st.integers(1, 30), st.sampled_from([0.1, 0.2, 0.5]))
def test_nothing_that_is_held_out_is_learnt_from(count: int, steps: int, held_out: float):
    values = np.arange(float(count)) ** 1.5
    start = count - round(held_out * count)
    if start <= steps:
        with pytest.raises(ValueError, match="do not fit into the"):
            parted(Series(values, "w"), steps, held_out)
        return
    parts = parted(Series(values, "w"), steps, held_out)
    assert parts.start == start
    targets = (parts.train.targets - parts.scaling.offset) / parts.scaling.scale
    np.testing.assert_allclose(targets.max(), values[start - 1], rtol=1e-4)
    np.testing.assert_allclose(parts.train.inputs[:, 1:], targets[:, :-1], rtol=1e-3, atol=1e-2)
    # Tested with all of the end that fills a window.
    assert parts.test.inputs[0, 0, 0] == np.float32(values[min(start, count - steps - 1)])
    last = (parts.test.targets[-1, -1] - parts.scaling.offset) / parts.scaling.scale
    np.testing.assert_allclose(last, values[-1], rtol=1e-4)


def test_scaling_is_that_of_what_is_learnt_from():
    values = np.concatenate([WAVE, 100 + WAVE])
    parts = parted(Series(values, "w"), 10, 0.5)
    scaled = values[:60] * parts.scaling.scale + parts.scaling.offset
    assert abs(scaled.mean()) < 1e-12 and abs(scaled.std() - 1) < 1e-12
    # What is always the same before its end is scaled by the whole.
    flat = parted(Series(np.concatenate([np.full(60, 3.0), WAVE]), "w"), 10, 0.5)
    assert np.isfinite(flat.test.targets).all() and np.abs(flat.test.targets).max() < 5


def test_without_an_end_held_out_all_is_learnt_and_tested():
    parts = parted(Series(WAVE, "w"), 10, 0)
    assert parts.start == 60 and parts.test is parts.train and len(parts.train) == 50


def test_the_value_after_the_last_step_alone_can_be_the_target():
    each, last = (parted(Series(WAVE, "w"), 10, 0.2, whole).train for whole in (True, False))
    assert last.targets.shape == (38, 1)
    assert last.targets.tolist() == each.targets[:, -1].tolist()


def test_windows_of_long_series_begin_further_apart_and_leave_nothing_out():
    values = np.arange(50_000.0)
    far = windows(values, 100, Rescaling())
    assert MOST_WINDOWS / 2 <= len(far) <= MOST_WINDOWS
    short = windows(values, 3, Rescaling())
    assert np.diff(short.inputs[:, 0, 0]).tolist() == [3.0] * (len(short) - 1)


@pytest.mark.parametrize("engine", [WASM, PLAIN_SIMD], ids=["relaxed", "plain"])
@pytest.mark.parametrize("loss", ["mean_squared_error", "mean_absolute_error"])
def test_both_engines_learn_a_value_at_every_step(engine, loss: str):
    parts = parted(curve("two_waves", 90, 0.1, 1), 12, 0.2)
    models = []
    for each in (engine, NUMPY):
        model = Sequential([GRU(6, return_sequences=True), Dense(1)], parts.scaling)
        model.build((12, 1), 1)
        model.compile(Adam(0.01), loss, engine=each)
        model.fit(parts.train.inputs, parts.train.targets, 8, 2, rng=1)
        models.append(model)
    compiled, plain = models
    assert "NumPy" not in compiled.program.name
    assert relative(compiled.parameters, plain.parameters) < 1e-4
    x, y = parts.test.inputs, parts.test.targets
    found, expected = (model.evaluate(x, y) for model in models)
    assert found.loss == pytest.approx(expected.loss, rel=1e-4)
    assert found.outputs.shape == (len(parts.test), 12, 1)
    np.testing.assert_allclose(found.outputs, expected.outputs, atol=1e-4)


@pytest.mark.parametrize("loss", ["mean_squared_error", "half_squared_error"])
def test_gradients_of_a_value_at_every_step_are_those_of_finite_differences(loss: str):
    parts = parted(curve("two_waves", 60, 0.1, 1), 7, 0.2)
    layers = [GRU(3, return_sequences=True), Dense(1)]
    model = Sequential(layers, parts.scaling, dtype="float64")
    model.build((7, 1), 1)
    model.compile(loss=loss, engine=NUMPY)
    data = parts.train.take(range(5))
    model.program.gradients(data, np.arange(5))
    found = model.gradients.copy()
    for place in range(model.parameters.size):
        losses = []
        for step in (1e-6, -1e-6):
            model.parameters[place] += step
            losses.append(model.evaluate(data.inputs, data.targets).loss)
            model.parameters[place] -= step
        assert found[place] == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-4, abs=1e-7)


def test_a_step_at_a_time_answers_as_the_whole_sequence_does():
    parts = parted(Series(10 + 3 * WAVE, "w"), 12, 0.2)
    model = Sequential([GRU(6, return_sequences=True), Dense(1)], parts.scaling)
    model.build((12, 1), 1)
    stepper = Stepper(model)
    found = [stepper.take(value) for value in parts.test.inputs[0]]
    np.testing.assert_allclose(found, model.predict(parts.test.inputs[:1])[0], atol=1e-6)
