"""Nudging finds the gradient that backpropagation finds, and a small network learns by it."""

import numpy as np
import pytest

from nn.data import Dataset
from nn.data.points import diagonal
from nn.engine.numerical import NumericalEngine
from nn.engine.numpy import NumpyEngine
from nn.layers import Dense, Rescaling
from nn.model import Sequential
from nn.optimizers import SGD
from nn.progress import exhaust
from nn.regularizers import L1L2
from nn.training import training


def network(engine: object, dtype: str = "float32", penalty: L1L2 | None = None) -> Sequential:
    layers = [
        Dense(5, "tanh", kernel_regularizer=penalty),
        Dense(4, "sigmoid", use_bias=False, kernel_regularizer=penalty),
        Dense(1, "sigmoid", bias_initializer="random_uniform"),
    ]
    model = Sequential(layers, Rescaling(2, -1), dtype)
    model.compile(SGD(1.0), "half_squared_error", engine=engine)
    model.build(2, np.random.default_rng(3))
    return model


@pytest.fixture(scope="module")
def points() -> Dataset:
    return diagonal(200, 0, np.random.default_rng(1))


def gradient(model: Sequential, data: Dataset, batch: np.ndarray) -> np.ndarray:
    model.program.gradients(data, batch)
    return model.gradients.copy()


@pytest.mark.parametrize("penalty", [None, L1L2(0.02, 0.03)])
@pytest.mark.parametrize("samples", [1, 10, 200])
def test_the_gradient_is_backpropagations_but_for_an_error_that_shrinks_with_the_step(
    points, samples, penalty
):
    batch = np.arange(samples)
    expected = gradient(network(NumpyEngine(), "float64", penalty), points, batch)
    errors = []
    for step in (1e-2, 1e-3, 1e-4):
        found = gradient(network(NumericalEngine(step), "float64", penalty), points, batch)
        errors.append(np.abs(found - expected).max())
    assert errors[0] < 0.01
    assert errors[1] == pytest.approx(errors[0] / 10, rel=0.2)
    assert errors[2] == pytest.approx(errors[1] / 10, rel=0.2)


def test_the_gradient_is_the_forward_difference():
    model = Sequential([Dense(1, use_bias=False)])
    model.compile(loss="half_squared_error", engine=NumericalEngine())
    model.build(1, np.random.default_rng(0))
    model.parameters[:] = 1
    data = Dataset(np.array([[2.0]]), np.array([[5.0]]))
    # ½ (2w - 5)² is 4.5 at w = 1 and 4.4402 at 1.01; its slope at 1 is -6.
    assert gradient(model, data, np.array([0]))[0] == pytest.approx(-5.98, abs=1e-3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nudging_puts_every_parameter_back_to_the_last_bit(points, dtype):
    model = network(NumericalEngine(), dtype)
    before = model.parameters.tobytes()
    gradient(model, points, np.arange(200))
    assert model.parameters.tobytes() == before


def test_a_parameter_is_put_back_though_the_work_is_broken_off(points, monkeypatch):
    model = network(NumericalEngine())
    before = model.parameters.copy()
    value = model.loss.value
    calls = iter(range(10))

    def interrupted(z, y, t):
        if next(calls) == 5:
            raise KeyboardInterrupt
        return value(z, y, t)

    monkeypatch.setattr(type(model.loss), "value", staticmethod(interrupted))
    with pytest.raises(KeyboardInterrupt):
        gradient(model, points, np.arange(10))
    assert np.array_equal(model.parameters, before)


@pytest.mark.parametrize("order", ["up", "down", "mixed"])
def test_parameters_may_be_nudged_in_any_order(points, order):
    model = network(NumericalEngine(), "float64")
    program = model.program
    each = [(program.load(points, np.arange(10)), program.perturbed(i, 0.01))[1] for i in range(39)]
    indices = {"up": range(39), "down": range(38, -1, -1)}.get(
        order, np.random.default_rng(0).integers(0, 39, 200)
    )
    program.load(points, np.arange(10))
    for i in indices:
        assert program.perturbed(int(i), 0.01) == pytest.approx(each[i], rel=1e-14)


def test_predicting_and_evaluating_are_numpys(points):
    models = [network(engine) for engine in (NumericalEngine(), NumpyEngine())]
    first, second = (model.predict(points.inputs) for model in models)
    assert np.array_equal(first, second)
    (totals, outputs), (expected, _) = (model.program.evaluate(points, 0, 200) for model in models)
    assert totals == expected
    assert np.array_equal(outputs, first)
    assert models[0].program.gradients(points, np.arange(9)) == models[1].program.gradients(
        points, np.arange(9)
    )


def test_a_mini_batch_taken_in_parts_is_trained_with_the_same_result(points):
    models = [network(NumericalEngine(), "float64", L1L2(0.001, 0.002)) for _ in range(2)]
    models[0].program.part = 7
    for model in models:
        exhaust(training(model, points, batch_size=50, epochs=2, rng=np.random.default_rng(1)))
    np.testing.assert_allclose(models[0].parameters, models[1].parameters, rtol=1e-9)


def test_the_diagonal_is_learnt_by_nudging():
    data = diagonal(1_000, 0, np.random.default_rng(1))
    model = Sequential([Dense(5, "sigmoid"), Dense(1, "sigmoid")])
    model.compile(SGD(1.0), "half_squared_error", engine=NumericalEngine())
    rng = np.random.default_rng(0)
    model.build(2, rng)
    exhaust(training(model, data, batch_size=10, epochs=20, rng=rng))
    below, above = model.predict(np.array([[0.5, 0.1], [0.3, 0.7]]))[:, 0]
    assert below < 0.05
    assert above > 0.95


def test_a_run_that_diverges_shows_in_the_loss_and_not_in_warnings(recwarn):
    model = Sequential([Dense(1)])
    model.compile(SGD(1e30), "half_squared_error", engine=NumericalEngine())
    model.build(1, np.random.default_rng(0))
    data = Dataset(np.full((50, 1), 1e30), np.ones((50, 1)))
    totals = model.program.train(data, np.arange(50), batch_size=1)
    assert not np.isfinite(totals.loss)
    assert not recwarn.list


@pytest.mark.parametrize("step", [0, -0.01, float("nan"), float("inf")])
def test_a_step_that_is_none_is_refused(step):
    with pytest.raises(ValueError, match="step must be a positive number"):
        NumericalEngine(step)
