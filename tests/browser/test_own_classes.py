"""A visitor teaches the page classes of their own: draws, trains, saves, opens."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.camera import CAMERA
from tests.browser.looks import CONTRASTS, faint
from tests.unit.photos import ink, photo

SHAPES = {
    "tick": [[(0, 0.6), (0.35, 1), (1, 0)]],
    "cross": [[(0, 0), (1, 1)], [(1, 0), (0, 1)]],
    "roof": [[(0, 1), (0.5, 0), (1, 1)]],
}


def draw(lab, name, rng):
    """A shape drawn by a hand that is never the same twice."""
    lab.click("clear")
    strokes = [[tuple(np.add(p, rng.normal(0, 0.05, 2))) for p in each] for each in SHAPES[name]]
    side = rng.uniform(0.3, 0.6)
    lab.draw(strokes, *rng.uniform(0.1, 0.9 - side, 2), side)


def row(lab, place):
    return lab.page.locator("#ownList > li").nth(place)


def more(lab, place):
    """Unfold a class's examples, and what else can be done with it."""
    button = row(lab, place).locator("[data-act=more]")
    if button.get_attribute("aria-expanded") == "false":
        button.click()


def names(lab):
    return lab.page.locator("#ownList input").evaluate_all("all => all.map(one => one.value)")


def counts(lab):
    return [int(text) for text in lab.page.locator("#ownList output").all_text_contents()]


@pytest.fixture(scope="module")
def taught(lab):
    """The page with three classes of ten drawings each."""
    rng = np.random.default_rng(0)
    lab.page.locator("#ownClasses summary").click()
    lab.click("ownAdd")
    for place, name in enumerate(SHAPES):
        row(lab, place).locator("input").fill(name)
        for _ in range(10):
            draw(lab, name, rng)
            row(lab, place).locator("[data-act=drawn]").click()
    yield lab
    lab.page.locator("#ownClasses summary").click()


@pytest.mark.alone
def test_three_shapes_are_learnt_and_answered_live(taught):
    expect(row(taught, 2).locator("[data-act=delete]")).to_have_count(10)
    taught.news(lambda: taught.click("ownTrain"), "^Training is done")
    rng = np.random.default_rng(1)
    said = []
    for name in 4 * list(SHAPES):
        draw(taught, name, rng)
        said.append((name, taught.answer()))
    assert sum(name == answer for name, answer in said) >= 11, said
    shown = taught.page.locator("#probabilities li").evaluate_all(
        "items => items.map(item => item.dataset.name)"
    )
    assert shown == list(SHAPES)


def test_train_learns_the_examples_while_a_visitor_works_on_them(taught):
    train = taught.find("train")
    expect(train).to_have_text("Train")
    draw(taught, "tick", np.random.default_rng(2))
    row(taught, 0).locator("[data-act=drawn]").click()
    expect(train).to_have_text("Train on these")
    assert "own classes are learnt next" in taught.text("plan")

    # Whoever folds them up is at the other pictures again.
    taught.click("ownMnist")
    expect(taught.find("ownMnist")).to_be_hidden()
    taught.page.locator("#ownClasses summary").click()
    expect(train).to_have_text("Train")
    assert "own classes" not in taught.text("plan")
    taught.page.locator("#ownClasses summary").click()
    expect(train).to_have_text("Train on these")

    taught.news(train.click, "^Training 28x28x1.*-3$")
    taught.stop()
    assert "classes of your own" in taught.text("dataDescription")
    expect(train).to_have_text("Continue")
    # The network that it took the place of comes back, and no drawing goes for that.
    draw(taught, "tick", np.random.default_rng(3))
    row(taught, 0).locator("[data-act=drawn]").click()
    before = counts(taught)
    taught.news(lambda: taught.click("undo"), "^The previous network is back")
    assert counts(taught) == before == [12, 10, 10]


