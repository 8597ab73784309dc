"""A visitor teaches the page classes of their own: draws, trains, saves, opens."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.camera import CAMERA
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
    names = taught.page.locator("#probabilities li").evaluate_all(
        "items => items.map(item => item.dataset.name)"
    )
    assert names == list(SHAPES)


def test_the_set_is_saved_as_a_zip_and_opened_again(taught):
    with taught.page.expect_download() as download:
        taught.click("ownSave")
    assert download.value.suggested_filename == "my-classes.zip"
    content = download.value.path().read_bytes()
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert len(names) == 30 and {name.split("/")[0] for name in names} == set(SHAPES)
    row(taught, 1).locator("[data-act=remove]").click()
    expect(taught.page.locator("#ownList > li")).to_have_count(2)
    file = {"mine.zip": content}
    line = taught.news(lambda: taught.choose("ownZip", file), "^mine.zip: 30 examples")
    assert all(name in line for name in SHAPES)
    expect(taught.page.locator("#ownList > li")).to_have_count(3)


def test_examples_come_from_files_and_are_deleted(taught):
    before = int(row(taught, 0).locator("output").text_content())
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
    row(taught, 3).locator("[data-act=remove]").click()


def test_holding_the_button_takes_many(taught):
    file = io.BytesIO()
    Image.fromarray(photo(ink(SHAPES["cross"]))).save(file, "PNG")
    taught.page.evaluate(
        CAMERA,
        list(file.getvalue()),
    )
    before = int(row(taught, 1).locator("output").text_content())
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
