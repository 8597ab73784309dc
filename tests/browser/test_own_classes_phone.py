"""A visitor teaches the page classes of their own on a phone, with one finger."""

import math

import pytest
from playwright.sync_api import expect

from tests.browser.fingers import Finger
from tests.browser.looks import PHONE, SIZE

NAMES = ("circle", "cross", "zigzag")
EACH = 4

BOXES = """() => ["canvas", "clear", "ownList"].map(id => {
  const { top, bottom } = document.getElementById(id).getBoundingClientRect();
  return [top, bottom];
})"""


def strokes(name, box):
    """A shape of a hand, in the middle of the canvas."""
    x, y, side = box["x"], box["y"], box["width"]

    def at(points):
        return [(x + side * px, y + side * py) for px, py in points]

    if name == "circle":
        turns = [2 * math.pi * i / 24 for i in range(25)]
        return [at([(0.5 + 0.3 * math.cos(a), 0.5 + 0.3 * math.sin(a)) for a in turns])]
    way = [0.2 + 0.06 * i for i in range(11)]
    if name == "cross":
        return [at([(p, p) for p in way]), at([(1 - p, p) for p in way])]
    return [at([(p, 0.3 + 0.4 * (i % 2)) for i, p in enumerate(way[::2])])]


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("height", [844, 664])
def test_three_shapes_are_taught_without_a_scroll(first_visit, height):
    options = {**PHONE, "viewport": {"width": 390, "height": height}}
    with first_visit(**options) as lab:
        page, finger = lab.page, Finger(lab.page)
        rows = page.locator("#ownList > li")
        page.locator("#ownClasses summary").click()
        # What opens is in sight, above the bar, with what one draws on.
        bar = page.locator("#bar").bounding_box()["y"]
        page.wait_for_function("document.getElementById('canvas').getBoundingClientRect().top < 20")
        boxes = page.evaluate(BOXES)
        assert min(top for top, _ in boxes) >= 0 and max(bottom for _, bottom in boxes) <= bar

        lab.click("ownAdd")
        for place, name in enumerate(NAMES):
            field = rows.nth(place).locator("input")
            finger.tap(middle(field))
            expect(field).to_be_focused()
            page.keyboard.type(name)
            expect(field).to_have_value(name)
        page.evaluate("document.activeElement.blur()")
        page.wait_for_timeout(300)

        boxes, scrolled = page.evaluate(BOXES), page.evaluate("scrollY")
        assert min(top for top, _ in boxes) >= 0 and max(bottom for _, bottom in boxes) <= bar
        for count in range(1, EACH + 1):
            for place, name in enumerate(NAMES):
                for stroke in strokes(name, lab.find("canvas").bounding_box()):
                    finger.stroke(stroke)
                finger.tap(middle(rows.nth(place).locator("[data-act=drawn]")))
                expect(rows.nth(place).locator("output")).to_have_text(str(count))
        # Nothing has moved, however many drawings there are.
        assert page.evaluate(BOXES) == boxes and page.evaluate("scrollY") == scrolled

        expect(page.locator("#barTrain")).to_have_text("Train on these")
        lab.news(lambda: finger.tap(middle(page.locator("#barTrain"))), "^Training 28x28x1.*-3$")
        lab.stop()
        assert "12 examples of 3 classes of your own" in lab.text("dataDescription")


def test_a_narrow_phone_shows_all_of_a_class(first_visit):
    options = {**PHONE, "viewport": {"width": 320, "height": 640}}
    with first_visit(**options) as lab:
        page = lab.page
        page.locator("#ownClasses summary").click()
        page.locator("#ownList [data-act=more]").first.click()
        tops = page.locator("#ownList > li").first.evaluate(
            "row => [...row.children].slice(0, 4).map(one => one.offsetTop + one.offsetHeight / 2)"
        )
        assert max(tops) - min(tops) < 2
        assert page.evaluate(SIZE)[0] == 0
