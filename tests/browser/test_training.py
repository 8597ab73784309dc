"""Training from start to end, and how it repeats, stops, goes on and starts afresh."""

import re

from playwright.sync_api import expect

QUICK = "#digits?hidden=100&batchSize=10&epochs=1&trainSamples=5000&seed=7"


def accuracy_after_one_epoch(lab) -> float:
    lab.click("train")
    lab.wait("training")
    lab.wait("ready")
    assert lab.messages("news")[-1] == "Training is done"
    return lab.accuracy()


def drawn(lab, chart: str, colour: str) -> int:
    """How many pixels of a chart have the colour, "#rrggbb", that the page calls `colour`."""
    return lab.find(chart).evaluate(
        """(host, name) => {
            const colour = getComputedStyle(host).getPropertyValue(name).trim();
            const wanted = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
            const canvas = host.querySelector("canvas");
            const picture = canvas.getContext("2d");
            const { data } = picture.getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let i = 0; i < data.length; i += 4) {
                const near = wanted.every((value, j) => Math.abs(data[i + j] - value) < 24);
                count += near && data[i + 3] > 128;
            }
            return count;
        }""",
        colour,
    )


def test_a_link_sets_a_run_that_trains_tests_and_repeats(lab, visit):
    lab.page.evaluate("link => { location.hash = link; }", QUICK)
    for name, value in {"hidden": "100", "batchSize": "10", "epochs": "1", "seed": "7"}.items():
        expect(lab.field(name)).to_have_value(value)

    first = accuracy_after_one_epoch(lab)

    assert 60 < first < 99
    lines = [text for text in lab.messages() if text.startswith("Epoch 1,")]
    counts = [re.search(r" ([\d,]+) samples", line)[1].replace(",", "") for line in lines]
    # A line for every thousand, or for several where a frame's work is more.
    thousands = [int(count) // 1000 for count in counts]
    assert thousands == sorted(set(thousands)) and thousands[0] < thousands[-1] == 5
    assert any(re.match("Epoch 1 of 1 done: .* test accuracy", line) for line in lab.messages())
    assert lab.text("epoch") == "1 / 1"
    assert 0 < float(lab.text("loss")) < 2
    assert 50 < float(lab.text("trainAccuracy").removesuffix(" %")) <= 100
    assert int(lab.text("throughput").replace(",", "")) > 0
    assert lab.find("runProgress").evaluate("bar => bar.value") == 1
    for chart in ("lossChart", "accuracyChart"):
        assert int(lab.find(chart).get_attribute("data-points")) >= 5
        assert drawn(lab, chart, "--train") > 100
        assert drawn(lab, chart, "--test") > 10

    with visit(QUICK) as another:
        assert accuracy_after_one_epoch(another) == first


def test_stop_keeps_what_was_learnt_and_train_goes_on_from_there(lab):
    lab.tidy()
    # Large enough for the first epoch not to be over before Stop is pressed.
    lab.set(hidden="800,400")
    lab.train(samples=3000)
    lab.stop()
    stopped, total = lab.done()
    learnt = lab.picture("eye")
    seen = lab.save()["training"]["samples"]

    lab.page.wait_for_timeout(500)
    assert lab.done() == (stopped, total) == (seen, 60_000)
    assert lab.picture("eye") == learnt

    lab.train(samples=stopped + 2000)
    lab.stop()
    went_on, _ = lab.done()
    assert went_on > stopped
    assert lab.text("epoch") == "1 / 5"
    assert lab.save()["training"]["samples"] == went_on
    values = (
        lab.find("progress").evaluate("bar => bar.value"),
        lab.find("runProgress").evaluate("bar => bar.value"),
    )
    assert [round(value, 4) for value in values] == [
        round(went_on / 60_000, 4),
        round(went_on / 300_000, 4),
    ]


def test_reset_makes_the_fresh_weights_of_the_seed(lab):
    lab.click("reset")
    fresh = lab.save()["weights"]
    picture = lab.picture("eye")
    lab.train(samples=500)
    lab.stop()
    assert lab.picture("eye") != picture

    lab.click("reset")
    assert lab.save()["weights"] == fresh
    assert lab.picture("eye") == picture
    assert lab.save()["training"]["samples"] == 0
    for name in ("epoch", "loss", "trainAccuracy", "accuracy", "throughput"):
        assert lab.text(name) == "–"


def test_training_goes_on_in_a_tab_that_nobody_sees(lab):
    def place() -> tuple[int, int]:
        return int(lab.text("epoch").split(" / ")[0]), lab.done()[0]

    lab.set(epochs=1000)  # more than any machine gets through during a test
    lab.train(samples=500)
    # What a browser does with a tab in the background, which a headless one never has.
    lab.page.evaluate(
        """() => {
          Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
          Object.defineProperty(
            document, "visibilityState", { get: () => "hidden", configurable: true });
          window.keptFrame = window.requestAnimationFrame;
          window.requestAnimationFrame = () => 0;
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    lab.page.wait_for_timeout(500)
    before = place()
    lab.page.wait_for_timeout(1500)
    assert place() > before
    lab.page.evaluate(
        """() => {
          delete document.hidden;
          delete document.visibilityState;
          window.requestAnimationFrame = window.keptFrame;
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    lab.stop()
