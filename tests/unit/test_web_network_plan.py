"""What lies where in the drawing of a network."""

import numpy as np
import pytest

from nn.web.network_plan import MOST_ROWS, TILE, Plan, Unit, Weight


def plan(inputs=(0, 1), widths=(5, 1), biased=None, width=700) -> Plan:
    return Plan(inputs, 7, widths, biased or [True] * len(widths), width, 92)


DEEP = plan(inputs=(0, 2, 4), widths=(8, 3, 8, 6, 2, 8, 4, 1), width=600)


@pytest.mark.parametrize("drawing", [plan(), DEEP], ids=["shallow", "deep"])
def test_every_unit_and_weight_is_found_where_it_is_drawn(drawing):
    for layer, units in enumerate(drawing.shown):
        for unit in range(units):
            left, top = drawing.corner(Unit(layer, unit))
            assert drawing.at(left + TILE / 2, top + 5) == Unit(layer, unit)
            assert drawing.at(*drawing.bias_spot(Unit(layer, unit))) == Weight(layer, -1, unit)
    for row in range(drawing.sources(0)):
        left, top = drawing.corner(Unit(-1, row))
        assert drawing.at(left + 1, top + 1) == Unit(-1, row)


def test_a_link_is_found_at_its_ends_and_in_its_middle():
    drawing = plan(inputs=(0, 3), widths=(4, 1))
    for layer in (0, 1):
        for weight in drawing.weights(layer):
            if weight.source < 0:
                continue
            left, right = drawing.columns[layer] + TILE, drawing.columns[layer + 1]
            start = drawing.middle(Unit(layer - 1, weight.source))
            end = drawing.middle(Unit(layer, weight.unit))
            near = [drawing.at(left + 2, start), drawing.at(right - 7, end)]
            assert near[0].source == weight.source and near[1].unit == weight.unit
    for source in range(4):
        assert drawing.at(*drawing.label_spot(Weight(1, source, 0))) == Weight(1, source, 0)


def test_where_nothing_is_drawn_nothing_is_found():
    drawing = plan()
    for place in [(5, 60), (drawing.columns[0] + 300, 2), (drawing.width - 2, 100)]:
        assert drawing.at(*place) is None


def test_inputs_that_are_not_chosen_keep_their_place_but_have_no_links():
    drawing = plan(inputs=(1, 6))
    assert drawing.corner(Unit(-1, 1)) == drawing.input_corner(6)
    assert drawing.sources(0) == 2
    left, top = drawing.input_corner(0)
    assert drawing.at(left + 5, top + 5) is None


def test_large_layers_are_drawn_in_part():
    drawing = plan(widths=(100, 20, 1))
    assert drawing.shown == [MOST_ROWS, MOST_ROWS, 1]
    assert len(drawing.curves(1)) == MOST_ROWS**2
    _, top = drawing.corner(Unit(0, MOST_ROWS - 1))
    assert top + TILE <= drawing.height
    assert drawing.height > plan(widths=(8, 8, 1)).height  # so many more


def test_weights_are_told_as_the_kernel_has_them_and_then_the_biases():
    drawing = plan(widths=(2, 1), biased=[True, False])
    assert drawing.weights(0) == [
        Weight(0, 0, 0),
        Weight(0, 0, 1),
        Weight(0, 1, 0),
        Weight(0, 1, 1),
        Weight(0, -1, 0),
        Weight(0, -1, 1),
    ]
    assert drawing.weights(1) == [Weight(1, 0, 0), Weight(1, 1, 0)]
    assert len(drawing.curves(0)) == 4


def test_the_drawing_fills_the_room_there_is_and_grows_where_that_is_too_little():
    assert plan(width=700).width <= 700
    assert plan(width=700).width > 690
    deep = plan(widths=(8,) * 8, width=300)
    assert deep.width > 8 * 92
    assert np.diff(deep.columns).min() >= 92
