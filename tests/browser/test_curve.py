"""The Curve lab: a drawn curve is learnt and gone on with in sight, and so is a column of one's
own."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import browsing, visiting
from tests.browser.curve import CurveLab
from tests.browser.lab import best_of, slow_frame
from tests.browser.looks import PHONE
from tests.browser.test_while_training import SLOWEST_FRAME

LAB = CurveLab
TABLE = "day,height,sort\n" + "".join(
    f"{i},{20 + 5 * math.sin(i / 4):.4f},{'ab'[i % 2]}\n" for i in range(200)
)


@pytest.fixture
def lab(own_lab):
    return own_lab


def sine(x: float) -> float:
    return 0.7 * math.sin(40 * x)


def test_a_drawn_curve_is_learnt_and_gone_on_with(lab):
    said = lab.news(lambda: lab.stroke(sine), "^Your curve: ")
    assert "values; a new network, 64x1-64x32-64x1" in said
    assert lab.text("leadTitle") == "Your curve goes on"
    known, held, onward = (lab.path(name) for name in ("known", "truth", "onward"))
    # Drawn where the pointer was, and gone on with from there to the edge.
    np.testing.assert_allclose(
        known[:, 1], 120 * (1 - np.array([*map(sine, known[:, 0] / 600)])), atol=6
    )
    assert abs(known[0, 0] - 12) < 4 and abs(held[-1, 0] - 432) < 4
    assert len(onward) > 80 and onward[-1, 0] == 600

    lab.train_to_the_end()

    network, line, last = lab.off_by()
    assert network < last and network < line
    assert "times as close as “same as last”" in lab.text("verdict")
    assert lab.text("accuracy") == lab.text("networkOff")
    # It goes on as the curve does: up and down, and not to nothing.
    onward = lab.path("onward")
    expected = 120 * (1 - np.array([*map(sine, onward[:, 0] / 600)]))
    assert np.abs(onward[:, 1] - expected).mean() < 60
    assert np.ptp(onward[:, 1]) > 100
    assert "From its end the network expects: " in lab.told() and "times as close" in lab.told()


def test_a_second_stroke_goes_on_with_the_first(lab):
    lab.news(lambda: lab.stroke(sine, 0.05, 0.5), "^Your curve: ")
    before = lab.path("known")
    said = lab.news(lambda: lab.stroke(sine, 0.5, 0.7), "^Your curve: ")
    assert int(said.split()[2]) > 240
    assert lab.path("known")[:20].tolist() == before[:20].tolist()
    # A new paper.
    lab.click("clear")
    assert lab.path("known").size == lab.path("stroke").size == 0
    said = lab.news(lambda: lab.stroke(sine, 0.1, 0.5), "^Your curve: ")
    assert 150 < int(said.split()[2]) < 170


def test_a_cleared_plot_that_nobody_draws_on_shows_the_series_again(lab):
    before = lab.path("known").tolist()
    lab.click("clear")
    assert lab.path("known").size == lab.path("onward").size == 0
    lab.set(epochs=5)
    lab.train_to_the_end()
    assert lab.path("known").tolist() == before
    assert lab.path("onward")[0].tolist() == lab.path("truth")[-1].tolist()


def test_of_a_large_network_fewer_values_are_measured_and_that_is_said(lab):
    assert lab.text("measured") == ""
    lab.set(hidden="gru:400", epochs=1)
    lab.train_to_the_end()
    measured = re.fullmatch(r", its last (\d+) values", lab.text("measured"))
    assert measured and 4 <= int(measured[1]) < 80
    assert len(lab.path("ahead")) == int(measured[1])


def test_too_short_a_stroke_is_refused_and_can_be_gone_on_with(lab):
    values = lab.path("known").tolist()
    assert "too short: draw it from left to right" in lab.complaint(
        lambda: lab.stroke(sine, 0.1, 0.12)
    )
    lab.news(lambda: lab.stroke(sine, 0.12, 0.5), "^Your curve: ")
    lab.click("builtIn")
    assert lab.path("known").tolist() == values


def test_it_is_drawn_with_a_finger_too(first_visit):
    with first_visit("#curve", **PHONE) as lab:
        box = lab.find("plot").bounding_box()
        points = [
            {"x": box["x"] + x * box["width"], "y": box["y"] + (0.5 - sine(x) / 2) * box["height"]}
            for x in np.linspace(0.05, 0.7, 60).tolist()
        ]
        touch = lab.page.context.new_cdp_session(lab.page)

        def stroke() -> None:
            moves = [("touchStart", points[:1]), *(("touchMove", [point]) for point in points)]
            for kind, places in [*moves, ("touchEnd", [])]:
                touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

        said = lab.news(stroke, "^Your curve: ")
        assert int(said.split()[2]) > 240
        assert lab.page.evaluate("scrollY") == 0


def test_a_curve_drawn_meanwhile_is_learnt_at_once(lab):
    lab.set(epochs=2_000)
    lab.train(1)
    lab.news(lambda: lab.stroke(sine), "^Training 64x1")
    assert lab.state == "training"
    assert lab.told().startswith("drawn: ")


def test_the_continuation_is_drawn_live(lab):
    lab.set(epochs=2_000)
    lab.train(1)
    seen = set()
    for _ in range(10):
        lab.page.wait_for_timeout(300)
        seen.add(lab.find("onward").get_attribute("d"))
    assert len(seen) > 3
    assert lab.state == "training"
    lab.page.wait_for_function(
        """() => Number(document.getElementById("curve-networkOff").textContent)
          < Number(document.getElementById("curve-lastOff").textContent)"""
    )


@pytest.mark.alone
def test_frames_keep_coming(lab):
    lab.set(epochs=5_000)
    lab.train(1)
    assert best_of(3, lambda: slow_frame(lab.page.evaluate), SLOWEST_FRAME) < SLOWEST_FRAME
    assert lab.state == "training"


@pytest.mark.parametrize("name", ["Damped", "Two waves", "Saw", "Chaos"])
def test_presets_show_their_curve_and_learn_it(lab, name: str):
    before = lab.path("known").tolist()
    lab.preset(name)
    assert lab.path("known").tolist() != before
    lab.train_to_the_end()
    network, line, last = lab.off_by()
    assert 5 * network < last and network < line


def test_units_are_drawn_as_they_learn(lab):
    def lines() -> list[str]:
        return (lab.find("unitLines").get_attribute("d") or "").split("M")[1:]

    before = lines()
    assert len(before) == 32 and all(line.count("L") == 63 for line in before)
    assert "the 32 units of layer 1, GRU, over the last 64 values" in lab.text("unitsHelp")
    lab.train_to_the_end()
    assert len(lines()) == 32 and lines() != before
    lab.set(hidden="gru:40")
    assert "the first 32 of 40 units" in lab.text("unitsHelp")
    lab.set(hidden="16")
    assert "These layers look at a whole window at once" in lab.text("unitsHelp")
    expect(lab.find("units")).to_be_hidden()


def test_what_it_looks_at_is_drawn_and_told(lab):
    lab.click("looksTab")
    before = lab.text("influenceTold")
    lab.train_to_the_end()
    told = lab.text("influenceTold")
    assert told != before
    # Where a smooth curve is heading: the latest for more than itself, one before against it.
    assert re.fullmatch(
        r"Were the latest value 1 higher, 1\.\d+ more would be expected; "
        r"the one (\d )?before it: 0\.\d+ less\.",
        told,
    )
    bars = [len((lab.find(name).get_attribute("d") or "").split("M")) - 1
            for name in ("raising", "lowering")]  # fmt: skip
    assert 56 < sum(bars) <= 64 and min(bars) > 0
    lab.click("unitsTab")


def test_settings_of_the_curve_are_in_the_link(lab, visit):
    lab.set(curve="saw", values=120, noise=0.1, steps=20, heldOut=10)
    assert lab.told().startswith("saw: 120 values")
    assert lab.told().split("; ")[1].startswith("the last 12 held out")
    link = lab.page.url.split("#")[1]
    with visit(f"#{link}") as again:
        assert again.path("known").tolist() == lab.path("known").tolist()


def test_windows_that_do_not_fit_are_refused_beside_their_field(lab):
    lab.set(values=60, steps=50)
    problem = lab.page.locator("main:not([hidden]) .problem", has_text="do not fit into the 48")
    expect(problem).to_be_visible()
    assert "do not fit" in lab.complaint(lambda: lab.click("train"))


def test_without_an_end_held_out_nothing_is_measured(lab):
    lab.set(heldOut=0)
    assert lab.text("verdict") == "Nothing is held out"
    assert lab.text("networkOff") == "–"
    lab.train_to_the_end()


def test_typed_numbers_are_learnt(lab):
    numbers = lab.find("numbers")
    if numbers.is_hidden():
        lab.page.locator("main:not([hidden]) .typed summary").click()
    # Those that are shown stand there, to be changed.
    assert len(numbers.input_value().split()) == 400
    numbers.fill("1 2 three")
    assert "value 3 is 'three'" in lab.complaint(lambda: lab.click("useNumbers"))
    numbers.fill("1 2 3")
    assert "typed has 3 values" in lab.complaint(lambda: lab.click("useNumbers"))
    assert lab.find("builtIn").is_hidden()
    numbers.fill(" ".join(f"{100 + i % 7},5" for i in range(140)))
    said = lab.news(lambda: lab.click("useNumbers"), "^Your numbers: ")
    assert said.startswith("Your numbers: 140 values; a new network, 37x1")
    assert lab.told().startswith("typed: 140 values from 100.5 to 106.5")
    lab.train_to_the_end()
    network, _, last = lab.off_by()
    assert 3 * network < last


def test_a_column_of_ones_own_is_opened_learnt_and_chosen(lab):
    said = lab.news(lambda: lab.choose("tableFile", {"heights.csv": TABLE.encode()}), "^heights")
    assert said.startswith("heights.csv: 200 values; a new network")
    assert "heights.csv, 'height': 200 values; the last 40 held out" in lab.text("dataDescription")
    assert lab.told().startswith("height: 200 values from 15 to 25")
    lab.train_to_the_end()
    network, line, last = lab.off_by()
    assert network < line < last
    # What it expects is in the unit of the table.
    assert network < 0.5 and 0.5 < last < 1.5
    columns = lab.find("column")
    assert columns.locator("option").all_text_contents() == ["day", "height"]
    lab.news(lambda: columns.select_option("day"), "^day: 200 values")
    assert lab.told().startswith("day: 200 values from 0 to 199")
    # What was learnt is not lost.
    lab.click("undo")
    expect(lab.find("plot")).to_have_attribute("aria-label", re.compile("^height"))
    assert lab.off_by()[0] == pytest.approx(network, rel=0.01)


def test_marks_of_what_is_missing_are_filled_and_said(lab):
    rows = (-999 if i % 50 == 20 else 20 + i * i % 17 for i in range(200))
    content = "day,height\n" + "".join(f"{i},{height}\n" for i, height in enumerate(rows))
    lab.news(lambda: lab.choose("tableFile", {"heights.csv": content.encode()}), "^heights")
    assert lab.told().startswith("height: 200 values from 20 to 36")
    said = lab.text("dataDescription")
    assert "-999 in 'height' is taken for missing" in said
    assert "4 missing values are filled by straight lines" in said


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("word,other\n" + "a,b\n" * 30, "no column of the table holds numbers"),
        ("x\n" + "1\n2\n" * 5, "x has 10 values; to learn how it goes on takes at least 20"),
        ("x,y\n" + "7,7\n" * 40, "x is always 7"),
        ("x,y\n" + "1,a\n,b\n4,a\n" * 20, "lacks 20 of 60 values, the first in row 2"),
    ],
)
def test_tables_without_a_series_are_refused(lab, content: str, message: str):
    before = lab.told()
    complaint = lab.complaint(lambda: lab.choose("tableFile", {"mine.csv": content.encode()}))
    assert complaint.startswith("mine.csv: ") and message in complaint
    assert lab.told() == before


def test_what_was_drawn_and_learnt_comes_back(browser, watch, site):
    with (
        browsing(browser, watch, site, keeping=True) as context,
        visiting(context, f"{site}#curve", kind=CurveLab) as lab,
    ):
        lab.find("speed").fill("6")
        lab.news(lambda: lab.stroke(sine), "^Your curve: ")
        lab.train_to_the_end()
        paths = [lab.path(name) for name in ("known", "truth", "ahead", "onward")]
        lab.page.reload()
        lab.wait("ready")
        assert "Your work is back as you left it" in lab.messages()
        for before, name in zip(paths, ("known", "truth", "ahead", "onward"), strict=True):
            np.testing.assert_allclose(lab.path(name), before, atol=0.5)
        # The paper is there too, to draw on.
        said = lab.news(lambda: lab.stroke(sine, 0.7, 0.74), "^Your curve: ")
        assert int(said.split()[2]) > 270


def test_a_saved_network_goes_on_elsewhere_with_its_scaling(lab, visit):
    lab.set(epochs=20)
    lab.news(lambda: lab.choose("tableFile", {"heights.csv": TABLE.encode()}), "^heights")
    lab.train_to_the_end()
    network, _, _ = lab.off_by()
    with lab.page.expect_download() as download:
        lab.click("saveWeights")
    weights = download.value.path().read_bytes()
    with visit("#curve") as other:
        other.news(
            lambda: other.choose("weightsFile", {"mine.json": weights}), r"^Loaded mine\.json"
        )
        assert "has learnt 'height', which is not open" in other.text("dataDescription")
        assert "open that column of numbers" in other.complaint(lambda: other.click("train"))
        other.news(
            lambda: other.choose("tableFile", {"again.csv": TABLE.encode()}), "can learn from it"
        )
        assert other.off_by()[0] == pytest.approx(network, rel=0.01)
        other.train_to_the_end()


def test_a_network_of_this_lab_is_offered_here_by_others(lab, visit):
    lab.set(epochs=1)
    lab.train_to_the_end()
    with lab.page.expect_download() as download:
        lab.click("saveWeights")
    weights = download.value.path().read_bytes()
    with visit("#points") as other:
        other.name = "points"
        complaint = other.complaint(lambda: other.choose("weightsFile", {"mine.json": weights}))
        assert "It opens in the lab Curve" in complaint
