"""A network's file tells which lab it belongs to."""

from dataclasses import replace

import pytest

from nn import Dense, Sequential
from nn.experiment.experiment import Experiment
from nn.labs import colours, digits, points, temperature
from nn.labs.homes import home_of


@pytest.mark.parametrize(
    ("lab", "defaults", "home"),
    [
        (digits, digits.PRESETS["Classic"], "Digits"),
        (digits, digits.PRESETS["Convolution"], "Digits"),
        (colours, replace(colours.DEFAULTS, colours=90), "Colours"),
        (points, points.DEFAULTS, "Points"),
        (temperature, temperature.DEFAULTS, "Temperature"),
    ],
)
def test_each_lab_is_the_home_of_its_networks(lab, defaults, home):
    assert home_of(Experiment(defaults, lab.task(defaults)).model) == home


def test_some_networks_belong_nowhere():
    model = Sequential([Dense(1)])
    model.build(3, rng=1)
    assert home_of(model) is None
