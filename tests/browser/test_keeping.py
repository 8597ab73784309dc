"""Nothing is lost: a lab comes back as it was, and a run that was interrupted goes on."""

from __future__ import annotations

import io
import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, expect

from tests.browser.colours import Colours
from tests.browser.conftest import Watch, browsing, visiting
from tests.browser.lab import Lab
from tests.browser.own_points import above_and_below
from tests.browser.points_lab import PointsLab
from tests.browser.tables import houses
from tests.browser.temperature import Temperature

EIGHT = [[(0.5, 0.5), (0.2, 0.25), (0.5, 0), (0.8, 0.25), (0.2, 0.75), (0.5, 1), (0.5, 0.5)]]
TABLE = above_and_below().encode()


@pytest.fixture(scope="module")
def past(browser: Browser, watch: Watch, site: str) -> Iterator[BrowserContext]:
    """A browser in which a new tab goes on with the work of one that was closed."""
    with browsing(browser, watch, site, keeping=True) as context:
        yield context


@pytest.fixture
def visitor(past: BrowserContext, site: str) -> Iterator[Callable[..., Any]]:
    """A function that opens a lab in a new tab, for a `with`; the past ends with a test."""

    @contextmanager
    def visit(kind: type[Lab] = Lab, link: str = "") -> Iterator[Any]:
        with visiting(past, f"{site}{link or f'#{kind.name}'}", kind=kind) as lab:
            yield lab

    yield visit
    # Of the same origin, and without Python.
    page = past.new_page()
    blank = '<link rel="icon" href="data:,">'
    page.route("**/blank", lambda route: route.fulfill(body=blank, content_type="text/html"))
    page.goto(f"{site}blank")
    for name in ("nn", "nn-tabs"):
        page.evaluate(DELETE, name)
    page.close()


DELETE = """name => new Promise((resolve, reject) => {
  const request = indexedDB.deleteDatabase(name);
  request.onsuccess = resolve;
  request.onerror = reject;
})"""


def back(lab: Lab) -> bool:
    """Whether the page says that it has brought work back."""
    return "Your work is back as you left it" in lab.messages()


def kernels(lab: Lab) -> Any:
    """All weights of the network, as the file has them."""
    return lab.save()["weights"]


def finish(lab: Lab) -> None:
    lab.news(lambda: lab.click("train"), "^Training is done$")
    lab.wait("ready")


# ---- A run goes on.


def test_a_reload_in_mid_training_brings_the_lab_back_and_training_goes_on(visitor):
    with visitor() as lab:
        # Wide, so that no machine is through the epoch before the page is loaded again.
        lab.set(epochs=3, trainSamples=20_000, hidden="512")
        finish(lab)
        expected = kernels(lab)
        lab.click("reset")
        lab.train(samples=5_000)
        lab.page.reload()
        lab.wait("ready")
        assert back(lab) and lab.text("train") == "Continue"
        assert any(line.startswith("Epoch 1, ") for line in lab.messages())
        assert int(lab.find("lossChart").get_attribute("data-points")) > 10
        assert lab.text("epoch").endswith("/ 3") and lab.done()[0] > 5_000
        finish(lab)
        assert kernels(lab) == expected


SETTINGS = "activation=relu&loss=categorical_crossentropy&batchSize=16&useBias=true"
# With how many epochs tell a machine's speed.
RUNS = {
    Temperature: ("#temperature?", 3000),
    # Pictures that change, an optimizer with moments, layers that are random or keep means.
    Lab: (
        f"#digits?{SETTINGS}&optimizer=adam&learningRate=0.002&decay=cosine"
        "&hidden=conv2d:4:5:strides=2,batchnorm,flatten,dropout:0.2,16&trainSamples=6000"
        "&augment=shift=1:rotate=5:zoom=0.05",
        2,
    ),
}
KILLS = 10  # of each run
LASTS = 10.0  # seconds that a run takes, more or less: thrice what it gets on until the last kill


@pytest.mark.parametrize("kind", RUNS)
@pytest.mark.alone
def test_a_page_that_is_killed_ten_times_ends_with_the_same_weights(visitor, kind):
    chance = random.Random(kind.name)
    link, epochs = RUNS[kind]
    reached = []

    def train_and_crash(lab: Lab) -> None:
        lab.click("train")
        lab.page.wait_for_timeout(chance.uniform(50, 600))
        reached.append((lab.text("epoch"), lab.text("progressLabel")))
        assert lab.state == "training"
        crash(lab)

    with visitor(kind, f"{link}&epochs={epochs}") as lab:
        begun = time.perf_counter()
        finish(lab)
        took = time.perf_counter() - begun
        lab.set(epochs=math.ceil(epochs * LASTS / took))
        lab.click("reset")
        finish(lab)
        expected = kernels(lab)
        lab.click("reset")
        train_and_crash(lab)
    for _ in range(KILLS - 1):
        with visitor(kind) as lab:
            train_and_crash(lab)
    with visitor(kind) as lab:
        assert back(lab) and lab.text("train") == "Continue"
        finish(lab)
        assert kernels(lab) == expected
    assert len(set(reached)) > 2


