"""Every loss has the values and gradients of its formula, for outputs of any size."""

from math import log

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.activations import named as activation_named
from nn.losses import ALIASES, LOSSES, Loss, MeanAbsoluteError, named

LOG_2 = log(2)

# Loss, output activation, z, t, value; squared errors are of y = z.
VALUES = [
    ("half_squared_error", "linear", [[0.5, 1.0]], [[0.0, 0.25]], (0.25 + 0.5625) / 2),
    ("half_squared_error", "linear", [[1.0], [2.0]], [[0.0], [0.0]], 0.5 + 2.0),
    ("mean_squared_error", "linear", [[0.5, 1.0]], [[0.0, 0.25]], (0.25 + 0.5625) / 2),
    ("mean_squared_error", "linear", [[1.0], [2.0]], [[0.0], [0.0]], 1.0 + 4.0),
    ("mean_absolute_error", "linear", [[0.5, 1.0]], [[0.0, 1.25]], (0.5 + 0.25) / 2),
    ("mean_absolute_error", "linear", [[1.0], [2.0]], [[0.0], [5.0]], 1.0 + 3.0),
    # sigmoid(0) = 1/2 and sigmoid(log 3) = 3/4.
    ("binary_crossentropy", "sigmoid", [[0.0]], [[1.0]], LOG_2),
    ("binary_crossentropy", "sigmoid", [[0.0, log(3)]], [[1.0, 0.0]], (LOG_2 + 2 * LOG_2) / 2),
    ("binary_crossentropy", "sigmoid", [[0.0], [log(3)]], [[1.0], [0.0]], 3 * LOG_2),
    # softmax = 1/8, 2/8, 5/8 and 1/2, 1/4, 1/4.
    ("categorical_crossentropy", "softmax", [[0.0, LOG_2, log(5)]], [[0, 1, 0]], 2 * LOG_2),
    (
        "categorical_crossentropy",
        "softmax",
        [[0.0, LOG_2, log(5)], [LOG_2, 0.0, 0.0]],
        [[0, 1, 0], [1, 0, 0]],
        3 * LOG_2,
    ),
    ("categorical_crossentropy", "softmax", [[LOG_2, 0.0, 0.0]], [[0.5, 0.5, 0]], 1.5 * LOG_2),
]

# The same for the gradient of the mean over the samples.
GRADIENTS = [
    ("half_squared_error", "linear", [[0.5, 1.0]], [[0.0, 0.25]], [[0.5, 0.75]]),
    ("half_squared_error", "linear", [[1.0], [2.0]], [[0.0], [0.0]], [[0.5], [1.0]]),
    ("half_squared_error", "sigmoid", [[0.0]], [[0.0]], [[0.5 * 0.25]]),
    ("mean_squared_error", "linear", [[0.5, 1.0]], [[0.0, 0.25]], [[0.5, 0.75]]),
    ("mean_squared_error", "linear", [[1.0], [2.0]], [[0.0], [0.0]], [[1.0], [2.0]]),
    ("mean_squared_error", "sigmoid", [[0.0]], [[0.0]], [[2 * 0.5 * 0.25]]),
    ("mean_absolute_error", "linear", [[0.5, 1.0]], [[0.0, 1.25]], [[0.5, -0.5]]),
    ("mean_absolute_error", "linear", [[1.0], [2.0]], [[1.0], [0.0]], [[0.0], [0.5]]),
    ("mean_absolute_error", "sigmoid", [[0.0]], [[1.0]], [[-0.25]]),
    ("binary_crossentropy", "sigmoid", [[0.0, log(3)]], [[1.0, 0.0]], [[-0.25, 0.375]]),
    ("binary_crossentropy", "sigmoid", [[0.0], [log(3)]], [[1.0], [0.0]], [[-0.25], [0.375]]),
    (
        "categorical_crossentropy",
        "softmax",
        [[0.0, LOG_2, log(5)], [LOG_2, 0.0, 0.0]],
        [[0, 1, 0], [1, 0, 0]],
        [[1 / 16, -3 / 8, 5 / 16], [-1 / 4, 1 / 8, 1 / 8]],
    ),
]


