"""Weights leave the page as a file, and come back in this tab and in another."""

import json
import re

import numpy as np
import pytest

RUN = "#digits?hidden=30&batchSize=10&epochs=1&trainSamples=2000"


def load(lab, content: dict) -> None:
    text = json.dumps(content)
    lab.news(lambda: lab.choose("weightsFile", {"mine.json": text.encode()}), r"^Loaded mine\.json")


@pytest.fixture(scope="module")
def trained(lab):
    """What was saved after a short training, and its test accuracy."""
    lab.page.evaluate("link => { location.hash = link; }", RUN)
    lab.news(lambda: lab.click("train"), "^Training is done")
    return lab.save(), lab.accuracy()


def test_saved_weights_give_the_same_accuracy_after_a_reload(lab, trained):
    saved, accuracy = trained
    lab.page.reload()
    lab.wait("ready")
    load(lab, saved)
    assert lab.accuracy() == accuracy
    lab.click("reset")
    assert lab.test() != accuracy
    load(lab, saved)
    assert lab.test() == accuracy


def test_saved_weights_give_the_same_accuracy_in_another_browser(first_visit, trained):
    saved, accuracy = trained
    with first_visit() as other:
        load(other, saved)
        assert other.field("hidden").input_value() == "30"
        assert other.test() == accuracy
        again = other.save()
        assert again["weights"] == saved["weights"]
        assert again["training"]["samples"] == 2000


def test_the_two_layers_are_there_under_the_tutorial_names_too(trained):
    saved, _ = trained
    hidden, output = (np.array(layer["kernel"]) for layer in saved["weights"])
    assert hidden.shape == (784, 30) and output.shape == (30, 10)
    assert (np.array(saved["wih"]) == hidden.T).all()
    assert (np.array(saved["who"]) == output.T).all()


def test_a_file_of_the_tutorial_with_two_keys_alone_is_read(lab, trained):
    saved, accuracy = trained
    lab.click("reset")
    load(lab, {"wih": saved["wih"], "who": saved["who"]})
    assert lab.text("accuracy") == "–"
    assert lab.test() == accuracy


def test_training_goes_on_from_loaded_weights(lab, trained):
    saved, accuracy = trained
    load(lab, saved)
    lab.news(lambda: lab.click("train"), "^Training is done")
    assert lab.save()["training"]["samples"] == 4000
    assert lab.accuracy() > accuracy


def test_a_file_dropped_on_the_page_is_loaded(lab, trained):
    saved, accuracy = trained
    lab.click("reset")
    line = lab.news(lambda: lab.drop("dropped.json", json.dumps(saved)), r"^Loaded dropped\.json")
    assert re.search(rf"784-30-10, test accuracy {accuracy:.2f} %", line)
    assert lab.test() == accuracy
