"""A finger that has drawn is heard at once when it taps."""

import math

import pytest

from nn import load_model
from nn.formats.page import dumps
from tests.browser.conftest import ROOT, browsing
from tests.browser.fingers import Finger
from tests.browser.looks import PHONE

TIMES = 8
AT_ONCE = 100
"""Milliseconds between a stroke and a tap: as soon as a hand is there."""


def circle(box):
    """A circle on an element that is still under way when the finger lifts."""
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    radius = 0.3 * min(box["width"], box["height"])
    turns = [2 * math.pi * i / 28 for i in range(29)]
    return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


def heard(page, canvas, button):
    """How many of as many taps on a button come, each right after a stroke on the canvas."""
    finger = Finger(page)
    page.evaluate(
        """([canvas, button]) => {
          document.querySelector(button).addEventListener("click", () => { window.taps += 1; });
          window.taps = 0;
          document.querySelector(canvas).scrollIntoView({ block: "start" });
        }""",
        [canvas, button],
    )
    page.wait_for_timeout(500)
    for _ in range(TIMES):
        finger.stroke(circle(page.locator(canvas).bounding_box()))
        page.wait_for_timeout(AT_ONCE)
        box = page.locator(button).bounding_box()
        finger.tap((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
        page.wait_for_timeout(AT_ONCE)
    page.wait_for_timeout(500)
    return page.evaluate("window.taps")


@pytest.mark.parametrize(
    ("link", "canvas", "button"),
    [
        ("", "#canvas", "#clear"),
        ("#curve", "#curve-plot", "#curve-clear"),
        ("#points", "#points-plane", "#points-rewind"),
    ],
)
def test_the_tap_right_after_a_stroke_is_not_swallowed(first_visit, link, canvas, button):
    with first_visit(link, **PHONE) as lab:
        if link == "#points":
            # With any other brush a stroke scrolls the page.
            lab.page.locator("#points-brush [value=move]").check()
        assert heard(lab.page, canvas, button) == TIMES


def test_nor_is_it_on_a_page_that_was_saved(browser, watch, tmp_path):
    path = tmp_path / "network.html"
    path.write_text(dumps(load_model(ROOT / "dist/best.json")), encoding="utf-8")
    with browsing(browser, watch, path.as_uri(), offline=True, **PHONE) as context:
        page = context.new_page()
        page.goto(path.as_uri())
        page.wait_for_function("document.querySelector('#canvas')?.checkVisibility()")
        assert heard(page, "#canvas", "#pen + button") == TIMES


def test_a_finger_that_draws_leaves_the_field_that_was_written_in(first_visit):
    with first_visit(**PHONE) as lab:
        lab.page.locator("#ownClasses summary").click()
        name = lab.page.locator("#ownList input").first
        name.click()
        lab.page.keyboard.type("circle")
        Finger(lab.page).stroke(circle(lab.find("canvas").bounding_box()))
        assert lab.ink() > 1000
        assert not name.evaluate("field => field === document.activeElement")
        lab.page.locator("#ownList [data-act=drawn]").first.click()
        assert lab.page.get_by_label("Add the drawing to circle").count() == 1
