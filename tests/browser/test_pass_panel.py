"""One step: a sample's way through the network and back, with the network's own numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from nn.explain.figures import read
from tests.browser.conftest import ROOT
from tests.browser.looks import CONTRASTS, SIZE, faint
from tests.browser.test_accessible import complaints

SMALL = ("colours", "points", "temperature")
LABS = ("digits", *SMALL, "text", "curve")
RATE = 0.2
WIDER = "panel => panel.scrollWidth - panel.clientWidth"


class Step:
    """The panel in one lab, open.

    Attributes:
        lab: the page.
        name: of the lab.
    """

    def __init__(self, lab, name: str = "digits") -> None:
        self.lab, self.page, self.name = lab, lab.page, name
        self.find("passTab").click()
        expect(self.find("passPanel")).not_to_have_attribute("inert", "")
        expect(self.find("passTitle")).not_to_be_empty()

    def find(self, name: str) -> Locator:
        return self.page.locator(f"#{'' if self.name == 'digits' else f'{self.name}-'}{name}")

    def go(self, stop: str) -> None:
        """Go to a stop by its button."""
        self.find("passStops").get_by_role("button", name=stop, exact=True).click()

    @property
    def title(self) -> str:
        return self.find("passTitle").text_content() or ""

    def stops(self) -> list[str]:
        return self.find("passStops").get_by_role("button").all_text_contents()

    def current(self) -> str:
        return self.find("passStops").locator("[aria-current=step]").text_content() or ""

    def numbers(self) -> list[dict[str, float]]:
        """The numbers of each line by their symbols; the last one of each."""
        lines = (
            self.find("passLines")
            .locator("li")
            .evaluate_all(
                """all => all.map(line => [...line.querySelectorAll(".number")].map(
              one => [one.dataset.symbol, one.querySelector("b").textContent]))"""
            )
        )
        return [{symbol: read(text) for symbol, text in line} for line in lines]

    def number(self, symbol: str) -> float:
        """What the first line that begins with a symbol comes to."""
        for line in self.numbers():
            if next(iter(line)) == symbol:
                return line[symbol]
        raise AssertionError(f"no line for {symbol}: {self.numbers()}")

    def field(self, label: str) -> Locator:
        return self.find("passFields").get_by_label(label, exact=True)

    def put(self, label: str, value: object) -> None:
        self.field(label).fill(str(value))
        self.field(label).press("Enter")


@pytest.fixture
def step(lab) -> Step:
    """The tab with the tutorial's network, which has learnt a little."""
    lab.page.locator("[data-preset=Classic]").click()
    lab.click("reset")
    lab.train(samples=300)
    lab.stop()
    step = Step(lab)
    step.find("passOf").select_option("train")
    step.find("passSample").fill("6")
    step.find("passSample").press("Enter")
    step.go("Sample")
    return step


def close(found: float, expected: float) -> bool:
    """Whether a number is what was expected, as far as it is shown."""
    return found == pytest.approx(expected, rel=6e-3, abs=6e-5)


@pytest.mark.parametrize("name", LABS)
def test_it_goes_forward_and_back_in_every_lab(visit, name):
    with visit(f"#{name}") as lab:
        step = Step(lab, name)
        stops = step.stops()
        assert stops[0] == "Sample" and stops[-2:] == ["Update", "After"]
        layers = [stop for stop in stops if stop.startswith("Back")]
        assert len(stops) == 2 * len(layers) + 4
        seen = [step.current()]
        while step.find("passNext").is_enabled():
            step.find("passNext").click()
            seen.append(step.current())
            assert step.numbers() and all(step.numbers())
        assert seen == stops
        for stop in reversed(stops[:-1]):
            step.find("passBody").press("ArrowLeft")
            assert step.current() == stop
        assert step.find("passBack").is_disabled()
        step.find("passBody").press("ArrowRight")
        assert step.current() == stops[1]


