"""The Colours lab: it learns the names of colours, and answers while it learns."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from nn.data.colours import NAMES
from tests.browser.colours import ENDLESS, Colours
from tests.browser.lab import best_of
from tests.browser.looks import CONTRASTS, PHONE, SIZE, faint, out_of_reach
from tests.browser.tables import houses

LAB = Colours
FEWEST_ANSWERS = 4.0  # a second
FEWEST_STRIPS = 2.0  # a second; twice that where nothing else runs
DIST = Path(__file__).parents[2] / "dist"


@pytest.fixture
def lab(own_lab):
    return own_lab


@pytest.fixture
def training(lab):
    """The lab while it trains."""
    lab.set(epochs=ENDLESS)
    lab.train()
    return lab


# ---- The built-in colours.


def test_it_learns_the_names_of_colours(lab):
    lab.train_to_the_end()
    assert lab.accuracy() >= 85
    assert lab.text("dataDescription").startswith("5,400 colours")
    assert "1,080 of them held out for testing" in lab.text("dataDescription")
    for colour, name in (
        ((255, 0, 0), "red-ish"),
        ((0, 255, 0), "green-ish"),
        ((0, 0, 255), "blue-ish"),
        ((128, 128, 128), "grey-ish"),
        ((255, 255, 0), "yellow-ish"),
    ):
        assert lab.put(*colour) == name
        bars = lab.bars()
        assert tuple(bars) == NAMES
        assert max(bars, key=bars.get) == name
        assert sum(bars.values()) == pytest.approx(1, abs=0.001)
        assert lab.text("sure") == f"{100 * bars[name]:.0f} % sure"


def test_a_test_shows_which_names_are_confused(lab):
    lab.train_to_the_end()
    lab.news(lambda: lab.click("test"), "^Test: loss")
    expect(lab.find("confusion")).to_be_visible()
    rows = lab.find("confusion").locator("tr").all()[1:]
    cells = [row.locator("td").all_text_contents() for row in rows]
    counts = [[0 if text == "·" else int(text) for text in row] for row in cells]
    assert [row.locator("th").text_content() for row in rows] == list(NAMES)
    assert sum(map(sum, counts)) == 1080
    right = sum(counts[i][i] for i in range(9))
    assert lab.accuracy() == round(100 * right / 1080, 2)
    assert f"{right:,} of 1,080 right" in lab.text("testSummary")


@pytest.mark.alone
@pytest.mark.parametrize(
    ("name", "fewest"), [("probabilities", FEWEST_ANSWERS), ("strip", FEWEST_STRIPS)]
)
def test_pictures_follow_the_training(training, name, fewest):
    def seconds() -> float:
        return 2 / max(training.changes(name), 0.01)

    assert best_of(3, seconds, 1 / fewest) <= 1 / fewest


def test_the_boundaries_move_while_it_learns(lab):
    before = lab.picture("strip"), lab.text("shares")
    lab.set(epochs=ENDLESS)
    lab.train()
    lab.page.wait_for_timeout(1500)
    assert lab.state == "training"
    meanwhile = lab.picture("strip"), lab.text("shares")
    lab.stop()
    assert before[0] != meanwhile[0] and before[1] != meanwhile[1]
    assert len(lab.find("shares").locator("li").all()) >= 7


def test_a_slider_is_answered_while_it_trains(training):
    training.page.wait_for_timeout(1500)
    assert training.put(0, 0, 250) == "blue-ish"
    assert training.put(10, 200, 10) == "green-ish"
    assert training.state == "training"


def test_other_saturation_shows_other_colours(lab):
    before = lab.picture("strip"), lab.picture("trueStrip")
    lab.find("saturation").fill("10")
    assert lab.text("saturationShown") == "10 %"
    after = lab.picture("strip"), lab.picture("trueStrip")
    lab.find("saturation").fill("80")
    assert before[0] != after[0] and before[1] != after[1]
    assert lab.picture("trueStrip") == before[1]


def test_sliders_work_by_keyboard_and_are_kept_in_the_address(lab, visit):
    lab.put(100, 150, 200)
    assert "colour=6496c8" in lab.page.url
    lab.slider(0).focus()
    lab.page.keyboard.press("ArrowRight")
    expect(lab.number(0)).to_have_value("101")
    lab.slider(2).focus()
    lab.page.keyboard.press("End")
    expect(lab.number(2)).to_have_value("255")
    link = re.search("#.*", lab.page.url)[0]
    assert "colour=6596ff" in link
    style = lab.find("swatch").evaluate("swatch => getComputedStyle(swatch).backgroundColor")
    assert style == "rgb(101, 150, 255)"
    with visit(link) as other:
        assert [other.number(i).input_value() for i in range(3)] == ["101", "150", "255"]
        assert other.text("answer") == lab.text("answer")


@pytest.mark.parametrize("text", ["", "-5", "999", "12.6"])
def test_what_is_no_channel_is_put_right(lab, text):
    lab.put(10, 20, 30)
    lab.number(0).fill(text)
    lab.number(0).blur()
    expected = {"": "10", "-5": "0", "999": "255", "12.6": "13"}[text]
    expect(lab.number(0)).to_have_value(expected)
    expect(lab.slider(0)).to_have_value(expected)


def test_a_colour_looked_at_does_not_change_what_train_will_do(lab):
    lab.set(epochs=ENDLESS)
    lab.train()
    lab.stop()
    lab.put(1, 2, 3)
    assert lab.text("plan") == "Continue picks up where it stopped."


def test_a_preset_leaves_the_colour_that_is_looked_at(lab):
    lab.put(1, 2, 250)
    lab.find("settings").locator("[data-preset=Large]").click()
    expect(lab.field("hidden")).to_have_value("64,32")
    assert [lab.number(i).input_value() for i in range(3)] == ["1", "2", "250"]
    assert "colour=0102fa" in lab.page.url


def test_a_held_out_colour_is_put_on_the_sliders(lab):
    lab.click("example")
    assert re.fullmatch(r"The data says [a-z]+-ish\.", lab.text("truth"))
    lab.put(1, 2, 3)
    assert lab.text("truth") == ""


# ---- Weights.


def test_saved_weights_give_the_same_answers(lab, visit):
    lab.train_to_the_end()
    saved, accuracy = lab.save(), lab.text("accuracy")
    lab.put(12, 200, 90)
    bars = lab.bars()
    assert saved["columns"]["outputs"][0]["classes"] == list(NAMES)
    lab.click("reset")
    assert lab.bars() != bars
    with visit("#colours") as other:
        assert f"test accuracy {accuracy}" in other.load(json.dumps(saved))
        other.put(12, 200, 90)
        assert other.bars() == bars
        other.news(lambda: other.click("test"), "^Test: loss")
        assert other.text("accuracy") == accuracy
        assert other.save()["weights"] == saved["weights"]


def test_the_network_of_another_lab_is_refused(lab):
    before = lab.save()
    digits = {"weights.json": (DIST / "weights.json").read_bytes()}
    complaint = lab.complaint(lambda: lab.choose("weightsFile", digits))
    assert "784 to 10" in complaint and "Colours" in complaint
    other = {**before, "inputs": {"shape": [3], "scale": 1, "offset": 0}}
    files = {"other.json": json.dumps(other).encode()}
    assert "another lab" in lab.complaint(lambda: lab.choose("weightsFile", files))
    assert lab.save() == before


def test_a_bad_file_meanwhile_is_refused_and_training_goes_on(training):
    training.complaint(lambda: training.drop("bad.json", "[]"))
    before = training.text("epoch")
    expect(training.find("epoch")).not_to_have_text(before)
    assert training.state == "training"


# ---- Looks.


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_background(lab, scheme):
    lab.page.emulate_media(color_scheme=scheme)
    found = []
    for colour in ((0, 0, 0), (255, 255, 255), (255, 0, 0), (118, 118, 118), (0, 128, 255)):
        lab.put(*colour)
        found += lab.page.evaluate(CONTRASTS)
    lab.news(lambda: lab.click("test"), "^Test: loss")
    found += lab.page.evaluate(CONTRASTS)
    lab.open_table(houses())
    found += lab.page.evaluate(CONTRASTS)
    assert len(found) > 500
    assert faint(found) == []


def test_a_laptop_shows_everything_without_scrolling(lab):
    sizes = {"at first": lab.page.evaluate(SIZE)}
    lab.train_to_the_end()
    lab.news(lambda: lab.click("test"), "^Test: loss")
    sizes["after a test"] = lab.page.evaluate(SIZE)
    lab.open_table(houses(), agree=True)
    sizes["with a table"] = lab.page.evaluate(SIZE)
    lab.news(lambda: lab.click("test"), "^Test: loss")
    sizes["with a scatter"] = lab.page.evaluate(SIZE)
    assert {when: size for when, size in sizes.items() if size != [0, 0]} == {}


def test_hidden_tabs_are_left_out_by_the_keyboard(lab):
    lab.find("spaceTab").focus()
    lab.page.keyboard.press("ArrowRight")
    expect(lab.find("testTab")).to_be_focused()
    expect(lab.find("testPanel")).to_be_visible()


def test_a_phone_shows_one_column_whose_controls_can_be_reached(first_visit):
    with first_visit("#colours", **PHONE) as lab:
        lab.train_to_the_end()
        lab.news(lambda: lab.click("test"), "^Test: loss")
        assert lab.page.evaluate(SIZE)[0] == 0
        lab.open_table(houses(), agree=True)
        lab.news(lambda: lab.click("test"), "^Test: loss")
        assert lab.page.evaluate(SIZE)[0] == 0
        lab.click("columnsTab")
        assert out_of_reach(lab.page, "main :is(button, input, select)") == []