def crash(lab: Lab) -> None:
    """End the process of a tab, which has no time to write anything."""
    with lab.page.expect_event("crash"), suppress(Error):
        lab.page.goto("chrome://crash")


# ---- What a visitor made.


def test_a_drawing_and_own_classes_come_back(visitor):
    with visitor() as lab:
        lab.draw(EIGHT)
        lab.page.locator("#ownClasses summary").click()
        lab.page.locator("#ownList > li").nth(0).locator("input").fill("eight")
        lab.page.locator("#ownList > li").nth(0).locator("[data-act=drawn]").click()
        lab.draw(EIGHT, side=0.3)
        ink = lab.ink()
    with visitor() as lab:
        assert back(lab) and abs(lab.ink() - ink) < 20
        row = lab.page.locator("#ownList > li").nth(0)
        expect(row).to_be_visible()
        expect(row.locator("input")).to_have_value("eight")
        expect(row.locator("[data-act=delete]")).to_have_count(1)
        expect(lab.find("train")).to_have_text("Train on these")
        row.locator("[data-act=more]").click()
        lab.news(row.locator("[data-act=remove]").click, "^Deleted eight with 1 drawing")
    with visitor() as lab:
        # Nor is what was deleted lost by a reload.
        lab.page.locator("#ownClasses summary").click()
        lab.click("ownUndo")
        expect(lab.page.locator("#ownList input").first).to_have_value("eight")


def test_the_result_of_a_test_and_rows_of_a_comparison_come_back(visitor):
    def shown(lab: Lab) -> list[str]:
        return [lab.text(each) for each in ("compareRows", "testSummary", "confusion", "mistakes")]

    with visitor() as lab:
        lab.set(hidden="10", trainSamples=500, epochs=1)
        lab.click("compareTab")
        lab.click("compareAdd")
        lab.news(lambda: lab.click("compareRun"), "^Compared: ")
        lab.set(learningRate=0.3)
        lab.click("compareAdd")
        finish(lab)
        lab.test()
        expected = shown(lab)
    assert "waiting" in expected[0] and expected[3]
    with visitor() as lab:
        assert back(lab) and shown(lab) == expected
        lab.click("compareTab")
        lab.news(lambda: lab.click("compareRun"), "^Compared: ")
        assert "waiting" not in lab.text("compareRows")


def test_own_points_come_back_with_the_network_that_learns_them(visitor):
    with visitor(PointsLab) as points:
        points.news(lambda: points.choose("tableFile", {"waves.csv": TABLE}), "^Opened waves.csv")
        points.set(epochs=30)
        points.hurry()
        finish(points)
        expected = kernels(points)
        told = points.text("dataDescription")
    with visitor(PointsLab) as points:
        assert back(points) and points.text("dataDescription") == told
        assert kernels(points) == expected
        assert points.text("train") == "Train"


def test_work_stays_kept_where_what_reads_it_cannot_be_fetched(visitor, past, watch):
    with visitor(Colours) as colours:
        colours.open_table(houses(60), "mine.csv")
        told = colours.text("dataDescription")
        colours.page.wait_for_timeout(2500)  # it is written every second
    past.route("**/start/library*", lambda route: route.abort())
    with visitor(Colours) as colours:
        assert not back(colours)
        assert "is still kept" in colours.messages("error")[-1]
        colours.page.wait_for_timeout(2500)
    past.unroute("**/start/library*")
    watch.expect("library", "ERR_FAILED")
    with visitor(Colours) as colours:
        assert back(colours) and colours.text("dataDescription") == told


def test_a_table_comes_back_and_undo_brings_back_what_was_before_it_across_a_reload(visitor):
    with visitor(Colours) as colours:
        colours.set(epochs=2)
        finish(colours)
        before = kernels(colours)
        colours.choose("dataFiles", {"waves.csv": TABLE})
        colours.news(lambda: colours.click("askYes"), "^Opened waves.csv")
        colours.set(epochs=3)
        finish(colours)
        expected, told = kernels(colours), colours.text("dataDescription")
    with visitor(Colours) as colours:
        assert back(colours) and colours.text("dataDescription") == told
        assert kernels(colours) == expected
        colours.news(lambda: colours.click("undo"), "^The previous network is back")
        assert kernels(colours) == before
        expect(colours.find("undo")).to_be_hidden()