def test_what_is_deleted_comes_back_by_undo(taught):
    before, called = counts(taught), names(taught)
    undo = taught.find("ownUndo")
    expect(undo).to_be_hidden()
    more(taught, 0)
    thumb = row(taught, 0).locator("[data-act=delete]").nth(3)
    picture = "button => button.querySelector('canvas').toDataURL()"
    deleted = thumb.evaluate(picture)
    assert "Undo" in taught.news(thumb.click, "^Deleted a drawing of tick")
    more(taught, 1)
    line = taught.news(row(taught, 1).locator("[data-act=remove]").click, "^Deleted cross with 10")
    assert "Undo" in line
    assert names(taught) == ["tick", "roof"] and counts(taught) == [before[0] - 1, before[2]]
    expect(undo).to_have_attribute("title", "Brings back cross with 10 drawings")
    taught.news(undo.click, "^Back again: cross")
    assert names(taught) == called
    taught.news(undo.click, "^Back again: a drawing of tick")
    assert counts(taught) == before
    assert row(taught, 0).locator("[data-act=delete]").nth(3).evaluate(picture) == deleted
    expect(undo).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_class_is_one_line_and_its_text_can_be_read(taught, scheme):
    taught.page.emulate_media(color_scheme=scheme)
    more(taught, 2)
    tops = taught.page.locator("#ownList > li").evaluate_all(
        """rows => rows.map(row => [...row.children].filter(one => one.dataset.rest === undefined)
          .map(one => one.getBoundingClientRect()).map(box => (box.top + box.bottom) / 2))"""
    )
    assert len(tops) == 3
    assert all(max(middles) - min(middles) < 2 for middles in tops)
    assert faint(taught.page.evaluate(CONTRASTS)) == []


def test_the_set_is_saved_as_a_zip_and_opened_again(taught):
    with taught.page.expect_download() as download:
        taught.click("ownSave")
    assert download.value.suggested_filename == "my-classes.zip"
    content = download.value.path().read_bytes()
    entries = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert len(entries) == 32 and {name.split("/")[0] for name in entries} == set(SHAPES)
    more(taught, 1)
    row(taught, 1).locator("[data-act=remove]").click()
    expect(taught.page.locator("#ownList > li")).to_have_count(2)
    file = {"mine.zip": content}
    line = taught.news(lambda: taught.choose("ownZip", file), "^mine.zip: 32 examples")
    assert all(name in line for name in SHAPES)
    expect(taught.page.locator("#ownList > li")).to_have_count(3)
    # What the file took the place of is not lost either.
    taught.news(lambda: taught.click("ownUndo"), "^Back again: tick, roof with 22 drawings")
    taught.news(lambda: taught.click("ownUndo"), "^Back again: cross with 10 drawings")
    assert names(taught) == list(SHAPES)


def test_examples_come_from_files_and_are_deleted(taught):
    before = int(row(taught, 0).locator("output").text_content())
    more(taught, 0)
    row(taught, 0).locator("[data-act=files]").click()
    file = io.BytesIO()
    Image.fromarray(photo(ink(SHAPES["tick"]), "lined")).save(file, "JPEG")
    taught.choose("ownFiles", {"a.jpg": file.getvalue()})
    expect(row(taught, 0).locator("output")).to_have_text(str(before + 1))
    row(taught, 0).locator("[data-act=delete]").last.click()
    expect(row(taught, 0).locator("output")).to_have_text(str(before))


def test_what_cannot_be_is_one_sentence(taught):
    taught.click("clear")
    click = row(taught, 0).locator("[data-act=drawn]").click
    assert "the canvas is empty" in taught.complaint(click)
    name = row(taught, 0).locator("input")
    old = name.input_value()
    other = row(taught, 1).locator("input").input_value()

    def rename():
        name.fill(other)
        name.blur()

    assert "two classes are called" in taught.complaint(rename)
    expect(name).to_have_value(old)
    taught.click("ownAdd")
    assert "too few examples" in taught.complaint(lambda: taught.click("ownTrain"))
    more(taught, 3)
    row(taught, 3).locator("[data-act=remove]").click()


def test_holding_the_button_takes_many(taught):
    file = io.BytesIO()
    Image.fromarray(photo(ink(SHAPES["cross"]))).save(file, "PNG")
    taught.page.evaluate(
        CAMERA,
        list(file.getvalue()),
    )
    before = int(row(taught, 1).locator("output").text_content())
    more(taught, 1)
    row(taught, 1).locator("[data-act=camera]").click()
    taught.page.wait_for_function("document.getElementById('ownCamera').videoWidth > 0")
    taught.find("ownCameraTake").hover()
    taught.page.mouse.down()
    taught.page.wait_for_function(
        "n => +document.querySelectorAll('#ownList output')[1].textContent >= n", arg=before + 3
    )
    taught.page.mouse.up()
    taught.click("ownCameraStop")
    states = taught.page.evaluate("window.stream.getTracks().map(track => track.readyState)")
    assert states == ["ended"]
