"""Units are drawn side by side, each in a cell, and on one scale."""

from __future__ import annotations

import numpy as np

from nn.web.curve_units import unit_lines


def points(path: str) -> list[np.ndarray]:
    """The (n, 2) points of each line."""
    return [
        np.array([[float(n) for n in pair.split()] for pair in line.split("L")])
        for line in path.split("M")[1:]
    ]


def test_lines_stay_in_their_cells():
    answers = np.random.default_rng(1).uniform(-3, 3, (20, 32))
    found = points(unit_lines(answers))
    assert len(found) == 32
    boxes = [(line.min(axis=0), line.max(axis=0)) for line in found]
    for unit, (low, high) in enumerate(boxes):
        row, column = divmod(unit, 8)
        assert 50 * row <= low[1] and high[1] <= 50 * row + 44.1
        assert column == 0 or low[0] > boxes[unit - 1][1][0]
    assert max(high[0] for _, high in boxes) == 600


def test_quiet_units_look_quiet_and_what_is_no_number_is_a_gap():
    loud, quiet = points(unit_lines(np.array([[4.0, 0.4], [-4.0, -0.4]])))
    assert np.ptp(loud[:, 1]) == 10 * np.ptp(quiet[:, 1]).round(1)
    assert unit_lines(np.full((3, 2), np.nan)) == ""
