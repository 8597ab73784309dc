"""Points are labelled as their shape says, noise does what it says, and networks learn them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import Dataset, hold_out
from nn.data.points import (
    FEATURES,
    SHAPES,
    circle,
    diagonal,
    exclusive_or,
    features,
    gaussians,
    grid,
    spiral,
)
from nn.layers import Dense
from nn.model import Sequential
from nn.optimizers import SGD, Adam

RNG = np.random.default_rng

counts = st.integers(2, 300)
noises = st.floats(0, 0.5)
seeds = st.integers(0, 2**32 - 1)
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


@every_shape
@given(count=counts, noise=noises, seed=seeds)
def test_every_shape_gives_as_many_points_of_the_unit_square_as_asked_for(
    shape, count, noise, seed
):
    data = shape(count, noise, RNG(seed))
    assert data.inputs.shape == (count, 2)
    assert data.inputs.dtype == np.float32
    assert ((data.inputs >= 0) & (data.inputs <= 1)).all()
    assert data.classes == 2


@every_shape
@given(count=counts, seed=seeds)
def test_classes_are_balanced_without_noise(shape, count, seed):
    assert shape(count, 0, RNG(seed)).targets.sum() == count // 2


@every_shape
def test_the_same_seed_gives_the_same_points(shape):
    first, again, other = (shape(50, 0.2, RNG(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.inputs, again.inputs)
    assert np.array_equal(first.targets, again.targets)
    assert not np.array_equal(first.inputs, other.inputs)


@every_shape
@pytest.mark.parametrize("noise", [-0.1, 0.51, math.nan])
def test_noise_outside_its_range_is_refused(shape, noise):
    with pytest.raises(ValueError, match=f"noise must be between 0 and 0.5, got {noise}"):
        shape(10, noise, RNG(0))


@every_shape
@pytest.mark.parametrize("count", [-1, 0, 1])
def test_fewer_points_than_classes_are_refused(shape, count):
    with pytest.raises(ValueError, match=f"two classes need at least 2 points, got {count}"):
        shape(count, 0, RNG(0))


def from_middle(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """x and y as TensorFlow Playground counts them, from -6 to 6."""
    x, y = 12 * (data.inputs.astype(np.float64).T - 0.5)
    return x, y


def on_arm(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which arm of the spiral a point is on: its angle, clockwise from the top, follows its radius.

    The cosine of the difference is 1 on the arm that starts upwards and -1 on the other.
    """
    return np.cos(np.arctan2(x, y) - 2 * np.pi * 1.75 * np.hypot(x, y) / 5)


RULES = {
    "diagonal": lambda x, y: x < y,
    "circle": lambda x, y: x**2 + y**2 < 2.5**2,
    "exclusive_or": lambda x, y: x * y < 0,
    "spiral": lambda x, y: on_arm(x, y) > 0,
    "sine": lambda x, y: y > -3.6 * np.sin(np.pi * x / 6),
    "cubic": lambda x, y: y > x**3 / 18 - 1.2 * x,
    "absolute": lambda x, y: y > 1.2 * np.abs(x) - 3.6,
}


@pytest.mark.parametrize("name", RULES)
@given(count=counts, seed=seeds)
def test_labels_without_noise_follow_the_shape(name, count, seed):
    data = SHAPES[name](count, 0, RNG(seed))
    assert data.targets.tolist() == RULES[name](*from_middle(data)).astype(int).tolist()


def test_circle_leaves_a_ring_empty_between_the_classes():
    distance = np.hypot(*from_middle(circle(5000, 0, RNG(0))))
    disc, ring = distance[distance < 3], distance[distance > 3]
    assert disc.max() == pytest.approx(2.5, abs=0.01)
    assert [ring.min(), ring.max()] == pytest.approx([3.5, 5], abs=0.01)


def test_exclusive_or_is_its_truth_table_with_a_gap_between():
    data = exclusive_or(5000, 0, RNG(0))
    quarters = np.round(data.inputs).astype(int)
    assert (data.targets == quarters[:, 0] ^ quarters[:, 1]).all()
    assert len(np.unique(quarters, axis=0)) == 4
    reach = np.abs(from_middle(data))
    assert [reach.min(), reach.max()] == pytest.approx([0.3, 5.3], abs=0.01)


def test_the_arms_of_the_spiral_lie_exactly_on_it():
    data = spiral(400, 0, RNG(0))
    np.testing.assert_allclose(on_arm(*from_middle(data)), 2.0 * data.targets - 1, atol=1e-6)


@pytest.mark.parametrize(("noise", "variance"), [(0, 0.5), (0.1, 1.2)])
def test_noise_is_the_variance_of_the_gaussians(noise, variance):
    data = gaussians(20_000, noise, RNG(0))
    for label, middle in ((0, -2), (1, 2)):
        for axis in from_middle(data):
            values = axis[data.targets == label]
            assert values.mean() == pytest.approx(middle, abs=0.05)
            assert values.var() == pytest.approx(variance, rel=0.05)


@pytest.mark.parametrize("noise", [0.1, 0.5])
def test_noise_moves_the_points_of_the_spiral_and_no_label(noise):
    exact, noisy = spiral(1000, 0, RNG(0)), spiral(1000, noise, RNG(0))
    assert (exact.targets == noisy.targets).all()
    moved = np.abs(12 * (noisy.inputs - exact.inputs))
    assert moved.max() == pytest.approx(noise, rel=0.01)
    assert moved.mean() == pytest.approx(noise / 2, rel=0.05)


