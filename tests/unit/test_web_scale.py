import pytest

from nn.web.scale import Scale


@pytest.mark.parametrize(
    ("low", "high", "whole", "expected"),
    [
        (30.2, 249.9, False, (30, 250, 2)),
        (0, 1, False, (0, 1, 0.005)),
        (1, 7, True, (1, 7, 1)),
        (1900, 2019, True, (1900, 2019, 1)),
        (-2.5e6, 3e6, False, (-2.5e6, 3e6, 50_000)),
        (5, 5, False, (4, 6, 0.01)),
        (1e76, 1e76, False, (0.99e76, 1.01e76, 1e72)),
    ],
)
def test_a_scale_goes_over_the_values_in_round_steps(low, high, whole, expected):
    scale = Scale.over("x", low, high, whole)
    assert (scale.low, scale.high, scale.step) == pytest.approx(expected)


def test_the_nearest_place_is_on_the_scale():
    scale = Scale.over("x", 0.0, 10.0)
    assert scale.nearest(3.333) == pytest.approx(3.35)
    assert scale.nearest(99.0) == pytest.approx(10.0)
    assert scale.nearest(-99.0) == pytest.approx(0.0)
