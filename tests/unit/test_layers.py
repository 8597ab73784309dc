"""Rescaling and Dense compute what their formulas say, in place."""

import numpy as np
import pytest

from nn.layers import Dense, Pass, Rescaling
from nn.model import Sequential
from nn.regularizers import L1L2


def built(layer: Dense, inputs: int) -> Sequential:
    model = Sequential([layer], dtype="float64")
    model.allocate(inputs)
    return model


def passing(model: Sequential) -> Pass:
    return Pass(training=True, gradients=model.gradient_views[0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_pixels_are_scaled_and_shifted(dtype):
    out = np.empty((1, 3), dtype=dtype)
    Rescaling(0.98 / 255, 0.01).forward(np.array([[0, 51, 255]], dtype=np.uint8), out, Pass())
    np.testing.assert_allclose(out, [[0.01, 0.206, 0.99]], rtol=1e-6)


def test_every_feature_may_have_its_own_scale():
    out = np.empty((2, 2), dtype=np.float32)
    rescaling = Rescaling(np.array([2.0, 10.0]), np.array([0.0, -1.0]))
    rescaling.forward(np.array([[1.0, 1.0], [3.0, 0.5]]), out, Pass())
    assert out.tolist() == [[2, 9], [6, 4]]


@pytest.mark.parametrize("rescaling", [Rescaling(), Rescaling(np.ones(2), np.zeros(2))])
@pytest.mark.parametrize("raw", [np.array([[0, 255]], np.uint8), np.array([[0.1, -1e300]])])
def test_data_that_needs_no_scaling_is_copied(rescaling, raw):
    out = np.empty((1, 2))
    rescaling.forward(raw, out, Pass())
    assert out.tolist() == raw.tolist()
    assert not np.shares_memory(out, raw)


@pytest.mark.parametrize(
    ("rescaling", "values"),
    [(Rescaling(2), [2, 6]), (Rescaling(1, 1), [2, 4]), (Rescaling(np.array([1, 2])), [1, 6])],
)
def test_data_is_scaled_or_shifted_alone_too(rescaling, values):
    out = np.empty((1, 2))
    rescaling.forward(np.array([[1.0, 3.0]]), out, Pass())
    assert out.tolist() == [values]


def test_forward_is_the_activation_of_the_weighted_sum():
    layer = Dense(2, "relu")
    model = built(layer, inputs=3)
    layer.kernel[...] = [[1, 0], [2, 1], [0, -3]]
    layer.bias[...] = [10, 1]
    out, x = np.empty((2, 2)), np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]])
    layer.forward(x, out, Pass())
    assert out.tolist() == [[15, -6], [12, 2]]
    assert model.activations(x)[0].tolist() == [[15, 0], [12, 2]]


def test_backward_gives_the_gradients_of_kernel_bias_and_inputs():
    layer = Dense(2)
    model = built(layer, inputs=3)
    layer.kernel[...] = [[1, 0], [2, 1], [0, -3]]
    x = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]])
    delta = np.array([[1.0, -1.0], [0.5, 2.0]])
    below = np.empty((2, 3))
    layer.backward(x, delta, below, passing(model))
    assert model.gradient_views[0]["kernel"].tolist() == [[1, -1], [2.5, 0], [3, -3]]
    assert model.gradient_views[0]["bias"].tolist() == [1.5, 1]
    assert below.tolist() == [[1, 1, 3], [0.5, 3, -6]]


def test_the_penalty_is_on_the_kernel_and_only_there():
    layer = Dense(1, kernel_regularizer=L1L2(l2=0.5))
    model = built(layer, inputs=2)
    layer.kernel, layer.bias = [[3], [-4]], [7]
    model.add_penalty_gradients()
    assert model.gradients.tolist() == [3, -4, 0]


def test_parameters_are_views_of_the_networks_flat_arrays():
    layer = Dense(2, kernel_initializer="random_uniform")
    model = Sequential([layer])
    model.build(3, 0)
    assert model.parameters[:6].tolist() == layer.kernel.ravel().tolist()
    assert model.parameters[:6].all() and not model.parameters[6:].any()
    model.parameters[6:] = [5, 6]
    model.gradients[6:] = [7, 8]
    assert layer.bias.tolist() == [5, 6]
    assert model.gradient_views[0]["bias"].tolist() == [7, 8]


def test_what_is_assigned_is_copied_into_the_flat_array():
    layer = Dense(2)
    model = built(layer, inputs=1)
    kernel = np.array([[3.0, 4.0]])
    layer.kernel = kernel
    kernel[...] = 0
    assert model.parameters.tolist() == [3, 4, 0, 0]
    model.parameters = np.arange(4)
    assert layer.kernel.tolist() == [[0, 1]] and layer.bias.tolist() == [2, 3]
    with pytest.raises(ValueError, match=r"kernel has the shape \(1, 2\), not \(2, 1\)"):
        layer.kernel = np.zeros((2, 1))


def test_a_layer_is_part_of_one_network():
    layer = Dense(2)
    first = built(layer, inputs=1)
    with pytest.raises(ValueError, match="this Dense layer is part of another network"):
        built(layer, inputs=1)
    with pytest.raises(ValueError, match="a layer stands in the network twice"):
        Sequential([Dense(3), layer, layer])
    del first
    built(layer, inputs=3)


@pytest.mark.parametrize(("use_bias", "count"), [(True, 78_500), (False, 78_400)])
def test_parameters_are_counted(use_bias, count):
    layer = Dense(100, use_bias=use_bias)
    model = built(layer, 784)
    assert layer.parameter_count((784,)) == model.parameters.size == count
    assert (layer.bias is not None) == use_bias


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": 0}, "units must be a positive whole number, got 0"),
        ({"units": 2.5}, "units must be a positive whole number, got 2.5"),
        ({"units": 1, "activation": "swish"}, "unknown activation 'swish'; expected one of"),
        ({"units": 1, "kernel_initializer": "twos"}, "unknown initializer 'twos'; expected"),
        ({"units": 1, "bias_initializer": "twos"}, "unknown initializer 'twos'; expected"),
    ],
)
def test_nonsense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Dense(**arguments)
