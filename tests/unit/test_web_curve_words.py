"""What a plot of a curve shows is said in words."""

from __future__ import annotations

import numpy as np
import pytest

from nn.forecasting import Yardsticks
from nn.web.curve_words import told_onward, told_values, verdict


@pytest.mark.parametrize(
    ("onward", "said"),
    [
        ([1, 2, 3], "up to 3 after 3 steps"),
        ([-1], "down to -1 after 1 step"),
        ([0, 0, 0], "level to 0 after 3 steps"),
        ([4, 8, 4, 0, -8, -4], "up to 8 after 2 steps, down to -8 after 5 steps, "
         "up to -4 after 6 steps"),
        ([8, 7.9, 8, 9, 0], "up to 9 after 4 steps, down to 0 after 5 steps"),
        ([np.inf, 1], "to what is not a number"),
        ([], "to what is not a number"),
    ],
)  # fmt: skip
def test_how_it_goes_on_is_told_by_where_it_turns(onward: list[float], said: str):
    assert told_onward(0.0, np.array(onward, float)) == said


def test_only_the_first_turns_are_told():
    wave = np.sin(np.arange(1.0, 200) / 5)
    said = told_onward(0.0, wave)
    assert said.startswith("up to 1 after 8 steps, down to -0.996 after 24 steps, up to ")
    assert said.endswith(", and so on")


def test_values_are_told_with_what_is_held_out():
    assert told_values(np.array([1.0, 1234.5678]), 0) == "2 values from 1 to 1,235"


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (2.0, "Not yet closer than “same as last”"),
        (0.9, "1.1 times as close as “same as last”"),
        (0.001, "1,000 times as close as “same as last”"),
        (0.0, "Exact"),
        (float("nan"), "Not a number"),
        (float("inf"), "Not a number"),
    ],
)
def test_the_verdict_compares_with_same_as_last(network: float, said: str):
    assert verdict(Yardsticks(network, 1.0, 0.5)) == said
    assert verdict(None) == "Nothing is held out"
