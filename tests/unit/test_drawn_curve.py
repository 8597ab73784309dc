"""Strokes become a series: later ones take the place of what was there."""

from __future__ import annotations

import numpy as np
import pytest

from nn.labs.drawn_curve import PLACES, DrawnCurve


def test_strokes_become_one_curve_with_straight_lines_between():
    drawn = DrawnCurve()
    assert drawn.span == (0, 0) and drawn.values.size == 0
    drawn.line(10, 0, 40, 0.6)
    drawn.line(80, -0.4, 60, 0)  # from right to left
    assert drawn.span == (10, 81)
    values = drawn.values
    assert values[0] == 0 and values[15] == 0.3 and values[30] == 0.6
    assert values[40] == pytest.approx(0.3) and values[70] == -0.4
    assert drawn.series().values.tolist() == values.tolist()


def test_what_is_drawn_later_takes_the_place_of_what_was_there():
    drawn = DrawnCurve()
    drawn.line(0, 0, 100, 0)
    drawn.line(50, 1, 60, 1)
    assert drawn.values[49:62].tolist() == [0, *[1] * 11, 0]
    # Straight up, it ends where the stroke ended.
    drawn.line(70, 0.9, 70, -0.9)
    assert drawn.values[70] == -0.9


def test_beyond_the_paper_is_its_edge():
    drawn = DrawnCurve()
    drawn.line(-50, 0, 20, 2)
    drawn.line(PLACES + 30, -7, PLACES + 10, -7)
    assert drawn.span == (0, PLACES)
    assert np.abs(drawn.values).max() == 1 and drawn.values[-1] == -1


def test_too_short_a_curve_is_refused():
    drawn = DrawnCurve()
    for _ in range(2):
        with pytest.raises(ValueError, match="too short: draw it from left to right"):
            drawn.series()
        drawn.line(5, 0, 15, 1)


def test_what_was_drawn_can_be_drawn_on():
    drawn = DrawnCurve()
    drawn.line(10, 0, 60, 1)
    again = DrawnCurve.of(drawn.values, drawn.span[0])
    assert again.span == (10, 61)
    again.line(60, 1, 90, 0)
    assert again.span == (10, 91) and again.values[:50].tolist() == drawn.values[:50].tolist()
