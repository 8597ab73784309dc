"""Accuracy and confusion matrix count what they say they count."""

import numpy as np
import pytest

from nn.metrics import accuracy, confusion_matrix


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
