"""Every loss has the values and gradients of its formula, for outputs of any size."""

from math import log

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES

LOG_2 = log(2)

# Loss, output activation, z, t, value; squared errors are of y = z.
VALUES = [
    ("half_squared_error", "linear", [[0.5, 1.0]], [[0.0, 0.25]], (0.25 + 0.5625) / 2),
    ("half_squared_error", "linear", [[1.0], [2.0]], [[0.0], [0.0]], 0.5 + 2.0),
    ("mean_squared_error", "linear", [[0.5, 1.0]], [[0.0, 0.25]], (0.25 + 0.5625) / 2),
    ("mean_squared_error", "linear", [[1.0], [2.0]], [[0.0], [0.0]], 1.0 + 4.0),
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