def test_the_numbers_are_those_of_the_saved_weights(step, mnist):
    saved = step.lab.save()
    first, second = (np.array(saved[name], dtype=np.float64).T for name in ("wih", "who"))
    label = int(mnist.train.targets[5])
    raw = mnist.train.inputs[5].ravel().astype(np.float64)
    x = raw * saved["inputs"]["scale"] + saved["inputs"]["offset"]
    hidden = 1 / (1 + np.exp(-x @ first))
    y = 1 / (1 + np.exp(-hidden @ second))
    t = np.where(np.arange(10) == label, 0.99, 0.0)
    dz = (y - t) * y * (1 - y)
    back = (second @ dz) * hidden * (1 - hidden)

    assert f"“{label}”" in (step.find("passWords").text_content() or "")
    step.go("2 Dense")
    assert step.title.endswith(f"output “{label}”")
    assert close(step.number("y"), y[label])
    step.put("From unit", 7)
    assert close(step.number("z"), (hidden @ second)[label])
    step.go("1 Dense")
    assert step.title.endswith("unit 7")
    assert close(step.number("z"), (x @ first)[6])
    assert close(step.number("y"), hidden[6])
    step.put("From input: row", 15)
    step.put("From input: column", 14)
    pixel = 14 * 28 + 13
    row = step.find("passTerms").get_by_role("row").filter(has_text="row 15, column 14")
    cells = [read(text) for text in row.get_by_role("cell").all_text_contents()]
    weight = first[pixel, 6]
    assert all(map(close, cells, (x[pixel], weight, x[pixel] * weight)))
    step.go("Sample")
    (line,) = step.numbers()
    assert close(line["x"], x[pixel]) and line["raw"] == raw[pixel]
    step.go("Loss")
    assert close(step.number("L"), ((y - t) ** 2).sum() / 2)
    step.go("Back 2")
    assert close(step.number("∂L/∂y"), y[label] - t[label])
    assert close(step.number("∂y/∂z"), y[label] * (1 - y[label]))
    assert close(step.number("∂L/∂z"), dz[label])
    assert close(step.number("∂L/∂w"), dz[label] * hidden[6])
    step.go("Back 1")
    assert close(step.number("∂L/∂y"), (second @ dz)[6])
    assert close(step.number("∂L/∂z"), back[6])
    gradient = back[6] * x[pixel]
    assert close(step.number("∂L/∂w"), gradient)
    step.go("Update")
    (line,) = step.numbers()
    assert line["rate"] == RATE
    assert close(line["w"], weight) and close(line["gradient"], gradient)
    assert close(line["new w"], weight - RATE * gradient)
    moved = "smaller" if gradient > 0 else "larger"
    assert f"makes w {moved}" in (step.find("passWords").text_content() or "")
    step.go("After")
    second_after = second - RATE * np.outer(hidden, dz)
    first_after = first - RATE * np.outer(x, back)
    after = 1 / (1 + np.exp(-(1 / (1 + np.exp(-x @ first_after))) @ second_after))
    losses = [line["L"] for line in step.numbers()[:3]]
    assert close(losses[0], ((y - t) ** 2).sum() / 2)
    assert close(losses[2], ((after - t) ** 2).sum() / 2)
    assert step.lab.save()["weights"] == saved["weights"]


def test_any_unit_and_any_weight_can_be_clicked(step):
    step.go("2 Dense")
    step.field("Output").select_option("“3”")
    assert step.title.endswith("output “3”")
    terms = step.find("passTerms").get_by_role("button")
    name = terms.nth(2).text_content()
    terms.nth(2).click()
    expect(step.find("passTerms").get_by_role("button", pressed=True)).to_have_text(name)
    expect(step.find("passTerms").get_by_role("button", name=name)).to_be_focused()
    expect(step.find("passWeight")).to_have_value("1 0")
    step.go("Update")
    assert step.title == f"The update of the weight from {name} to output “3” in layer 2"
    step.find("passWeight").select_option("layer 1: w")
    assert f"to {name} in layer 1" in step.title

    step.go("Sample")
    box = step.find("passPictures").locator(".frame").bounding_box()
    step.page.mouse.click(box["x"] + box["width"] * 10.5 / 28, box["y"] + box["height"] * 14.5 / 28)
    expect(step.field("Input: row")).to_have_value("15")
    expect(step.field("Input: column")).to_have_value("11")
    step.go("Update")
    assert step.title.startswith("The update of the weight from row 15, column 11 to")


