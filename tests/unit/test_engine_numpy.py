"""The NumPy engine updates once a mini-batch, the last smaller one included."""

import numpy as np
import pytest

from nn.data import Dataset
from nn.layers import Dense, Rescaling
from nn.model import Sequential
from nn.optimizers import SGD


def neuron(weight: float = 0.0, rate: float = 0.1) -> Sequential:
    """One linear weight and half the squared error: ``w ← w - rate · mean((w x - t) x)``."""
    model = Sequential([Dense(1, use_bias=False)], dtype="float64")
    model.compile(SGD(rate), "half_squared_error")
    model.build(1, np.random.default_rng(0))
    model.parameters[:] = weight
    return model


def points(*pairs: tuple[float, float]) -> Dataset:
    x, t = np.array(pairs, dtype=np.float64).T
    return Dataset(x[:, np.newaxis], t[:, np.newaxis])


def test_an_update_follows_the_mean_gradient_of_its_mini_batch():
    model = neuron()
    # Gradients at w = 0: -1 · 2 and -3 · 1.
    totals = model.program.train(points((2, 1), (1, 3)), np.array([0, 1]), batch_size=2)
    assert model.parameters[0] == pytest.approx(0.1 * (2 + 3) / 2)
    assert totals.loss == pytest.approx((1 + 9) / 2)


def test_mini_batches_are_worked_through_in_the_given_order():
    model = neuron()
    totals = model.program.train(points((2, 1), (1, 3)), np.array([1, 0]), batch_size=1)
    # w: 0.1 · 3 = 0.3, then 0.3 - 0.1 · (0.6 - 1) · 2.
    assert model.parameters[0] == pytest.approx(0.38)
    # Each mini-batch is measured before its own update.
    assert totals.loss == pytest.approx((9 + 0.4**2) / 2)


def test_the_last_smaller_mini_batch_is_trained_with_the_mean_over_its_own_size():
    model = neuron()
    # The first two samples have no input, so they cannot move the weight.
    model.program.train(points((0, 5), (0, 5), (1, 3)), np.arange(3), batch_size=2)
    assert model.parameters[0] == pytest.approx(0.3)
    assert model.optimizer.iterations == 2


@pytest.mark.parametrize(
    ("batch_size", "updates"), [(1, 10), (3, 4), (5, 2), (9, 2), (10, 1), (11, 1), (1000, 1)]
)
def test_there_is_one_update_a_mini_batch_of_any_size(batch_size, updates):
    model = neuron()
    data = points(*[(1, i) for i in range(10)])
    model.program.train(data, np.arange(10), batch_size)
    assert model.optimizer.iterations == updates


def test_gradients_change_no_parameter():
    model = neuron(weight=1.0)
    model.program.gradients(points((2, 1), (1, 3)), np.array([0, 1]))
    assert model.gradients[0] == pytest.approx(((2 - 1) * 2 + (1 - 3) * 1) / 2)
    assert model.parameters[0] == 1


def test_evaluating_counts_right_answers_and_returns_all_outputs():
    model = Sequential([Dense(3, use_bias=False)])
    model.compile(loss="half_squared_error")
    model.build(3, np.random.default_rng(0))
    model.layers[0].kernel[...] = np.eye(3)
    data = Dataset(np.eye(3, dtype=np.float32), np.array([0, 1, 1]), 3)
    totals, outputs = model.program.evaluate(data, 0, 3)
    assert (totals.loss, totals.correct) == (1.0, 2)
    assert np.array_equal(outputs, np.eye(3))
    totals, outputs = model.program.evaluate(data, 2, 3)
    assert (totals.loss, totals.correct) == (1.0, 0)
    assert outputs.tolist() == [[0, 0, 1]]


@pytest.mark.parametrize("samples", [0, 1, 255, 256, 257, 600])
def test_predicting_many_is_predicting_each(samples):
    model = Sequential([Dense(4, "tanh"), Dense(2, "softmax")], Rescaling(1 / 255), "float64")
    model.build(3, np.random.default_rng(0))
    x = np.random.default_rng(1).integers(0, 256, (samples, 3)).astype(np.uint8)
    hidden, output = model.layers
    z = np.tanh(x / 255 @ hidden.kernel + hidden.bias) @ output.kernel + output.bias
    expected = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.program.predict(x), expected, rtol=1e-12)


def test_a_run_that_diverges_shows_in_the_loss_and_not_in_warnings(recwarn):
    model = neuron(rate=1e30)
    totals = model.program.train(points(*[(1e30, 1)] * 50), np.arange(50), batch_size=1)
    assert not np.isfinite(totals.loss)
    assert not recwarn.list
