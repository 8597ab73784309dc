"""Backpropagation agrees with central differences for every network that can be made."""

import itertools
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from nn.activations import ACTIVATIONS, Relu, Sigmoid
from nn.data import Dataset
from nn.engine.numerical import NumericalEngine, NumericalProgram
from nn.gradcheck import GradientCheck, checking
from nn.gradients import (
    backpropagated_gradient,
    compare_gradients,
    numerical_gradient,
    relative_difference,
    timing,
)
from nn.layers import Dense, Rescaling
from nn.losses import LOSSES, MeanSquaredError
from nn.model import Sequential
from nn.optimizers import SGD
from nn.progress import exhaust
from nn.regularizers import L1L2
from nn.training import training

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


@pytest.mark.parametrize(
    ("loss", "output"),
    [
        ("categorical_crossentropy(2)+mean_squared_error(1)", "softmax(2)+linear(1)"),
        ("mean_absolute_error(1)+categorical_crossentropy(2)", "linear(1)+softmax(2)"),
        ("mean_squared_error", "tanh(1)+softmax(2)"),
    ],
)
@pytest.mark.parametrize("shape", SHAPES)
def test_gradients_agree_where_outputs_are_of_several_kinds(shape, loss, output):
    hidden, samples, use_bias, penalty = SHAPES[shape]
    rng = np.random.default_rng(1)
    units = [(count, "tanh") for count in hidden] + [(OUTPUTS, output)]
    layers = [Dense(count, name, use_bias, kernel_regularizer=penalty) for count, name in units]
    model = Sequential(layers, Rescaling(0.5, 0.1), dtype="float64")
    model.compile(loss=loss)
    model.build(FEATURES, rng)
    targets = rng.dirichlet((1, 1), samples)[:, [0, 1, 0]]
    data = Dataset(rng.normal(size=(samples, FEATURES)), targets)
    difference = relative_difference(
        backpropagated_gradient(model, data), numerical_gradient(model, data)
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


def network(*activations: str, units: int = 4, penalty: L1L2 | None = None) -> Sequential:
    """As the page trains them, in float32: any activations, the last one's loss that suits."""
    layers = [Dense(units, name, kernel_regularizer=penalty) for name in activations]
    model = Sequential(layers, Rescaling(np.array([2.0, 0.5, 1.0]), -0.3))
    if activations[-1] == "softmax":
        model.compile(loss="categorical_crossentropy")
    else:
        model.compile(loss="half_squared_error", target_range=(0.1, 0.9))
    model.build(3, np.random.default_rng(4))
    return model


def samples(count: int = 8, classes: int = 4, features: int = 3) -> Dataset:
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(count, features)).astype(np.float32)
    return Dataset(inputs, rng.integers(0, classes, count), classes)


def checked(model: Sequential, data: Dataset, seed: int = 0, **options: object) -> GradientCheck:
    return exhaust(checking(model, data, np.random.default_rng(seed), **options))


