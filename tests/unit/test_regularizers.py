"""Penalties on large weights, and their derivatives."""

import numpy as np
import pytest

from nn.regularizers import L1L2

KERNEL = np.array([[1.0, -2.0], [0.0, 4.0]])


@pytest.mark.parametrize(
    ("l1", "l2", "penalty", "gradient"),
    [
        (0, 0, 0, [[0, 0], [0, 0]]),
        (0.5, 0, 3.5, [[0.5, -0.5], [0, 0.5]]),
        (0, 0.1, 2.1, [[0.2, -0.4], [0, 0.8]]),
        (0.5, 0.1, 5.6, [[0.7, -0.9], [0, 1.3]]),
    ],
)
def test_penalty_and_derivative_are_those_of_the_formula(l1, l2, penalty, gradient):
    regularizer = L1L2(l1, l2)
    assert regularizer.penalty(KERNEL) == pytest.approx(penalty)
    total = np.full((2, 2), 10.0)
    regularizer.add_gradient(KERNEL, total)
    np.testing.assert_allclose(total, 10 + np.array(gradient))


@pytest.mark.parametrize("factors", [{"l1": -1}, {"l2": -1}, {"l1": float("nan")}])
def test_a_factor_that_would_reward_large_weights_is_refused(factors):
    with pytest.raises(ValueError, match="l1 and l2 must not be negative"):
        L1L2(**factors)
