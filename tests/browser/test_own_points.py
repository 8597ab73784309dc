"""Points that visitors bring to the Points lab, and points that they move and remove."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looks import CONTRASTS, PHONE, faint
from tests.browser.own_points import above_and_below, bowl, clusters
from tests.browser.points_lab import LONG, PointsLab

LAB = PointsLab


@pytest.fixture
def points(own_lab):
    return own_lab


def count(points, kind: str) -> int:
    """How many points of a sort are drawn, whatever their colour."""
    return points.find("dots").evaluate(
        """(dots, kind) => [...dots.querySelectorAll(`.${kind} > :first-child`)]
             .map(path => (path.getAttribute("d") ?? "").split("M").length - 1)
             .reduce((sum, one) => sum + one, 0)""",
        kind,
    )


def brushes(points) -> list[str]:
    return points.find("brush").locator("label").all_inner_texts()


def test_two_classes_of_a_table_are_learnt_on_axes_of_its_own(points):
    said = points.open_table(above_and_below())
    assert said.startswith("Opened mine.csv: 200 points; 40 held out for testing; cells are parted")
    assert (count(points, "train"), count(points, "test")) == (160, 40)
    assert [text for text in brushes(points) if text in ("high", "low")] == ["high", "low"]
    expect(points.find("shapes")).to_be_hidden()
    points.train_to_the_end()
    assert points.accuracy() >= 90
    points.page.mouse.move(*points.place(0.5, 0.9))
    assert re.fullmatch(r"length 175\.\d, weight 9\d\d: high \d+ %", points.text("probe"))
    points.page.mouse.move(*points.place(0.5, 0.1))
    assert ": low " in points.text("probe")
    points.click("codeTab")
    expect(points.find("code")).to_contain_text("OwnPoints.of(table).placed(20 / 100, rng)")

    points.click("builtIn")
    expect(points.find("shapes")).to_be_visible()
    assert points.shape() == "2-5-1"
    points.click("undo")
    assert points.shape() == "2-8-8-2"
    assert points.text("dataDescription").startswith("mine.csv: 200 points")


def test_five_classes_have_colours_of_their_own(points):
    points.open_table(clusters())
    assert brushes(points)[:5] == [f"sort {place}" for place in range(5)]
    points.train_to_the_end()
    assert points.accuracy() >= 90
    points.page.mouse.move(*points.place(0.9, 0.5))
    assert re.fullmatch(r"u 1[23]\.\d\d?, v -?0\.\d\d: sort 0 \d+ %", points.text("probe"))
    points.brush("3")
    points.click_at(0.5, 0.5)
    assert points.dots("added3") == 1
    points.find("surface").scroll_into_view_if_needed()
    colours = points.find("surface").evaluate(
        """surface => {
          const { data } = surface.getContext("2d").getImageData(0, 0, 100, 100);
          const at = (x, y) => [...data.slice(4 * (100 * y + x), 4 * (100 * y + x) + 3)].join();
          return new Set([at(93, 50), at(62, 7), at(12, 22), at(12, 78), at(62, 93)]).size;
        }"""
    )
    assert colours == 5


def test_a_number_is_learnt_as_a_surface_with_a_scale(points):
    points.open_table(bowl())
    expect(points.field("loss")).to_have_value("mean_squared_error")
    expect(points.find("accuracyChart")).to_be_hidden()
    points.train_to_the_end()
    assert float(points.text("accuracy")) > 0.95
    low, high = (float(text) for text in points.find("scale").locator("span").all_inner_texts())
    assert 100 <= low < 110 and 220 < high <= 260
    points.page.mouse.move(*points.place(0.5, 0.5))
    assert float(points.text("probe").rpartition(": ")[2]) == pytest.approx(100, abs=10)
    points.find("brush").locator("[type=number]").fill("250")
    points.click_at(0.5, 0.5)
    assert count(points, "added") == 1


def test_a_trained_network_is_not_thrown_away_unasked(points):
    points.set(epochs=2)
    points.train_to_the_end()
    before = points.weights()
    points.choose("tableFile", {"mine.csv": clusters().encode()})
    expect(points.find("ask")).to_be_visible()
    points.click("askNo")
    expect(points.find("ask")).to_be_hidden()
    assert points.weights() == before
    points.choose("tableFile", {"mine.csv": clusters().encode()})
    points.news(lambda: points.click("askYes"), "^Opened mine.csv: 150 points")
    points.click("undo")
    assert points.weights() == before


def test_a_saved_network_goes_on_once_its_table_is_open(points):
    points.open_table(clusters())
    points.set(epochs=2)
    points.train_to_the_end()
    before, saved = points.weights(), points.find("saveWeights")
    with points.page.expect_download() as download:
        saved.click()
    path = download.value.path()
    points.click("builtIn")
    content = {"saved.json": path.read_bytes()}
    points.news(lambda: points.choose("weightsFile", content), "^Loaded saved.json")
    assert "from a table that is not open" in points.text("dataDescription")
    assert "open their table first" in points.complaint(lambda: points.click("train"))
    points.open_table(clusters())
    assert points.weights() == before
    points.train_to_the_end()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b,c\nu,v,w\nu,w,w\nv,v,u\nv,u,u\n", "mine.csv: beside 'c'"),
        ("", "mine.csv: "),
    ],
)
def test_a_table_that_does_not_suit_changes_nothing(points, text, said):
    before = points.weights()
    files = {"mine.csv": text.encode()}
    assert said in points.complaint(lambda: points.choose("tableFile", files))
    assert points.weights() == before
    expect(points.find("shapes")).to_be_visible()


def test_other_columns_of_a_table_are_chosen(points):
    points.open_table("p,q,r,kind\n1,2.5,3,a\n2,3.5,5,b\n4,4.5,6,a\n7,1.5,1,b\n")
    x, y, answer = (points.find(name) for name in ("xColumn", "yColumn", "answerColumn"))
    assert [one.input_value() for one in (x, y, answer)] == ["p", "q", "kind"]
    points.news(lambda: x.select_option("r"), "^Opened mine.csv")
    points.news(lambda: y.select_option("r"), "^Opened mine.csv")
    assert [one.input_value() for one in (x, y, answer)] == ["q", "r", "kind"]
    points.news(lambda: answer.select_option("q"), "^Opened mine.csv")
    assert [one.input_value() for one in (x, y, answer)] == ["p", "r", "q"]
    assert "Test R²" in points.find("accuracy").locator("..").inner_text()
    points.click("builtIn")
    expect(points.find("tableColumns")).to_be_hidden()


def test_points_are_dragged_with_the_mouse(points):
    points.click_at(0.9, 0.1)
    points.drag((0.9, 0.1), (0.1, 0.9))
    assert points.dots("added1") == 1
    assert points.link()["added"] == "0.1:0.9:1"
    points.set(points=10)
    key = points.find("train1").evaluate("group => group.firstElementChild.getAttribute('d')")
    x, y = map(float, re.match(r"M([\d.]+) ([\d.]+)h0", key).groups())
    points.brush("move")
    points.drag((x / 100, 1 - y / 100), (0.5, 0.5))
    assert points.link()["moved"].endswith(":0.5:0.5")
    points.click_at(0.3, 0.3)
    assert points.dots("added1") == 1
    points.click("unadd")
    assert (points.link()["added"], points.link()["moved"]) == ("", "")
    points.set(points=200)


def test_points_are_removed_by_a_click_and_with_the_keyboard(points):
    before = count(points, "train") + count(points, "test")
    points.click_at(0.02, 0.98)
    points.brush("remove")
    points.click_at(0.02, 0.98)
    assert points.dots("added1") == 0
    points.find("plane").focus()
    points.page.keyboard.press("Delete")
    assert count(points, "train") + count(points, "test") == before - 1
    assert points.link()["removed"].isdigit()
    points.click("unadd")
    assert count(points, "train") + count(points, "test") == before


def test_training_goes_on_with_points_that_were_changed(points):
    points.open_table(above_and_below())
    points.set(**LONG, decay="none")
    points.train()
    points.brush("remove")
    points.page.keyboard.press("Tab")
    points.find("plane").focus()
    left = count(points, "train") + count(points, "test")
    key = points.find("train0").evaluate("group => group.firstElementChild.getAttribute('d')")
    x, y = map(float, re.match(r"M([\d.]+) ([\d.]+)h0", key).groups())
    points.click_at(x / 100, 1 - y / 100)
    assert count(points, "train") + count(points, "test") == left - 1
    assert points.state == "training"
    points.stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("table", [clusters(6, 60), bowl(60)], ids=["classes", "number"])
def test_all_text_stands_out_from_its_background(points, table, scheme):
    points.page.emulate_media(color_scheme=scheme)
    points.open_table(table)
    assert faint(points.page.evaluate(CONTRASTS)) == []


def test_points_are_dragged_with_a_finger(first_visit):
    with first_visit("#points", **PHONE) as lab:
        plane = lab.find("plane")
        plane.scroll_into_view_if_needed()
        lab.page.touchscreen.tap(*lab.place(0.7, 0.2))
        assert lab.dots("added1") == 1
        lab.brush("move")
        plane.scroll_into_view_if_needed()
        fingers = lab.page.context.new_cdp_session(lab.page)
        for kind, place in (
            ("touchStart", (0.7, 0.2)),
            ("touchMove", (0.6, 0.3)),
            ("touchMove", (0.2, 0.8)),
            ("touchEnd", None),
        ):
            x, y = lab.place(*place) if place else (0, 0)
            points = [{"x": x, "y": y}] if place else []
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        lab.page.wait_for_timeout(200)
        x, y, label = lab.link()["added"].split(":")
        assert (float(x), float(y), label) == (
            pytest.approx(0.2, abs=0.01),
            pytest.approx(0.8, abs=0.01),
            "1",
        )