def workbook() -> bytes:
    """The same table, as Excel keeps it."""
    book = openpyxl.Workbook()
    for place, line in enumerate(TABLE.decode().splitlines()):
        cells = line.split(";")
        book.active.append([float(c) if place and c[-1].isdigit() else c for c in cells])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("kind", "files"), [(PointsLab, "tableFile"), (Colours, "dataFiles")], ids=["points", "table"]
)
def test_a_workbook_comes_back_with_the_choice_of_its_columns(visitor, kind, files):
    with visitor(kind) as lab:
        lab.news(lambda: lab.choose(files, {"waves.xlsx": workbook()}), "^Opened waves.xlsx")
        lab.set(epochs=2)
        lab.find("speed").fill("6")  # as fast as it can
        finish(lab)
        expected, told = kernels(lab), lab.text("dataDescription")
    with visitor(kind) as lab:
        assert back(lab) and lab.text("dataDescription") == told
        assert kernels(lab) == expected
        if kind is PointsLab:
            expect(lab.find("tableColumns")).to_be_visible()
            chosen = [lab.find(name).input_value() for name in ("xColumn", "yColumn")]
            assert chosen == ["length", "weight"]


@pytest.mark.parametrize("how", ["reset", "load", "architecture"])
def test_what_takes_the_place_of_a_trained_network_can_be_undone(visitor, how):
    with visitor(Temperature, "#temperature?epochs=3000") as lab:
        saved = lab.save()
        finish(lab)
        before = kernels(lab)
        if how == "reset":
            lab.click("reset")
        elif how == "load":
            lab.load(saved)
        else:
            lab.set(seed=7)
            finish(lab)
        assert kernels(lab) != before
        lab.news(lambda: lab.click("undo"), "^The previous network is back")
        assert kernels(lab) == before and lab.field("seed").input_value() == "1"


# ---- Links, two tabs, other versions, and browsers that keep nothing.


def test_the_settings_of_a_link_hold_and_the_work_that_was_kept_is_offered(visitor):
    with visitor(Temperature, "#temperature?epochs=3000") as lab:
        finish(lab)
        before = kernels(lab)
    with visitor(Temperature, "#temperature?epochs=50&seed=9") as lab:
        assert not back(lab) and lab.field("seed").input_value() == "9"
        assert kernels(lab) != before
        lab.news(lambda: lab.click("undo"), "^The previous network is back")
        assert kernels(lab) == before and lab.field("epochs").input_value() == "3000"


def test_two_tabs_do_not_overwrite_each_others_network(visitor):
    with visitor(Temperature, "#temperature?epochs=3000") as one:
        finish(one)
        before = kernels(one)
        with visitor(Temperature) as other:
            assert not back(other)
            assert sum("open in another tab" in line for line in other.messages()) == 1
            other.set(epochs=2000, seed=4)
            finish(other)
            assert kernels(other) != before
            one.page.reload()
            one.wait("ready")
            assert back(one) and kernels(one) == before


def test_what_another_version_kept_is_set_aside(visitor):
    with visitor(Temperature) as lab:
        finish_short(lab)
        lab.page.evaluate(SPOIL)
        crash(lab)
    with visitor(Temperature) as lab:
        assert not back(lab)
        assert any("set aside" in line for line in lab.messages("error"))
        finish_short(lab)


def finish_short(lab: Lab) -> None:
    lab.set(epochs=1000)
    finish(lab)


SPOIL = """() => new Promise(resolve => {
  const opening = indexedDB.open("nn");
  opening.onsuccess = () => {
    const parts = opening.result.transaction("kept", "readwrite").objectStore("kept");
    parts.getAllKeys().onsuccess = event => {
      for (const key of event.target.result) {
        if (key[2] === "lab") parts.put(new TextEncoder().encode('{"version": 0}'), key);
      }
    };
    parts.transaction.oncomplete = () => resolve();
  };
})"""


def test_forgetting_asks_first_and_leaves_nothing(visitor):
    with visitor(Temperature) as lab:
        finish_short(lab)
        before = kernels(lab)
        lab.page.locator("#forget").click()
        lab.page.locator("#forgetting [value=keep]").click()
        assert kernels(lab) == before
        lab.page.locator("#forget").click()
        lab.page.locator("#forgetting [value=forget]").click()
        lab.wait("loading")
        lab.wait("ready")
        assert not back(lab) and kernels(lab) != before
        assert lab.field("epochs").input_value() == "70000"


BLOCKED = {
    # PyScript has a store of its own, without which it does not start.
    "blocked": """const open = indexedDB.open.bind(indexedDB);
        indexedDB.open = name => {
          if (name.startsWith("nn")) throw new DOMException("blocked", "SecurityError");
          return open(name);
        };""",
    "full": """const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...entry) {
          if (this.name === "kept") throw new DOMException("full", "QuotaExceededError");
          return put.apply(this, entry);
        };""",
}


@pytest.mark.parametrize("why", BLOCKED)
def test_a_browser_that_keeps_nothing_says_so_once_and_the_page_goes_on(browser, watch, site, why):
    with browsing(browser, watch, site) as context:
        context.add_init_script(BLOCKED[why])
        with visiting(context, f"{site}#temperature", kind=Temperature) as lab:
            finish_short(lab)
            lab.page.wait_for_timeout(1500)
            said = [line for line in lab.messages("error") if "cannot keep your work" in line]
            assert len(said) == 1, lab.messages()
