"""The Temperature lab: one neuron learns to convert, in sight, in seconds, by the code it shows."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from nn.labs.steps import STEPS
from tests.browser.lab import best_of, slow_frame, stop_time
from tests.browser.looks import CONTRASTS, PHONE, SIZE, faint
from tests.browser.temperature import Temperature
from tests.browser.test_training import drawn
from tests.browser.test_while_training import SLOWEST_FRAME, SLOWEST_STOP

LAB = Temperature
ENDLESS = 1_000_000  # epochs: more than a test waits for
DIST = Path(__file__).parents[2] / "dist"


@pytest.fixture
def lab(own_lab):
    return own_lab


@pytest.fixture
def training(lab):
    """The lab while it trains."""
    lab.set(epochs=ENDLESS)
    lab.train(100)
    return lab


def is_learnt(lab: Temperature) -> bool:
    return abs(lab.number("w") - 1.8) < 0.001 and abs(lab.number("b") - 32) < 0.05


def test_70_000_epochs_find_the_definition(lab):
    assert 0 <= lab.number("w") <= 1 and 0 <= lab.number("b") <= 1

    lab.train_to_the_end()

    assert is_learnt(lab)
    assert lab.number("wOff") == pytest.approx(abs(lab.number("w") - 1.8), abs=2e-5)
    assert lab.number("bOff") == pytest.approx(abs(lab.number("b") - 32), abs=2e-5)
    assert 1e-6 < lab.number("loss") < 3e-6
    assert lab.text("fahrenheit") == lab.text("truth") == "158.00 °F"
    assert lab.text("epoch") == "70,000 / 70,000"
    assert any("of 70,000 done: test loss 2." in line for line in lab.messages("news"))
    assert len(lab.messages()) < 30

    assert "Test: loss 2." in lab.news(lambda: lab.click("test"), "^Test: loss")
    lab.wait("ready")


def test_the_cost_is_drawn_on_a_logarithmic_scale(lab):
    lab.set(epochs=20_000)
    lab.train_to_the_end()
    assert drawn(lab, "lossChart", "--test") > 100
    heights = lab.find("lossChart").evaluate(
        """host => {
          const colour = getComputedStyle(host).getPropertyValue("--test").trim();
          const wanted = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
          const canvas = host.querySelector("canvas");
          const { data } = canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height);
          const heightAt = (share) => {
            const x = Math.round(share * canvas.width);
            for (let y = 0; y < canvas.height; y += 1) {
              const at = 4 * (y * canvas.width + x);
              const near = wanted.every((value, j) => Math.abs(data[at + j] - value) < 60);
              if (near && data[at + 3] > 128) {
                return y / canvas.height;
              }
            }
          };
          return [0.3, 0.6, 0.9].map(heightAt);
        }"""
    )
    # The cost falls by the same factor in equal times: a straight line, on this scale alone.
    first, second, third = heights
    assert second - first > 0.1
    assert third - second == pytest.approx(second - first, abs=0.03)


def test_the_line_runs_through_the_examples_once_it_is_learnt(lab):
    ends = """line => ["x1", "y1", "x2", "y2"].map(name => Number(line.getAttribute(name)))"""
    x1, before, _, _ = lab.find("line").evaluate(ends)
    assert -before == pytest.approx(lab.number("w") * x1 + lab.number("b"), abs=0.01)

    lab.train_to_the_end()

    x1, y1, x2, y2 = lab.find("line").evaluate(ends)
    assert [-y1, -y2] == pytest.approx([1.8 * x1 + 32, 1.8 * x2 + 32], abs=0.02)
    dots = lab.find("dots").get_attribute("d").removeprefix("M").removesuffix("h0").split("h0M")
    places = np.array([dot.split() for dot in dots], dtype=float)
    assert len(places) == 20 and np.isin(places[:, 0], np.arange(100)).all()
    assert (places[0, 0], places[-1, 0]) == (0, 99) and np.ptp(np.diff(places[:, 0])) <= 1
    np.testing.assert_allclose(-places[:, 1], 1.8 * places[:, 0] + 32, atol=0.001)


@pytest.mark.parametrize("name", ["fahrenheit", "w", "b", "loss"])
def test_what_is_shown_follows_the_training(training, name):
    seen = {training.text(name)}
    for _ in range(20):
        training.page.wait_for_timeout(100)
        seen.add(training.text(name))
    assert len(seen) > 5


def test_the_slider_converts_while_the_neuron_learns(lab):
    lab.set(epochs=ENDLESS)
    lab.train(80_000)
    for celsius, fahrenheit in {"20": "68.00 °F", "37": "98.60 °F", "100": "212.00 °F"}.items():
        lab.find("slider").fill(celsius)
        assert lab.find("celsius").input_value() == celsius
        assert lab.text("truth") == fahrenheit
        assert lab.text("fahrenheit") == fahrenheit
    assert lab.state == "training"
    lab.stop()


def test_the_slider_and_the_field_work_by_keyboard(lab):
    keyboard = lab.page.keyboard
    lab.find("slider").focus()
    keyboard.press("ArrowRight")
    assert lab.find("celsius").input_value() == "71"
    assert lab.text("truth") == "159.80 °F"
    spoken = lab.find("slider").get_attribute("aria-valuetext")
    assert spoken == f"71 °C is {lab.text('fahrenheit')}"
    keyboard.press("Tab")
    keyboard.press("Control+A")
    keyboard.type("-40")
    assert lab.text("truth") == "-40.00 °F"
    assert lab.text("spoken") == f"-40 °C is {lab.text('fahrenheit')}"
    assert lab.find("slider").input_value() == "-20"


@pytest.mark.parametrize("text", ["", "warm", "nan", "-274", "1e9", "１"])
def test_what_is_not_a_temperature_is_said_to_be_none(lab, text):
    lab.find("celsius").fill(text)
    problem = lab.find("celsiusProblem")
    expect(problem).to_have_text("expected a number from -273.15 up to 1,000,000")
    expect(lab.find("celsius")).to_have_attribute("aria-invalid", "true")
    assert (lab.text("fahrenheit"), lab.text("truth")) == ("–", "–")
    lab.find("celsius").fill("0.5")
    expect(problem).to_have_text("")
    assert lab.text("truth") == "32.90 °F"
    lab.find("celsius").fill(text)
    lab.find("slider").fill("25")
    expect(problem).to_have_text("")
    expect(lab.find("celsius")).to_have_attribute("aria-invalid", "false")
    assert lab.text("truth") == "77.00 °F"


@pytest.mark.alone
def test_frames_keep_coming(training):
    assert best_of(3, lambda: slow_frame(training.page.evaluate), SLOWEST_FRAME) < SLOWEST_FRAME
    assert training.state == "training"


@pytest.mark.alone
def test_stop_answers_at_once(training):
    def slowest_of_five() -> float:
        slowest = 0.0
        for _ in range(5):
            slowest = max(slowest, stop_time(training))
            training.train()
        return slowest

    assert best_of(3, slowest_of_five, SLOWEST_STOP) < SLOWEST_STOP


def test_training_goes_on_where_it_stopped(lab):
    lab.set(epochs=20_000)
    lab.train_to_the_end()
    straight = lab.save()
    lab.click("reset")
    lab.train(2_000)
    lab.stop()
    expect(lab.find("plan")).to_have_text("Continue picks up where it stopped.")
    lab.train_to_the_end()
    assert lab.save()["weights"] == straight["weights"]


def test_a_run_that_diverges_is_shown_as_such_and_reset_recovers(lab):
    lab.preset("Too fast").click()
    assert lab.field("learningRate").input_value() == "0.001"
    complaint = lab.complaint(lambda: lab.click("train"))
    assert "no longer finite" in complaint and "learning rate is too high" in complaint
    lab.wait("ready")
    assert lab.text("fahrenheit") == lab.text("w") == "not a number"
    assert lab.text("loss") == "NaN"
    expect(lab.find("plan")).to_have_text(re.compile("^Train starts over"))
    assert "nothing to save" in lab.complaint(lambda: lab.click("saveWeights"))

    lab.preset("Tutorial").click()
    lab.click("reset")
    assert 0 <= lab.number("w") <= 1
    lab.train_to_the_end()
    assert is_learnt(lab)


def test_a_run_that_ends_before_its_neuron_is_looked_at_is_not_overlooked(lab):
    lab.set(learningRate=100, epochs=300)
    assert "no longer finite" in lab.complaint(lambda: lab.click("train"))
    lab.wait("ready")
    assert "no longer finite" in lab.complaint(lambda: lab.click("train"))


def test_a_saved_neuron_answers_the_same_after_a_reload(lab):
    lab.set(epochs=5_000, seed=3)
    lab.train_to_the_end()
    names = ("w", "b", "fahrenheit")
    saved, shown = lab.save(), [lab.text(name) for name in names]
    assert saved["dtype"] == "float64"

    lab.page.reload()
    lab.wait("ready")
    lab.click("reset")
    assert [lab.text(name) for name in names] != shown
    lab.load(saved)

    assert [lab.text(name) for name in names] == shown
    assert lab.save()["weights"] == saved["weights"]
    assert lab.field("seed").input_value() == "3"
    lab.train_to_the_end()
    assert lab.save()["training"]["epochs"] == 10_000


def other(saved: dict, **changes: object) -> bytes:
    return json.dumps({**saved, **changes}).encode()


def test_files_for_other_labs_are_refused_in_a_sentence(lab):
    saved = lab.save()
    digits = (DIST / "weights.json").read_bytes()
    (column,) = saved["columns"]["inputs"]
    renamed = {**saved["columns"], "inputs": [{**column, "name": "r"}]}
    files = {
        "digits.json": (digits, "784-100-10"),
        "scaled.json": (other(saved, inputs={**saved["inputs"], "scale": 0.01}), "scaled"),
        "coarse.json": (other(saved, dtype="float32"), "float32"),
        "colours.json": (other(saved, columns=renamed), "celsius"),
        "empty.json": (b"{}", "not weights"),
        "broken.json": (b'{"format": ', "JSON"),
    }
    lab.set(epochs=ENDLESS)
    lab.train(100)
    for name, (content, reason) in files.items():
        complaint = lab.complaint(
            lambda name=name, content=content: lab.choose("weightsFile", {name: content})
        )
        assert complaint.startswith(f"{name}: ") and reason in complaint, complaint
    dropped = lab.complaint(lambda: lab.drop("dropped.json", "[1, 2]"))
    assert dropped.startswith("dropped.json: ")
    assert lab.state == "training"
    lab.stop()


def test_a_link_repeats_a_run(lab, visit):
    lab.set(epochs=3_000, seed=9)
    lab.train_to_the_end()
    link = lab.page.evaluate("location.hash")
    assert link.startswith("#temperature?") and "seed=9" in link and "hidden" not in link
    with visit(link) as again:
        again.train_to_the_end()
        assert again.save()["weights"] == lab.save()["weights"]


@pytest.mark.parametrize("number", range(1, 8))
def test_each_step_is_shown_with_a_sentence_and_the_code_that_runs(lab, number):
    step = STEPS[number - 1]
    lab.click(f"step{number}Tab")
    assert lab.text(f"step{number}Tab") == f"{number} {step.title}"
    panel = lab.find(f"step{number}Panel")
    expect(panel).to_be_visible()
    expect(panel.locator("p")).to_have_text(step.meaning)
    places, sources = zip(*step.sources(), strict=True)
    assert panel.locator("h3").all_text_contents() == list(places)
    assert panel.locator("pre code").all_text_contents() == [text.rstrip() for text in sources]


def test_the_steps_are_tabs_for_the_keyboard_and_a_screen_reader(lab):
    lab.click("step1Tab")
    lab.page.keyboard.press("ArrowRight")
    expect(lab.find("step2Tab")).to_be_focused()
    expect(lab.page.get_by_role("tab", name="2 True function", selected=True)).to_be_visible()
    expect(lab.page.get_by_role("tabpanel", name="2 True function")).to_be_visible()
    lab.page.keyboard.press("Tab")
    expect(lab.find("step2Panel")).to_be_focused()
    expect(lab.page.get_by_role("slider", name="Degrees Celsius")).to_be_visible()
    expect(lab.page.get_by_role("textbox", name="Temperature in °C")).to_be_visible()


def test_tabs_that_make_no_sense_for_one_neuron_are_not_there(lab):
    tabs = lab.page.get_by_role("tablist", name="Look inside").get_by_role("tab")
    names = ["The seven steps", "One step", "Why", "Loss map", "Gradients", "Code"]
    assert tabs.all_text_contents() == names
    lab.click("stepsTab")
    for name in ("passTab", "whyTab", "landscapeTab", "gradientsTab", "codeTab", "stepsTab"):
        lab.page.keyboard.press("ArrowRight")
        expect(lab.find(name)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_background(lab, scheme):
    lab.page.emulate_media(color_scheme=scheme)
    lab.find("celsius").fill("warm")
    found = lab.page.evaluate(CONTRASTS)
    assert len(found) > 50
    assert faint(found) == []


def test_a_laptop_shows_everything_without_scrolling(lab):
    sizes = {"before training": lab.page.evaluate(SIZE)}
    lab.train(100)
    sizes["while training"] = lab.page.evaluate(SIZE)
    lab.stop()
    for number in range(1, 8):
        lab.click(f"step{number}Tab")
        sizes[f"step {number}"] = lab.page.evaluate(SIZE)
    assert {when: size for when, size in sizes.items() if size != [0, 0]} == {}


def test_a_phone_shows_one_column(first_visit):
    with first_visit("#temperature", **PHONE) as lab:
        for number in range(1, 8):
            lab.click(f"step{number}Tab")
            assert lab.page.evaluate(SIZE)[0] == 0
        lab.find("slider").fill("20")
        lab.train(100)
        lab.stop()
        assert lab.text("truth") == "68.00 °F"
        assert lab.page.evaluate(SIZE)[0] == 0
        small = lab.page.evaluate(
            """() => [...document.querySelectorAll("[data-lab=temperature] :is(button, input)")]
              .filter(one => one.checkVisibility())
              // A tick is set by its label too.
              .filter(one => (one.type === "checkbox" ? one.labels[0] : one)
                .getBoundingClientRect().height < 30)
              .map(one => one.id || one.name)"""
        )
        assert small == []