@pytest.mark.parametrize("penalty", [None, L1L2(0.02, 0.03)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("loss", "output"), LOSS_AND_OUTPUT)
def test_every_network_as_it_is_trained_passes(activation, loss, output, penalty):
    model = network(activation, activation, output, penalty=penalty)
    model.compile(loss=loss)
    check = checked(model, samples())
    assert check.passed
    assert check.relative < 1e-7
    assert check.checked + check.kinks == check.parameters == 56
    assert check.kinks <= 5


@pytest.mark.parametrize("output", ["linear", "softmax"])
def test_a_wrong_activation_is_found(monkeypatch, output):
    for activation in (Sigmoid, Relu):
        monkeypatch.setattr(activation, "backward", lambda self, y, gradient: None)
        check = checked(network(activation.name, activation.name, output), samples())
        assert not check.passed
        assert check.relative > 0.01
        assert check.layer in (0, 1)


def test_a_derivative_that_is_one_per_cent_off_is_no_kink(monkeypatch):
    backward = Sigmoid.backward

    def nearly(self, y, gradient):
        backward(self, y, gradient)
        gradient *= 1.01

    monkeypatch.setattr(Sigmoid, "backward", nearly)
    check = checked(network("sigmoid", "sigmoid", "linear"), samples())
    assert not check.passed
    assert 1e-4 < check.relative < 0.02
    assert (check.checked, check.kinks) == (56, 0)


def test_a_wrong_loss_is_found(monkeypatch):
    def doubled(self, activation, y, t, out):
        np.multiply(y - t, 4 / y.size, out=out)

    monkeypatch.setattr(MeanSquaredError, "gradient", doubled)
    model = network("tanh", "linear")
    model.compile(loss="mean_squared_error")
    assert checked(model, samples()).relative == pytest.approx(1 / 3)


def test_a_forgotten_penalty_is_found_in_its_layer(monkeypatch):
    model = network("tanh", "tanh", "softmax")
    model.layers[1].kernel_regularizer = L1L2(l2=1e-4)
    assert checked(model, samples()).passed
    monkeypatch.setattr(L1L2, "add_gradient", lambda self, kernel, gradient: None)
    check = checked(model, samples())
    assert not check.passed
    assert (check.layer, check.kind) == (1, "kernel")


def test_a_wrong_bias_gradient_is_found_in_the_bias(monkeypatch):
    backward = Dense.backward

    def forgetful(self, x, dz, dx, p):
        backward(self, x, dz, dx, p)
        if self.units == 4:
            p.gradients["bias"] *= len(x)

    monkeypatch.setattr(Dense, "backward", forgetful)
    check = checked(network("tanh", "softmax"), samples())
    assert not check.passed
    assert check.kind == "bias"


def test_a_gradient_that_is_not_a_number_does_not_pass(monkeypatch):
    def broken(self, y, gradient):
        gradient[0, 2] = np.nan

    monkeypatch.setattr(Sigmoid, "backward", broken)
    check = checked(network("sigmoid", "linear"), samples())
    assert not check.passed
    assert np.isnan(check.largest)
    assert check.layer == 0


def test_a_relu_given_nothing_is_left_out_and_not_called_wrong():
    # Black, say: with biases of 0, as at first, every unit of the first layer is at its kink.
    model = network("relu", "softmax")
    model.inputs = Rescaling()
    data = Dataset(np.zeros((3, 3), np.float32), np.array([0, 1, 2]), 4)
    check = checked(model, data)
    assert check.passed
    assert (check.checked, check.kinks) == (32, 4)


def test_a_relu_that_switches_within_the_step_is_looked_at_more_closely():
    model = Sequential([Dense(1, "relu", bias_initializer="zeros")])
    model.compile(loss="half_squared_error")
    model.build(1, np.random.default_rng(0))
    model.parameters[:] = 1e-6, 1e-6
    data = Dataset(np.array([[1.0]]), np.array([[1.0]]))
    check = checked(model, data)
    assert check.passed
    assert (check.checked, check.kinks) == (2, 0)


def test_a_saturated_network_passes():
    model = network("sigmoid", "sigmoid")
    model.parameters[:] = 60
    check = checked(model, Dataset(np.ones((4, 3)), np.array([0, 1, 2, 3]), 4))
    assert check.passed
    assert check.largest <= check.rounding


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_network_that_has_diverged_gives_a_clear_result(value, recwarn):
    model = network("tanh", "linear")
    model.parameters[:] = value
    run = checking(model, samples(), np.random.default_rng(0))
    assert next(run).total == 0
    check = exhaust(run)
    assert not np.isfinite(check.loss)
    assert not check.passed
    assert check.checked == 0
    assert check.layer is None and check.kind == ""
    assert np.isnan([check.largest, check.relative, check.numerical_seconds]).all()
    assert not recwarn.list


def perturbed_parameters(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that every parameter is added to when it is perturbed."""
    perturbed: list[int] = []
    honest = NumericalProgram.perturbed

    def recording(self, i, by):
        perturbed.append(i)
        return honest(self, i, by)

    monkeypatch.setattr(NumericalProgram, "perturbed", recording)
    return perturbed


def test_a_sample_is_spread_over_all_layers_and_comes_from_the_seed(monkeypatch):
    layers = [Dense(20, "tanh"), Dense(20, "tanh", use_bias=False), Dense(20, "softmax")]
    model = Sequential(layers)
    model.build(3, np.random.default_rng(0))
    perturbed = perturbed_parameters(monkeypatch)
    check = checked(model, samples(classes=20), most=100)
    assert (check.checked, check.parameters) == (100, 3 * 20 + 20 + 400 + 400 + 20)
    # Kernel and bias, kernel, kernel and bias.
    ends = np.cumsum([60, 20, 400, 400, 20])
    chosen = sorted(set(perturbed))
    assert Counter(np.searchsorted(ends, chosen, side="right").tolist()) == dict.fromkeys(
        range(5), 20
    )
    perturbed.clear()
    checked(model, samples(classes=20), most=100)
    assert sorted(set(perturbed)) == chosen
    perturbed.clear()
    checked(model, samples(classes=20), most=100, seed=1)
    assert sorted(set(perturbed)) != chosen


@pytest.mark.parametrize(
    ("most", "count"), [(0, 4), (4, 4), (10, 10), (35, 35), (36, 36), (50, 36)]
)
def test_most_is_kept_but_for_one_of_each(most, count):
    model = network("tanh", "softmax")
    assert model.parameters.size == 36
    assert checked(model, samples(), most=most).checked == count


def ticking(step: float) -> Callable[[], float]:
    """A clock by which ``step`` seconds pass from one look at it to the next."""
    times = itertools.count()
    return lambda: step * next(times)


def test_a_chunk_ends_with_the_budget_and_all_are_checked():
    # One look at the clock a parameter.
    run = checking(
        network("tanh", "softmax"),
        samples(),
        np.random.default_rng(0),
        budget=0.1,
        clock=ticking(0.01),
    )
    progress = list(run)
    assert {each.total for each in progress} == {36}
    done = [each.done for each in progress]
    assert done[:2] == [0, 0] and done[-1] == 36
    assert set(np.diff(done[1:])) <= {0, 5, 10, 11}


def test_what_the_first_time_costs_does_not_count():
    now, calls = [0.0], [0, 0]

    def work(which: int, warm: float) -> None:
        calls[which] += 1
        # Cold, it takes a second; and now and then something else has the machine.
        now[0] += 1.0 if calls[which] == 1 else warm + 0.05 * (calls[which] % 9 == 0)

    works = [lambda: work(0, 0.01), lambda: work(1, 0.03)]
    run = timing(works, lambda: now[0])
    assert exhaust(run) == pytest.approx([0.01, 0.03])
    assert calls[0] >= 2


def test_what_takes_long_is_timed_once_more_and_that_is_all():
    now = [0.0]

    def work() -> None:
        now[0] += 3.0

    run = timing([work], lambda: now[0])
    assert exhaust(run) == [3.0]
    assert now[0] == 6.0


def test_the_numerical_gradients_time_is_reckoned_for_all_parameters():
    model = network("tanh", "softmax", units=20)
    check = checked(model, samples(classes=20), most=40, clock=ticking(0.01))
    assert check.numerical_seconds == pytest.approx(0.01 * (1 + check.parameters))
    assert check.backpropagation_seconds == pytest.approx(0.01)


def test_a_network_may_be_trained_while_it_is_checked_and_the_check_dropped():
    model = network("tanh", "softmax")
    before = model.parameters.copy(), model.gradients.copy()
    run = checking(model, samples(), np.random.default_rng(0), budget=0)
    for _ in range(10):
        next(run)
    run.close()
    assert np.array_equal(model.parameters, before[0])
    assert np.array_equal(model.gradients, before[1])

    run = checking(model, samples(), np.random.default_rng(0), budget=0)
    next(run)
    kernel, initializer = model.layers[0].kernel, model.layers[0].kernel_initializer
    model.compile(SGD(1.0), "categorical_crossentropy")
    exhaust(training(model, samples(), batch_size=4, epochs=1, rng=np.random.default_rng(0)))
    assert exhaust(run).passed
    assert not np.array_equal(model.parameters, before[0])
    assert kernel is model.layers[0].kernel
    assert initializer is model.layers[0].kernel_initializer
    assert np.shares_memory(kernel, model.parameters)


def test_the_largest_network_of_the_page_is_checked_with_pictures(digits):
    layers = [Dense(256, "relu"), Dense(128, "relu"), Dense(10, "softmax")]
    model = Sequential(layers, Rescaling(1 / 255))
    model.compile(loss="categorical_crossentropy")
    model.build(784, np.random.default_rng(0))
    check = checked(model, digits[0].take(range(32)))
    assert check.passed
    assert check.checked + check.kinks == 200
    assert check.parameters == 235_146
    assert check.numerical_seconds > 100 * check.backpropagation_seconds


def test_data_that_does_not_fit_is_refused():
    model = network("tanh", "softmax")
    with pytest.raises(ValueError, match=r"shape \(3,\), the data has \(2,\)"):
        checked(model, samples(features=2))
    with pytest.raises(ValueError, match=r"shape \(3,\), the data has \(2,\)"):
        compare_gradients(model, samples(features=2))


@pytest.mark.parametrize("engine", [None, NumericalEngine()])
def test_both_gradients_are_compared_whichever_trains(engine):
    model = network("tanh", "sigmoid", penalty=L1L2(0.01, 0.01))
    model.compile(loss="half_squared_error", engine=engine)
    before = model.parameters.copy(), model.gradients.copy()
    data = samples()
    both = compare_gradients(model, data)
    assert np.array_equal(model.parameters, before[0])
    assert np.array_equal(model.gradients, before[1])

    assert both.largest == np.abs(both.backpropagated - both.numerical).max()
    assert 1e-5 < both.largest < 0.02
    assert 0 < both.backpropagation_seconds < both.numerical_seconds
    assert compare_gradients(model, data, step=0.001).largest < both.largest / 3

    found = both.numerical if engine else both.backpropagated
    assert np.array_equal(backpropagated_gradient(model, data), found)


def test_comparing_gradients_of_a_network_that_has_diverged_gives_not_a_number(recwarn):
    model = network("tanh", "sigmoid")
    model.parameters[:] = np.nan
    assert np.isnan(compare_gradients(model, samples()).largest)
    assert not recwarn.list
