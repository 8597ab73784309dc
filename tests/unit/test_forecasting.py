"""What a network expects one step ahead and from there on, and what it is measured against."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from nn.data.columns import Columns, Input, Output
from nn.data.series import Series, parted
from nn.forecasting import continued, influence, one_step_ahead, yardsticks
from nn.layers import (
    GRU,
    LSTM,
    Conv1D,
    Dense,
    Flatten,
    GlobalMaxPooling1D,
    Layer,
    PositionEmbedding,
    Rescaling,
    TransformerBlock,
)
from nn.model import Sequential

TURN = 2 * np.pi / 25
WAVE = 20 + 3 * np.sin(TURN * np.arange(200.0))


def made(layers: list[Layer], steps: int = 6, scale: float = 0.5, offset: float = -10.0):
    """Return a network whose outputs are scaled as its inputs are."""
    model = Sequential(layers, Rescaling(scale, offset))
    model.columns = Columns((Input("x"),), (Output("x", None, 1 / scale, -offset / scale),))
    model.build((steps, 1), 1)
    model.parameters += np.random.default_rng(2).normal(0, 0.2, model.parameters.shape)
    return model


def oscillator() -> Sequential:
    """Return a network that goes on with any wave of 25 steps: x₂ = 2 cos(ω) x₁ - x₀."""
    model = made([Flatten(), Dense(1)], steps=2, scale=1.0, offset=-20.0)
    model.layers[1].kernel = np.array([[-1.0], [2 * np.cos(TURN)]])
    model.layers[1].bias = np.zeros(1)
    return model


def test_a_network_that_knows_the_rule_goes_on_with_it():
    found = list(islice(continued(oscillator(), WAVE[:100]), 100))
    np.testing.assert_allclose(found, WAVE[100:], atol=0.01)
    np.testing.assert_allclose(one_step_ahead(oscillator(), WAVE, 150), WAVE[150:], atol=1e-3)


@pytest.mark.parametrize(
    "layers",
    [
        [GRU(5, return_sequences=True), Dense(1)],
        [LSTM(5), Dense(3, "tanh"), Dense(1)],
        [Conv1D(4, 3, padding="causal", activation="tanh"), Dense(1)],
        [Conv1D(4, 3), GlobalMaxPooling1D(), Dense(1)],
    ],
    ids=lambda layers: type(layers[0]).__name__,
)
def test_one_step_ahead_sees_what_was_before_and_nothing_else(layers: list[Layer]):
    model = made(layers)
    found = one_step_ahead(model, WAVE, 190)
    assert found.shape == (10,)
    changed = WAVE.copy()
    changed[195:] += 1
    other = one_step_ahead(model, changed, 190)
    assert other[:6].tolist() == found[:6].tolist() and other[6] != found[6]
    # It goes on with what it expects itself.
    first = next(continued(model, WAVE[:190]))
    assert first == pytest.approx(found[0], abs=1e-4)
    second = one_step_ahead(model, np.append(WAVE[:190], [first, 0]), 191)
    if not isinstance(model.layers[0], GRU | LSTM):
        assert list(islice(continued(model, WAVE[:190]), 2))[1] == pytest.approx(second, abs=1e-4)


def test_what_a_recurrent_network_remembers_goes_further_back_than_its_window():
    layers: list[Layer] = [GRU(5, return_sequences=True), Dense(1)]
    model = made(layers)
    found = list(islice(continued(model, WAVE[:50]), 30))
    longer = Sequential([GRU(5, return_sequences=True), Dense(1)], model.inputs)
    longer.build((35, 1), 1)
    longer.parameters = model.parameters
    whole = np.append(WAVE[44:50], found[:-1])
    expected = longer.predict(whole[np.newaxis, :, np.newaxis])[0, 5:, 0] * 2 + 20
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_influence_is_what_the_rule_says():
    found = influence(oscillator(), WAVE[:100])
    np.testing.assert_allclose(found, [-1, 2 * np.cos(TURN)], atol=2e-3)
    # In the unit of the series, whatever the scaling.
    scaled = made([Flatten(), Dense(1)], steps=3, scale=0.5, offset=-10.0)
    scaled.layers[1].kernel = np.array([[0.0], [0.25], [-0.5]])
    np.testing.assert_allclose(influence(scaled, WAVE), [0, 0.25, -0.5], atol=2e-3)
    np.testing.assert_allclose(influence(scaled, WAVE, 1), [-0.5], atol=2e-3)
    recurrent = made([GRU(5, return_sequences=True), Dense(1)])
    latest = WAVE.copy()
    latest[-1] += 0.01
    expected = (next(continued(recurrent, latest)) - next(continued(recurrent, WAVE))) / 0.01
    assert influence(recurrent, WAVE)[-1] == pytest.approx(expected, abs=0.01)


def test_where_places_are_used_up_it_goes_on_all_the_same():
    model = made([Dense(4), PositionEmbedding(), TransformerBlock(2, 2, 4), Dense(1)])
    assert np.isfinite(list(islice(continued(model, WAVE), 20))).all()


def test_what_explodes_ends_in_infinity_and_not_in_a_warning():
    model = oscillator()
    model.layers[1].kernel *= 1e3
    assert not np.isfinite(list(islice(continued(model, WAVE), 40))[-1])


def test_a_network_is_measured_against_who_has_learnt_nothing():
    found = yardsticks(WAVE, WAVE[150:] + 0.25)
    assert found.network == pytest.approx(0.25)
    assert found.same_as_last == pytest.approx(np.abs(np.diff(WAVE))[149:].mean())
    line = np.arange(60.0)
    assert yardsticks(line, line[40:]).straight_line == 0
    assert yardsticks(line, line[40:]).same_as_last == 1


def test_a_trained_network_beats_both_on_the_end_that_it_has_not_seen():
    parts = parted(Series(WAVE, "wave"), 24, 0.2)
    scale, offset = float(parts.scaling.scale), float(parts.scaling.offset)
    model = made([GRU(12, return_sequences=True), Dense(1)], 24, scale, offset)
    model.compile("adam", "mse", engine="numpy")
    model.fit(parts.train.inputs, parts.train.targets, 8, 30, rng=1)
    found = yardsticks(WAVE, one_step_ahead(model, WAVE, parts.start))
    assert found.network < found.straight_line < found.same_as_last
