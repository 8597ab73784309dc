"""The settings as a program: changed, run, its network taken over, and taken elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from nn.experiment.code import program
from nn.experiment.settings import LayerSettings, Settings
from nn.labs import digits
from tests.browser.code import Code
from tests.browser.colours import Colours
from tests.browser.conftest import browsing, visiting
from tests.browser.lab import Lab
from tests.browser.looks import PHONE, SIZE
from tests.browser.points_lab import PointsLab
from tests.browser.tables import houses
from tests.browser.temperature import Temperature
from tests.browser.test_accessible import complaints

ROOT = Path(__file__).parents[2]

ENDLESS = "print('begun')\nwhile True: pass"
FAILING = "def f():\n    return undefined\n\nprint('before')\nf()"


@pytest.fixture
def code(lab):
    """The panel with the program of the tutorial's network."""
    lab.page.locator("[data-preset=Classic]").click()
    code = Code(lab)
    yield code
    if lab.find("codeReset").is_enabled():
        lab.click("codeReset")


def written(settings: Settings, own: bool = False) -> str:
    return program(settings, digits.task(settings), digits.data_code(own))


def test_the_program_follows_the_settings_until_a_visitor_changes_it(code):
    lab, page = code.lab, code.lab.page
    assert code.text == written(Settings())
    lab.set(hidden="20:relu", decay="cosine", seed=7)
    settings = Settings(hidden=(LayerSettings(20, "relu"),), decay="cosine", seed=7)
    assert code.text == written(settings)
    expect(lab.find("codeReset")).to_be_disabled()
    # What makes no sense has no program: that of the settings before stays.
    lab.set(epochs="many")
    expect(code.note).to_contain_text("Fix the marked fields")
    assert code.text == written(settings)
    lab.set(epochs=5)

    code.write("print('mine')")
    expect(code.note).to_contain_text("You have changed this program")
    expect(lab.find("codeReset")).to_have_text("Reset")
    lab.set(seed=8)
    assert code.text == "print('mine')"
    expect(code.note).to_contain_text("The settings are others now")
    assert complaints(lab) == []
    page.get_by_role("button", name="Take the settings' program").click()
    assert "default_rng(8)" in code.text
    code.editor.press("Control+z")
    assert code.text == "print('mine')"
    lab.click("codeReset")
    assert "default_rng(8)" in code.text


def test_the_program_is_copied(code):
    page = code.lab.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code.lab.news(lambda: code.lab.click("copyCode"), "^Copied the program")
    assert page.evaluate("navigator.clipboard.readText()") == written(Settings())
    # Without the page's help, it is selected for Ctrl+C.
    page.evaluate(
        """navigator.clipboard.writeText("").then(() => Object.defineProperty(
          navigator, "clipboard", { value: undefined, configurable: true }))"""
    )
    try:
        assert "press Ctrl+C" in code.lab.complaint(lambda: code.lab.click("copyCode"))
        expect(code.editor).to_be_focused()
        page.keyboard.press("Control+c")
    finally:
        page.evaluate("delete navigator.clipboard")
    assert page.evaluate("navigator.clipboard.readText()") == written(Settings())


def test_the_keyboard_runs_indents_and_leads_out(code):
    lab, page = code.lab, code.lab.page
    code.write("if True:")
    code.editor.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("print(6 * 7)")
    page.keyboard.press("Control+Enter")
    code.ends("Ended")
    expect(code.printed).to_have_text("42\n")
    expect(code.editor).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    assert code.text == "if True:\n        print(6 * 7)"
    code.editor.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(code.editor).not_to_be_focused()
    described = code.editor.get_attribute("aria-describedby")
    assert "Esc, then Tab" in page.locator(f"#{described}").text_content()
    assert lab.find("code").locator(".cm-line").count() == 2