def arrays(
    activation: str, z: object, t: object, dtype: str = "float64"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    y = np.array(z, dtype=dtype)
    ACTIVATIONS[activation].forward(y)
    return np.array(z, dtype=dtype), y, np.array(t, dtype=dtype)


def gradient(name: str, activation: str, y: np.ndarray, t: np.ndarray) -> np.ndarray:
    out = np.empty_like(y)
    LOSSES[name].gradient(ACTIVATIONS[activation], y, t, out)
    return out


def test_every_loss_is_checked_here():
    assert {name for name, *_ in VALUES} == {name for name, *_ in GRADIENTS} == LOSSES.keys()


@pytest.mark.parametrize(("name", "activation", "z", "t", "expected"), VALUES)
def test_values_are_summed_over_the_samples(name, activation, z, t, expected):
    assert LOSSES[name].value(*arrays(activation, z, t)) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("name", "activation", "z", "t", "expected"), GRADIENTS)
def test_gradients_are_of_the_mean_over_the_samples(name, activation, z, t, expected):
    _, y, t = arrays(activation, z, t)
    np.testing.assert_allclose(gradient(name, activation, y, t), expected, rtol=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("name", "z", "t", "value", "slopes"),
    [
        ("binary_crossentropy", [[1000.0]], [[1.0]], 0, [[0]]),
        ("binary_crossentropy", [[1000.0]], [[0.0]], 1000, [[1]]),
        ("binary_crossentropy", [[-1000.0]], [[1.0]], 1000, [[-1]]),
        ("binary_crossentropy", [[-1000.0]], [[0.0]], 0, [[0]]),
        ("categorical_crossentropy", [[1000.0, -1000.0]], [[1.0, 0.0]], 0, [[0, 0]]),
        ("categorical_crossentropy", [[1000.0, -1000.0]], [[0.0, 1.0]], 2000, [[1, -1]]),
        ("categorical_crossentropy", [[1000.0, 1000.0]], [[1.0, 0.0]], LOG_2, [[-0.5, 0.5]]),
    ],
)
def test_crossentropies_are_right_for_logits_of_a_thousand(name, z, t, value, slopes, dtype):
    activation = LOSSES[name].output_activation
    z, y, t = arrays(activation, z, t, dtype)
    assert LOSSES[name].value(z, y, t) == pytest.approx(value, rel=1e-6)
    np.testing.assert_array_equal(gradient(name, activation, y, t), slopes)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", LOSSES)
def test_a_samples_loss_is_the_mean_over_its_positions(name, dtype):
    rng = np.random.default_rng(0)
    activation = LOSSES[name].output_activation or "tanh"
    shape = (4, 3, 2, 5)
    targets = rng.dirichlet(np.ones(5), shape[:-1])
    many = arrays(activation, rng.normal(size=shape), targets, dtype)
    rows = [array.reshape(-1, 5) for array in many]
    assert LOSSES[name].value(*many) == pytest.approx(LOSSES[name].value(*rows) / 6, rel=1e-6)
    slopes = gradient(name, activation, *many[1:])
    assert slopes.shape == shape
    np.testing.assert_allclose(
        slopes.reshape(-1, 5), gradient(name, activation, *rows[1:]), rtol=1e-6
    )


TWO_POSITIONS = [[[0.5, 0.5], [0.2, 0.8]], [[1.0, 0.0], [0.0, 1.0]]]


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize(
    "targets", [[[0, 1], [1, 0]], [[0.3333, 0.6666]], TWO_POSITIONS, np.empty((0, 2))]
)
def test_distributions_are_targets_of_every_loss(name, targets):
    LOSSES[name].check_targets(np.array(targets, dtype=np.float32))


@pytest.mark.parametrize(
    "name", ["half_squared_error", "mean_squared_error", "mean_absolute_error"]
)
def test_an_error_is_of_any_numbers(name):
    LOSSES[name].check_targets(np.array([[-3.0, 1e9]]))


EACH_ROW = "each row must be a distribution that sums to 1; use binary_crossentropy for independent"