def test_what_is_no_place_is_refused(step):
    step.go("1 Dense")
    before = step.field("Unit").input_value()
    assert "1 to 100" in step.lab.complaint(lambda: step.put("Unit", 101))
    expect(step.field("Unit")).to_have_value(before)
    step.find("passSample").fill("10000000")
    step.find("passSample").press("Enter")
    assert int(step.find("passSample").input_value()) <= 60_000


def test_each_line_leads_to_the_code_that_computes_it(step):
    for stop in step.stops():
        step.go(stop)
        for link in step.find("passLines").locator(".source-link").all():
            file, line = re.fullmatch(r"(nn/\S+\.py), line (\d+)", link.text_content()).groups()
            link.click()
            expect(step.find("passSourceTitle")).to_be_focused()
            assert step.find("passSourceTitle").text_content().startswith(f"{file}, line {line}: ")
            lines = (ROOT / file).read_text().splitlines()
            marked = step.find("passCode").locator("mark").text_content()
            assert marked.rstrip("\n") == lines[int(line) - 1]
            step.find("passSourceClose").click()
            expect(link).to_be_focused()
            expect(step.find("passSource")).to_be_hidden()
    assert step.page.url.endswith("#digits") or "#digits?" in step.page.url


def test_a_window_slides_over_the_picture(lab):
    lab.page.locator("[data-preset=Classic]").click()
    lab.set(hidden="conv2d:3:5:relu,maxpool:2,flatten,dropout:0.2", useBias=True)
    lab.click("reset")
    step = Step(lab)
    assert step.stops()[1:6] == ["1 Conv", "2 MaxPooling", "3 Flatten", "4 Dropout", "5 Dense"]
    step.go("1 Conv")
    grids = step.find("passPictures").locator("table.grid")
    assert grids.locator("caption").all_text_contents() == ["Patch x", "Kernel w", "x · w"]
    kernel = grids.nth(1).locator("td").all_text_contents()
    assert len(kernel) == 25
    step.put("Unit: row", 10)
    step.put("Unit: column", 9)
    left = step.page.locator("#passPictures .window").first
    outline = "one => [one.style.top, one.style.left].map(parseFloat)"
    top, beside = left.evaluate(outline)
    assert (top, beside) == pytest.approx((9 / 28 * 100, 8 / 28 * 100), rel=1e-4)
    patch = np.array(grids.nth(0).locator("td").all_text_contents()).reshape(5, 5)
    step.field("Unit: column").press("ArrowUp")
    expect(step.field("Unit: column")).to_have_value("10")
    slid = np.array(grids.nth(0).locator("td").all_text_contents()).reshape(5, 5)
    assert (slid[:, :-1] == patch[:, 1:]).all()
    slide = step.find("passPictures").get_by_role("button", name="Slide the window on")
    slide.focus()
    for _ in range(15):
        step.page.keyboard.press("Enter")
    expect(step.field("Unit: column")).to_have_value("1")
    expect(step.field("Unit: row")).to_have_value("11")
    expect(slide).to_be_focused()
    assert grids.nth(1).locator("td").all_text_contents() == kernel
    total = sum(
        read(text)
        for text in grids.nth(2).locator("td").evaluate_all("all => all.map(a => a.title)")
    )
    line = step.numbers()[0]
    assert total == pytest.approx(line["Σ x · w"], abs=2e-3)
    assert line["z"] == pytest.approx(line["Σ x · w"] + line["b"], abs=2e-4)

    step.go("2 MaxPooling")
    patch = grids.nth(0).locator("td")
    numbers = [read(text) for text in patch.evaluate_all("all => all.map(a => a.title)")]
    framed = grids.nth(0).locator("td.framed")
    expect(framed).to_have_count(1)
    assert read(framed.get_attribute("title")) == max(numbers) == step.number("z")
    step.go("Back 1")
    line = step.numbers()[-2]
    assert line["∂L/∂w"] == pytest.approx(line["Σ x · ∂L/∂z"], abs=1e-6)