@pytest.mark.parametrize("name", ["diagonal", "circle", "exclusive_or"])
@pytest.mark.parametrize("noise", [0.1, 0.3, 0.5])
def test_noise_turns_labels_within_its_reach_of_the_border(name, noise):
    data = SHAPES[name](5000, noise, RNG(0))
    x, y = from_middle(data)
    turned = data.targets != RULES[name](x, y)
    border = {
        "diagonal": np.abs(y - x) / math.sqrt(2),
        "circle": np.abs(np.hypot(x, y) - 2.5),
        "exclusive_or": np.minimum(np.abs(x), np.abs(y)),
    }[name]
    reach = noise * 5 * (1 if name == "exclusive_or" else math.sqrt(2))
    assert turned.any()
    assert border[turned].max() < reach + 1e-4


def test_noise_that_does_not_cross_the_gap_turns_no_label_of_exclusive_or():
    exact, noisy = exclusive_or(5000, 0, RNG(0)), exclusive_or(5000, 0.059, RNG(0))
    assert np.array_equal(exact.targets, noisy.targets)


def test_more_noise_turns_more_labels():
    shares = []
    for noise in (0, 0.1, 0.3, 0.5):
        data = diagonal(5000, noise, RNG(0))
        shares.append((data.targets != RULES["diagonal"](*from_middle(data))).mean())
    assert shares[0] == 0
    assert shares == sorted(set(shares))


def test_features_are_computed_from_coordinates_between_minus_6_and_6():
    corner, middle, place = features(np.array([[0, 1], [0.5, 0.5], [0.75, 0.25]]), FEATURES)
    sine = math.sin(6)
    assert corner.tolist() == pytest.approx([-6, 6, 36, 36, -36, -sine, sine])
    assert middle.tolist() == [0] * 7
    assert place.tolist() == pytest.approx([3, -3, 9, 9, -9, math.sin(3), -math.sin(3)])


def test_features_come_in_the_order_asked_for():
    points = diagonal(20, 0, RNG(0)).inputs
    both = features(points, ["sin y", "x"])
    assert both.dtype == np.float32
    assert np.array_equal(both[:, :1], features(points, ["sin y"]))
    assert np.array_equal(both[:, 1:], features(points, ["x"]))


@pytest.mark.parametrize(
    ("points", "names", "message"),
    [
        (np.zeros((3, 2)), [], "expected at least one feature of: x, y, x²"),
        (np.zeros((3, 2)), ["x", "z"], "unknown feature 'z'; expected one of: x, y, x²"),
        (np.zeros((3, 3)), ["x"], r"points must have the shape \(n, 2\), not \(3, 3\)"),
        (np.zeros(2), ["x"], r"points must have the shape \(n, 2\), not \(2,\)"),
    ],
)
def test_what_is_not_features_of_points_is_refused(points, names, message):
    with pytest.raises(ValueError, match=message):
        features(points, names)


def test_a_grid_goes_row_by_row_from_the_top():
    assert grid(2).tolist() == [[0.25, 0.75], [0.75, 0.75], [0.25, 0.25], [0.75, 0.25]]


@given(side=st.integers(1, 120))
def test_a_grid_has_a_point_in_the_middle_of_every_pixel(side):
    points = grid(side)
    assert points.shape == (side * side, 2)
    assert points.dtype == np.float32
    rows, columns = np.divmod(np.arange(side * side), side)
    np.testing.assert_allclose(points[:, 0] * side, columns + 0.5, rtol=1e-5)
    np.testing.assert_allclose((1 - points[:, 1]) * side, rows + 0.5, rtol=1e-4)


@pytest.mark.parametrize("side", [0, -1])
def test_a_grid_without_pixels_is_refused(side):
    with pytest.raises(ValueError, match=f"at least one pixel a side, got {side}"):
        grid(side)


@pytest.mark.parametrize("seed", range(3))
def test_a_2_5_1_network_learns_which_side_of_the_diagonal_a_point_is_on(seed):
    rng = RNG(seed)
    data = diagonal(1000, 0, rng)
    model = Sequential([Dense(5, "sigmoid"), Dense(1, "sigmoid")])
    model.compile(SGD(2.0), "half_squared_error")
    model.fit(data.inputs, data.targets, batch_size=10, epochs=30, rng=rng)
    below, above = model.predict(np.array([[0.5, 0.1], [0.3, 0.7]])).ravel()
    assert below < 0.01
    assert above > 0.99


@pytest.mark.parametrize(
    ("name", "told", "hidden", "learning_rate", "epochs"),
    [
        ("circle", ["x", "y"], [4], 0.03, 20),
        ("circle", ["x²", "y²"], [], 0.1, 10),
        ("exclusive_or", ["x", "y"], [8], 0.03, 20),
        ("exclusive_or", ["xy"], [], 0.1, 10),
        ("gaussians", ["x", "y"], [], 0.03, 10),
        ("spiral", ["x", "y", "sin x", "sin y"], [16], 0.01, 60),
        ("spiral", ["x", "y"], [16, 16], 0.01, 100),
    ],
)
def test_a_small_network_learns_every_shape(name, told, hidden, learning_rate, epochs):
    rng = RNG(0)
    data, test = hold_out(SHAPES[name](1000, 0, rng), 0.2, rng)
    model = Sequential([*(Dense(units, "tanh") for units in hidden), Dense(1, "sigmoid")])
    model.compile(Adam(learning_rate), "binary_crossentropy")
    model.fit(features(data.inputs, told), data.targets, batch_size=10, epochs=epochs, rng=rng)
    assert model.evaluate(features(test.inputs, told), test.targets).accuracy > 0.94