def test_an_error_has_its_line_and_an_endless_program_is_stopped(code):
    lab, page = code.lab, code.lab.page
    code.write(FAILING)
    code.run("Failed")
    expect(code.printed).to_have_text("before\n")
    expect(lab.find("codeError")).to_have_text("Line 2: NameError: name 'undefined' is not defined")
    expect(lab.find("code").locator(".code-failed")).to_have_text("    return undefined")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert complaints(lab) == []
    lab.find("codeCalls").get_by_text("Line 5").click()
    page.keyboard.type("3 + ")
    assert code.text == FAILING.replace("\nf()", "\n3 + f()")
    expect(lab.find("code").locator(".code-failed")).to_have_count(0)

    code.write(ENDLESS)
    lab.click("codeRun")
    expect(code.printed).to_have_text("begun\n")
    assert complaints(lab) == []
    # Meanwhile the page lives, and its own network trains.
    lab.train(samples=100)
    lab.stop()
    expect(lab.find("codeRun")).to_have_text("Stop")
    lab.click("codeRun")
    code.ends("Stopped")
    # A flood of lines neither.
    code.write("n = 0\nwhile True:\n    n += 1\n    print(n)")
    lab.click("codeRun")
    expect(code.printed).to_contain_text(re.compile(r"\d{4}"))
    code.editor.focus()
    lab.click("codeRun")
    code.ends("Stopped")
    # And as if nothing had been.
    code.write("print('n' in globals())")
    code.run()
    expect(code.printed).to_have_text("False\n")


OWN = """\
import numpy as np
from nn import Adam, Dense, Sequential
from nn.data import read_folder, with_test_set

class Softsign:
    name = "softsign"

    def forward(self, z):
        z /= 1 + np.abs(z)

    def backward(self, y, gradient):
        gradient *= (1 - np.abs(y)) ** 2

train, test = with_test_set(read_folder("mnist"))
model = Sequential([Dense(20, activation=Softsign()), Dense(10, activation="softmax")])
model.compile(Adam(0.001), "categorical_crossentropy")
x = train.inputs[:2000].reshape(-1, 784) / np.float32(255)
model.fit(x, train.targets[:2000], epochs=10, rng=1)
print(model.evaluate(x, train.targets[:2000]).accuracy > 0.8, len(train), len(test))
"""


def test_what_a_visitor_defines_trains_and_stays_in_the_program(code):
    code.write(OWN)
    code.run()
    expect(code.printed).to_have_text("True 60000 10000\n")
    expect(code.lab.find("codeModelText")).to_contain_text("Softsign is not a part of nn")
    expect(code.lab.find("codeAdopt")).to_be_hidden()


