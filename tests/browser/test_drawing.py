"""What is drawn is read by the network."""

import math

import pytest
from playwright.sync_api import expect


def arc(x, y, width, height, start, end):
    """Points of an ellipse around (x, y), from one angle to another, clockwise from the right."""
    angles = [math.radians(start + (end - start) * i / 24) for i in range(25)]
    return [(x + width / 2 * math.cos(a), y + height / 2 * math.sin(a)) for a in angles]


DIGITS = {
    "0": [arc(0.5, 0.5, 0.66, 1, -90, 275)],
    "1": [[(0.55, 0), (0.45, 1)]],
    "2": [[*arc(0.5, 0.28, 0.56, 0.56, -165, 45), (0.2, 0.97)], [(0.2, 0.97), (0.82, 0.94)]],
    "3": [[*arc(0.45, 0.24, 0.5, 0.48, -150, 90), *arc(0.47, 0.73, 0.6, 0.52, -80, 150)]],
    "4": [[(0.25, 0), (0.15, 0.5), (0.8, 0.47)], [(0.75, 0), (0.68, 1)]],
    "5": [[(0.8, 0), (0.3, 0.03), (0.27, 0.42), *arc(0.42, 0.7, 0.62, 0.6, -70, 150)]],
    "7": [[(0.2, 0.05), (0.8, 0.03), (0.45, 1)]],
}

WAYS = {
    "in the middle": {"x": 0.2, "y": 0.2, "side": 0.6},
    "small in a corner": {"x": 0.72, "y": 0.08, "side": 0.2},
    "large": {"x": 0.06, "y": 0.06, "side": 0.88},
    "with a thin pen": {"x": 0.2, "y": 0.2, "side": 0.6, "pen": "6"},
}


@pytest.fixture(scope="module")
def trained(lab):
    """The page with the weights that come with it."""
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    return lab


@pytest.mark.parametrize("way", WAYS)
def test_a_drawn_digit_is_recognised(trained, way):
    place = {"pen": "20", **WAYS[way]}
    trained.find("pen").fill(place.pop("pen"))
    said = {}
    for digit, strokes in DIGITS.items():
        trained.click("clear")
        trained.draw(strokes, **place)
        said[digit] = trained.answer()
    assert said == {digit: digit for digit in DIGITS}


def test_the_answer_comes_by_itself_with_an_output_for_each_digit(trained):
    trained.click("clear")
    trained.draw(DIGITS["7"])
    expect(trained.find("prediction")).to_have_text("7")
    outputs = trained.probabilities()
    assert len(outputs) == 10
    assert max(outputs) == outputs[7] > 0.3
    assert all(0 <= output <= 1 for output in outputs)
    assert trained.page.locator("#probabilities .best").get_attribute("data-name") == "7"


def test_a_finger_draws_as_a_mouse_does(trained):
    trained.click("clear")
    session = trained.page.context.new_cdp_session(trained.page)
    for stroke in DIGITS["4"]:
        points = [trained.point(0.2 + 0.6 * x, 0.2 + 0.6 * y) for x, y in stroke]
        for kind, (x, y) in zip(["touchStart"] + ["touchMove"] * 9, points, strict=False):
            touches = [{"x": x, "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()
    assert trained.answer() == "4"


def test_an_empty_canvas_is_no_digit(trained):
    trained.click("clear")
    assert trained.answer() == "Draw a digit"
    assert trained.probabilities() == [0] * 10
    trained.draw(DIGITS["1"])
    assert trained.answer() == "1"

    trained.click("clear")
    assert trained.ink() == 0
    expect(trained.find("prediction")).to_have_text("Draw a digit")
    assert trained.probabilities() == [0] * 10


def test_a_test_picture_can_be_put_on_the_canvas(trained):
    trained.click("clear")
    trained.click("sample")
    assert trained.ink() > 1000
    assert trained.text("prediction").isdecimal()