@pytest.mark.parametrize(
    ("optimizer", "moments"),
    [("momentum", "v"), ("nesterov", "v"), ("adam", "mv"), ("rmsprop", "v")],
)
def test_moments_are_shown(lab, optimizer, moments):
    lab.page.locator("[data-preset=Classic]").click()
    lab.set(optimizer=optimizer, learningRate=0.01)
    lab.click("reset")
    lab.train(samples=300)
    lab.stop()
    step = Step(lab)
    step.go("Update")
    lines = step.numbers()
    for moment, line in zip(moments, lines, strict=False):
        assert next(iter(line)) == f"new {moment}" and line[moment] != 0
    assert "new w" in lines[-1]


def test_numbers_stay_while_it_learns_and_are_new_afterwards(step):
    step.go("1 Dense")
    before = step.numbers()
    step.lab.train(samples=500)
    expect(step.find("passNote")).to_contain_text("The network is learning")
    assert step.numbers() == before
    step.lab.stop()
    expect(step.find("passNote")).to_be_empty()
    assert step.numbers() != before


def test_it_plays_by_itself_and_stops_with_escape(step):
    step.find("passPlay").click()
    expect(step.find("passPlay")).to_have_text("Stop")
    expect(step.find("passStops").locator("[aria-current=step]")).to_have_text("1 Dense")
    step.page.keyboard.press("Escape")
    expect(step.find("passPlay")).to_have_text("Play")


def test_another_sample_and_other_settings_give_other_numbers(step):
    step.go("Update")
    step.lab.set(learningRate=0.05)
    assert step.numbers()[0]["rate"] == 0.05
    step.lab.set(learningRate=RATE)
    step.go("Sample")
    before = step.find("passSample").input_value()
    step.find("passOther").click()
    expect(step.find("passSample")).not_to_have_value(before)


@pytest.mark.parametrize("name", SMALL)
def test_small_networks_are_drawn_with_their_numbers(visit, name):
    with visit(f"#{name}") as lab:
        step = Step(lab, name)
        nodes = step.find("passPictures").locator(".node")
        step.go("Sample")
        known = [text for text in nodes.all_text_contents() if text]
        step.go("1 Dense")
        assert len(nodes.all_text_contents()) > len(known) > 0
        on_path = step.find("passPictures").locator('.node.path[data-level="1"]')
        assert read(on_path.text_content()) == pytest.approx(step.number("y"), abs=0.006)
        step.go("Back 1")
        expect(on_path).to_have_class("node back path")
        shown = float(on_path.text_content().replace("−", "-"))
        assert shown == pytest.approx(step.number("∂L/∂z"), abs=0.006, rel=0.5)
        step.go("1 Dense")
        if name != "temperature":
            nodes.and_(lab.page.locator('[data-level="1"][data-place="2"]')).click()
            assert step.title.endswith("unit 3")
            step.go("Update")
            assert "to unit 3 in layer 1" in step.title


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", LABS)
def test_it_can_be_read_heard_and_fits_a_phone(visit, name, scheme):
    with visit(f"#{name}") as lab:
        lab.page.emulate_media(color_scheme=scheme)
        step = Step(lab, name)
        before = lab.page.viewport_size
        for stop in step.stops():
            step.go(stop)
            assert faint(lab.page.evaluate(CONTRASTS)) == []
        assert complaints(lab) == []
        step.find("passLines").locator(".source-link").first.click()
        assert complaints(lab) == []
        for width in (390, 320):
            lab.page.set_viewport_size({"width": width, "height": 844})
            for stop in step.stops():
                step.go(stop)
                assert lab.page.evaluate(SIZE)[0] == 0, stop
                assert step.find("passPanel").evaluate(WIDER) <= 0, stop
            if scheme == "light":
                assert complaints(lab) == []
        lab.page.set_viewport_size(before)


