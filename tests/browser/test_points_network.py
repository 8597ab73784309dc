"""The network of the Points lab is drawn, told number by number, and built with buttons."""

import pytest
from playwright.sync_api import expect

from tests.browser.points_lab import LONG, PointsLab

LAB = PointsLab


@pytest.fixture
def points(own_lab):
    return own_lab


def test_neurons_and_layers_are_added_and_removed_by_buttons(points):
    points.page.get_by_label("Add a neuron to hidden layer 1").click()
    assert points.link()["hidden"] == "6"
    assert points.shape() == "2-6-1"
    points.page.get_by_label("Add a hidden layer").click()
    assert points.shape() == "2-6-6-1"
    points.page.get_by_label("Remove a neuron from hidden layer 2").click()
    assert points.shape() == "2-6-5-1"
    points.page.get_by_label("Remove the last hidden layer").click()
    points.page.get_by_label("Remove the last hidden layer").click()
    assert points.link()["hidden"] == "none"
    assert points.shape() == "2-1"
    complaint = points.complaint(
        lambda: points.page.get_by_label("Remove the last hidden layer").click()
    )
    assert complaint == "there is no hidden layer left to remove"


def test_a_layer_keeps_its_last_neuron(points):
    points.set(hidden="1")
    fewer = points.page.get_by_label("Remove a neuron from hidden layer 1")
    assert "at least one neuron" in points.complaint(fewer.click)
    assert points.shape() == "2-1-1"


def test_inputs_are_chosen_among_seven(points):
    expect(points.page.locator("[data-feature]")).to_have_count(7)
    points.input("x²").check()
    points.input("sin y").check()
    points.input("x").uncheck()
    assert points.link()["inputs"] == "y,x2,siny"
    assert points.shape() == "3-5-1"
    names = [column["name"] for column in points.save()["columns"]["inputs"]]
    assert names == ["y", "x²", "sin y"]
    points.input("y").uncheck()
    points.input("x²").uncheck()
    assert "at least one input" in points.complaint(points.input("sin y").click)
    expect(points.input("sin y")).to_be_checked()
    assert points.shape() == "1-5-1"


def test_other_settings_make_another_network_at_once(points):
    before = points.weights()
    points.set(seed=2)
    assert points.weights() != before
    picture = points.picture("surface")
    points.set(hidden="8,8", activation="relu")
    assert points.shape() == "2-8-8-1"
    assert points.picture("surface") != picture


def test_what_is_changed_meanwhile_waits_for_the_next_training(points):
    points.set(**LONG)
    points.train(epochs=1)
    points.page.get_by_label("Add a neuron to hidden layer 1").click()
    points.expect_text("plan", "^Changes take effect with the next Train")
    assert points.shape() == "2-5-1"
    points.stop()
    assert points.shape() == "2-5-1"
    points.train()
    assert points.shape() == "2-6-1"


def test_a_weight_one_points_at_is_told_and_followed(points):
    points.set(**LONG)
    first, second = points.unit(0, 0), points.unit(1, 0)
    points.page.mouse.move(first[0] + 15, first[1])
    points.page.mouse.move(first[0] + 18, first[1])
    kernel = points.weights()[1]["kernel"]
    assert points.text("tag") == f"{kernel[0][0]:+.3f}"
    points.train()
    points.page.mouse.move(first[0] + 18, first[1])
    expect(points.find("tag")).to_be_visible()
    seen = set()
    for _ in range(10):
        seen.add(points.text("tag"))
        points.page.wait_for_timeout(200)
    assert len(seen) > 2
    points.page.mouse.move(second[0], 5)
    expect(points.find("tag")).to_be_hidden()


def test_weights_and_biases_are_told_with_the_keyboard(points):
    points.step()
    hidden, output = points.weights()
    points.find("links").focus()
    points.page.keyboard.press("ArrowDown")
    assert points.text("weightSaid") == (
        f"Weight from x to neuron 1 of layer 1: {hidden['kernel'][0][0]:.3f}"
    )
    for _ in range(5):
        points.page.keyboard.press("ArrowDown")
    assert points.text("weightSaid") == (
        f"Weight from y to neuron 1 of layer 1: {hidden['kernel'][1][0]:.3f}"
    )
    for _ in range(9):
        points.page.keyboard.press("ArrowDown")
    assert points.text("weightSaid") == f"Bias of neuron 5 of layer 1: {hidden['bias'][4]:.3f}"
    points.page.keyboard.press("ArrowRight")
    assert points.text("weightSaid") == (
        f"Weight from neuron 1 of layer 1 to output: {output['kernel'][0][0]:.3f}"
    )
    assert points.text("tag") == f"{output['kernel'][0][0]:+.3f}"


def test_a_neuron_one_points_at_is_seen_large(points):
    points.train_to_the_end()
    whole = points.picture("surface")
    points.page.mouse.move(*points.unit(0, 1))
    assert points.text("tag") == "neuron 2 of layer 1"
    assert points.picture("surface") != whole
    points.page.mouse.move(5, 5)
    assert points.picture("surface") == whole


def test_a_network_that_has_lost_itself_says_so_and_can_begin_anew(points):
    points.set(learningRate=100, activation="relu", loss="mean_squared_error", output="linear")
    assert "no longer finite" in points.complaint(lambda: points.click("train"))
    points.wait("ready")
    assert points.text("probe").endswith(": not a number")
    assert points.find("boundary").get_attribute("d") == ""
    assert "NaN or infinite" in points.complaint(lambda: points.click("saveWeights"))
    points.preset("Diagonal")
    points.read()


def test_a_large_network_is_drawn_in_part_and_leaves_the_page_alive(points):
    before = points.paints()
    points.set(hidden="300,300")
    assert points.shape() == "2-300-300-1"
    points.page.wait_for_function(
        "before => Number(document.getElementById('points-surface').dataset.paints) > before",
        arg=before,
    )
    points.page.mouse.move(*points.unit(1, 7))
    assert points.text("tag") == "neuron 8 of layer 2"
    assert points.text("costNote").startswith("Too many weights")


def test_the_drawing_follows_the_training(points):
    points.set(**LONG)
    points.train()
    tiles, lines = set(), set()
    for _ in range(5):
        tiles.add(points.picture("tiles"))
        lines.add(points.find("lines").evaluate("lines => lines.innerHTML"))
        points.page.wait_for_timeout(400)
    assert len(tiles) > 2 and len(lines) > 2
