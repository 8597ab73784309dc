import colorsys

import numpy as np
import pytest

from nn.data import Dataset
from nn.data.channels import channels, means_of
from nn.data.colours import NAMES, name_of
from nn.data.columns import Columns
from nn.labs.colour_space import TYPICAL, ink_on, plane, representatives
from nn.layers import Rescaling


def test_typical_colours_are_what_they_are_called():
    assert tuple(TYPICAL) == NAMES
    assert name_of(np.array(list(TYPICAL.values()))).tolist() == list(range(len(NAMES)))


@pytest.mark.parametrize("saturation", [0.0, 0.4, 1.0])
def test_the_plane_is_that_of_hsl(saturation):
    width, height = 7, 5
    expected = [
        colorsys.hls_to_rgb((x + 0.5) / width, 1 - (y + 0.5) / height, saturation)
        for y in range(height)
        for x in range(width)
    ]
    found = plane(saturation, width, height)
    assert found.dtype == np.uint8
    assert np.abs(found - 255 * np.array(expected)).max() <= 0.501


RGB = Rescaling(np.full(3, 0.01), np.full(3, -1.2))  # a mean of 120


@pytest.mark.parametrize(
    ("names", "places"),
    [
        (("r", "g", "b"), [0, 1, 2]),
        (("Blue", "Red", "Green"), [1, 2, 0]),
        (("r", "g"), None),
        (("r", "g", "x"), None),
        (("r", "red", "b"), None),
        (("r", "g", "b", "a"), None),
    ],
)
def test_colours_are_told_by_the_names_of_inputs(names, places):
    assert channels(Columns.plain(names, "x"), RGB) == places


def test_channels_from_0_to_1_are_no_colours_here():
    halves = Rescaling(np.full(3, 4.0), np.full(3, -2.0))
    assert channels(Columns.plain(("r", "g", "b"), "x"), halves) is None


def test_the_mean_is_what_a_normalisation_makes_0_of():
    inputs = Rescaling(np.array([0.5, 2.0, 0.0]), np.array([-5.0, 3.0, 1.0]))
    assert means_of(inputs, 3).tolist() == [10.0, -1.5, 0.0]


def test_classes_are_shown_in_a_known_colour_or_their_rows_or_some_other():
    rows = Dataset(
        np.array([[30, 10, 20], [50, 30, 40], [0, 0, 0]], np.uint8), np.array([1, 1, 0]), 3
    )
    shades = representatives(("red-ish", "mine", "unseen"), rows, [1, 2, 0])
    assert shades[0].tolist() == list(TYPICAL["red-ish"])
    assert shades[1].tolist() == [20, 30, 40]
    assert shades[2].tolist() not in shades[:2].tolist()


def test_text_stands_out_from_every_colour():
    # As WCAG 2.2 has it, written out once more.
    def luminance(colour):
        linear = [
            value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
            for value in (channel / 255 for channel in colour)
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ends = [*range(0, 256, 15)]
    contrasts = []
    for colour in ((r, g, b) for r in ends for g in ends for b in ends):
        ink = {"#000000": 0.0, "#ffffff": 1.0}[ink_on(np.array(colour))]
        low, high = sorted((luminance(colour), ink))
        contrasts.append((high + 0.05) / (low + 0.05))
    assert min(contrasts) >= 4.5
