"""Every activation has the values and derivatives of its formula, for inputs of any size."""

from math import e, log

import numpy as np
import pytest

from nn.activations import ACTIVATIONS, named

# tanh(log 2) = (2 - 1/2) / (2 + 1/2) and sigmoid(log 3) = 3 / (3 + 1).
VALUES = {
    "sigmoid": ([0, log(3), -log(3)], [0.5, 0.75, 0.25]),
    "tanh": ([0, log(2), -log(2)], [0, 0.6, -0.6]),
    "relu": ([-2, 0, 3], [0, 0, 3]),
    "leaky_relu": ([-2, 0, 3], [-0.4, 0, 3]),
    "linear": ([-2, 0, 3], [-2, 0, 3]),
    "softmax": ([0, log(2), log(5)], [1 / 8, 2 / 8, 5 / 8]),
}

# dy/dz at the same places, of activations that work on each value alone.
SLOPES = {
    "sigmoid": [0.25, 0.1875, 0.1875],
    "tanh": [1, 0.64, 0.64],
    "relu": [0, 0, 1],
    "leaky_relu": [0.2, 0.2, 1],
    "linear": [1, 1, 1],
}


def forward(name: str, z: object) -> np.ndarray:
    y = np.array(z, dtype=np.float64, ndmin=2)
    ACTIVATIONS[name].forward(y)
    return y


def backward(name: str, y: np.ndarray, gradient: object) -> np.ndarray:
    result = np.array(gradient, dtype=np.float64, ndmin=2)
    ACTIVATIONS[name].backward(y, result)
    return result


def test_every_activation_is_checked_here():
    assert VALUES.keys() == ACTIVATIONS.keys() == SLOPES.keys() | {"softmax"}


@pytest.mark.parametrize("name", VALUES)
def test_values_are_those_of_the_formula(name):
    z, y = VALUES[name]
    np.testing.assert_allclose(forward(name, z), [y], rtol=1e-14)


@pytest.mark.parametrize("name", SLOPES)
def test_a_gradient_is_multiplied_by_the_derivative(name):
    y = forward(name, VALUES[name][0])
    passed = backward(name, y, [1, 10, 100])
    np.testing.assert_allclose(passed, [np.multiply(SLOPES[name], [1, 10, 100])], rtol=1e-14)


def test_a_gradient_through_softmax_is_multiplied_by_its_jacobian():
    y = forward("softmax", [[0, log(2), log(5)], [1, 2, 3]])
    gradient = np.array([[3.0, -1.0, 2.0], [0.5, 0.0, 4.0]])
    jacobians = [np.diag(row) - np.outer(row, row) for row in y]
    expected = [jacobian @ row for jacobian, row in zip(jacobians, gradient, strict=True)]
    np.testing.assert_allclose(backward("softmax", y, gradient), expected, rtol=1e-13)


def test_every_row_of_softmax_sums_to_one_and_a_constant_changes_nothing():
    z = np.array([[1.0, 2.0, 3.0], [-5.0, 0.0, 5.0]])
    y = forward("softmax", z)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(forward("softmax", z + 700), y, rtol=1e-12)
    np.testing.assert_allclose(y[0, 1] / y[0, 0], e, rtol=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("name", "low", "high"), [("sigmoid", 0, 1), ("tanh", -1, 1), ("softmax", 0, 1)]
)
def test_huge_inputs_saturate_without_a_warning(name, low, high, dtype):
    y = np.array([[-1000, 1000]], dtype=dtype)
    with np.errstate(divide="raise", invalid="raise"):
        ACTIVATIONS[name].forward(y)
    np.testing.assert_array_equal(y, [[low, high]])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_last_axis_of_arrays_of_any_rank_is_worked_on(name):
    z, gradient = np.random.default_rng(0).normal(size=(2, 4, 3, 2, 5))
    y = forward(name, z)
    assert np.array_equal(y.reshape(-1, 5), forward(name, z.reshape(-1, 5)))
    passed = backward(name, y, gradient)
    rows = backward(name, y.reshape(-1, 5), gradient.reshape(-1, 5))
    assert passed.shape == z.shape and np.array_equal(passed.reshape(-1, 5), rows)


def test_activations_are_found_by_their_names_and_none_is_linear():
    assert all(named(name) is activation for name, activation in ACTIVATIONS.items())
    assert named(None) is ACTIVATIONS["linear"]
    with pytest.raises(ValueError, match="unknown activation 'gelu'; expected one of: sigmoid"):
        named("gelu")