@pytest.mark.parametrize("name", ["text", "curve"])
def test_a_sequence_takes_the_step_unit_by_unit(visit, name):
    with visit(f"#{name}?epochs=1") as lab:
        lab.page.locator(f"#{name}-speed").fill("6")
        lab.page.locator(f"#{name}-train").click()
        expect(lab.page.locator(f"#{name}-progressLabel")).to_contain_text(
            re.compile("^Epoch: [1-9]")
        )
        lab.page.locator(f"#{name}-train").click()
        lab.wait("ready")
        step = Step(lab, name)
        gru = "2 GRU" if name == "text" else "1 GRU"
        step.go(gru)
        step.put("Unit: number", 3)
        assert step.title.endswith("unit 3")
        mixed = next(line for line in step.numbers() if next(iter(line)) == "z")
        update = mixed["update"]
        expected = update * mixed["h before"] + (1 - update) * mixed["candidate"]
        assert mixed["z"] == pytest.approx(expected, rel=0.02, abs=1e-3)
        assert 0 < step.number("reset") < 1 and -1 < step.number("candidate") < 1
        step.go("Back 2" if name == "text" else "Back 1")
        step.find("passWeight").select_option(f"layer {gru[0]}: w")
        step.go("Update")
        assert "to unit 3 in layer" in step.title
        assert lab.messages("error") == []
        step.find("passOf").select_option("asked")
        expect(step.find("passNote")).to_contain_text("follow a training sample or a test sample")
        step.find("passOf").select_option("test")
        expect(step.find("passNote")).to_be_empty()


def test_attention_shows_where_it_looks_and_what_it_takes(visit):
    # The Attention preset, with windows that are quick to make.
    network = "embedding:64,position,transformer:4:16:256,transformer:4:16:256,layernorm"
    with visit(f"#text?hidden={network}&text=alice&steps=64") as lab:
        step = Step(lab, "text")
        step.go("4 Transformer")
        first = list(step.numbers()[0])
        assert first == ["z", "between", "narrower"]
        tables = step.find("passTerms").locator("table")
        captions = tables.locator("caption").all_text_contents()
        assert captions[0] == "The largest parts of the sum" and len(captions) == 2
        for head in ("2", "3"):
            step.field("Head").focus()
            step.field("Head").select_option(label=head)
            expect(step.field("Head")).to_be_focused()
            expect(tables.nth(1).locator("caption")).to_contain_text(f"Where head {head} looks")
            rows = tables.nth(1).locator("tbody tr").all()
            cells = [row.locator("td").all_text_contents() for row in rows]
            assert sum(read(share) for _, share, _, _ in cells) == pytest.approx(1, abs=2e-3)
            mix = sum(read(product) for _, _, _, product in cells)
            assert mix == pytest.approx(step.number("mix"), abs=2e-3)
        # Where it looks can be chosen, and what it says there is shown.
        row = tables.nth(1).locator("tbody tr").nth(3)
        name, share = row.get_by_role("button").text_content(), row.locator("td").nth(1)
        shown = read(share.text_content())
        row.get_by_role("button").click()
        expect(tables.nth(1).get_by_role("button", pressed=True)).to_have_text(name)
        assert step.number("share") == shown
        assert name in step.find("passLines").text_content()
        told, link = step.numbers(), lab.page.url.partition("#")[2]

        # Its second dense layer is followed to the update.
        step.find("passWeight").select_option("layer 4: w")
        step.go("Back 4")
        gradient = step.number("∂L/∂w")
        cells = tables.first.locator("tbody td:last-child").all_text_contents()
        assert sum(map(read, cells)) == pytest.approx(gradient, rel=0.02, abs=1e-5)
        assert {"∂L/∂mix", "∂L/∂share", "∂L/∂score"} <= {next(iter(n)) for n in step.numbers()}
        step.go("Update")
        assert "of the wider layer to number" in step.title
        step.find("passWeight").select_option("layer 4: b")
        assert "the bias of number" in step.title
    with visit(f"#{link}") as lab:
        step = Step(lab, "text")
        expect(step.field("Head")).to_have_value("2")
        assert step.current() == "4 Transformer" and step.numbers() == told


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("network", ["attention:2:8", "transformer:2:8:32"])
def test_attention_can_be_read_heard_and_fits_a_phone(visit, network, scheme):
    with visit(f"#text?hidden=embedding:16,position,{network}") as lab:
        lab.page.emulate_media(color_scheme=scheme)
        step = Step(lab, "text")
        for stop in (next(stop for stop in step.stops() if stop.startswith("3 ")), "Back 3"):
            step.go(stop)
            assert faint(lab.page.evaluate(CONTRASTS)) == []
            assert complaints(lab) == []
            for width in (390, 320, 1440):
                lab.page.set_viewport_size({"width": width, "height": 844})
                assert lab.page.evaluate(SIZE)[0] == 0, width
                assert step.find("passPanel").evaluate(WIDER) <= 0, width
                if width == 320:
                    # Where a table is too wide for that it can be scrolled.
                    assert complaints(lab) == []


