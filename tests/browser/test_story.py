"""The page that explains how a network learns, and its figures, which do as nn does."""

import re
from urllib.parse import parse_qsl

import numpy as np
import pytest
from playwright.sync_api import expect

from nn.activations import named
from nn.experiment.settings import parse
from nn.layers import Conv2D, Dense
from nn.losses import HalfSquaredError
from nn.model import Sequential
from nn.optimizers import SGD
from tests.browser.looks import CONTRASTS, SIZE, faint
from tests.browser.test_accessible import complaints
from tests.unit.test_try_this import DEFAULTS


@pytest.fixture(scope="module")
def story(browser, site, watch):
    """The page, in a tab of its own."""
    context = browser.new_context(bypass_csp=True)  # for axe, which is not the page's own
    watch.over(context, site)
    page = context.new_page()
    page.goto(f"{site}how-it-works.html")
    yield page
    watch.end(context)


class Lab:
    """What `complaints` needs of a page."""

    def __init__(self, page) -> None:
        self.page = page


def numbers(page, name: str) -> list[float]:
    """The numbers that a figure says, in their order."""
    said = page.locator(f"#{name}").text_content().replace("−", "-").replace("- ", "-")
    return [float(each) for each in re.findall(r"-?\d+\.\d+", said)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_all_text_can_be_read(story, scheme):
    story.emulate_media(color_scheme=scheme)
    for code in story.locator("details").all():
        code.evaluate("one => { one.open = true; }")
    assert complaints(Lab(story)) == []
    assert faint(story.evaluate(CONTRASTS)) == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_beside_the_page(story, width):
    story.set_viewport_size({"width": width, "height": 844})
    assert story.evaluate(SIZE)[0] == 0


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "linear"])
def test_the_neuron_computes_as_a_dense_layer_does(story, activation):
    story.locator("#activation").select_option(activation)
    for x, w, b in ((1.0, 1.5, -0.5), (-1.2, 0.7, 0.3)):
        for name, value in zip("xwb", (x, w, b), strict=True):
            story.locator(f"#{name}").fill(str(value))
        model = Sequential([Dense(1, activation=activation)])
        model.build(1, rng=1)
        model.parameters[:] = w, b
        z = np.array([[x * w + b]])
        y = model.predict(np.array([[x]])).item()
        named(activation).forward(z)
        assert z.item() == pytest.approx(y, abs=1e-5)
        assert numbers(story, "neuronNumbers")[-2:] == [
            pytest.approx(x * w + b, abs=0.006), pytest.approx(y, abs=0.006)
        ]  # fmt: skip


@pytest.mark.parametrize("rate", [0.1, 0.24, 0.56])
def test_the_weight_takes_the_steps_of_sgd(story, rate):
    story.locator("#updateReset").click()
    story.locator("#rate").fill(str(rate))
    w, x, t = np.array([-0.5]), 2.0, np.array([[3.0]])
    optimizer, loss = SGD(rate), HalfSquaredError()
    optimizer.build(w)
    for _ in range(4):
        y, dz = np.array([[w.item() * x]]), np.empty((1, 1))
        loss.gradient(named("linear"), y, t, out=dz)
        gradient = dz.item() * x
        shown = [w.item(), loss.value(y, y, t), gradient]
        assert numbers(story, "updateNumbers")[:3] == pytest.approx(shown, abs=0.006)
        optimizer.update(w, np.array([gradient]))
        assert numbers(story, "updateNumbers")[-1] == pytest.approx(w.item(), abs=0.006)
        story.locator("#updateStep").click()


SQUARES = """id => [...document.querySelectorAll(`#${id} rect:not(.frame)`)].map(one =>
  Number(one.getAttribute("fill-opacity")) * (one.classList.contains("below") ? -1 : 1))"""


@pytest.mark.parametrize("kernel", [0, 1, 2])
def test_the_kernel_finds_what_a_convolution_finds(story, kernel):
    story.locator("#kernel").select_option(str(kernel))
    picture = np.array(story.evaluate(SQUARES, "picture")).reshape(1, 7, 7, 1)
    model = Sequential([Conv2D(1, 3, use_bias=False)])
    model.build((7, 7, 1), rng=1)
    weights = np.array(story.evaluate(SQUARES, "kernelPicture"))
    model.parameters[:] = weights / (9 if kernel == 2 else 1)
    expected = model.predict(picture.astype(np.float32)).reshape(-1)
    shown = np.array(story.evaluate(SQUARES, "result"))
    assert shown == pytest.approx(expected / np.abs(expected).max(), abs=1e-4)
    for place in (0, 7, 18):
        story.locator("#place").fill(str(place))
        said = numbers(story, "convolutionNumbers") or [0.0]
        assert said[-1] == pytest.approx(expected[place], abs=0.006)


def test_its_links_set_up_experiments_that_there_are(story):
    links = story.locator("main a[href^='./#']").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    assert len(links) > 8
    for link in links:
        lab, _, query = link.removeprefix("./#").partition("?")
        texts = dict(parse_qsl(query))
        assert texts.keys() <= DEFAULTS[lab].table.keys()
        parse(texts, DEFAULTS[lab])


def test_its_links_to_code_lead_to_it(story, site):
    for link in set(story.locator(".code a").evaluate_all("all => all.map(one => one.href)")):
        assert story.request.get(link).ok


def test_the_header_leads_there_and_back(visit):
    with visit("#points") as lab:
        lab.page.get_by_role("link", name="How it works").click()
        expect(lab.page.get_by_role("heading", name="How a network learns")).to_be_visible()
        lab.page.get_by_role("link", name="Points").first.click()
        lab.wait("ready")
        expect(lab.page.locator("main[data-lab=points]")).to_be_visible()
