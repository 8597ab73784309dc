"""TensorFlow.js and brain.js answer as nn does, and nn as they do: each runs in the browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from nn.data.columns import Columns
from nn.formats import brain, zipped
from nn.formats.tfjs import MODEL, WEIGHTS, dumps
from nn.layers import GRU, LSTM, Conv1D, Dense, Layer, Rescaling, SimpleRNN
from nn.model import Sequential
from tests.browser.conftest import ROOT, browsing
from tests.unit.format_cases import (
    LAYERS,
    PICTURES,
    built,
    every_kind,
    inputs_for,
    load,
    preset_networks,
    random_networks,
)
from tests.unit.sequence_cases import of_letters, sequence_networks, steps_for

SCRIPTS = (
    "@tensorflow/tfjs-core/dist/tf-core.min.js",
    "@tensorflow/tfjs-backend-cpu/dist/tf-backend-cpu.min.js",
    "@tensorflow/tfjs-layers/dist/tf-layers.min.js",
    "brain.js/browser.min.js",
)

ASK_TENSORFLOW = """async ([topology, weights, shape, inputs]) => {
  const bytes = Uint8Array.from(weights);
  const files = [new File([topology], "model.json"), new File([bytes], "model.weights.bin")];
  const model = await tf.loadLayersModel(tf.io.browserFiles(files));
  const outputs = model.predict(tf.tensor(inputs, shape));
  return Array.from(await outputs.data());
}"""

NESTED = """
  const first = tf.sequential({ layers: [
    tf.layers.dense({ inputShape: [3], units: 4, activation: "relu" }),
    tf.layers.dropout({ rate: 0.5 }),
  ] });
  const second = tf.sequential({ layers: [
    tf.layers.dense({ inputShape: [4], units: 2, activation: "softmax", useBias: false }),
  ] });
  const model = tf.sequential({ layers: [first, second] });
  const inputs = [[1, -2, 3]];
"""

SEQUENCES = """
  // What begins orthogonal needs a part of TensorFlow.js that is not loaded here.
  const simple = { recurrentInitializer: "glorotNormal" };
  const model = tf.sequential({ layers: [
    tf.layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 5, maskZero: true }),
    tf.layers.simpleRNN({ units: 4, returnSequences: true, ...simple }),
    tf.layers.lstm({ units: 3, returnSequences: true, recurrentActivation: "sigmoid", ...simple }),
    tf.layers.layerNormalization({ axis: -1 }),
    tf.layers.conv1d({ filters: 2, kernelSize: 2, padding: "same", useBias: false }),
    tf.layers.globalMaxPooling1d({}),
  ] });
  const inputs = [[1, 2, 3, 0, 0]];
"""

MAKE = """async () => {
  %s
  let saved;
  await model.save(tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
  }));
  const outputs = await model.predict(tf.tensor(inputs)).data();
  return {
    topology: saved.modelTopology,
    specs: saved.weightSpecs,
    weights: Array.from(new Uint8Array(saved.weightData)),
    outputs: Array.from(outputs),
  };
}"""

TEACH_BRAIN = """() => {
  const net = new brain.NeuralNetwork({ hiddenLayers: [3], activation: "tanh" });
  net.train([
    { input: { wide: 0.1, 10: 0.9 }, output: { no: 1 } },
    { input: { wide: 0.8, 10: 0.2 }, output: { yes: 1 } },
  ], { iterations: 50 });
  return [net.toJSON(), net.run({ wide: 0.3, 10: 0.6 })];
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, watch: Any) -> Iterator[Page]:
    with browsing(browser, watch, "about:") as context:
        page = context.new_page()
        for name in SCRIPTS:
            page.add_script_tag(path=ROOT / "node_modules" / name)
        page.evaluate("tf.setBackend('cpu')")
        yield page


def networks() -> list[Sequential]:
    alone = [built(Sequential([type(one)(**one.config())]), PICTURES) for one in LAYERS]
    return [every_kind(), *alone, *random_networks(10), *preset_networks()]


def test_tensorflow_js_answers_as_nn(page):
    for model in networks():
        if any(layer.activation.name == "softmax" for layer in model.layers[:-1]):
            # TensorFlow.js has it for rows only.
            continue
        check_tensorflow(page, model, np.float32(inputs_for(model, 3)))


def check_tensorflow(page: Page, model: Sequential, x: np.ndarray) -> None:
    files = zipped.unpack(dumps(model), None, 10**8)
    shape = [len(x), *model.input_shape]
    weights = list(files[WEIGHTS])
    given = [files[MODEL].decode(), weights, shape, x.ravel().tolist()]
    found = page.evaluate(ASK_TENSORFLOW, given)
    expected = load(dumps(model)).predict(x).ravel()
    most = max(1, np.abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * most)


def test_tensorflow_js_answers_as_nn_to_sequences(page):
    for model in sequence_networks():
        if any(isinstance(layer, GRU) or is_causal(layer) for layer in model.layers):
            continue
        check_tensorflow(page, model, steps_for(model, 3))
    padded = of_letters([LSTM(4, return_sequences=True), SimpleRNN(3)], mask_zero=True)
    check_tensorflow(page, padded, np.float32([[1, 2, 3, 4, 0, 0], [0, 0, 2, 1, 1, 3]]))


def is_causal(layer: Layer) -> bool:
    return isinstance(layer, Conv1D) and layer.padding == "causal"


@pytest.mark.parametrize(("make", "inputs"), [(NESTED, [1, -2, 3]), (SEQUENCES, [1, 2, 3, 0, 0])])
def test_a_model_from_tensorflow_js_is_read(page, make, inputs):
    made = page.evaluate(MAKE % make)
    content = {
        "modelTopology": made["topology"],
        "weightsManifest": [{"paths": ["./weights.bin"], "weights": made["specs"]}],
    }
    files = {"model.json": json.dumps(content).encode(), "weights.bin": bytes(made["weights"])}
    found = load(zipped.pack(files)).predict(np.float32([inputs]))[0]
    np.testing.assert_allclose(found, made["outputs"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh"])
def test_brain_js_answers_as_nn(page, activation):
    layers = [Dense(5, activation), Dense(12, activation, use_bias=False), Dense(2, activation)]
    scaling = Rescaling(np.float32([0.5, 2, 1]), np.float32([-1, 0.25, 0]))
    model = built(Sequential(layers, scaling), 3)
    x = np.random.default_rng(0).normal(0, 2, (20, 3)).astype(np.float32)
    found = page.evaluate(
        """([text, rows]) => {
          const net = new brain.NeuralNetwork().fromJSON(JSON.parse(text));
          return rows.map(row => Array.from(net.run(row)));
        }""",
        [brain.dumps(model), x.tolist()],
    )
    np.testing.assert_allclose(found, model.predict(x), rtol=1e-4, atol=1e-5)


def test_what_brain_js_has_learnt_is_read(page):
    saved, answer = page.evaluate(TEACH_BRAIN)
    model = load(json.dumps(saved).encode())
    assert model.columns == Columns.plain(("10", "wide"), "class", tuple(answer))
    found = model.predict(np.float32([[0.6, 0.3]]))[0]
    np.testing.assert_allclose(found, list(answer.values()), rtol=1e-4)
