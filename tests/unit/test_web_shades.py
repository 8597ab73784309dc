"""Numbers as colours, and outputs of any activation as numbers from 0 to 1."""

import numpy as np
import pytest

from nn.web.shades import Shades, levels, matrix_shares

SHADES = Shades(["#000000", "#808080", "#ff0000"], "#0000ff")


def channels(values) -> list[list[int]]:
    return SHADES.of(np.array(values, dtype=np.float32)).view(np.uint8).reshape(-1, 4).tolist()


def test_colours_run_from_the_first_to_the_last():
    first, last = channels([0, 1])
    assert first == [0, 0, 0, 255] and last == [255, 0, 0, 255]
    half, quarter = channels([0.5, 0.25])
    assert np.abs(np.array(half) - [128, 128, 128, 255]).max() <= 1
    assert np.abs(np.array(quarter) - [64, 64, 64, 255]).max() <= 1


def test_what_is_beyond_is_shown_as_the_end():
    assert channels([-3, 7]) == channels([0, 1])


def test_what_is_not_a_number_has_a_colour_of_its_own():
    assert channels([np.nan, np.inf, 0]) == [[0, 0, 255, 255], [0, 0, 255, 255], [0, 0, 0, 255]]


def test_a_picture_keeps_its_shape():
    picture = SHADES.of(np.zeros((3, 5)))
    assert picture.shape == (3, 5) and picture.dtype == np.uint32


@pytest.mark.parametrize(
    ("activation", "outputs", "shown"),
    [
        ("sigmoid", [0, 0.25, 1], [0, 0.25, 1]),
        ("softmax", [0, 0.25, 1], [0, 0.25, 1]),
        ("tanh", [-1, 0, 0.5], [0, 0.5, 0.75]),
        ("relu", [0, 2, 4], [0.5, 0.75, 1]),
        ("linear", [-4, 0, 2], [0, 0.5, 0.75]),
        ("leaky_relu", [0, 0, 0], [0.5, 0.5, 0.5]),
    ],
)
def test_outputs_are_shown_within_what_an_activation_can_give(activation, outputs, shown):
    assert levels(np.array(outputs, dtype=float), activation).tolist() == shown


def test_a_matrix_is_shaded_by_its_largest_error_however_rare_errors_are():
    counts = np.array([[990, 8, 2], [0, 999, 1], [4, 0, 996]])
    shares = matrix_shares(counts)
    assert np.allclose(np.diag(shares), [0.99, 0.999, 0.996])
    assert shares[0, 1] == 1 and shares[0, 2] == 0.5
    assert shares[1, 0] == 0 and 0 < shares[1, 2] < shares[2, 0] < 1
    perfect = matrix_shares(np.diag([3, 0]))
    assert perfect.tolist() == [[1, 0], [0, 0]]
