"""Backpropagation agrees with central differences for every network that can be made."""

import itertools

import numpy as np
import pytest

from nn.activations import ACTIVATIONS, Sigmoid
from nn.datasets import Dataset
from nn.gradcheck import backpropagated_gradient, numerical_gradient, relative_difference
from nn.layers import Dense, Rescaling
from nn.losses import LOSSES
from nn.model import Sequential
from nn.regularizers import L1L2

FEATURES, OUTPUTS = 3, 3

LOSS_AND_OUTPUT = [
    (name, output)
    for name, loss in LOSSES.items()
    for output in ([loss.output_activation] if loss.output_activation else ACTIVATIONS)
]

# Hidden units, samples, whether there are biases, penalty.
SHAPES = {
    "no hidden layer": ([], 5, True, None),
    "one hidden layer, one sample": ([4], 1, False, None),
    "one hidden layer, L1 and L2": ([4], 6, True, L1L2(0.02, 0.03)),
    "three hidden layers": ([4, 5, 4], 6, True, None),
    "two hidden layers, no bias, L2": ([4, 4], 6, False, L1L2(l2=0.05)),
}


def case(
    hidden: list[int],
    samples: int,
    use_bias: bool,
    penalty: L1L2 | None,
    activation: str,
    output: str,
    loss: str,
) -> tuple[Sequential, Dataset]:
    """A network and data, drawn so that no parameter's step crosses a kink of relu or |w|."""
    for seed in itertools.count():
        rng = np.random.default_rng(seed)
        layers = [
            Dense(units, name, use_bias, "he_uniform", "random_uniform", penalty)
            for units, name in [*((units, activation) for units in hidden), (OUTPUTS, output)]
        ]
        model = Sequential(layers, Rescaling(0.5, 0.1), dtype="float64")
        model.compile(loss=loss)
        model.build(FEATURES, rng)
        data = Dataset(rng.normal(size=(samples, FEATURES)), rng.integers(0, 3, samples), OUTPUTS)
        if is_smooth(model, data) and np.linalg.norm(backpropagated_gradient(model, data)) > 1e-3:
            return model, data
    raise AssertionError


def is_smooth(model: Sequential, data: Dataset) -> bool:
    x = 0.5 * data.inputs + 0.1
    far = 1e-3
    for layer in model.layers:
        z = x @ layer.kernel + (0 if layer.bias is None else layer.bias)
        if "relu" in layer.activation.name and np.abs(z).min() < far:
            return False
        x = z.copy()
        layer.activation.forward(x)
    return np.abs(model.parameters).min() > far


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("loss", "output"), LOSS_AND_OUTPUT)
def test_gradients_agree(shape, activation, loss, output):
    model, data = case(*SHAPES[shape], activation=activation, output=output, loss=loss)
    difference = relative_difference(
        backpropagated_gradient(model, data), numerical_gradient(model, data)
    )
    assert difference < 1e-5


@pytest.mark.parametrize("loss", ["half_squared_error", "mean_squared_error"])
def test_gradients_agree_when_targets_are_values(loss):
    model, data = case([4], 5, True, None, activation="tanh", output="linear", loss=loss)
    values = Dataset(data.inputs, np.random.default_rng(1).normal(size=(5, OUTPUTS)))
    difference = relative_difference(
        backpropagated_gradient(model, values), numerical_gradient(model, values)
    )
    assert difference < 1e-5


def test_a_wrong_derivative_shows(monkeypatch):
    model, data = case(
        [4], 6, True, None, activation="sigmoid", output="linear", loss="mean_squared_error"
    )
    monkeypatch.setattr(Sigmoid, "backward", lambda self, y, gradient: None)
    difference = relative_difference(
        backpropagated_gradient(model, data), numerical_gradient(model, data)
    )
    assert difference > 0.01


def test_checking_gradients_leaves_the_parameters_alone():
    model, data = case(
        [4], 6, True, None, activation="tanh", output="linear", loss="mean_squared_error"
    )
    before = model.parameters.copy()
    numerical_gradient(model, data)
    backpropagated_gradient(model, data)
    assert np.array_equal(model.parameters, before)


def test_the_relative_difference_is_0_for_equal_gradients_and_1_for_opposite_ones():
    a = np.array([3.0, 4.0])
    assert relative_difference(a, a) == 0
    assert relative_difference(a, -a) == 1
    assert relative_difference(a, 0 * a) == 1
    assert relative_difference(0 * a, 0 * a) == 0
    assert relative_difference(a, 3 * a) == pytest.approx(0.5)
