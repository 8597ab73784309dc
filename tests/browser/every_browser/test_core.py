"""What a visitor needs most works in every browser."""

import json
import math

import pytest
from PIL import Image

from tests.browser.lab import best_of, slow_frame
from tests.browser.tables import houses
from tests.unit.photos import STROKES, ink, photo

SLOWEST_FRAME = {"Chromium": 34.0, "Firefox": 34.0, "WebKit": 50.0}  # ms, 95th percentile


@pytest.fixture(autouse=True)
def no_complaints(visitor):
    """Nothing here gives the page a reason to complain."""
    visitor.forget_messages()
    yield
    assert visitor.messages("error") == []


@pytest.fixture
def digits(visitor, site):
    """The digits lab, with no work going on."""
    visitor.open(f"{site}#digits?epochs=100")  # longer than any of these tests
    visitor.wait("ready")
    yield visitor
    if visitor.state == "training":
        visitor.click("train")
        visitor.wait("ready")


def train(visitor, samples=500):
    """Press Train, and wait until so many samples of the epoch are done."""
    visitor.click("train")
    visitor.wait("training")
    visitor.until(
        """samples => {
          const label = document.getElementById("progressLabel").textContent;
          const done = /^Epoch: ([0-9,]+)/.exec(label)?.[1].replaceAll(",", "") ?? 0;
          return Number(done) > samples;
        }""",
        samples,
    )


def test_it_trains_stops_and_draws_its_charts(digits):
    train(digits, samples=3000)
    digits.click("train")
    digits.wait("ready")
    assert float(digits.text("trainAccuracy").removesuffix(" %")) > 50
    assert digits.until("() => document.querySelector('#lossChart canvas')?.width > 0")
    points = "() => Number(document.getElementById('lossChart').dataset.points)"
    assert digits.until(points) >= 1


def test_help_is_read_and_closed_while_it_trains(digits):
    train(digits)
    digits.click_element("[data-about='fields/learningRate']")
    shown = "() => document.getElementById('help').matches(':popover-open')"
    assert digits.until(shown)
    assert "each update" in digits.text("help")
    inside = """() => {
      const { left, right, top, bottom } = document.getElementById("help").getBoundingClientRect();
      return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    }"""
    assert digits.ask(inside)
    digits.press_escape("#help")
    assert digits.until(f"() => !({shown})()")
    assert digits.ask("() => document.activeElement.dataset.about") == "fields/learningRate"
    assert digits.state == "training"


@pytest.mark.alone
def test_frames_keep_coming_while_it_trains(digits):
    train(digits)
    slowest = SLOWEST_FRAME[digits.name]
    assert best_of(4, lambda: slow_frame(digits.ask), slowest) < slowest
    assert digits.state == "training"


def test_what_is_drawn_is_read(digits):
    digits.click("loadWeights")
    digits.news("Loaded dist/weights.json")
    for digit in (7, 4):
        digits.click("clear")
        digits.draw(STROKES[digit])
        shown = "digit => document.getElementById('prediction').textContent === digit"
        digits.until(shown, str(digit), seconds=10)


def test_weights_are_saved_and_loaded_after_a_reload(digits, tmp_path):
    train(digits)
    digits.click("train")
    digits.wait("ready")
    digits.click("saveWeights")
    saved = digits.saved("weights.json")
    trained = json.loads(saved)
    assert trained["training"]["samples"] > 0

    digits.reload()
    digits.wait("ready")
    (tmp_path / "mine.json").write_bytes(saved)
    digits.give("#weightsFile", tmp_path / "mine.json")
    digits.news("Loaded mine.json")
    digits.click("saveWeights")
    again = json.loads(digits.saved("weights.json"))
    assert again["weights"] == trained["weights"]


def test_a_photo_is_read(digits, tmp_path):
    digits.click("loadBest")
    digits.news("Loaded dist/best.json")
    file = tmp_path / "mine.png"
    Image.fromarray(photo(ink(STROKES[5]), "squared")).save(file)
    digits.give("#photoFile", file)
    assert digits.news("mine.png") == "mine.png: 5"


def test_a_table_is_learnt_from(visitor, site, tmp_path):
    visitor.open(f"{site}#colours")
    visitor.wait("ready")
    (tmp_path / "mine.csv").write_text(houses(100))
    visitor.give("#colours-dataFiles", tmp_path / "mine.csv")
    assert visitor.news("Opened mine.csv").endswith("3 inputs to predict the numbers of price")
    visitor.type_into("#colours-settings [name=epochs]", "20")
    visitor.click("colours-train")
    assert visitor.news("Training is done")


WRITE = """async text => {
  const editor = document.querySelector("#temperature-code .cm-content");
  editor.focus();
  document.execCommand("selectAll");
  await new Promise(resolve => setTimeout(resolve, 100)); // the editor takes the selection in
  document.execCommand("insertText", false, text);
}"""


def test_a_program_is_changed_run_and_stopped(visitor, site):
    shows = "(id, text) => document.getElementById(`temperature-${id}`).textContent.includes(text)"
    visitor.open(f"{site}#temperature?epochs=20")
    visitor.wait("ready")
    visitor.click("temperature-codeTab")
    visitor.until(shows, "code", "Sequential(")
    visitor.click("temperature-codeRun")
    visitor.until(shows, "codeState", "Ended after")
    visitor.until(shows, "codeOutput", "test loss")
    visitor.ask(WRITE, "print('begun')\nwhile True: pass")
    visitor.until(shows, "codeNote", "You have changed this program")
    visitor.click("temperature-codeRun")
    visitor.until(shows, "codeOutput", "begun")
    visitor.click("temperature-codeRun")
    visitor.until(shows, "codeState", "Stopped after")


def test_a_drawn_curve_is_gone_on_with(visitor, site):
    visitor.open(f"{site}#curve")
    visitor.wait("ready")
    visitor.forget_messages()
    x, y, width, height = visitor.ask(
        """() => {
          const box = document.getElementById("curve-plot").getBoundingClientRect();
          return [box.x, box.y, box.width, box.height];
        }"""
    )
    places = [0.05 + 0.6 * i / 40 for i in range(41)]
    visitor.drag([(x + width * at, y + height * (0.5 - 0.35 * math.sin(40 * at))) for at in places])
    assert "a new network, 64x1-64x32-64x1" in visitor.news("Your curve")
    visitor.click("curve-train")
    learnt = """() => {
      const [network, last] = ["network", "last"].map(
        name => Number(document.getElementById(`curve-${name}Off`).textContent));
      return network < last;
    }"""
    assert visitor.until(learnt)
    visitor.click("curve-train")
    visitor.wait("ready")
    shown = "() => document.getElementById('curve-onward').getAttribute('d').split('L').length"
    assert visitor.ask(shown) > 90
