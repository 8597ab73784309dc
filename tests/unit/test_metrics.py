"""Accuracy, confusion matrix and R² are what their definitions say."""

import numpy as np
import pytest

from nn.metrics import accuracy, confusion_matrix, r2_score


def test_accuracy_is_the_share_of_right_answers():
    assert accuracy(np.array([0, 1, 2, 2]), np.array([0, 1, 1, 2])) == 0.75


def test_a_row_is_the_true_class_and_a_column_the_predicted_one():
    matrix = confusion_matrix(np.array([0, 0, 0, 2]), np.array([0, 1, 1, 2]), 3)
    assert matrix.tolist() == [[1, 2, 0], [0, 0, 0], [0, 0, 1]]


def test_labels_of_one_byte_do_not_overflow():
    labels = np.full(3, 99, dtype=np.uint8)
    assert confusion_matrix(labels, labels, 100)[99, 99] == 3


def test_unequal_lengths_and_no_samples_are_refused():
    with pytest.raises(ValueError, match="2 labels but 1 predictions"):
        accuracy(np.zeros(2), np.zeros(1))
    with pytest.raises(ValueError, match="2 labels but 1 predictions"):
        confusion_matrix(np.zeros(2), np.zeros(1), 2)
    with pytest.raises(ValueError, match="accuracy needs at least one sample"):
        accuracy(np.zeros(0), np.zeros(0))


@pytest.mark.parametrize(
    ("predicted", "score"),
    [
        ([1, 2, 3, 6], 1.0),
        ([3, 3, 3, 3], 0.0),
        ([1, 2, 3, 4], 1 - 4 / 14),
        ([6, 3, 2, 1], 1 - 52 / 14),
    ],
    ids=["perfect", "the mean", "one wrong", "worse than the mean"],
)
@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_r2_is_one_less_the_squared_errors_over_the_squares_about_the_mean(predicted, score, shape):
    targets = np.array([1, 2, 3, 6], np.float32).reshape(shape)
    assert r2_score(targets, np.array(predicted, np.float32).reshape(shape)) == pytest.approx(score)


def test_r2_of_equal_targets_is_one_only_for_perfect_predictions():
    targets = np.full(3, 7.0)
    assert r2_score(targets, targets) == 1.0
    assert r2_score(targets, np.array([7, 7, 8.0])) == 0.0


def test_r2_of_large_values_keeps_its_precision():
    targets = np.array([1e6, 1e6 + 1, 1e6 + 2], np.float32)
    assert r2_score(targets, targets + np.float32([1, 0, 0])) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("targets", "predicted", "message"),
    [
        ((2,), (2, 1), r"targets of shape \(2,\) but predictions of \(2, 1\)"),
        ((0,), (0,), r"one value for each of some samples, got \(0,\)"),
        ((2, 2), (2, 2), r"one value for each of some samples, got \(2, 2\)"),
    ],
)
def test_r2_of_other_shapes_is_refused(targets, predicted, message):
    with pytest.raises(ValueError, match=message):
        r2_score(np.zeros(targets), np.zeros(predicted))
