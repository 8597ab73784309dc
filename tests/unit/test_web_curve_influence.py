"""Which values the next one is expected from is drawn as bars, and told."""

from __future__ import annotations

import numpy as np
import pytest

from nn.web.curve_influence import bars, told_influence


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([0.5], "Were the latest value 1 higher, 0.5 more would be expected."),
        (
            [-0.75, 0, 0.1, 0.2],
            "Were the one 3 before it 1 higher, 0.75 less would be expected; "
            "the latest value: 0.2 more.",
        ),
        ([np.nan, 1], "The network answers what is not a number."),
        ([], "There is no series to look at."),
    ],
)
def test_what_matters_most_is_told(found: list[float], said: str):
    assert told_influence(np.array(found, float)) == said


def test_bars_go_up_and_down_from_the_middle_to_the_edge():
    found = np.array([0.5, -2.0, 0.0, 1.0])
    assert bars(found, 1.0) == "M75.0 80V60.0M525.0 80V40.0"
    assert bars(found, -1.0) == "M225.0 80V160.0"
    assert bars(np.zeros(3), 1.0) == bars(np.array([np.inf, 1]), 1.0) == ""