@pytest.mark.parametrize(
    ("name", "targets", "message"),
    [
        (
            "categorical_crossentropy",
            [[0, 1], [1, 1]],
            f"the targets of sample 2 sum to 2; {EACH_ROW}",
        ),
        ("categorical_crossentropy", [[0.5, 0.4]], "the targets of sample 1 sum to 0.9; each row"),
        ("categorical_crossentropy", [[0, 0]], "the targets of sample 1 sum to 0; each row"),
        ("categorical_crossentropy", [[1.5, -0.5]], f"sample 1 has a target of -0.5; {EACH_ROW}"),
        ("categorical_crossentropy", [[1, np.nan]], "sample 1 has a target of nan; each row"),
        ("categorical_crossentropy", [[1, np.inf]], "the targets of sample 1 sum to inf; each row"),
        (
            "categorical_crossentropy",
            [[[0, 1], [1, 0]], [[0, 1], [0.5, 0.7]]],
            "the targets of sample 2 at 2 sum to 1.2; each row",
        ),
        ("binary_crossentropy", [[0], [1], [2]], "sample 3 has a target of 2; binary_crossentropy"),
        (
            "binary_crossentropy",
            [[0.5, -0.1]],
            "sample 1 has a target of -0.1; binary_crossentropy",
        ),
        ("binary_crossentropy", [[np.nan]], "sample 1 has a target of nan; binary_crossentropy"),
        ("binary_crossentropy", [[[0, 1], [1, 7]]], "sample 1 at 2 has a target of 7; binary_"),
        ("binary_crossentropy", [0, 3], "sample 2 has a target of 3; binary_crossentropy needs"),
        ("categorical_crossentropy", [1, 3], "the targets of sample 1 sum to 4; each row"),
    ],
)
def test_numbers_that_a_crossentropy_is_not_of_are_refused(name, targets, message):
    with pytest.raises(ValueError) as refused:
        LOSSES[name].check_targets(np.array(targets, dtype=np.float64))
    assert str(refused.value).startswith(message)


def test_losses_are_found_by_their_names_and_by_keras_short_ones():
    for name, loss in LOSSES.items():
        assert named(name) is loss and loss.name == name
    assert named("mse") is LOSSES["mean_squared_error"]
    assert isinstance(named("mae"), MeanAbsoluteError)
    assert not ALIASES.keys() & LOSSES.keys()


SIDE_BY_SIDE = "categorical_crossentropy(3)+mean_absolute_error(1)+binary_crossentropy(2)"


def test_losses_side_by_side_add_up_and_each_has_its_own_gradient():
    rng = np.random.default_rng(1)
    z, t = rng.normal(size=(4, 6)), rng.uniform(size=(4, 6))
    t[:, :3] /= t[:, :3].sum(axis=1, keepdims=True)
    loss = named(SIDE_BY_SIDE)
    assert loss.name == SIDE_BY_SIDE
    assert loss.output_activation == "softmax(3)+linear(1)+sigmoid(2)"
    y, parts = z.copy(), [slice(0, 3), slice(3, 4), slice(4, 6)]
    activation = activation_named(loss.output_activation)
    activation.forward(y)
    out, total, apart = np.empty_like(z), 0.0, np.empty_like(z)
    loss.gradient(activation, y, t, out)
    for each, own, part in zip(loss.parts, activation.parts, parts, strict=True):
        alone = z[:, part].copy()
        own.forward(alone)
        assert (alone == y[:, part]).all()
        total += each.value(z[:, part], alone, t[:, part])
        apart[:, part] = gradient(each.name, own.name, alone, t[:, part])
    assert loss.value(z, y, t) == pytest.approx(total)
    assert out == pytest.approx(apart)
    t[2, 1] = -1
    with pytest.raises(ValueError, match="sample 3 has a target of -1"):
        loss.check_targets(t)


@pytest.mark.parametrize("name", ["nll(3)+mse(1)", "mse(0)", "mse(3)+", "mse(3) + mse(1)"])
def test_parts_that_are_none_are_refused(name):
    with pytest.raises(ValueError, match="unknown loss"):
        named(name)


def test_a_loss_made_of_very_many_parts_is_none():
    with pytest.raises(ValueError, match="unknown loss"):
        named("+".join(["mse(1)"] * 100_000))


@pytest.mark.parametrize("name", ["nll", "", None, ["mse"]])
def test_a_loss_of_another_name_is_refused(name):
    with pytest.raises(ValueError, match="unknown loss.*; expected one of: half_squared_error"):
        named(name)


def test_a_loss_of_ones_own_takes_any_targets():
    class Own(Loss):
        name = "own"
        output_activation = None

        def value(self, z, y, t):
            return 0.0

        def gradient(self, activation, y, t, out):
            out[...] = 0

    Own().check_targets(np.array([[np.nan]]))
