"""A network saved as a page answers from the disk, as it does here, and asks nothing of anyone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from nn import drawing, load_model
from nn.activations import named
from nn.data.columns import Columns, Input, Output
from nn.forecasting import one_step_ahead
from nn.formats.page import dumps
from nn.layers import (
    GRU,
    LSTM,
    Conv1D,
    Dense,
    Embedding,
    GlobalMaxPooling1D,
    LayerNormalization,
    MultiHeadAttention,
    PositionEmbedding,
    Rescaling,
    SimpleRNN,
    TransformerBlock,
)
from nn.model import Sequential
from nn.writing import Writer
from tests.browser.conftest import ROOT, browsing
from tests.browser.test_accessible import AXE
from tests.unit.format_cases import built, every_kind, inputs_for
from tests.unit.sequence_cases import of_letters, steps_for

HOSTILE = '</script><img src=x onerror="window.harmed = 1">'

Opened = Callable[[Sequential], AbstractContextManager[Page]]


@pytest.fixture
def opened(browser: Browser, watch: Any, tmp_path: Path) -> Opened:
    """A function that saves a network, and opens the page from the disk, for a `with`."""

    @contextmanager
    def opened(model: Sequential) -> Iterator[Page]:
        path = tmp_path / "network.html"
        path.write_text(dumps(model), encoding="utf-8")
        with browsing(browser, watch, path.as_uri(), offline=True) as context:
            page = context.new_page()
            page.goto(path.as_uri())
            page.evaluate("network.then(predict => { window.predict = predict; })")
            yield page

    return opened


def check_answers(page: Page, model: Sequential, inputs: np.ndarray) -> None:
    """The page's answers are the network's."""
    rows = inputs.reshape(len(inputs), -1)
    found = np.array(page.evaluate("rows => predict(rows)", rows.tolist()))
    expected = model.predict(inputs).reshape(len(inputs), -1)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def check_accessible(page: Page) -> None:
    page.evaluate(AXE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("axe.run().then(({ violations }) => violations)")
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def mixed(activation: str | None = None) -> Sequential:
    """A network for a table with columns of all kinds, and names that are to do no harm."""
    inputs = (
        Input("size <b>", "number", 3.5),
        Input("weight", "number"),
        Input("colour", "category", values=("red", HOSTILE), other=True, missing=True),
        Input("fresh", "true/false", 1.0, ("no", "yes")),
        Input("sold", "date", 20000.0, ("year", "month", "day", "day of week")),
    )
    outputs = (Output(f"kind {HOSTILE}", ("a", HOSTILE, "c")), Output("price", None, 10.0, 50.0))
    columns = Columns(inputs, outputs)
    width = len(columns.features)
    scaling = Rescaling(np.linspace(0.1, 0.3, width), np.linspace(-1, 1, width))
    model = built(Sequential([Dense(7, "tanh"), Dense(4, named(activation))], scaling), width)
    model.columns = columns
    return model


@pytest.mark.parametrize("kind", ["best", "every kind", "float64"])
def test_a_thousand_inputs_are_answered_as_here(opened, mnist, kind):
    if kind == "best":
        model = load_model(ROOT / "dist/best.json")
        inputs = mnist.test.inputs[:1000].reshape(1000, *model.input_shape)
    else:
        model = (
            every_kind()
            if kind == "every kind"
            else built(Sequential([Dense(3)], None, "float64"), 4)
        )
        inputs = inputs_for(model, 1000)
    with opened(model) as page:
        check_answers(page, model, inputs)
        assert page.evaluate("row => predict(row).length", inputs[0].ravel().tolist()) == (
            model.outputs
        )
        with pytest.raises(Exception, match=r"expected [\d]+ numbers, not 2"):
            page.evaluate("predict([1, 2])")


SEVERAL = "softmax(3)+linear(1)"


def test_a_thousand_sequences_are_answered_as_here(opened):
    """All kinds of layers for sequences, in three pages: each is a network with its own code."""
    layers = [
        [GRU(4, return_sequences=True), LSTM(3, return_sequences=True), LayerNormalization()],
        [PositionEmbedding(), TransformerBlock(2, 2, 6), MultiHeadAttention(2, 3)],
        [SimpleRNN(3, return_sequences=True), Conv1D(5, 2, activation="relu"),
         GlobalMaxPooling1D(), Dense(4, activation=named(SEVERAL))],
    ]  # fmt: skip
    for body in layers:
        model = of_letters(body)
        with opened(model) as page:
            check_answers(page, model, steps_for(model, 1000))


def test_letters_are_asked_for_as_whole_numbers(opened):
    model = of_letters([GlobalMaxPooling1D()])
    with opened(model) as page:
        page.get_by_label("6 whole numbers from 0 to 6").fill("1 2 3 4 5 6")
        (expected,) = model.predict(np.float32([[1, 2, 3, 4, 5, 6]]))
        found = [float(text) for text in page.locator("#answers li").all_text_contents() if text]
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        for wrong in ("1 2 3 4 5 7", "1 2 3 4 5 0.5"):
            page.locator("#numbers").fill(wrong)
            expect(page.locator("#answer")).to_have_text("Expected 6 whole numbers from 0 to 6")
            page.locator("#numbers").fill("0 0 0 0 0 0")
            expect(page.locator("#answer")).to_have_text("7 numbers")


def test_a_drawing_is_seen_as_in_the_page(opened, mnist):
    model = load_model(ROOT / "dist/best.json")
    with opened(model) as page:
        expect(page.locator("#answer")).to_have_text("Draw something")
        box = page.locator("#canvas").bounding_box()
        assert box
        for start, *points in [[(0.35, 0.3), (0.65, 0.3), (0.45, 0.75)]]:
            page.mouse.move(box["x"] + box["width"] * start[0], box["y"] + box["height"] * start[1])
            page.mouse.down()
            for x, y in points:
                page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=8)
            page.mouse.up()
        expect(page.locator("#answer")).to_have_text("7")
        expect(page.locator("#bars .best b")).to_have_text("7")
        alpha = """id => {
          const canvas = document.getElementById(id);
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return Array.from(data).filter((_, i) => i % 4 === 3);
        }"""
        ink = np.array(page.evaluate(alpha, "canvas"), np.uint8).reshape(280, 280)
        seen = np.array(page.evaluate(alpha, "sees")).reshape(28, 28)
        expected = drawing.prepare(ink)
        assert expected is not None
        assert np.abs(seen - expected).max() <= 1
        check_accessible(page)
        page.get_by_role("button", name="Clear").click()
        expect(page.locator("#answer")).to_have_text("Draw something")


def test_a_photo_is_read(opened, tmp_path):
    import PIL.Image

    light = np.linspace(150, 235, 500)[np.newaxis, :] + np.zeros((400, 1))
    light[90:110, 150:300] = light[100:300, 285:300] = 60
    photo = tmp_path / "photo.png"
    PIL.Image.fromarray(light.astype(np.uint8)).save(photo)
    with opened(load_model(ROOT / "dist/best.json")) as page:
        page.locator("#photo").set_input_files(photo)
        expect(page.locator("#answer")).to_have_text("7")
        blank = tmp_path / "blank.png"
        PIL.Image.new("RGB", (300, 200), (200, 200, 190)).save(blank)
        page.locator("#photo").set_input_files(blank)
        expect(page.locator("#answer")).to_have_text("Nothing drawn was found on the photo")
        page.locator("#photo").set_input_files({"name": "x", "mimeType": "", "buffer": b"x"})
        expect(page.locator("#answer")).to_contain_text("no picture")


@pytest.mark.parametrize("activation", [None, SEVERAL])
def test_a_table_has_a_control_a_column_and_names_do_no_harm(opened, activation):
    model = mixed(activation)
    assert model.columns
    with opened(model) as page:
        check_answers(page, model, inputs_for(model, 1000) % 5)
        assert page.locator("label").all_text_contents() == list(model.columns.names)
        page.get_by_label("size <b>", exact=True).fill("4,25")
        page.get_by_label("weight", exact=True).fill("2")
        page.get_by_label("colour").select_option(HOSTILE)
        page.get_by_label("fresh").select_option("no")
        page.get_by_label("sold").fill("2024-02-29")
        row = np.float32([[4.25, 2, 0, 1, 0, 0, 0, 2024, 2, 29, 4]])
        kind, price = model.columns.answers(model.predict(row))
        assert model.columns.outputs[0].classes
        expect(page.locator("#answer")).to_have_text(model.columns.outputs[0].classes[kind[0]])
        shown = float(page.locator("dd").inner_text().replace(",", ""))
        assert shown == pytest.approx(price[0], rel=1e-5)
        # What is missing is filled as in the rows that were learnt; where nothing tells, asked for.
        page.get_by_label("size <b>", exact=True).fill("")
        page.get_by_label("fresh").select_option("missing")
        page.get_by_label("colour").select_option("missing")
        page.get_by_label("sold").fill("")
        row = np.float32([[3.5, 2, 0, 0, 0, 1, 1, 2024, 10, 4, 5]])
        kind, price = model.columns.answers(model.predict(row))
        shown = float(page.locator("dd").inner_text().replace(",", ""))
        assert shown == pytest.approx(price[0], rel=1e-5)
        page.get_by_label("weight", exact=True).fill("")
        expect(page.locator("#answer")).to_have_text("Enter weight")
        check_accessible(page)
        assert page.evaluate("[window.harmed, document.images.length]") == [None, 0]


def test_a_date_with_hours_is_asked_for_with_its_time(opened):
    when = Input("when", "date", 19_787.5625, ("month", "day", "hour"))
    model = built(Sequential([Dense(3, "tanh"), Dense(1)]), 3)
    model.columns = Columns((when,), (Output("load"),))
    with opened(model) as page:
        field = page.get_by_label("when")
        for time, days in (("2024-03-05T13:30", 19_787.5625), ("2024-03-06T21:15", 19_788.885417)):
            if time != field.input_value():
                field.fill(time)
            expect(field).to_have_value(time)
            load = model.predict(np.float32([when.features_of(round(days * 1440) / 1440)]))[0, 0]
            shown = float(page.locator("#answer").inner_text().replace(",", ""))
            assert shown == pytest.approx(load, rel=1e-4)


def test_the_plane_shows_points(opened):
    model = built(Sequential([Dense(4, "tanh"), Dense(1, "sigmoid")]), 3)
    model.columns = Columns.plain(("x", "y", "sin x"), "class", ("blue", "orange"))
    with opened(model) as page:
        plane = page.locator(".plane")
        plane.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowUp")
        expect(page.locator("#what")).to_have_text("x 0.52, y 0.52")
        told = np.float32([[0.24, 0.24, np.sin(0.24)]])
        answer = float(model.predict(told)[0, 0])
        expect(page.locator("#answer")).to_have_text(("blue", "orange")[answer > 0.5])
        expect(page.locator("#bars small").last).to_have_text(f"{100 * answer:.0f} %")
        check_accessible(page)


@pytest.mark.parametrize("layers", [[GRU(6, return_sequences=True), Dense(1)], [Dense(1)]])
def test_a_series_is_gone_on_with(opened, layers):
    shape = (8,) if len(layers) == 1 else (8, 1)
    model = built(Sequential(layers, Rescaling(0.1, -2.0)), shape)
    model.columns = Columns((Input(HOSTILE),), (Output(HOSTILE, None, 10.0, 20.0),))
    values = 20 + 9 * np.cos(np.arange(11.0))
    with opened(model) as page:
        check_answers(page, model, values[-8:].reshape(1, *shape))
        check_accessible(page)
        page.locator("#numbers").fill(" ".join(f"{value:.6f}" for value in values))
        found = page.locator("#answers li").all_text_contents()
        window = list(values)
        for said in found[:3]:
            window.append(one_step_ahead(model, np.array([*window, 0.0]), len(window))[0])
            assert float(said) == pytest.approx(window[-1], rel=1e-4)
        assert len(found) == 20 and page.locator("#answer").text_content() == found[0]
        page.locator("#numbers").fill("1 2 3")
        expect(page.locator("#answer")).to_have_text("Expected 8 numbers or more")
        assert page.evaluate("window.harmed") is None


def test_a_text_is_gone_on_with(opened):
    layers = [Embedding(4, 3), GRU(5, return_sequences=True), Dense(4, "softmax")]
    model = built(Sequential(layers), (8,))
    model.classes = ("\n", "<", "a", "b")
    with opened(model) as page:
        expected = Writer(model).read([2, 3, 1])
        page.get_by_label("A text so far").fill("ab<")
        bars = page.locator("#answers li").all_text_contents()
        best = int(expected.argmax())
        assert page.locator("#answer").text_content() == ["↵", "<", "a", "b"][best]
        assert len(bars) == 4
        window = np.array([[2, 3, 1, 0, 0, 0, 0, 0]])
        check_answers(page, model, window)
        check_accessible(page)
        page.locator("#write").click()
        written = page.locator("#written").text_content()
        assert written.startswith("ab<") and len(written) == 203 and set(written) <= set("\n<ab")
        page.get_by_label("A text so far").fill("abc")
        expect(page.locator("#answer")).to_have_text("The network does not know the character c")
        expect(page.locator("#write")).to_be_disabled()


def test_colours_and_plain_numbers_have_forms_of_their_own(opened):
    scaling = Rescaling(np.full(3, 1 / 74), np.full(3, -127 / 74))
    model = built(Sequential([Dense(2, "softmax")], scaling), 3)
    model.columns = Columns.plain(("r", "g", "b"), "name", ("dark", "light"))
    with opened(model) as page:
        page.get_by_label("g", exact=True).fill("200")
        style = page.locator(".swatch").evaluate("one => one.style.background")
        assert style == "rgb(127, 200, 127)"
        check_accessible(page)
    model = built(Sequential([Dense(2)]), 4)
    with opened(model) as page:
        page.locator("#numbers").fill("1, 2; 3 4")
        (expected,) = model.predict(np.float32([[1, 2, 3, 4]]))
        found = [float(text) for text in page.locator("#answers li").all_text_contents() if text]
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        expect(page.locator("#code")).to_contain_text("predict([1, 2, 3, 4])")
        page.locator("#numbers").fill("1, x")
        expect(page.locator("#answer")).to_have_text("Expected 4 numbers")
        check_accessible(page)
