"""Check gradients: backpropagation against nudging, for the network as it is."""

import re

import pytest
from playwright.sync_api import expect

RIGHT = "Backpropagation is right: nudging finds the same gradients."


@pytest.fixture
def gradients(lab):
    """The page with a fresh network of the tutorial's, small enough to be checked at once."""
    lab.page.locator("[data-preset=Classic]").click()
    lab.set(hidden="10", batchSize=5)
    lab.click("reset")
    lab.click("gradientsTab")
    expect(lab.find("gradientsPanel")).not_to_have_attribute("inert", "")
    return lab


def check(lab) -> None:
    lab.click("checkGradients")
    expect(lab.find("gradientsPanel")).to_have_attribute("data-state", "ready", timeout=60_000)


def facts(lab) -> dict[str, str]:
    rows = lab.page.locator("#gradientTable tr").evaluate_all(
        "all => all.map(row => [...row.children].map(one => one.textContent))"
    )
    return dict(rows)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"batchSize": 1, "hidden": "none"},
        {"hidden": "20:relu,10:leaky_relu", "useBias": True, "batchSize": 200},
        {"loss": "categorical_crossentropy", "hidden": "15:tanh", "l1": "0.001", "l2": "0.01"},
    ],
)
def test_backpropagation_is_right(gradients, fields):
    gradients.set(**fields)
    gradients.click("reset")
    check(gradients)
    assert gradients.text("gradientSummary") == RIGHT
    found = facts(gradients)
    largest = re.fullmatch(
        r"(\S+), in the (kernel|bias) of layer [123]", found["Largest difference"]
    )
    assert float(largest[1]) < 1e-6
    assert float(found["Relative difference"]) < 1e-5
    checked, total = re.fullmatch(r"(\d+) of ([\d,]+)", found["Parameters checked"]).groups()
    assert 150 <= int(checked) <= 200 < int(total.replace(",", ""))
    assert found["One gradient by backpropagation"].endswith(" ms")
    assert "times as long" in found["The same by nudging"]
    batch = min(fields.get("batchSize", 5), 32)
    assert found["Network and mini-batch"].startswith("784-")
    assert re.search(rf"-10 with {batch} samples?$", found["Network and mini-batch"])


def test_the_result_is_spoken(gradients):
    gradients.news(lambda: gradients.click("checkGradients"), f"^{RIGHT}")


def test_it_can_be_stopped_and_begun_again(gradients):
    gradients.set(hidden="1000,1000")
    gradients.click("reset")
    gradients.click("checkGradients")
    expect(gradients.find("checkGradients")).to_have_text("Stop")
    expect(gradients.find("gradientProgress")).to_be_visible()
    gradients.click("checkGradients")
    expect(gradients.find("gradientSummary")).to_have_text("Stopped before it was done.")
    expect(gradients.find("checkGradients")).to_have_text("Check gradients")
    expect(gradients.find("gradientTable")).to_be_hidden()
    expect(gradients.find("gradientProgress")).to_be_hidden()
    gradients.set(hidden="10")
    gradients.click("reset")
    check(gradients)
    assert gradients.text("gradientSummary") == RIGHT


def test_training_stops_for_it_and_goes_on_afterwards(gradients):
    gradients.train(samples=100)
    gradients.click("checkGradients")
    gradients.wait("ready")
    expect(gradients.find("gradientSummary")).to_have_text(RIGHT)
    expect(gradients.find("plan")).to_have_text("Continue picks up where it stopped.")
    done, _ = gradients.done()
    gradients.train(samples=done)
    gradients.stop()


def test_training_stops_it(gradients):
    gradients.set(hidden="500")
    gradients.click("reset")
    gradients.click("checkGradients")
    expect(gradients.find("checkGradients")).to_have_text("Stop")
    gradients.train()
    expect(gradients.find("gradientSummary")).to_have_text("Stopped before it was done.")
    gradients.stop()


def test_the_network_is_not_changed(gradients):
    before = gradients.save()["weights"]
    check(gradients)
    assert gradients.save()["weights"] == before


def test_a_network_that_has_diverged_has_no_gradients(gradients):
    gradients.set(
        hidden="50:relu,50:relu",
        loss="mean_squared_error",
        output="linear",
        learningRate=100,
        trainSamples=200,
        epochs=1,
    )
    assert "learning rate is too high" in gradients.complaint(lambda: gradients.click("train"))
    gradients.wait("ready")
    check(gradients)
    assert "The loss is not a number" in gradients.text("gradientSummary")
    expect(gradients.find("gradientTable")).to_be_hidden()
    gradients.page.locator("[data-preset=Classic]").click()
    gradients.click("reset")


def test_a_result_is_of_the_network_that_was_checked(gradients):
    intro = gradients.text("gradientSummary")
    assert intro.startswith("Backpropagation finds the gradient")
    check(gradients)
    gradients.train(samples=100)
    gradients.stop()
    earlier = f"Checked before the latest training. {RIGHT}"
    expect(gradients.find("gradientSummary")).to_have_text(earlier)
    expect(gradients.find("gradientTable")).to_be_visible()
    check(gradients)
    assert gradients.text("gradientSummary") == RIGHT
    gradients.click("reset")
    assert gradients.text("gradientSummary") == intro
    expect(gradients.find("gradientTable")).to_be_hidden()


def test_settings_with_mistakes_are_refused(gradients):
    gradients.set(batchSize="many")
    assert "Batch size" in gradients.complaint(lambda: gradients.click("checkGradients"))
    gradients.set(batchSize=5)
