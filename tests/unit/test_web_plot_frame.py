"""Values of a series find their place in a plot."""

from __future__ import annotations

import numpy as np
import pytest

from nn.web.plot_frame import HEIGHT, WIDTH, Frame


def test_a_path_begins_at_its_place_and_ends_at_the_edge():
    frame = Frame(101, -1, 1)
    assert frame.path(np.array([-1.0, 0.0, 1.0]), 98) == "M588.0 240.0L594.0 120.0L600.0 0.0"
    assert frame.path(np.array([])) == ""


def test_what_cannot_be_seen_is_at_the_edge_and_what_is_no_number_is_a_gap():
    frame = Frame(6, 0, 1)
    values = np.array([np.nan, -5.0, 0.5, np.inf, 7.0, np.nan])
    assert frame.path(values) == "M120.0 240.0L240.0 120.0M480.0 0.0"


def test_a_pointer_finds_the_place_and_the_value_that_are_drawn_there():
    frame = Frame.around(np.array([2.0, 5.0, 3.0]), 21)
    place, value = frame.place_of(0.25, 0.1)
    assert (place, value) == (5.0, pytest.approx(5.06))
    assert frame.across(place) == 0.25 * WIDTH
    assert frame.down(np.array([value]))[0] == pytest.approx(0.1 * HEIGHT)
