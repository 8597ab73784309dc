"""The Points lab: it learns, it is seen to learn, and it can be played with."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from nn.labs.points import PRESETS
from tests.browser.lab import best_of
from tests.browser.looks import CONTRASTS, PHONE, SIZE, faint
from tests.browser.points_lab import LONG, PointsLab

LAB = PointsLab
ROOT = Path(__file__).resolve().parents[2]

FEWEST_PAINTS = 10.0  # a second


@pytest.fixture
def points(own_lab):
    return own_lab


# ---- Learning.


def test_the_default_network_learns_the_diagonal(points):
    accuracy = points.train_to_the_end()
    assert accuracy > 97
    assert points.answer_at(0.5, 0.1) < 0.05
    assert points.answer_at(0.3, 0.7) > 0.95
    assert points.shape() == "2-5-1"


@pytest.mark.parametrize("preset", sorted(PRESETS.keys() - {"Diagonal"}))
def test_every_other_preset_learns_its_shape(points, preset):
    points.preset(preset)
    assert points.train_to_the_end() >= 95


@pytest.mark.alone
def test_gradients_found_by_nudging_train_too_and_cost_more(points):
    points.set(gradients="numerical", epochs=60)
    assert points.train_to_the_end() > 95
    points.click("measure")
    points.expect_text("costNote", "^$")
    points.expect_text("backpropagationTime", r"^\d+\.\d\d ms$")
    fast, slow = (
        float(points.text(name).removesuffix(" ms"))
        for name in ("backpropagationTime", "numericalTime")
    )
    assert 0 < fast < slow
    assert points.text("nudges") == "22"
    assert 0 < float(points.text("difference")) < 0.1


def test_the_answer_follows_the_training_without_a_hand(points):
    points.set(**LONG, learningRate=0.03)
    points.answer_at(0.3, 0.7)
    points.train()
    seen = set()
    for _ in range(20):
        seen.add(points.read()[2])
        points.page.wait_for_timeout(100)
    assert len(seen) > 3


@pytest.mark.alone
def test_a_run_takes_the_time_that_the_slider_says_and_ends_the_same(points):
    points.set(epochs=60)
    points.train_to_the_end()
    weights = points.weights()
    points.click("rewind")
    points.find("speed").fill("3")
    assert points.text("speedShown") == "about 15 s"
    assert "speed=" not in points.page.url  # as usual in this lab
    points.train()
    epochs = set()
    for _ in range(15):
        epochs.add(points.text("epoch"))
        points.page.wait_for_timeout(100)
    assert len(epochs) > 3
    assert points.state == "training"
    said = points.find("speed").get_attribute("aria-valuetext")
    assert said == "a whole run in about 15 s"
    points.find("speed").focus()
    points.news(lambda: points.page.keyboard.press("End"), "^Training is done")
    assert points.link()["speed"] == "fast"
    assert points.weights() == weights


@pytest.mark.alone
def test_the_heat_map_moves_ten_times_a_second(points):
    points.set(**LONG, learningRate=0.01)
    points.train()

    def seconds_between_paints() -> float:
        before = points.paints()
        points.page.wait_for_timeout(1000)
        return 1 / max(points.paints() - before, 0.01)

    longest = 1 / FEWEST_PAINTS
    assert best_of(5, seconds_between_paints, longest) <= longest
    pictures = set()
    for _ in range(5):
        pictures.add(points.picture("surface"))
        points.page.wait_for_timeout(300)
    assert len(pictures) > 2
    size = points.find("surface").evaluate("surface => [surface.width, surface.height]")
    assert size == [100, 100]


def test_the_line_between_the_classes_is_where_the_network_answers_a_half(points):
    points.train_to_the_end()
    ends = points.find("boundary").evaluate(
        """line => [...line.getAttribute("d").matchAll(/M([\\d.]+) ([\\d.]+)/g)]
           .map(([, x, y]) => [(Number(x) + 0.5) / 100, 1 - (Number(y) + 0.5) / 100])"""
    )
    assert len(ends) > 50
    for x, y in ends:
        assert abs(x - y) < 0.1  # near the diagonal
    # Coordinates are whole pixels of the mouse, and the slope is steep.
    x, y = ends[len(ends) // 2]
    assert points.answer_at(x - 0.1, y + 0.1) > 0.5 > points.answer_at(x + 0.1, y - 0.1)


# ---- Points.


def test_a_click_adds_a_point_of_the_chosen_class(points):
    points.click_at(0.8, 0.3)
    assert points.dots("added1") == 1
    points.brush("0")
    points.click_at(0.25, 0.75)
    points.click_at(0.2, 0.8)
    assert (points.dots("added1"), points.dots("added0")) == (1, 2)
    added = [point.split(":") for point in points.link()["added"].split(",")]
    assert [label for _, _, label in added] == ["1", "0", "0"]
    for (x, y, _), place in zip(added, [(0.8, 0.3), (0.25, 0.75), (0.2, 0.8)], strict=True):
        assert abs(float(x) - place[0]) < 0.01 and abs(float(y) - place[1]) < 0.01


def test_a_click_that_only_looks_adds_nothing(points):
    points.brush("look")
    points.click_at(0.8, 0.3)
    assert points.read()[:2] == (0.8, 0.3)
    assert points.link()["added"] == ""


def test_added_points_are_trained_on_and_stay_when_the_network_begins_anew(points):
    points.click_at(0.8, 0.3)
    points.step()
    assert points.save()["training"]["samples"] == 161
    points.click("reset")
    points.click("rewind")
    assert points.dots("added1") == 1
    points.step()
    assert points.save()["training"]["samples"] == 161
    points.click("unadd")
    assert points.dots("added1") == 0
    assert points.link()["added"] == ""
    expect(points.find("unadd")).to_be_disabled()
    points.click("rewind")
    points.step()
    assert points.save()["training"]["samples"] == 160


def test_a_point_added_meanwhile_is_learnt_at_once(points):
    points.set(**LONG)
    points.train(epochs=1)
    points.brush("0")
    points.click_at(0.3, 0.9)
    assert points.state == "training"
    points.expect_text("progressLabel", r"^Epoch: [\d,]+ of 161$")
    assert points.dots("added0") == 1


def test_points_are_added_with_the_keyboard(points):
    points.find("plane").focus()
    x, y, _ = points.read()
    points.page.keyboard.press("ArrowRight")
    points.page.keyboard.press("ArrowRight")
    points.page.keyboard.press("Shift+ArrowUp" if y < 0.5 else "Shift+ArrowDown")
    there = points.read()
    assert there[0] == pytest.approx(min(x + 0.04, 1))
    assert abs(there[1] - y) == pytest.approx(0.1)
    assert points.text("probeSaid") == points.text("probe")
    points.page.keyboard.press("Enter")
    points.page.keyboard.press("ArrowLeft")
    points.page.keyboard.press("Space")
    assert points.dots("added1") == 2
    assert points.page.evaluate("scrollY") == 0


def test_points_to_test_with_are_drawn_beside_those_to_train_on(points):
    points.set(points=200, testShare=25)
    assert points.dots("train0") + points.dots("train1") == 150
    assert points.dots("test0") + points.dots("test1") == 50
    points.set(points=200, testShare=20)


# ---- Steps.


def test_a_step_is_an_epoch_and_rewinding_leads_to_just_where_it_began(points):
    points.set(batchSize=100)  # of which many would fit in a frame
    start = points.save()
    points.step()
    once = points.save()
    assert once["training"]["epochs"] == 1
    assert once["training"]["test_accuracy"] is not None
    points.step()
    twice = points.save()
    assert twice["training"]["epochs"] == 2
    assert start["weights"] != once["weights"] != twice["weights"]
    points.click("rewind")
    again = points.save()
    assert again["weights"] == start["weights"]
    assert again["training"]["epochs"] == 0
    points.step()
    assert points.weights() == once["weights"]
    points.step()
    assert points.weights() == twice["weights"]


def test_rewinding_stops_training(points):
    start = points.weights()
    points.set(**LONG)
    points.train(epochs=3)
    points.click("rewind")
    points.wait("ready")
    assert points.weights() == start
    assert points.text("epoch") == "–"


# ---- Files and links.


def test_a_saved_network_answers_the_same_in_a_fresh_page(points, visit):
    points.preset("Circle")
    points.input("x²").check()
    points.set(epochs=5)
    points.train_to_the_end()
    saved = points.save()
    assert [one["name"] for one in saved["columns"]["inputs"]] == ["x", "y", "x²"]
    (output,) = saved["columns"]["outputs"]
    assert (output["name"], output["classes"]) == ("class", ["blue", "orange"])
    places = [(0.5, 0.5), (0.1, 0.9), (0.6, 0.3)]
    answers = [points.answer_at(*place) for place in places]
    picture = points.picture("surface")
    with visit("#points") as fresh:
        content = {"mine.json": json.dumps(saved).encode()}
        fresh.news(lambda: fresh.choose("weightsFile", content), "^Loaded mine.json: 3-4-1")
        assert fresh.link()["inputs"] == "x,y,x2"
        assert fresh.link()["shape"] == "circle"
        expect(fresh.input("x²")).to_be_checked()
        assert [fresh.answer_at(*place) for place in places] == answers
        assert fresh.picture("surface") == picture
        fresh.step()
        assert fresh.weights() != saved["weights"]
        fresh.news(lambda: fresh.click("rewind"), "^Loaded mine.json")
        assert fresh.weights() == saved["weights"]


def test_files_for_something_else_are_refused(points):
    before = points.weights()
    digits = (ROOT / "dist" / "weights.json").read_bytes()
    complaint = points.complaint(lambda: points.choose("weightsFile", {"digits.json": digits}))
    assert complaint.startswith(
        "digits.json: the network is for 784 inputs without names; for points they must be some "
        "of x, y, x², y², xy, sin x, sin y. It opens in the lab Digits"
    )
    others = points.save()
    for column, name in zip(others["columns"]["inputs"], "rg", strict=True):
        column["name"] = name
    content = {"colours.json": json.dumps(others).encode()}
    complaint = points.complaint(lambda: points.choose("weightsFile", content))
    assert complaint.startswith("colours.json: the network's inputs are r, g; for points")
    complaint = points.complaint(lambda: points.choose("weightsFile", {"bad.json": b"{"}))
    assert complaint.startswith("bad.json: ")
    assert points.weights() == before


def test_a_link_opens_the_lab_as_it_was(visit):
    link = (
        "#points?shape=spiral&points=300&noise=0.2&testShare=50&inputs=x,y,sinx&hidden=6,3"
        "&activation=tanh&added=0.5:0.25:1,0.1:0.9:0"
    )
    with visit(link) as lab:
        assert lab.dots("train0") + lab.dots("train1") == 150
        assert (lab.dots("added0"), lab.dots("added1")) == (1, 1)
        assert lab.shape() == "3-6-3-1"
        expect(lab.input("sin x")).to_be_checked()
        spiral, circle = (lab.page.locator(f"[data-shape={name}]") for name in ("spiral", "circle"))
        expect(spiral).to_have_attribute("aria-pressed", "true")
        lab.set(noise="0.1")
        circle.click()
        expect(circle).to_have_attribute("aria-pressed", "true")
        expect(spiral).to_have_attribute("aria-pressed", "false")
        assert lab.link()["noise"] == "0.1"
        assert lab.link()["shape"] == "circle"
        assert lab.link()["learningRate"] == "0.3"
        circle.click()
        assert lab.link()["learningRate"] == "0.03" and lab.link()["noise"] == "0"
        spiral.click()
        assert lab.link()["hidden"] == "8,8"


def test_a_wrong_link_is_told_in_one_sentence(visit):
    with visit("#points?noise=7&inputs=z&added=here&points=300") as lab:
        (complaint,) = lab.messages("error")
        for name in ("Noise", "Inputs", "Added points"):
            assert f"{name}: expected" in complaint
        lab.preset("Diagonal")
        assert lab.train_to_the_end() > 90


# ---- Looks.


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_background(points, scheme):
    points.page.emulate_media(color_scheme=scheme)
    points.click_at(0.8, 0.3)
    points.page.mouse.move(*points.unit(0, 1))
    found = points.page.evaluate(CONTRASTS)
    assert len(found) > 80
    assert faint(found) == []


def test_a_dark_page_has_a_dark_heat_map(points):
    light = points.picture("surface")
    points.page.emulate_media(color_scheme="dark")
    points.page.wait_for_timeout(300)
    assert points.picture("surface") != light


def test_a_laptop_shows_everything_without_scrolling(points):
    sizes = {"2-5-1": points.page.evaluate(SIZE)}
    points.set(hidden="8,8,8,8,8,8")
    sizes["six layers"] = points.page.evaluate(SIZE)
    assert {when: size for when, size in sizes.items() if size != [0, 0]} == {}


def test_a_phone_has_one_column_and_everything_within_reach(first_visit):
    with first_visit("#points?hidden=8,8,8,8,8,8", **PHONE) as lab:
        across, down = lab.page.evaluate(SIZE)
        assert across == 0 and down > 0
        lab.find("plane").scroll_into_view_if_needed()
        lab.page.touchscreen.tap(*lab.place(0.7, 0.2))
        assert lab.dots("added1") == 1
        assert lab.read()[:2] == pytest.approx((0.7, 0.2), abs=0.01)
        lab.find("network").scroll_into_view_if_needed()
        lab.page.touchscreen.tap(*lab.unit(0, 2))
        assert lab.text("tag") == "neuron 3 of layer 1"
        expect(lab.find("tag")).to_be_visible()
        hidden = lab.page.evaluate(
            """() => [...document.querySelectorAll(
                 "button, input, select, [tabindex='0']")]
              .filter(one => one.checkVisibility() && one.type !== "hidden" && one.id !== "skip")
              .filter(one => {
                one.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
                const box = one.getBoundingClientRect();
                const top = document.elementFromPoint(
                  box.left + box.width / 2, box.top + box.height / 2);
                return !(one.contains(top) || top?.contains(one) || one.id === "points-links");
              }).map(one => one.id || one.name || one.ariaLabel)"""
        )
        assert hidden == []
        lab.find("train").scroll_into_view_if_needed()
        lab.train(epochs=1)
        lab.stop()
        assert lab.page.evaluate(SIZE)[0] == 0
