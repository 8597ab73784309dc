"""Every schedule starts at the initial rate and falls as its formula says."""

from math import sqrt

import pytest

from nn.schedules import CosineDecay, ExponentialDecay, InverseTimeDecay


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (ExponentialDecay(0.8, 10, 0.25), {0: 0.8, 5: 0.4, 10: 0.2, 20: 0.05}),
        (ExponentialDecay(0.8, 10, 0.25, staircase=True), {0: 0.8, 9: 0.8, 10: 0.2, 19: 0.2}),
        (InverseTimeDecay(0.8, 10, 3), {0: 0.8, 10: 0.2, 50: 0.05}),
        (
            CosineDecay(0.8, 12),
            {0: 0.8, 3: 0.4 + 0.2 * sqrt(2), 4: 0.6, 6: 0.4, 8: 0.2, 12: 0, 99: 0},
        ),
        (CosineDecay(0.8, 12, alpha=0.5), {0: 0.8, 4: 0.7, 6: 0.6, 12: 0.4, 99: 0.4}),
    ],
)
def test_rates_are_those_of_the_formula(schedule, rates):
    assert {step: schedule(step) for step in rates} == pytest.approx(rates, abs=1e-15)


@pytest.mark.parametrize("steps", [0, -1, float("nan")])
@pytest.mark.parametrize(
    "make",
    [
        lambda steps: ExponentialDecay(0.1, steps, 0.5),
        lambda steps: InverseTimeDecay(0.1, steps, 0.5),
        lambda steps: CosineDecay(0.1, steps),
    ],
)
def test_a_decay_over_no_steps_is_refused(make, steps):
    with pytest.raises(ValueError, match="decay_steps must be positive"):
        make(steps)
