"""Weights leave the page as a file, and come back in this tab and in another."""

import json
import re

import numpy as np
import onnx
import pytest

from nn import load_model
from nn.formats import zipped
from tests.browser.conftest import ROOT

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


def saved_as(lab, suffix: str) -> dict[str, bytes]:
    """Press Save for a format, and return the file by its name."""
    lab.find("saveAs").select_option(suffix)
    with lab.page.expect_download() as download:
        lab.click("saveWeights")
    return {download.value.suggested_filename: download.value.path().read_bytes()}


@pytest.mark.parametrize("suffix", [".onnx", ".safetensors", ".tfjs.zip", ".keras", ".py", ".html"])
def test_a_network_leaves_and_comes_back_in_other_tools_formats(lab, suffix):
    lab.tidy()
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    before = lab.save()["weights"]
    ((name, content),) = saved_as(lab, suffix).items()
    assert name == f"weights{suffix}{'.zip' if suffix == '.py' else ''}"
    lab.find("saveAs").select_option(".json")
    lab.click("reset")
    assert lab.save()["weights"] != before
    lab.news(lambda: lab.choose("weightsFile", {name: content}), rf"^Loaded {re.escape(name)}")
    assert lab.save()["weights"] == before


def test_two_files_of_tensorflow_js_are_chosen_together(lab):
    lab.tidy()
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    before = lab.save()["weights"]
    (archive,) = saved_as(lab, ".tfjs.zip").values()
    lab.find("saveAs").select_option(".json")
    files = zipped.unpack(archive, None, 10**7)
    lab.click("reset")
    alone = {"model.json": files["model.json"]}
    told = lab.complaint(lambda: lab.choose("weightsFile", alone))
    assert 'without its weights: add "model.weights.bin"' in told
    lab.news(lambda: lab.choose("weightsFile", files), "^Loaded model.json, model.weights.bin")
    assert lab.save()["weights"] == before


def test_onnx_and_its_weights_are_chosen_together_or_in_one_zip(lab, tmp_path):
    lab.tidy()
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    before = lab.save()["weights"]
    (content,) = saved_as(lab, ".onnx").values()
    lab.find("saveAs").select_option(".json")
    model = onnx.load_from_string(content)
    beside = {"save_as_external_data": True, "location": "model.onnx.data", "size_threshold": 0}
    onnx.save_model(model, tmp_path / "model.onnx", **beside)
    files = {path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())}
    assert list(files) == ["model.onnx", "model.onnx.data"]
    alone = {"model.onnx": files["model.onnx"]}
    told = lab.complaint(lambda: lab.choose("weightsFile", alone))
    assert told.startswith('model.onnx: the ONNX model has weights in another file, "model.onnx.d')
    for action in (
        lambda: lab.choose("weightsFile", files),
        lambda: lab.drop_all(files),
        lambda: lab.drop_all({"model.onnx.zip": zipped.pack(files)}),
    ):
        lab.click("reset")
        assert lab.save()["weights"] != before
        lab.news(action, r"^Loaded model\.onnx(, model\.onnx\.data|\.zip)")
        assert lab.save()["weights"] == before
    assert ".data," in lab.find("weightsFile").get_attribute("accept")


def test_what_a_format_cannot_hold_is_refused_and_the_page_that_was_saved_answers(lab, tmp_path):
    lab.tidy()
    lab.news(lambda: lab.click("loadBest"), "^Loaded dist/best.json")
    lab.find("saveAs").select_option(".brain.json")
    told = lab.complaint(lambda: lab.click("saveWeights"))
    assert "brain.js takes rows of numbers" in told
    page = tmp_path / "weights.html"
    (content,) = saved_as(lab, ".html").values()
    page.write_bytes(content)
    lab.find("saveAs").select_option(".json")
    x = np.random.default_rng(0).integers(0, 256, (1000, 28, 28, 1), np.uint8)
    found = load_model(page).predict(x)
    expected = load_model(ROOT / "dist/best.json").predict(x)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