def test_what_is_asked_takes_the_step_and_its_answer_can_be_put_right(step):
    lab = step.lab
    step.find("passOf").select_option("asked")
    expect(step.find("passNote")).to_contain_text("draw something")
    lab.draw([[(0.5, 0.1), (0.5, 0.9)]])
    lab.answer()
    step.go("Loss")
    right = step.find("passRight").locator("select")
    expect(right.locator("option:checked")).to_have_text(lab.text("prediction"))
    shares = lab.probabilities()
    other = int(np.argmin(shares))
    right.select_option(str(other))
    step.go("Loss")
    t = np.where(np.arange(10) == other, 0.99, 0.0)
    assert step.number("L") == pytest.approx(((np.array(shares) - t) ** 2).sum() / 2, abs=2e-3)
    step.find("passOf").select_option("test")
    expect(step.find("passSample")).to_be_visible()
    step.find("passSample").fill("3")
    step.find("passSample").press("Enter")
    step.go("Sample")
    expect(step.find("passWords")).to_contain_text("The right answer is “1”")
    step.find("passOf").select_option("train")


def test_what_is_typed_takes_the_step_in_temperature(visit):
    with visit("#temperature") as lab:
        step = Step(lab, "temperature")
        step.find("passOf").select_option("asked")
        step.find("celsius").fill("40")
        step.go("Sample")
        expect(step.find("passWords")).to_contain_text("The right answer is 104.")
        step.go("1 Dense")
        line = step.numbers()[0]
        assert 40 in line.values()
        step.find("passRight").locator("input").fill("100")
        step.find("passRight").locator("input").press("Enter")
        step.go("Loss")
        assert 100 in step.numbers()[0].values()
        step.find("passRight").locator("input").fill("hot")
        step.find("passRight").locator("input").press("Enter")
        expect(step.find("passNote")).to_contain_text("expected a number")


def test_a_link_leads_to_the_same_step(visit):
    with visit("#points?hidden=3,4&gradients=numerical") as lab:
        step = Step(lab, "points")
        expect(step.find("passNote")).to_contain_text("nudges each weight")
        step.find("passOf").select_option("test")
        step.find("passSample").fill("5")
        step.find("passSample").press("Enter")
        step.go("2 Dense")
        step.put("Unit", 3)
        step.put("From unit", 2)
        told, link = step.numbers(), lab.page.url.partition("#")[2]
        assert "step=test:5,2," in link
        lab.page.evaluate("location.hash = 'points?hidden=3,4&step=train:2,1'")
        expect(step.find("passStops").locator("[aria-current=step]")).to_have_text("1 Dense")
        expect(step.find("passSample")).to_have_value("2")
        step.find("networkTab").click()
        assert "step=" not in lab.page.url
    with visit(f"#{link}") as lab:
        expect(lab.page.locator("#points-passPanel")).to_be_visible()
        expect(lab.page.locator("#points-passTitle")).to_contain_text("unit 3")
        step = Step(lab, "points")
        assert step.current() == "2 Dense" and step.numbers() == told
        expect(step.field("From unit")).to_have_value("2")
        assert "expected such as train:6,3" in lab.complaint(
            lambda: lab.page.evaluate("location.hash = 'points?hidden=3,4&step=here'")
        )
