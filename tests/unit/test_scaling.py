"""Inputs scaled to mean 0 and variance 1 stay numbers, whatever they are."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nn.data.scaling import normalisation
from nn.formats.weights import Training, dumps, loads
from nn.layers import Dense
from nn.layers.layer import Pass
from nn.model import Sequential


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
