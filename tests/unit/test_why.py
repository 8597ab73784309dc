"""Why a network said so: gradients by finite differences, sums that come out, smallest changes."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from nn import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Rescaling,
    Sequential,
)
from nn.data.columns import Columns, Input, Output
from nn.data.tables import read_table
from nn.explain.changes import Knob, furthest_changes, knobs_of, smallest_changes
from nn.explain.prediction import Prediction
from nn.explain.why import told_sum, why
from nn.layers import (
    GRU,
    LSTM,
    Conv1D,
    GlobalMaxPooling1D,
    LayerNormalization,
    MultiHeadAttention,
    SimpleRNN,
)

PICTURE = (8, 7, 2)
THREE = Output("kind", ("a", "b", "c"))
KINDS = {
    "Dense": [Flatten(), Dense(6, activation="tanh"), Dense(5, activation="leaky_relu")],
    "Conv2D": [Conv2D(4, 3, strides=2, padding="same", activation="sigmoid"), Flatten()],
    "MaxPooling2D": [Conv2D(3, 2), MaxPooling2D(2), Flatten()],
    "AveragePooling2D": [Conv2D(3, 2), AveragePooling2D(2), Flatten()],
    "GlobalAveragePooling2D": [Conv2D(5, 3, activation="tanh"), GlobalAveragePooling2D()],
    "Dropout": [Flatten(), Dense(9, activation="softmax"), Dropout(0.4)],
    "BatchNormalization": [Conv2D(3, 3), BatchNormalization(), Activation("tanh"), Flatten()],
    "Rescaling within": [Flatten(), Dense(4), Rescaling(2.0, 0.5), Dense(5, activation="tanh")],
    "two layers": [Flatten(), Dense(6, activation="sigmoid")],
    "one layer": [Flatten()],
}


def made(name, shape=PICTURE, dtype="float64", output="softmax", outputs=3) -> Sequential:
    layers = [copy.copy(layer) for layer in KINDS[name]]
    rescaling = Rescaling(np.array([0.5, 2.0]), np.array([-0.1, 0.3]))
    model = Sequential([*layers, Dense(outputs, activation=output)], rescaling, dtype)
    model.build(shape, 1)
    rng = np.random.default_rng(4)
    model.parameters += rng.normal(0, 0.2, model.parameters.size)
    # What batch normalization has seen is of other samples than the one that is asked about.
    model.state = rng.uniform(0.5, 2, model.state.size)
    return model


def sample(shape=PICTURE) -> np.ndarray:
    return np.random.default_rng(7).normal(size=(1, *shape))


@pytest.mark.parametrize("name", KINDS)
def test_gradients_are_those_of_finite_differences(name):
    model, x = made(name), sample()
    dz = np.array([[0.3, -1.0, 0.5]])
    gradient = Prediction(model, x).gradients(len(model.layers) - 1, dz)[0].ravel()
    scale = np.broadcast_to(model.inputs.scale, PICTURE).ravel()

    def value(at: int, by: float) -> float:
        moved = x.copy()
        moved.reshape(-1)[at] += by
        return float((Prediction(model, moved).z[-1] * dz).sum())

    for at in range(0, x.size, 5):
        measured = (value(at, 1e-5) - value(at, -1e-5)) / 2e-5
        assert gradient[at] * scale[at] == pytest.approx(measured, abs=1e-7, rel=1e-6)


@pytest.mark.parametrize(
    "layers",
    [
        [GRU(3)],
        [LSTM(3)],
        [SimpleRNN(3)],
        [LayerNormalization(), Flatten()],
        [Conv1D(3, 2), GlobalMaxPooling1D()],
        [MultiHeadAttention(2, 2), Flatten()],
    ],
    ids=lambda layers: type(layers[0]).__name__,
)
def test_gradients_through_sequences_are_too_and_nothing_is_called_exact(layers):
    model = Sequential([*layers, Dense(3)], dtype="float64")
    model.build((5, 4), 1)
    x = sample((5, 4))
    gradient = Prediction(model, x).gradients(len(model.layers) - 1, np.ones((1, 3)))[0].ravel()

    def value(at: int, by: float) -> float:
        moved = x.copy()
        moved.reshape(-1)[at] += by
        return float(Prediction(model, moved).z[-1].sum())

    for at in range(0, x.size, 3):
        measured = (value(at, 1e-5) - value(at, -1e-5)) / 2e-5
        assert gradient[at] == pytest.approx(measured, abs=1e-8, rel=1e-6)
    assert not why(model, x, THREE).exact


@pytest.mark.parametrize("name", KINDS)
def test_it_looks_into_what_the_network_predicts(name):
    model, x = made(name), sample()
    before = model.parameters.copy(), model.state.copy(), model.gradients.copy()
    predicted = model.predict(x)[0]
    reasons = why(model, x, THREE)
    assert [case.label for case in reasons.cases] == np.argsort(-predicted)[:2].tolist()
    for case in reasons.cases:
        assert case.share == pytest.approx(predicted[case.label])
        total = case.speaking_for + case.speaking_against
        assert total == pytest.approx(case.inputs.sum())
        assert total + case.rest == pytest.approx(case.z)
    after = model.parameters, model.state, model.gradients
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_of_one_layer_inputs_and_bias_come_to_z_exactly():
    model, x = made("one layer"), sample()
    reasons = why(model, x, THREE)
    assert reasons.exact and reasons.layer is None
    given = (x * model.inputs.scale + model.inputs.offset).ravel()
    for case in reasons.cases:
        weights = model.layers[1].kernel[:, case.label]
        assert np.allclose(case.inputs.ravel(), given * weights, rtol=1e-12)
        assert case.rest == pytest.approx(model.layers[1].bias[case.label], abs=1e-12)
        assert case.z == pytest.approx(given @ weights + model.layers[1].bias[case.label])


def test_only_networks_that_just_add_up_are_called_exact():
    exact = {name: why(made(name), sample(), THREE).exact for name in KINDS}
    assert {name for name in exact if exact[name]} == {"AveragePooling2D", "one layer"}


def test_hidden_units_are_activation_times_weight_with_their_weights_as_pictures():
    model, x = made("two layers"), sample()
    reasons = why(model, x, THREE)
    hidden = model.activations(x)[1][0]
    assert reasons.layer == 1 and not reasons.filters
    for case in reasons.cases:
        weights = model.layers[2].kernel[:, case.label]
        order = np.argsort(-np.abs(hidden * weights))[:5]
        assert [unit.place for unit in case.units] == order.tolist()
        for unit in case.units:
            assert unit.y == pytest.approx(hidden[unit.place])
            assert unit.weight == pytest.approx(weights[unit.place])
            assert unit.pull == pytest.approx(hidden[unit.place] * weights[unit.place])
            kernel = model.layers[1].kernel[:, unit.place]
            assert np.allclose(unit.looks.ravel(), kernel)


@pytest.mark.parametrize(
    ("name", "layer", "units"), [("Conv2D", 0, 4), ("GlobalAveragePooling2D", 1, 5)]
)
def test_filters_are_named_with_all_their_places(name, layer, units):
    model, x = made(name), sample()
    reasons = why(model, x, THREE)
    assert reasons.filters and reasons.layer == layer
    case = reasons.cases[0]
    assert sorted(unit.place for unit in case.units) == list(range(units))
    bias = model.layers[-1].bias[case.label]
    assert sum(unit.pull for unit in case.units) + bias == pytest.approx(case.z)
    assert all(unit.looks.shape == PICTURE and unit.looks.any() for unit in case.units)


def test_units_that_did_nothing_are_not_named():
    model, x = made("two layers"), sample()
    model.layers[1].kernel[:, 2:] = -100
    model.layers[1].bias[2:] = -1e6
    for case in why(model, np.abs(x), THREE).cases:
        assert sorted(unit.place for unit in case.units) == [0, 1]


def test_two_classes_may_share_an_output():
    model, x = made("Dense", output="sigmoid", outputs=1), sample()
    second = float(model.predict(x)[0, 0])
    first, other = why(model, x, Output("side", ("left", "right"))).cases
    best = int(second > 0.5)
    assert (first.label, other.label) == (best, 1 - best)
    assert first.share == pytest.approx(max(second, 1 - second))
    assert first.z == -other.z > 0
    assert np.array_equal(first.inputs, -other.inputs)


def test_a_number_is_told_in_its_own_unit():
    model, x = made("one layer", output="linear", outputs=2), sample()
    (case,) = why(model, x, Output("price", None, 100.0, 2000.0), first=1).cases
    assert case.share == case.z == pytest.approx(float(model.predict(x)[0, 1]) * 100 + 2000)
    assert case.rest == pytest.approx(float(model.layers[1].bias[1]) * 100 + 2000)


def test_an_answer_that_is_no_number_has_no_reasons():
    model = made("Dense")
    model.parameters *= np.nan
    with pytest.raises(ValueError, match="not a number"):
        why(model, sample(), THREE)


def test_what_need_not_come_to_100_percent_is_told():
    assert told_sum(made("Dense"), np.array([0.2, 0.8])) == ""
    sigmoid = made("Dense", output="sigmoid")
    assert told_sum(sigmoid, np.array([0.9, 0.4])).startswith("Together 130 %: sigmoid")
    assert told_sum(sigmoid, np.array([0.9])) == ""
    assert told_sum(sigmoid, np.array([np.nan, 0.4])) == ""


TABLE = read_table(
    b"size,colour,sold,day,worth\n"
    b"1,red,yes,2020-01-05,0.5\n9,blue,no,2021-06-11,2.25\n4,green,no,2020-03-01,1.75\n"
)


def columns() -> Columns:
    return Columns(tuple(Input.of(column) for column in TABLE.columns.values()), (Output("y"),))


def knobs(row: int) -> list[Knob]:
    rows = columns().encode(TABLE)
    return knobs_of(columns(), rows[row], rows)


def test_each_column_can_be_changed_by_itself_in_its_own_unit():
    size, colour, sold, day, worth = knobs(1)
    rows = columns().encode(TABLE)
    for knob in knobs(1):
        assert np.array_equal(knob.rows(np.array([knob.value]))[0], rows[1])
    assert (size.low, size.high, size.step) == (1, 9, 1)
    assert size.values().tolist() == list(range(1, 10))
    assert colour.options == ("blue", "green", "red") and colour.told(colour.value) == "blue"
    assert sold.told(sold.value) == "no"
    assert day.told(day.value) == "2021-06-11" and day.told(day.low) == "2020-01-05"
    assert worth.told(1.2345) == "1.234" and 0.0005 <= worth.step <= 0.002
    changed = colour.rows(np.array([2.0]))[0]
    assert columns().inputs[1].value_of(changed[1:4]) == 2
    assert np.array_equal(np.delete(changed, [1, 2, 3]), np.delete(rows[1], [1, 2, 3]))


def test_the_smallest_change_of_each_input_is_found():
    names = columns().features
    at = {name: place for place, name in enumerate(names)}

    def answer(rows: np.ndarray) -> np.ndarray:
        return (
            (rows[:, at["size"]] < 5)
            | (rows[:, at["colour = red"]] > 0)
            | (rows[:, at["worth"]] <= 1.0035)
        )

    found = smallest_changes(answer, knobs(1))
    told = {change.knob.name: change for change in found}
    assert set(told) == {"size", "colour", "worth"}
    assert told["size"].value == 4 and str(told["size"]) == "size: 4"
    assert str(told["colour"]) == "colour: red"
    assert told["worth"].value == pytest.approx(1.003) and str(told["worth"]) == "worth: 1.003"
    sizes = [change.size for change in found]
    assert sizes == sorted(sizes) and told["size"].size == 5 / 8 and told["colour"].size == 1
    for change in found:
        assert answer(change.knob.rows(np.array([change.value])))[0] == change.answer == 1
        assert answer(change.knob.rows(np.array([change.knob.value])))[0] == 0
        if not change.knob.options:
            back = change.value + np.sign(change.knob.value - change.value) * change.knob.step
            assert answer(change.knob.rows(np.array([back])))[0] == 0
    assert smallest_changes(lambda rows: np.zeros(len(rows)), knobs(1)) == []


def test_a_number_beyond_all_others_can_go_back_among_them():
    rows = columns().encode(TABLE)
    row = rows[0].copy()
    row[0] = 50
    size = knobs_of(columns(), row, rows)[0]
    assert (size.low, size.high) == (1, 50)
    (change,) = smallest_changes(lambda rows: rows[:, 0] > 30, [size])
    assert change.value == 30


def test_a_day_can_change_an_answer():
    def answer(rows: np.ndarray) -> np.ndarray:
        return rows[:, columns().features.index("day: year")] > 2020

    (change,) = smallest_changes(answer, knobs(0))
    assert str(change) == "day: 2021-01-01"


def test_how_far_each_input_moves_a_number():
    names = columns().features

    def number(rows: np.ndarray) -> np.ndarray:
        return 2 * rows[:, names.index("size")] + 30 * rows[:, names.index("colour = green")]

    found = furthest_changes(number, knobs(0))
    ends = {low.knob.name: (str(low), low.answer, str(high), high.answer) for low, high in found}
    assert [low.knob.name for low, _ in found][:2] == ["colour", "size"]
    assert ends["size"] == ("size: 1", 2, "size: 9", 18)
    assert ends["colour"][2:] == ("colour: green", 32)
