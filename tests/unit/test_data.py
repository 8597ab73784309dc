"""Datasets keep inputs and targets that belong together, and split without losing a sample."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import Dataset, hold_out


def numbered(count: int) -> Dataset:
    """Sample i has the inputs [i, i] and the target [i]."""
    values = np.arange(count, dtype=np.float32)[:, np.newaxis]
    return Dataset(np.repeat(values, 2, axis=1), values)


def test_length_is_the_number_of_samples():
    assert len(numbered(3)) == 3


def test_take_returns_the_chosen_samples_in_the_chosen_order():
    data = Dataset(np.array([[1], [2], [3]], np.uint8), np.array([0, 1, 2]), classes=3)
    taken = data.take([2, 0])
    assert taken.inputs.tolist() == [[3], [1]]
    assert taken.targets.tolist() == [2, 0]
    assert taken.classes == 3


def test_take_copies():
    data = numbered(3)
    data.take(np.array([1])).inputs[:] = 99
    assert data.inputs[1].tolist() == [1, 1]


def test_taking_a_sample_that_is_not_there_is_an_index_error():
    with pytest.raises(IndexError):
        numbered(3).take([3])


def test_drawing_some_samples_keeps_their_order():
    drawn = numbered(50).draw(20, np.random.default_rng(1))
    values = drawn.targets.ravel().tolist()
    assert len(set(values)) == 20
    assert values == sorted(values)
    assert drawn.inputs[:, 0].tolist() == values


def test_drawing_repeats_with_the_seed_only():
    first, again, other = (
        numbered(50).draw(20, np.random.default_rng(seed)).targets.tolist() for seed in (1, 1, 2)
    )
    assert first == again != other


def test_drawing_all_samples_draws_no_number():
    data, rng = numbered(5), np.random.default_rng(1)
    assert data.draw(5, rng) is data
    assert rng.random() == np.random.default_rng(1).random()


def test_more_samples_than_there_are_cannot_be_drawn():
    with pytest.raises(ValueError, match="there are 5 samples, too few to draw 6"):
        numbered(5).draw(6, np.random.default_rng(1))


PIXELS = np.zeros((2, 4), np.uint8)


@pytest.mark.parametrize(
    ("inputs", "targets", "classes", "message"),
    [
        (np.zeros(4, np.uint8), np.zeros(4, int), 2, r"shape \(n, features\), not \(4,\)"),
        (np.zeros((2, 4), int), np.zeros(2, int), 2, "uint8 or floating, not int64"),
        (PIXELS, np.zeros(3, int), 2, "2 inputs but 3 targets"),
        (PIXELS, np.zeros((3, 1)), None, "2 inputs but 3 targets"),
        (PIXELS, np.array(0), 2, "2 inputs but 1 targets"),
        (PIXELS, np.zeros(2, int), None, "without classes must be floating"),
        (PIXELS, np.zeros(2), None, r"shape \(n, outputs\), not float64 with the shape \(2,\)"),
        (PIXELS, np.zeros(2), 2, "with classes must be whole numbers"),
        (PIXELS, np.array([1, 2]), 2, "sample 2 has the label 2; expected 0 to 1"),
        (PIXELS, np.array([-1, 0]), 2, "sample 1 has the label -1; expected 0 to 1"),
    ],
)
def test_inputs_and_targets_that_do_not_fit_are_refused(inputs, targets, classes, message):
    with pytest.raises(ValueError, match=message):
        Dataset(inputs, targets, classes)


@given(count=st.integers(2, 50), fraction=st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_holding_out_puts_every_sample_on_exactly_one_side(count, fraction):
    kept, held_out = hold_out(numbered(count), fraction, np.random.default_rng(0))
    both = np.concatenate([kept.targets, held_out.targets]).ravel()
    assert sorted(both) == list(range(count))
    assert len(kept) >= 1
    assert len(held_out) >= 1
    assert abs(len(held_out) - count * fraction) <= 1


def test_inputs_stay_with_their_targets_when_held_out():
    for part in hold_out(numbered(20), 0.25, np.random.default_rng(0)):
        assert (part.inputs == part.targets).all()


def test_the_same_seed_holds_out_the_same_samples():
    first, again, other = (
        hold_out(numbered(50), 0.2, np.random.default_rng(seed))[1].targets.ravel().tolist()
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("fraction", [0, 1, -0.5, 1.5, float("nan")])
def test_holding_out_nothing_or_everything_is_refused(fraction):
    with pytest.raises(ValueError, match=f"above 0 and below 1, not {fraction}"):
        hold_out(numbered(10), fraction, np.random.default_rng(0))


def test_a_single_sample_cannot_be_split():
    with pytest.raises(ValueError, match="at least two samples, not 1"):
        hold_out(numbered(1), 0.5, np.random.default_rng(0))
