"""Every optimizer makes the steps of its formula, remembers what it has to, and finds a minimum."""

from math import sqrt

import numpy as np
import pytest

from nn.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSprop
from nn.schedules import InverseTimeDecay


def path(optimizer: Optimizer, gradients: list[float], start: float = 1.0) -> list[float]:
    """Where a single parameter is after each update."""
    w = np.array([start])
    optimizer.build(w)
    places = []
    for g in gradients:
        optimizer.update(w, np.array([g]))
        places.append(float(w[0]))
    return places


def test_sgd_steps_against_the_gradient():
    assert path(SGD(0.1), [0.5, -2.0]) == pytest.approx([0.95, 1.15])


def test_momentum_keeps_a_share_of_the_last_step():
    # v: -0.05, then 0.9 · -0.05 - 0.05 = -0.095, then 0.9 · -0.095 - 0.
    steps = path(SGD(0.1, momentum=0.9), [0.5, 0.5, 0.0])
    assert steps == pytest.approx([0.95, 0.855, 0.7695])


def test_nesterov_looks_one_step_of_momentum_ahead():
    # The same v; each step is 0.9 · v - 0.1 · g.
    steps = path(SGD(0.1, momentum=0.9, nesterov=True), [0.5, 0.5, 0.0])
    assert steps == pytest.approx([0.905, 0.7695, 0.69255])


def test_the_names_momentum_and_nesterov_stand_for_sgd_with_momentum():
    for name, nesterov in (("momentum", False), ("nesterov", True)):
        expected = path(SGD(0.1, 0.9, nesterov), [0.5, 0.5])
        assert path(OPTIMIZERS[name](0.1), [0.5, 0.5]) == expected


def test_adam_divides_the_mean_gradient_by_the_root_of_the_mean_square():
    gradients = [0.5, -0.2, 0.3]
    expected, w = [], 1.0
    for t in range(1, 4):
        seen = gradients[:t]
        # The bias-corrected running means, written as the weighted means that they are.
        weights_1 = [0.9 ** (t - i) for i in range(1, t + 1)]
        weights_2 = [0.999 ** (t - i) for i in range(1, t + 1)]
        mean = sum(a * g for a, g in zip(weights_1, seen, strict=True)) / sum(weights_1)
        square = sum(a * g * g for a, g in zip(weights_2, seen, strict=True)) / sum(weights_2)
        w -= 0.1 * mean / (sqrt(square) + 1e-7 / sqrt(1 - 0.999**t))
        expected.append(w)
    assert path(Adam(0.1), gradients) == pytest.approx(expected, rel=1e-12)


def test_adams_first_step_is_the_learning_rate_whatever_the_gradient():
    for g in (1e-3, 1.0, 1e6):
        assert path(Adam(0.01), [g]) == pytest.approx([0.99], rel=1e-4)


def test_rmsprop_divides_the_gradient_by_the_root_of_the_mean_square():
    # v: 0.1 · 0.25 = 0.025, then 0.9 · 0.025 + 0.1 · 4 = 0.4225.
    first = 1 - 0.01 * 0.5 / sqrt(0.025 + 1e-7)
    second = first + 0.01 * 2 / sqrt(0.4225 + 1e-7)
    assert path(RMSprop(0.01), [0.5, -2.0]) == pytest.approx([first, second], rel=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_finds_the_minimum_of_a_bowl(name):
    minimum = np.array([3.0, -1.0])
    w = np.zeros(2)
    optimizer = OPTIMIZERS[name](InverseTimeDecay(0.1, 50, 1))
    optimizer.build(w)
    for _ in range(2000):
        optimizer.update(w, (w - minimum) * [1.0, 4.0])
    np.testing.assert_allclose(w, minimum, atol=0.02)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_schedule_is_asked_with_the_number_of_updates_so_far(name):
    asked = []

    def schedule(step: int) -> float:
        asked.append(step)
        return 0.1

    optimizer = OPTIMIZERS[name](schedule)
    assert path(optimizer, [0.5] * 3) == path(OPTIMIZERS[name](0.1), [0.5] * 3)
    assert asked == [0, 1, 2]
    assert optimizer.iterations == 3


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_build_forgets_what_was_remembered(name):
    optimizer = OPTIMIZERS[name](0.1)
    assert path(optimizer, [0.5, -0.3]) == path(optimizer, [0.5, -0.3])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_single_precision_parameters_stay_so(name):
    w = np.ones(3, dtype=np.float32)
    optimizer = OPTIMIZERS[name](0.1)
    optimizer.build(w)
    optimizer.update(w, np.ones(3, dtype=np.float32))
    assert w.dtype == np.float32
    assert all(slot.dtype == np.float32 for slot in optimizer.slots)


@pytest.mark.parametrize("rate", [0, -0.1, float("nan")])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_learning_rate_that_is_not_positive_is_refused(name, rate):
    with pytest.raises(ValueError, match="learning_rate must be positive"):
        OPTIMIZERS[name](rate)


def test_shares_of_the_past_outside_their_range_are_refused():
    with pytest.raises(ValueError, match="momentum must be between 0 and 1, got 1.1"):
        SGD(0.1, momentum=1.1)
    with pytest.raises(ValueError, match="beta_1 and beta_2 must be from 0 to below 1, got 1"):
        Adam(0.1, beta_2=1)


def test_adamw_shrinks_the_weights_first():
    plain, decaying = path(Adam(0.1), [0.5]), path(AdamW(0.1, weight_decay=0.3), [0.5])
    assert decaying[0] == pytest.approx(plain[0] - 0.1 * 0.3)
    with pytest.raises(ValueError, match="weight_decay must not be negative"):
        AdamW(0.1, weight_decay=-1)


@pytest.mark.parametrize("make", [SGD, Adam, AdamW, RMSprop])
def test_a_long_gradient_is_shortened(make):
    w, short = np.zeros(2), np.zeros(2)
    clipped, plain = make(0.1, global_clipnorm=1.0), make(0.1)
    for optimizer, parameters, gradients in (
        (clipped, w, [30.0, 40.0]),
        (plain, short, [0.6, 0.8]),
        (clipped, w, [0.3, 0.4]),
        (plain, short, [0.3, 0.4]),
    ):
        if not optimizer.iterations:
            optimizer.build(parameters)
        optimizer.update(parameters, np.array(gradients))
    np.testing.assert_allclose(w, short, rtol=1e-12)
    with pytest.raises(ValueError, match="global_clipnorm must be positive"):
        make(0.1, global_clipnorm=0)
