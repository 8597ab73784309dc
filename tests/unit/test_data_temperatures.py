"""Temperatures follow the definition, and gradient descent finds it from examples as promised."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import temperatures
from nn.initializers import RandomUniform
from nn.layers import Dense
from nn.model import Sequential
from nn.optimizers import SGD

LEARNING_RATE = 0.0005
EPOCHS = 70_000


@pytest.mark.parametrize(
    ("celsius", "fahrenheit"), [(0, 32), (100, 212), (-40, -40), (37, 98.6), (-273.15, -459.67)]
)
def test_well_known_temperatures_are_right(celsius, fahrenheit):
    assert temperatures.fahrenheit(celsius) == pytest.approx(fahrenheit)


@given(st.floats(-273.15, 1e6))
def test_converting_back_gives_the_same_temperature(celsius):
    assert (temperatures.fahrenheit(celsius) - 32) * 5 / 9 == pytest.approx(celsius, abs=1e-9)


def test_arrays_are_converted_value_by_value():
    assert temperatures.fahrenheit(np.array([[0.0, 100.0]])).tolist() == [[32, 212]]


def test_the_training_set_has_every_degree_from_0_to_99():
    data = temperatures.training_set()
    assert data.inputs.shape == data.targets.shape == (100, 1)
    assert data.inputs.ravel().tolist() == list(range(100))
    assert data.classes is None


def test_the_test_set_lies_half_a_degree_higher():
    data = temperatures.test_set()
    assert (data.inputs - temperatures.training_set().inputs == 0.5).all()
    assert data.classes is None


@pytest.mark.parametrize("data", [temperatures.training_set(), temperatures.test_set()])
def test_targets_are_the_inputs_in_fahrenheit(data):
    np.testing.assert_allclose(data.targets, data.inputs * 9 / 5 + 32, rtol=1e-14)


def neuron(rng: np.random.Generator) -> Sequential:
    """One linear neuron that starts between 0 and 1, in float64.

    In float32 the bias stops 0.0075 short of 32, where a step is less than half of what its last
    bit is worth.
    """
    start = RandomUniform(0, 1)
    model = Sequential(
        [Dense(1, kernel_initializer=start, bias_initializer=start)], dtype="float64"
    )
    model.compile(SGD(LEARNING_RATE), "half_squared_error")
    model.build(1, rng)
    return model


def descended(w: float, b: float, epochs: int) -> np.ndarray:
    """Where full-batch gradient descent has taken (w, b), in closed form.

    ½ mean(w x + b - y)² is quadratic with the Hessian H = mean([x, 1]ᵀ [x, 1]), so each epoch
    multiplies the distance from its minimum, (1.8, 32), by I - η H.
    """
    x = np.arange(100.0)
    hessian = np.array([[(x * x).mean(), x.mean()], [x.mean(), 1]])
    step = np.eye(2) - LEARNING_RATE * hessian
    minimum = np.array([1.8, 32])
    return minimum + np.linalg.matrix_power(step, epochs) @ (np.array([w, b]) - minimum)


def train(model: Sequential, epochs: int, rng: np.random.Generator) -> None:
    data = temperatures.training_set()
    model.fit(data.inputs, data.targets, batch_size=100, epochs=epochs, rng=rng)


def test_training_takes_the_steps_of_full_batch_gradient_descent():
    rng = np.random.default_rng(0)
    model = neuron(rng)
    start = model.parameters.copy()
    train(model, 500, rng)
    np.testing.assert_allclose(model.parameters, descended(*start, epochs=500), rtol=1e-10)


@pytest.mark.parametrize("start", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_70_000_epochs_find_the_definition(start):
    """From all corners of the square in which a neuron starts, so from everywhere in it.

    All but the last 500 epochs are taken at once, which the test above allows.
    """
    rng = np.random.default_rng(0)
    model = neuron(rng)
    model.parameters[:] = descended(*start, epochs=EPOCHS - 500)
    train(model, 500, rng)
    np.testing.assert_allclose(model.parameters, descended(*start, epochs=EPOCHS), rtol=1e-10)

    w, b = model.parameters
    test = temperatures.test_set()
    assert w == pytest.approx(1.8, abs=0.001)
    assert b == pytest.approx(32, abs=0.05)
    assert model.evaluate(test.inputs, test.targets).loss == pytest.approx(2.4e-6, abs=0.2e-6)
    assert model.predict(np.array([[70.0]])).item() == pytest.approx(158, abs=0.005)
