"""The engines in a real tab: WebAssembly where the browser can, the same results as NumPy's."""

import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab

RUNS = {
    "single samples": "hidden=100&trainSamples=1000",
    "mini-batches": "hidden=40,30&batchSize=16&trainSamples=4000&activation=relu&useBias=true"
    "&loss=categorical_crossentropy&optimizer=adam&learningRate=0.001&l2=0.0001",
    "large mini-batches": "hidden=50&batchSize=300&trainSamples=3000&activation=tanh"
    "&loss=mean_squared_error&optimizer=nesterov&learningRate=0.05&l1=0.00001",
    "unusual layers": "hidden=7:leaky_relu,1:linear,3:softmax:bias&trainSamples=500&batchSize=3"
    "&loss=binary_crossentropy&optimizer=rmsprop&learningRate=0.002",
}


def python(lab: Lab, code: str) -> Any:
    """Run Python in the tab, and return what it makes of ``result``."""
    lab.page.evaluate(
        """code => {
          const script = document.createElement("script");
          script.type = "py";
          script.textContent = code;
          document.body.append(script);
        }""",
        f"{code}\nimport json\nfrom pyscript import window\nwindow.result = json.dumps(result)",
    )
    lab.page.wait_for_function("window.result !== undefined")
    text = lab.page.evaluate("[window.result, delete window.result][0]")
    return json.loads(text)


@pytest.fixture(scope="module")
def tab(context, site):
    lab = Lab(context.new_page())
    lab.page.goto(f"{site}#points")  # which is soon there
    lab.wait("ready")
    yield lab
    lab.page.close()


def flat(weights: dict[str, Any]) -> np.ndarray:
    arrays = [np.ravel(layer[name]) for layer in weights["weights"] for name in sorted(layer)]
    return np.concatenate(arrays)


def test_the_page_says_who_does_the_arithmetic(visit):
    with visit("#digits") as lab:
        expect(lab.find("engine")).to_have_text("WebAssembly relaxed SIMD")
        lab.page.locator("[data-opens=temperature]").click()
        # It computes in float64, for which there are no kernels.
        expect(lab.find("engine")).to_have_text("NumPy (float64 is not compiled)")
        lab.page.locator("[data-opens=digits]").click()
        expect(lab.find("engine")).to_have_text("WebAssembly relaxed SIMD")


@pytest.mark.parametrize("run", RUNS)
def test_engines_differ_by_rounding_only(visit, run):
    trained = {}
    accuracies = {}
    for engine, name in (("numpy", "NumPy"), ("wasm", "WebAssembly relaxed SIMD")):
        with visit(f"#digits?{RUNS[run]}&epochs=1&seed=3&engine={engine}") as lab:
            lab.news(lambda lab=lab: lab.click("train"), "^Training is done")
            expect(lab.find("engine")).to_have_text(name)
            trained[engine] = flat(lab.save())
            accuracies[engine] = lab.accuracy()
    ours, numpys = trained["wasm"], trained["numpy"]
    assert np.abs(ours - numpys).max() <= 1e-3 * np.abs(numpys).max()
    assert abs(accuracies["wasm"] - accuracies["numpy"]) <= 0.3


def test_an_engine_can_be_switched_in_mid_training(visit):
    with visit("#digits?hidden=30&trainSamples=2000&epochs=1&engine=wasm") as lab:
        lab.news(lambda: lab.click("train"), "^Training is done")
        learnt = lab.accuracy()
        lab.set(engine="numpy")
        lab.news(lambda: lab.click("train"), "^Training is done")
        expect(lab.find("engine")).to_have_text("NumPy")
        assert lab.save()["training"]["samples"] == 4000
        assert lab.accuracy() > learnt - 5


def test_products_of_matrices_of_any_kind_are_numpys(tab):
    worst = python(
        tab,
        """
import numpy as np
from nn.engine import matmul
rng = np.random.default_rng(0)
shapes = [((5, 7), (7, 3)), ((64, 784), (784, 100)), ((1, 300), (300, 1)), ((33, 1), (1, 65)),
          ((4, 40, 50), (50, 60)), ((200,), (200, 90)), ((130, 257), (257, 129))]
worst = 0.0
for dtype, eps in ((np.float32, 1e-5), (np.float64, 1e-13)):
    for left, right in shapes:
        a = rng.normal(size=left).astype(dtype)
        b = rng.normal(size=right).astype(dtype)
        strided = np.repeat(b, 2, -1)[..., ::2]
        for x, y in ((a, b), (np.flip(a), np.asfortranarray(b)), (a, strided)):
            expected = x @ y
            found = matmul(x, y)
            assert found.shape == expected.shape and found.dtype == expected.dtype
            worst = max(worst, float(np.abs(found - expected).max() / np.abs(expected).max() / eps))
    out = np.empty((5, 3), dtype)
    a, b = rng.normal(size=(5, 7)).astype(dtype), rng.normal(size=(7, 3)).astype(dtype)
    assert matmul(a, b, out=out) is out and np.allclose(out, a @ b)
result = worst
""",
    )
    assert worst < 1


def test_pictures_are_augmented_as_with_numpy(tab):
    worst = python(
        tab,
        """
import numpy as np
import nn.data.affine
from nn import Augmentation
from nn.engine.wasm.kernels import augment
from nn.engine.wasm.machine import machine
assert augment._library(machine())
rng = np.random.default_rng(0)
worst = 0
for shape in ((300, 28, 28), (3, 64, 64, 4), (5, 7, 9, 3), (2, 1, 1), (0, 28, 28)):
    pictures = rng.integers(0, 256, shape, np.uint8)
    n, height, width, *channels = shape
    augmentation = Augmentation(shift=2, rotate=30, zoom=0.3)
    found = augmentation(pictures, np.random.default_rng(1))
    draws = np.random.default_rng(1).uniform(-1, 1, (n, 4))
    maps = augmentation._maps(draws, height, width)
    columns = pictures.reshape(n, height, width, *channels or [1])
    expected = nn.data.affine.warp(columns, maps).reshape(shape)
    assert found.shape == shape and found.dtype == np.uint8
    worst = max(worst, int(np.abs(found.astype(int) - expected).max(initial=0)))
result = worst
""",
    )
    assert worst == 0


def test_a_hundred_networks_take_little_memory(tab):
    """Each has up to a megabyte, with Adam: what is let go of is not collected for the test."""
    before, after = python(
        tab,
        """
import numpy as np
import pyodide_js
from nn import Dense, Sequential
def heap():
    return pyodide_js._module.HEAPU8.length
data = np.random.default_rng(0).integers(0, 256, (64, 784), np.uint8)
labels = np.arange(64) % 10
def train(units):
    model = Sequential([Dense(units, "relu"), Dense(10, "softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(data, labels, batch_size=8)
    assert model.program.name.startswith("WebAssembly")
train(20)
before = heap()
for units in range(21, 121):
    train(units)
result = [before, heap()]
""",
    )
    # The heap grows in steps of some 10 MB: there is room for one.
    assert after - before < 12e6


def test_an_engine_that_there_is_not_is_refused(visit):
    with visit("#digits?engine=gpu") as lab:
        (complaint,) = lab.messages("error")
        assert "engine" in complaint
        assert lab.field("engine").input_value() == "auto"
