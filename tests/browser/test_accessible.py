"""axe, the accessibility checker, finds nothing; and what its rules do not say."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()
LABS = ("digits", "colours", "points", "temperature", "curve", "text")
TABLE = "size,colour,kind\n" + "".join(
    f"{n % 7},{'red' if n % 2 else 'blue'},{'a' if n % 3 else 'b'}\n" for n in range(40)
)


def complaints(lab) -> list[str]:
    """What axe says of the page as it is."""
    if not lab.page.evaluate("'axe' in window"):
        lab.page.evaluate(AXE)
    found = lab.page.evaluate(
        "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)"
    )
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def part(lab, name: str, lab_name: str):
    prefix = "" if lab_name == "digits" else f"{lab_name}-"
    return lab.page.locator(f"#{prefix}{name}")


def complaints_in_both_schemes(lab) -> list[str]:
    found = []
    for scheme in ("dark", "light"):
        lab.page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {each}" for each in complaints(lab)]
    return found


@pytest.mark.parametrize("name", LABS)
def test_axe_finds_nothing_in_a_lab_before_and_after_training(visit, name):
    with visit(f"#{name}") as lab:
        assert complaints_in_both_schemes(lab) == []
        part(lab, "train", name).click()
        lab.page.wait_for_timeout(1500)
        part(lab, "train", name).click()
        lab.page.wait_for_function("document.body.dataset.state === 'ready'")
        for tab in part(lab, "settings", name).locator("xpath=//main").locator("[role=tab]").all():
            if tab.is_visible():
                tab.click()
        assert complaints_in_both_schemes(lab) == []


def test_axe_finds_nothing_with_a_table_and_a_question(visit):
    with visit("#colours") as lab:
        file = {"name": "kinds.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
        chooser = part(lab, "dataFiles", "colours")
        chooser.set_input_files(file)
        expect(lab.page.locator("#colours-status")).to_contain_text("Opened kinds.csv")
        assert complaints_in_both_schemes(lab) == []
        part(lab, "train", "colours").click()
        lab.page.wait_for_function("document.body.dataset.state === 'ready'")
        lab.page.wait_for_timeout(1500)
        chooser.set_input_files({**file, "name": "others.csv"})
        lab.page.wait_for_timeout(1000)
        assert complaints_in_both_schemes(lab) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_classes_of_ones_own(visit, scheme):
    with visit("#digits") as lab:
        lab.page.emulate_media(color_scheme=scheme)
        lab.page.locator("#ownClasses summary").click()
        add = lab.page.locator("#ownList [data-act=drawn]").first
        for _ in range(2):
            lab.draw([[(0, 0), (1, 1)]])
            add.click()
        lab.page.locator("#ownList [data-act=more]").first.click()
        lab.page.locator("#ownList [data-act=delete]").first.click()
        expect(lab.find("ownUndo")).to_be_visible()
        assert complaints(lab) == []


def test_an_error_can_be_heard_and_read(visit):
    with visit("#digits") as lab:
        file = {"name": "broken.json", "mimeType": "application/json", "buffer": b"{"}
        lab.find("weightsFile").set_input_files(file)
        expect(lab.page.locator("#status [role=alert]")).to_contain_text("broken.json")
        assert complaints(lab) == []


def test_charts_say_their_last_values_in_words(visit):
    with visit("#temperature") as lab:
        chart = part(lab, "lossChart", "temperature")
        expect(chart).to_have_attribute("aria-label", "Chart of the loss over the samples seen")
        part(lab, "train", "temperature").click()
        said = re.compile(r"Last: training [\d.e-]+, test [\d.e-]+$")
        expect(chart).to_have_attribute("aria-label", said)


def test_the_first_key_leads_past_the_header(visit):
    with visit("#points") as lab:
        lab.page.keyboard.press("Tab")
        expect(lab.page.locator("#skip")).to_be_focused()
        expect(lab.page.locator("#skip")).to_be_in_viewport()
        lab.page.keyboard.press("Enter")
        expect(lab.page.locator("main[data-lab=points]")).to_be_focused()
        assert "#points" in lab.page.url


@pytest.mark.parametrize("name", LABS)
def test_escape_stops_training(visit, name):
    with visit(f"#{name}?epochs=1000") as lab:
        part(lab, "train", name).click()
        lab.page.wait_for_function("document.body.dataset.state === 'training'")
        lab.page.keyboard.press("Escape")
        lab.page.wait_for_function("document.body.dataset.state === 'ready'")


def test_numbers_may_have_a_decimal_comma(visit):
    with visit("#colours") as lab:
        rate = part(lab, "settings", "colours").locator("[name=learningRate]")
        rate.fill("0,015")
        expect(rate).not_to_have_attribute("aria-invalid", "true")
        assert "learningRate=0.015" in lab.page.url
