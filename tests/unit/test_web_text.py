"""Figures read well."""

import pytest

from nn.web.text import duration, percent, work_time


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [(0.97141, 2, "97.14 %"), (0.5, 0, "50 %"), (1.0, 1, "100.0 %"), (None, 2, "–")],
)
def test_a_share_is_shown_in_percent(share, digits, text):
    assert percent(share, digits) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1:00 min"), (125, "2:05 min"), (3_725, "1 h 2 min")],
)
def test_a_duration_is_shown_in_the_units_that_suit_it(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0000123, "0.0123 ms"),
        (0.0451, "45.1 ms"),
        (1, "1 s"),
        (23.456, "23.5 s"),
        (125, "2:05 min"),
    ],
)
def test_the_time_of_work_is_shown_however_short_it_is(seconds, text):
    assert work_time(seconds) == text
