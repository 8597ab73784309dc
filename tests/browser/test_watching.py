"""Watching a network learn: steps, runs without an end, weights set by hand, the landscape of the
loss, the guided tour, and the recording that plays while Python starts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import visiting
from tests.browser.lab import Lab
from tests.browser.looks import PHONE, SIZE
from tests.browser.points_lab import PointsLab
from tests.browser.temperature import Temperature
from tests.browser.test_accessible import LABS, complaints

LAB = PointsLab

SMALL = "#points?points=50&batchSize=8&epochs=3&speed=fast"


def step(lab: Lab, button: str) -> str:
    said = lab.news(lambda: lab.click(button), "^Step: epoch")
    lab.wait("ready")
    return said


def test_steps_of_both_kinds_lead_where_training_leads(visit):
    with visit(SMALL) as points:
        points.train_to_the_end()
        expected = points.weights()
        points.click("rewind")
        assert "epoch 1 of 3, 8 of 40 samples, loss" in step(points, "stepBatch")
        assert points.text("train") == "Continue"
        assert "epoch 1 of 3, 40 of 40 samples" in step(points, "step")
        assert re.fullmatch(r"\d+\.\d\d %", points.text("accuracy"))  # an epoch ends with a test
        for _ in range(5):
            step(points, "stepBatch")
        points.news(lambda: points.click("train"), "^Training is done$")
        points.wait("ready")
        assert points.weights() == expected
        assert complaints(points) == []


@pytest.mark.parametrize("name", sorted({*LABS} - {"points"}))
def test_every_lab_has_steps_and_a_speed_and_trains_until_it_is_stopped(visit, name):
    with visit(f"#{name}?epochs=0&decay=none&speed=30") as lab:
        lab.name = name
        said = step(lab, "stepBatch")
        assert said.startswith("Step: epoch 1, ")
        expect(lab.find("speedShown")).to_have_text("about 30 s")
        lab.find("speed").fill("6")
        assert "speed=" not in lab.page.url  # as usual here
        lab.click("train")
        expect(lab.find("epoch")).to_have_text(re.compile(r"^[1-9].* / until stopped$"))
        lab.click("train")
        lab.wait("ready")
        lab.forget_messages()
        assert lab.page.evaluate(SIZE)[0] == 0


def test_what_is_said_where_a_speed_or_an_end_makes_no_sense(visit):
    with visit("#points?speed=7") as points:
        (said,) = points.messages("error")
        assert said.startswith("the link's speed, '7', is none of 120, 60, 30, 15, 10, 5, fast")
        points.set(epochs=0, decay="cosine")
        expect(points.find("decayProblem")).to_have_text(re.compile("needs an end"))


def test_a_weight_is_set_by_hand_taken_back_and_kept(visit):
    with visit(SMALL) as points:
        step(points, "step")
        before = points.weights()
        points.find("links").focus()
        points.page.keyboard.press("ArrowDown")
        points.page.keyboard.press("ArrowDown")
        picture = points.picture("surface")
        points.page.keyboard.press("Enter")
        points.page.keyboard.type("-7.5")
        assert points.picture("surface") != picture
        assert complaints(points) == []
        points.page.keyboard.press("Enter")
        expect(points.find("links")).to_be_focused()
        assert points.text("weightSaid").startswith("Weight from x to neuron 2")
        assert points.weights()[0]["kernel"][0][1] == -7.5
        # With the mouse, another one, which is taken back first.
        x, y = points.unit(1, 0)
        points.page.mouse.click(x - 16, y)
        points.page.keyboard.type("2")
        points.page.keyboard.press("Escape")
        assert 2 in [row[0] for row in points.weights()[1]["kernel"]]
        assert points.text("train") == "Continue"
        points.news(lambda: points.click("undoWeight"), "^The weight is")
        assert points.weights()[1] == before[1]
        points.page.wait_for_timeout(1500)  # it is written every second
        points.page.reload()
        points.wait("ready")
        assert points.weights()[0]["kernel"][0][1] == -7.5
        points.news(lambda: points.click("train"), "^Training is done$")
        # In One step, the weight that is followed.
        points.click("passTab")
        value = points.find("passValue")
        expect(value).not_to_have_value("")
        value.fill("1.25")
        value.press("Tab")
        points.click("undoWeight")
        expect(value).not_to_have_value("1.25")


def test_a_neuron_is_seen_large_with_the_keyboard(visit):
    with visit(SMALL) as points:
        whole = points.picture("surface")
        points.find("links").focus()
        points.page.keyboard.press("ArrowLeft")
        for _ in range(2 * 5 + 5):
            points.page.keyboard.press("ArrowDown")
        assert points.text("weightSaid") == "Neuron 1 of layer 1: the plane shows what it answers"
        assert points.picture("surface") != whole


def test_the_valley_of_the_one_neuron_and_the_way_down(context, site):
    with visiting(context, f"{site}#temperature?epochs=20000", kind=Temperature) as lab:
        lab.click("landscapeTab")
        expect(lab.find("landscapePanel")).to_have_attribute("data-state", "ready")
        summary = lab.find("landscapeSummary")
        expect(summary).to_have_text(re.compile(r"^Loss from \S+ in the valley to \S+ on the"))
        lab.train_to_the_end()
        path = lab.find("landscapePath").get_attribute("d") or ""
        assert path.count("L") > 20
        assert complaints(lab) == []
        # It is there again after a reload.
        lab.page.wait_for_timeout(1500)
        lab.page.reload()
        lab.wait("ready")
        lab.click("landscapeTab")
        expect(lab.find("landscapePath")).to_have_attribute("d", re.compile("(L.*){20}"))


def test_the_landscape_of_a_network_is_drawn_on_demand_and_can_be_stopped(visit):
    with visit("#digits?hidden=300,300") as lab:
        lab.name = "digits"
        lab.click("landscapeTab")
        lab.click("landscapeRun")
        expect(lab.find("landscapeFigure")).to_be_visible()
        lab.click("landscapeRun")  # long before it is done
        expect(lab.find("landscapePanel")).to_have_attribute("data-state", "ready")
        expect(lab.find("landscapeRun")).to_have_text("Draw again")
        expect(lab.find("landscapeSummary")).to_have_text(re.compile("of the places so far"))
        assert complaints(lab) == []


OVERLAP = """() => {
  const [a, b] = [document.querySelector(".toured"), document.getElementById("tourBubble")]
    .map(one => one.getBoundingClientRect());
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const inside = b.top >= 0 && b.left >= 0 && b.right <= innerWidth && b.bottom <= innerHeight;
  return [inside, Math.max(0, across) * Math.max(0, down) / (a.width * a.height)];
}"""


@pytest.mark.parametrize("name", LABS)
def test_a_tour_leads_through_the_lab_and_covers_nothing_on_a_phone(first_visit, name):
    with first_visit(f"#{name}", **PHONE) as lab:
        lab.name = name
        expect(lab.find("tourBubble")).to_be_hidden()
        lab.find("tour").click()
        expect(lab.find("tourNext")).to_be_focused()
        seen, trained = [], False
        while lab.find("tourBubble").is_visible():
            lab.page.wait_for_timeout(150)
            inside, covered = lab.page.evaluate(OVERLAP)
            assert inside
            seen.append(covered)
            trained = trained or lab.state == "training"
            if len(seen) == 2:
                assert complaints(lab) == []
            lab.page.keyboard.press("Enter")
        assert trained and len(seen) >= 6
        assert max(seen) < 0.5  # what is taller than the screen is seen by its upper half
        expect(lab.find("tour")).to_be_focused()
        # It is remembered, can be had again, and left with a key that stops no training.
        assert "fresh" not in (lab.find("tour").get_attribute("class") or "")
        lab.page.keyboard.press("Enter")
        lab.page.keyboard.press("Escape")
        expect(lab.find("tourBubble")).to_be_hidden()


SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver(list => {
    for (const one of list.getEntries()) window.shifted += one.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("name", LABS)
def test_a_recording_plays_while_python_starts_and_nothing_moves(first_visit, name, width):
    held, released = [], False

    def hold(route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    viewport, routes = {"width": width, "height": 844}, {"**/start/*.wasm": hold}
    with first_visit(f"#{name}", ready=False, viewport=viewport, routes=routes) as lab:
        lab.name = name
        lab.page.evaluate(SHIFTS)
        label = lab.find("lossChart").locator("span.recording")
        expect(label).to_have_text("A recording, while Python starts: the loss falls")
        curve = lab.find("lossChart").locator("path")
        expect(curve).to_have_attribute("d", re.compile("(L.*){3}"))
        assert complaints(lab) == []
        while not held:
            lab.page.wait_for_timeout(100)
        released = True
        for route in held:
            route.continue_()
        lab.wait("ready")
        assert lab.page.locator(".recording").count() == 0
        lab.page.wait_for_timeout(500)
        assert lab.page.evaluate("window.shifted") < 0.05


def test_whoever_wants_less_motion_sees_no_recording(first_visit):
    options = {"reduced_motion": "reduce", "routes": {"**/start/*.wasm": lambda route: None}}
    with first_visit("#points", ready=False, **options) as lab:
        lab.page.wait_for_timeout(1200)
        assert lab.page.locator(".recording").count() == 0
