"""Figures read well."""

import math

import pytest

from nn.web.figures import duration, figure, fixed, percent, readable, shortened, work_time


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [(0.97141, 2, "97.14 %"), (0.5, 0, "50 %"), (1.0, 1, "100.0 %"), (None, 2, "–")],
)
def test_a_share_is_shown_in_percent(share, digits, text):
    assert percent(share, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0000"),
        (-0.5, "-0.5000"),
        (2.33e-6, "2.33e-06"),
        (4_711.25, "4711.2500"),
        (1e300, "1.00e+300"),
        (math.inf, "not a number"),
        (math.nan, "not a number"),
    ],
)
def test_a_figure_has_digits_that_say_something(value, text):
    assert figure(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (158, 2, "158.00"),
        (1e-9, 5, "0.00000"),
        (-1e9, 2, "-1.00e+09"),
        (-math.inf, 2, "not a number"),
    ],
)
def test_a_number_has_the_decimal_places_asked_for_where_it_can(value, digits, text):
    assert fixed(value, digits) == text


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


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (617_612.4, 4, "617,612"),
        (1_234_567.0, 6, "1,234,567"),
        (3.14159265, 4, "3.142"),
        (-0.5, 6, "-0.5"),
        (0.00123456, 3, "0.00123"),
        (0, 6, "0"),
        (2.5e-9, 4, "2.5e-09"),
        (4e20, 4, "4e+20"),
        (9.9999, 2, "10"),
    ],
)
def test_a_number_of_a_visitors_data_is_rounded(value, digits, text):
    assert readable(value, digits) == text


def test_a_long_name_is_seen_to_be_shortened():
    assert shortened("12345", 5) == "12345"
    assert shortened("123456", 5) == "1234…"