def test_the_program_gives_in_a_terminal_what_it_gives_in_the_page(code, tmp_path):
    lab = code.lab
    lab.set(hidden="30:tanh,20", trainSamples=2000, epochs=2, batchSize=10, useBias=True)
    lab.click("reset")
    lab.news(lambda: lab.click("train"), "^Training is done")
    accuracy = lab.accuracy()
    code.run()
    first = re.search(r"test accuracy ([\d.]+)%", code.printed.text_content())
    assert first and float(first[1]) == pytest.approx(accuracy, abs=0.02)
    # The lab's network is trained: it is asked for, and comes back.
    lab.click("codeAdopt")
    expect(lab.find("codeAskText")).to_contain_text("learnt from 4,000 samples")
    assert complaints(lab) == []
    lab.click("codeAskNo")
    expect(lab.find("codeAsk")).to_be_hidden()
    lab.page.locator("[data-preset=Classic]").click()
    lab.click("reset")
    lab.news(lambda: lab.click("codeAdopt"), "^Loaded the program's network: 784-30-20-10")
    assert lab.save()["training"] | {"settings": None} == {
        "epochs": 2,
        "samples": 4000,
        "test_accuracy": pytest.approx(accuracy / 100, abs=0.0002),
        "settings": None,
    }
    assert lab.field("hidden").input_value() == "30:tanh,20"

    (tmp_path / "train.py").write_text(code.text)
    arguments = [sys.executable, tmp_path / "train.py"]
    environment = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    result = subprocess.run(
        arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    printed = re.search(r"test accuracy ([\d.]+)%", result.stdout)
    assert printed, result.stdout
    # Browsers round sums in another order: a picture in a thousand may come out otherwise.
    assert float(printed[1]) == pytest.approx(accuracy, abs=0.1)
    assert code.notebook["cells"][-1]["source"] in code.text


def test_the_program_of_own_pictures_reads_them(code):
    line = "1," + ",".join(["0"] * 784) + "\n"
    files = {"train.csv": (line * 5).encode(), "test.csv": line.encode()}
    code.lab.news(lambda: code.lab.choose("dataFiles", files), "^Pictures: 5 training")
    try:
        assert code.text == written(Settings(), own=True)
        code.run()
        expect(code.printed).to_contain_text("test accuracy")
    finally:
        code.lab.click("mnist")
    assert code.text == written(Settings())


def test_temperature_s_network_is_taken_over_after_a_question_and_comes_back(context, site):
    with visiting(context, f"{site}#temperature?epochs=300", kind=Temperature) as lab:
        lab.news(lambda: lab.click("train"), "^Training is done")
        code = Code(lab)
        w = lab.text("w")
        code.write(code.text.replace("epochs=300", "epochs=2"))
        code.run()
        lab.click("codeAdopt")
        lab.news(lambda: lab.click("codeAskYes"), "^Loaded the program's network: 1-1")
        assert lab.text("w") != w
        lab.news(lambda: lab.click("undo"), "^The previous network is back")
        assert lab.text("w") == w
        # What the visitor wrote is theirs.
        assert "epochs=2," in code.text


def test_points_and_tables_run_and_what_is_written_stays(browser, watch, site, tmp_path):
    book = openpyxl.Workbook()
    for row in houses(60).splitlines():
        book.active.append(row.split(";"))
    book.save(tmp_path / "houses.xlsx")
    with browsing(browser, watch, site) as context:
        with visiting(context, f"{site}#points?epochs=3", kind=PointsLab) as lab:
            code = Code(lab)
            code.run()
            expect(code.printed).to_contain_text("test accuracy")
            lab.news(lambda: lab.click("codeAdopt"), "^Loaded the program's network")
        with visiting(context, f"{site}#colours?epochs=3", kind=Colours) as lab:
            code = Code(lab)
            code.run()
            expect(code.printed).to_contain_text("test accuracy")
            lab.choose("dataFiles", tmp_path / "houses.xlsx")
            expect(lab.find("columnsTab")).to_have_attribute("aria-selected", "true")
            code = Code(lab)
            expect(code.note).to_contain_text("put houses.xlsx beside it")
            code.run()
            expect(code.printed).to_contain_text("test loss")
            lab.news(lambda: lab.click("codeAdopt"), "^Loaded the program's network")
            mine = f"{code.text}print('mine')\n"
            code.write(mine)
            expect(code.note).to_contain_text("You have changed this program")
            lab.page.wait_for_timeout(1500)
            lab.page.reload()
            lab.wait("ready")
            assert Code(lab).text == mine


def test_a_program_can_be_written_and_run_on_a_phone(browser, watch, site):
    held = []
    routes = {"**/nn-*.bin": lambda route: held.append(route)}
    with (
        browsing(browser, watch, site, routes, **PHONE) as context,
        visiting(context, f"{site}#temperature", ready=False, kind=Temperature) as lab,
    ):
        lab.click("codeTab")
        expect(lab.find("codeNote")).to_contain_text("Python is still starting")
        for route in held:
            route.continue_()
        context.unroute("**/nn-*.bin")
        lab.wait("ready")
        code = Code(lab)
        code.write("x = 1\n" * 3 + "print(x + 1, '" + "long " * 40 + "')")
        code.run()
        expect(code.printed).to_contain_text("2 long long")
        assert lab.page.evaluate(SIZE)[0] == 0
        assert complaints(lab) == []


def test_without_the_editor_the_panel_says_so_and_tries_again(browser, watch, site):
    routes = {"**/editor-*.js": lambda route: route.abort()}
    with (
        browsing(browser, watch, site, routes) as context,
        visiting(context, f"{site}#temperature", kind=Lab) as lab,
    ):
        lab.name = "temperature"
        lab.click("codeTab")
        expect(lab.find("codeNote")).to_contain_text("The editor could not be fetched")
        watch.expect("editor-", "Failed to load")
        context.unroute("**/editor-*.js")
        lab.click("gradientsTab")
        Code(lab)
