"""A network as a page: what is in the file; tests/browser/test_saved_page.py opens it."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from nn import formats, load_model
from nn.activations import named
from nn.data.columns import Columns
from nn.formats.page import dumps, loads
from nn.formats.page.form import Drawing, form_of
from nn.formats.weights import Training
from nn.layers import (
    GRU,
    LSTM,
    Dense,
    Embedding,
    Flatten,
    PositionEmbedding,
    Rescaling,
    TransformerBlock,
)
from nn.model import Sequential
from tests.unit.format_cases import (
    built,
    check_equal,
    check_mutants,
    check_refused,
    every_kind,
    load,
    preset_networks,
    random_networks,
)
from tests.unit.sequence_cases import (
    ATTENTION,
    check_same,
    of_letters,
    of_numbers,
    sequence_networks,
)
from tests.unit.weights_files import named as columned

ROOT = Path(__file__).parents[2]


def facts_of(page: str) -> dict:
    found = re.search('<script type="application/json" id="facts">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def test_a_page_is_hardly_larger_than_its_weights():
    for model in (*preset_networks(), every_kind(), load_model(ROOT / "dist/best.json")):
        weights = model.parameters.nbytes + model.state.nbytes
        assert len(dumps(model).encode()) < 1.5 * weights + 60_000


def test_a_page_of_a_network_for_sequences_is_hardly_larger_than_its_weights():
    """As those that learn to write: no code grows with steps, units or heads."""
    for body in (
        [GRU(64, return_sequences=True)],
        [LSTM(128, return_sequences=True)],
        [PositionEmbedding(), TransformerBlock(4, 16, 256), TransformerBlock(4, 16, 256)],
    ):
        layers = [Embedding(60, 64), *body, Dense(60, "softmax")]
        model = built(Sequential(layers), 64)
        assert len(dumps(model).encode()) < 1.5 * model.parameters.nbytes + 60_000


def test_any_network_comes_back_from_its_page(tmp_path):
    for model in (columned(), every_kind(), *random_networks(20), *preset_networks()):
        check_equal(load(dumps(model).encode()), model)
    training = Training(2, 120, 0.75, {"optimizer": "sgd"})
    page = dumps(columned(), training)
    model, found = loads(page.encode())
    assert (found, model.columns) == (training, columned().columns)
    assert "trained on 120 samples, test accuracy 75.00 %." in page
    columned().save(tmp_path / "mine.html")
    check_equal(load_model(tmp_path / "mine.html"), columned())


def test_networks_for_sequences_and_of_several_outputs_come_back_from_their_page():
    several = of_numbers([GRU(3), Dense(4, activation=named("softmax(3)+linear(1)"))])
    for model in (*sequence_networks(), *map(of_letters, ATTENTION), several):
        check_same(load(formats.dumps(model, ".html")), model)
    with pytest.raises(ValueError, match="Embedding is not compiled to WebAssembly, so no page"):
        dumps(of_letters([GRU(3, return_sequences=True)], mask_zero=True))


def test_names_cannot_end_what_they_stand_in():
    model = built(Sequential([Dense(2)]), 2)
    hostile = ("</script><b>", "{{weights}}")
    model.columns = Columns.plain(hostile, "<img onerror=x>", hostile)
    page = dumps(model)
    names = [column["name"] for column in facts_of(page)["columns"]["inputs"]]
    assert names == list(hostile)
    assert page.count("</script>") == 5
    assert "<b>" not in page.replace("<b>weights</b>", "") and "<img" not in page


def test_a_page_loads_nothing():
    page = dumps(every_kind())
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)\s*=|https?://|\bfetch\(|\bimport\b""", page)


def test_the_colours_are_those_of_the_labs():
    def colours(path: str) -> list[set[str]]:
        light, _, dark = (ROOT / path).read_text().partition("@media (prefers-color-scheme: dark)")
        return [
            set(re.findall(r"--[\w-]+: [^;]+;", part.partition("* {")[0])) for part in (light, dark)
        ]

    labs = zip(colours("styles/palette.css"), colours("styles/points-palette.css"), strict=True)
    for own, (first, second) in zip(colours("nn/formats/page/page.css"), labs, strict=True):
        assert own and own <= first | second


class Doubling(Dense):
    """A layer that nobody else knows."""


def test_a_layer_without_compiled_code_is_refused_by_its_name(monkeypatch):
    with pytest.raises(ValueError, match="Doubling is not a layer kind of nn"):
        dumps(built(Sequential([Doubling(2)]), 2))
    monkeypatch.setattr("nn.engine.wasm.compiler.KERNELS", {})
    with pytest.raises(ValueError, match="Dense is not compiled to WebAssembly, so no page can"):
        dumps(built(Sequential([Dense(2)]), 2))


def test_the_form_suits_the_network():
    def kind(model: Sequential) -> str:
        return form_of(model)["kind"]

    assert kind(built(Sequential([Dense(3)]), 784)) == "picture"
    assert kind(built(Sequential([Dense(3)]), 785)) == "numbers"
    assert kind(every_kind()) == "numbers"
    letters = built(Sequential([Embedding(9, 2), Flatten(), Dense(3)]), 784)
    assert form_of(letters) == {"kind": "numbers", "classes": None, "things": 9}
    assert kind(columned()) == "table"
    points = built(Sequential([Dense(1, "sigmoid")]), 2)
    points.columns = Columns.plain(("x", "sin y"), "class", ("a", "b"))
    assert kind(points) == "points"
    points.columns = Columns.plain(("x", "z"), "class", ("a", "b"))
    assert kind(points) == "table"
    dark = form_of(built(Sequential([Dense(3)]), 784), Drawing(True, 12.5))
    assert (dark["paper"], dark["box"]) == (True, 12.5)


@pytest.mark.parametrize(
    ("scale", "offset", "slider"),
    [
        (1.0, 0.0, {"low": -100.0, "high": 100.0, "step": 1.0, "value": 0.0}),
        (0.3, -3.0, {"low": 0.0, "high": 20.0, "step": 0.1, "value": 10.0}),
        (3000.0, 0.0, {"low": -0.001, "high": 0.001, "step": 1e-5, "value": 0.0}),
    ],
)
def test_a_slider_reaches_as_far_as_nearly_all_values(scale, offset, slider):
    model = built(Sequential([Dense(1)], Rescaling(np.full(1, scale), np.full(1, offset))), 1)
    model.columns = Columns.plain(("size",), "price")
    assert form_of(model)["sliders"] == [pytest.approx(slider)]


PAGE = dumps(columned())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (PAGE.replace('id="weights"', "").encode(), "the page has no weights of nn in it"),
        (
            PAGE.replace('id="weights">', 'id="weights">A').encode(),
            "the weights in the page are dam",
        ),
    ],
)
def test_what_is_wrong_is_named(data, message):
    assert message in check_refused(load, data)


def test_mutants_are_read_or_refused():
    start = PAGE.index('id="weights"') - 40
    head, rest = PAGE[:start].encode(), PAGE[start:].encode()
    check_mutants(lambda data: load(head[:200] + data), rest, 10_000)
