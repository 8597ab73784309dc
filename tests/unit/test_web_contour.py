"""The line between two classes lies where the network answers a half."""

import numpy as np

from nn.web.contour import path, segments


def grid(height, width):
    y, x = np.mgrid[0:height, 0:width]
    return x.astype(float), y.astype(float)


def test_the_line_of_a_cone_is_a_closed_circle():
    x, y = grid(60, 80)
    pieces = segments(np.hypot(x - 40, y - 25), 17.3)
    ends = np.concatenate([pieces[:, :2], pieces[:, 2:]])
    assert np.abs(np.hypot(ends[:, 0] - 40, ends[:, 1] - 25) - 17.3).max() < 0.02
    # Closed: at every end of a piece just one other begins.
    _, meeting = np.unique(ends.round(6), axis=0, return_counts=True)
    assert set(meeting.tolist()) == {2}
    length = np.hypot(pieces[:, 0] - pieces[:, 2], pieces[:, 1] - pieces[:, 3]).sum()
    assert abs(length - 2 * np.pi * 17.3) < 0.2


def test_a_slope_is_crossed_once_where_it_has_the_level():
    x, _ = grid(5, 9)
    pieces = segments(x, 3.25)
    assert len(pieces) == 4
    assert np.allclose(pieces[:, [0, 2]], 3.25)
    assert sorted(pieces[:, [1, 3]].ravel().tolist()) == [0, 1, 1, 2, 2, 3, 3, 4]


def test_in_a_saddle_the_middle_decides_which_corners_belong_together():
    low = segments(np.array([[1.0, 0.0], [0.0, 1.0]]), 0.6)
    assert np.allclose(low, [[0.4, 0, 0, 0.4], [0.6, 1, 1, 0.6]])
    high = segments(np.array([[1.0, 0.0], [0.0, 1.0]]), 0.4)
    assert np.allclose(high, [[0.6, 0, 1, 0.4], [0.4, 1, 0, 0.6]])


def test_lines_join_in_noise_too():
    pieces = segments(np.random.default_rng(1).random((40, 40)), 0.5)
    ends = np.concatenate([pieces[:, :2], pieces[:, 2:]]).round(9)
    places, meeting = np.unique(ends, axis=0, return_counts=True)
    inside = ((places > 0) & (places < 39)).all(axis=1)
    assert inside.sum() > 1000
    assert set(meeting[inside].tolist()) == {2}
    assert set(meeting[~inside].tolist()) == {1}


def test_where_nothing_is_crossed_there_is_no_line():
    assert len(segments(np.zeros((4, 4)), 0.5)) == 0
    assert len(segments(np.full((4, 4), np.nan), 0.5)) == 0
    assert path(segments(np.ones((4, 4)), 0.5)) == ""


def test_a_path_says_where_each_piece_begins_and_ends():
    assert path(np.array([[0, 1, 2.04, 3.06], [1, 1, 1.01, 1.01]])) == "M0.0 1.0L2.0 3.1"
