"""Rescaling and Dense compute what their formulas say, in place."""

import numpy as np
import pytest

from nn.layers import Dense, Rescaling
from nn.regularizers import L1L2


def built(layer: Dense, inputs: int) -> Dense:
    size = layer.parameter_count(inputs)
    layer.build(inputs, np.zeros(size), np.zeros(size))
    return layer


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_pixels_are_scaled_and_shifted(dtype):
    out = np.empty((1, 3), dtype=dtype)
    Rescaling(0.98 / 255, 0.01).forward(np.array([[0, 51, 255]], dtype=np.uint8), out)
    np.testing.assert_allclose(out, [[0.01, 0.206, 0.99]], rtol=1e-6)


def test_every_feature_may_have_its_own_scale():
    out = np.empty((2, 2), dtype=np.float32)
    rescaling = Rescaling(np.array([2.0, 10.0]), np.array([0.0, -1.0]))
    rescaling.forward(np.array([[1.0, 1.0], [3.0, 0.5]]), out)
    assert out.tolist() == [[2, 9], [6, 4]]


@pytest.mark.parametrize("rescaling", [Rescaling(), Rescaling(np.ones(2), np.zeros(2))])
@pytest.mark.parametrize("raw", [np.array([[0, 255]], np.uint8), np.array([[0.1, -1e300]])])
def test_data_that_needs_no_scaling_is_copied(rescaling, raw):
    out = np.empty((1, 2))
    rescaling.forward(raw, out)
    assert out.tolist() == raw.tolist()
    assert not np.shares_memory(out, raw)


@pytest.mark.parametrize(
    ("rescaling", "values"),
    [(Rescaling(2), [2, 6]), (Rescaling(1, 1), [2, 4]), (Rescaling(np.array([1, 2])), [1, 6])],
)
def test_data_is_scaled_or_shifted_alone_too(rescaling, values):
    out = np.empty((1, 2))
    rescaling.forward(np.array([[1.0, 3.0]]), out)
    assert out.tolist() == [values]


def test_forward_is_the_activation_of_the_weighted_sum():
    layer = built(Dense(2, "relu"), inputs=3)
    layer.kernel[...] = [[1, 0], [2, 1], [0, -3]]
    layer.bias[...] = [10, 1]
    out = np.empty((2, 2))
    layer.forward(np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]]), out)
    assert out.tolist() == [[15, 0], [12, 2]]


def test_backward_gives_the_gradients_of_kernel_bias_and_inputs():
    layer = built(Dense(2), inputs=3)
    layer.kernel[...] = [[1, 0], [2, 1], [0, -3]]
    x = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]])
    delta = np.array([[1.0, -1.0], [0.5, 2.0]])
    below = np.empty((2, 3))
    layer.backward(x, delta, below)
    assert layer.kernel_gradient.tolist() == [[1, -1], [2.5, 0], [3, -3]]
    assert layer.bias_gradient.tolist() == [1.5, 1]
    assert below.tolist() == [[1, 1, 3], [0.5, 3, -6]]


def test_backward_adds_the_penalty_on_the_kernel_and_only_there():
    layer = built(Dense(1, kernel_regularizer=L1L2(l2=0.5)), inputs=2)
    layer.kernel[...] = [[3], [-4]]
    layer.bias[...] = [7]
    layer.backward(np.zeros((1, 2)), np.zeros((1, 1)), None)
    assert layer.kernel_gradient.tolist() == [[3], [-4]]
    assert layer.bias_gradient.tolist() == [0]


def test_parameters_are_views_of_the_networks_flat_arrays():
    layer = Dense(2, kernel_initializer="random_uniform")
    parameters, gradients = np.zeros(8), np.zeros(8)
    layer.build(3, parameters, gradients)
    layer.initialize(np.random.default_rng(0))
    assert parameters[:6].tolist() == layer.kernel.ravel().tolist()
    assert parameters[:6].all() and not parameters[6:].any()
    parameters[6:] = [5, 6]
    gradients[6:] = [7, 8]
    assert layer.bias.tolist() == [5, 6]
    assert layer.bias_gradient.tolist() == [7, 8]


@pytest.mark.parametrize(("use_bias", "count"), [(True, 78_500), (False, 78_400)])
def test_parameters_are_counted(use_bias, count):
    layer = built(Dense(100, use_bias=use_bias), 784)
    assert layer.parameter_count(784) == count
    assert (layer.bias is not None) == use_bias


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": 0}, "units must be a positive whole number, got 0"),
        ({"units": 2.5}, "units must be a positive whole number, got 2.5"),
        ({"units": 1, "activation": "swish"}, "unknown activation 'swish'; expected one of"),
        ({"units": 1, "kernel_initializer": "ones"}, "unknown initializer 'ones'; expected"),
        ({"units": 1, "bias_initializer": "ones"}, "unknown initializer 'ones'; expected"),
    ],
)
def test_nonsense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Dense(**arguments)
