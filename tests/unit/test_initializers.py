"""Initial parameters have the mean, variance and range that they promise."""

from math import sqrt

import numpy as np
import pytest

from nn.initializers import INITIALIZERS, RandomUniform, VarianceScaling, Zeros, fans, name_of

INPUTS, UNITS = 300, 500

# Variance, and the largest value there can be: √3 deviations in a uniform distribution; in a normal
# one cut off at two, 2 / 0.8796 of those that remain, unless it is not widened after that.
EXPECTED = {
    "random_uniform": (1 / 12, 0.5),
    "glorot_uniform": (2 / 800, sqrt(3 * 2 / 800)),
    "glorot_normal": (2 / 800, sqrt(2 / 800) * 2 / 0.87962),
    "he_uniform": (2 / 300, sqrt(3 * 2 / 300)),
    "he_normal": (2 / 300, sqrt(2 / 300) * 2 / 0.87962),
    "variance_scaling": (1 / 300, sqrt(1 / 300) * 2 / 0.87962),
    "tfjs_glorot_normal": (0.87962**2 * 2 / 800, sqrt(2 / 800) * 2),
    "tfjs_variance_scaling": (0.87962**2 / 300, sqrt(1 / 300) * 2),
}


def draw(initializer: object, seed: int = 0) -> np.ndarray:
    return initializer((INPUTS, UNITS), np.random.default_rng(seed))


def test_every_initializer_is_checked_here():
    assert EXPECTED.keys() | {"zeros", "ones", "orthogonal"} == INITIALIZERS.keys()


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 9), (2, 3, 5)])
def test_an_orthogonal_matrix_keeps_lengths(shape):
    found = INITIALIZERS["orthogonal"](shape, np.random.default_rng(1))
    assert found.shape == shape
    flat = found.reshape(-1, shape[-1])
    few = flat if len(flat) < len(flat.T) else flat.T
    np.testing.assert_allclose(few @ few.T, np.eye(len(few)), atol=1e-12)


@pytest.mark.parametrize("name", EXPECTED)
def test_mean_variance_and_range_are_those_of_the_formula(name):
    variance, limit = EXPECTED[name]
    values = draw(INITIALIZERS[name])
    assert values.shape == (INPUTS, UNITS)
    # 150,000 values: the mean is off by 0.003 deviations, the variance by 0.4 %, typically.
    assert abs(values.mean()) < 0.015 * sqrt(variance)
    assert values.var() == pytest.approx(variance, rel=0.02)
    assert 0.98 * limit < np.abs(values).max() <= limit


def test_zeros_are_zeros():
    assert not draw(Zeros()).any()


def test_a_normal_distribution_that_is_not_truncated_has_its_tails():
    values = draw(VarianceScaling(3.0, "fan_out", "untruncated_normal"))
    assert values.var() == pytest.approx(3 / UNITS, rel=0.02)
    # 4.55 % of a normal distribution are beyond two standard deviations.
    assert np.mean(np.abs(values) > 2 * sqrt(3 / UNITS)) == pytest.approx(0.0455, abs=0.003)


def test_a_truncated_normal_distribution_is_denser_in_the_middle_than_a_uniform_one():
    values = draw(VarianceScaling())
    # 68.27 of the 95.45 % that remain are within one of the original's standard deviations.
    near = np.abs(values) < sqrt(1 / INPUTS) / 0.87962566
    assert near.mean() == pytest.approx(0.6827 / 0.9545, abs=0.006)


def test_random_uniform_keeps_to_its_limits():
    values = draw(RandomUniform(2, 3))
    assert values.min() >= 2 and values.max() < 3
    assert values.mean() == pytest.approx(2.5, abs=0.01)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_seed_repeats_the_values_and_another_changes_them(name):
    first, second, third = (draw(INITIALIZERS[name], seed) for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, third)


def test_what_variance_scaling_does_not_know_is_refused():
    with pytest.raises(ValueError, match="unknown mode 'fan'; expected one of: fan_in, fan_out"):
        VarianceScaling(mode="fan")
    with pytest.raises(ValueError, match="unknown distribution 'normal'; expected one of: uniform"):
        VarianceScaling(distribution="normal")
    with pytest.raises(ValueError, match="scale must be positive, got 0"):
        VarianceScaling(scale=0)


@pytest.mark.parametrize(
    ("shape", "inputs", "outputs"), [((7,), 7, 7), ((7, 3), 7, 3), ((5, 2, 7, 3), 70, 30)]
)
def test_a_convolution_adds_up_a_whole_window(shape: tuple[int, ...], inputs: int, outputs: int):
    assert fans(shape) == (inputs, outputs)


def test_initializers_are_known_by_their_names():
    assert {name_of(known): known for known in INITIALIZERS.values()} == INITIALIZERS
    assert name_of(Zeros()) == "zeros"
    assert name_of(RandomUniform(0, 1)) is None
