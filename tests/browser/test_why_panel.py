"""Why it said so: what spoke for an answer, and against; and who only guesses."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from nn.formats import loads
from tests.browser.looks import CONTRASTS, SIZE, faint
from tests.browser.test_accessible import complaints

LABS = ("digits", "colours", "points", "temperature")
THREE = [[(0.2, 0.1), (0.8, 0.1), (0.5, 0.45), (0.8, 0.7), (0.5, 0.95), (0.2, 0.85)]]


def part(lab, name: str, of: str = "digits"):
    return lab.page.locator(f"#{'' if of == 'digits' else f'{of}-'}{name}")


def opened(lab, of: str = "digits"):
    """The panel's element for cases, with the reasons in it."""
    part(lab, "whyTab", of).click()
    expect(part(lab, "whyPanel", of)).not_to_have_attribute("inert", "")
    return part(lab, "whyCases", of)


def numbers(text: str) -> list[float]:
    """The signed numbers of a sentence."""
    found = re.findall(r"[+−]?\d[\d,]*\.?\d*(?:e-?\d+)?", text.replace("\u00a0", " "))
    return [float(one.replace("−", "-").replace(",", "")) for one in found]


def test_one_layer_adds_up_to_z_and_the_two_best_answers_are_explained(lab, mnist):
    lab.set(hidden="none", useBias=True)
    lab.click("reset")
    lab.train(samples=300)
    lab.stop()
    cases = opened(lab)
    part(lab, "whySample").fill("8")
    part(lab, "whySample").press("Enter")
    expect(part(lab, "whyNote")).to_contain_text("this is exact")
    expect(cases.locator(".case")).to_have_count(2)
    shares = lab.probabilities()
    best = np.argsort(shares)[::-1][:2].tolist()
    titles = cases.locator("h3").all_text_contents()
    assert [title.split(":")[0] for title in titles] == [f"“{digit}”" for digit in best]
    saved = lab.save()
    (layer,) = loads(json.dumps(saved).encode())[0].layers
    kernel, bias = layer.kernel, layer.bias
    x = mnist.test.inputs[7].ravel() * saved["inputs"]["scale"] + saved["inputs"]["offset"]
    for digit, told in zip(best, cases.locator(".case > p").all_text_contents(), strict=True):
        pulls = x * kernel[:, digit]
        expected = [pulls[pulls > 0].sum(), pulls[pulls < 0].sum(), bias[digit]]
        found = numbers(told)
        assert found == pytest.approx([*expected, sum(expected)], rel=0.01, abs=0.006)


def test_hidden_units_are_shown_with_their_weights_and_the_panel_follows_the_drawing(lab):
    lab.click("clear")
    opened(lab)
    expect(part(lab, "whyNote")).to_have_text(
        "There is nothing to explain: draw something, or press Test picture."
    )
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    lab.draw(THREE)
    cases = part(lab, "whyCases")
    expect(cases.locator("h3").first).to_contain_text("“3”")
    units = cases.locator(".case").first.locator(".units li")
    expect(units).to_have_count(5)
    pulls = []
    for text in units.locator("span").all_text_contents():
        y, weight, pull = numbers(text)
        assert y * weight == pytest.approx(pull, rel=0.02)
        pulls.append(abs(pull))
    assert pulls == sorted(pulls, reverse=True)
    ink = """canvas => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let warm = 0, cold = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] < 40) continue;
        if (data[i] > data[i + 2] + 40) warm++;
        if (data[i + 2] > data[i] + 40) cold++;
      }
      return [canvas.width, canvas.height, warm > 5, cold > 5];
    }"""
    assert cases.locator("figure canvas").first.evaluate(ink) == [28, 28, True, True]
    assert units.locator("canvas").first.evaluate(ink) == [28, 28, True, True]
    before = cases.inner_html()
    part(lab, "sample").click()
    expect(cases).not_to_have_js_property("innerHTML", before)


def test_a_mistake_is_explained_and_filters_are_named(lab):
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    lab.test()
    mistake = lab.page.locator("#mistakes button").first
    said = re.match(r"Said (\d)", mistake.get_attribute("title")).group(1)
    mistake.click()
    cases = opened(lab)
    expect(cases.locator("h3").first).to_contain_text(f"“{said}”")
    lab.news(lambda: lab.click("loadBest"), "^Loaded dist/best.json")
    expect(cases.locator("h4").first).to_contain_text("Filters that decided, of layer 11")


def test_what_would_change_its_mind_does(visit):
    with visit("#colours") as lab:
        lab.news(lambda: part(lab, "train", "colours").click(), "^Training is done")
        cases = opened(lab, "colours")
        expect(cases.locator(".case")).to_have_count(2)
        row = part(lab, "whyChangesTable", "colours").locator("tbody tr").first
        name = row.get_by_role("rowheader").text_content()
        _, to, says = row.get_by_role("cell").all_text_contents()
        slider = {"r": "Red", "g": "Green", "b": "Blue"}[name]
        field = part(lab, "sliders", "colours").get_by_label(slider).last
        field.fill(to)
        field.press("Enter")
        expect(part(lab, "answer", "colours")).to_have_text(says)


def test_an_untrained_network_is_marked_and_answers_in_grey(visit):
    with visit("#points") as lab:
        grey = """one => {
          const muted = document.createElement("i");
          muted.style.color = "var(--muted)";
          one.append(muted);
          const same = getComputedStyle(one).color === getComputedStyle(muted).color;
          muted.remove();
          return same;
        }"""
        for name, answer in zip(LABS, ("prediction", "answer", "probe", "fahrenheit"), strict=True):
            lab.page.locator(f"[data-opens={name}]").click()
            lab.wait("ready")
            mark = part(lab, "guessing", name)
            expect(mark).to_have_text("untrained: guessing")
            expect(mark).to_be_visible()
            assert part(lab, answer, name).evaluate(grey)
        part(lab, "train", "temperature").click()
        expect(part(lab, "guessing", "temperature")).to_be_hidden()
        assert not part(lab, "fahrenheit", "temperature").evaluate(grey)
        part(lab, "train", "temperature").click()
        part(lab, "reset", "temperature").click()
        expect(part(lab, "guessing", "temperature")).to_be_visible()


def test_what_does_not_come_to_100_percent_says_so_beside_the_bars(lab):
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    lab.draw(THREE)
    lab.answer()
    together = round(100 * sum(lab.probabilities()))
    (told,) = re.findall(r"^Together (\d+) %: sigmoid", lab.text("together"))
    assert abs(int(told) - together) <= 1
    lab.news(lambda: lab.click("loadBest"), "^Loaded dist/best.json")
    lab.answer()
    assert lab.text("together") == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", LABS)
def test_it_can_be_read_heard_and_fits_a_phone(visit, name, scheme):
    with visit(f"#{name}") as lab:
        lab.page.emulate_media(color_scheme=scheme)
        if name == "digits":
            lab.draw(THREE)
        expect(opened(lab, name).locator(".case").first).to_be_visible()
        assert faint(lab.page.evaluate(CONTRASTS)) == []
        assert complaints(lab) == []
        before = lab.page.viewport_size
        for width in (390, 320):
            lab.page.set_viewport_size({"width": width, "height": 844})
            assert lab.page.evaluate(SIZE)[0] == 0
            inside = "panel => panel.scrollWidth - panel.clientWidth"
            assert part(lab, "whyPanel", name).evaluate(inside) <= 0
        lab.page.set_viewport_size(before)
