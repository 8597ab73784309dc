"""The settings as a program: shown, copied, saved, and it gives what the page gives."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from nn.experiment.code import program
from nn.experiment.settings import LayerSettings, Settings
from nn.labs import digits

ROOT = Path(__file__).parents[2]


@pytest.fixture
def code(lab):
    """The page with the program of the tutorial's network."""
    lab.page.locator("[data-preset=Classic]").click()
    lab.click("codeTab")
    expect(lab.find("code")).to_contain_text("Sequential(")
    return lab


def written(settings: Settings, own: bool = False) -> str:
    return program(settings, digits.task(settings), digits.data_code(own))


def test_the_program_follows_the_form(code):
    assert code.text("code") == written(Settings()).strip()
    code.set(hidden="20:relu", decay="cosine", seed=7)
    hidden = (LayerSettings(20, "relu"),)
    settings = Settings(hidden=hidden, decay="cosine", seed=7)
    assert code.text("code") == written(settings).strip()


def test_a_form_with_a_mistake_has_no_program(code):
    code.set(epochs="many")
    assert code.text("code") == "Some settings need mending first."
    for name in ("copyCode", "saveCode"):
        expect(code.find(name)).to_be_disabled()
    code.set(epochs=3)
    assert code.text("code") == written(Settings(epochs=3)).strip()
    expect(code.find("copyCode")).to_be_enabled()


def test_the_program_is_copied(code):
    code.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code.news(lambda: code.click("copyCode"), "^Copied the program")
    assert code.page.evaluate("navigator.clipboard.readText()") == written(Settings())


def test_without_a_clipboard_the_program_is_selected(code):
    code.page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })"
    )
    try:
        complaint = code.complaint(lambda: code.click("copyCode"))
        assert "press Ctrl+C" in complaint
        assert code.page.evaluate("getSelection().toString()").strip() == code.text("code")
    finally:
        code.page.evaluate("delete navigator.clipboard")


def test_the_saved_program_gives_in_a_terminal_what_the_page_gives(code, tmp_path):
    code.set(hidden="30:tanh,20", trainSamples=2000, epochs=2, batchSize=10, useBias=True)
    with code.page.expect_download() as download:
        code.click("saveCode")
    assert download.value.suggested_filename == "train.py"
    download.value.save_as(tmp_path / "train.py")
    assert (tmp_path / "train.py").read_text().strip() == code.text("code")

    code.news(lambda: code.click("train"), "^Training is done")
    arguments = [sys.executable, tmp_path / "train.py"]
    environment = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    result = subprocess.run(
        arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    printed = re.search(r"test accuracy ([\d.]+)%", result.stdout)
    assert printed, result.stdout
    # Browsers round sums in another order: a picture in a thousand may come out otherwise.
    assert float(printed[1]) == pytest.approx(code.accuracy(), abs=0.1)


def test_the_program_of_own_pictures_says_where_to_put_them(code):
    line = "1," + ",".join(["0"] * 784) + "\n"
    files = {"train.csv": (line * 5).encode(), "test.csv": line.encode()}
    code.news(lambda: code.choose("dataFiles", files), "^Pictures: 5 training")
    try:
        assert code.text("code") == written(Settings(), own=True).strip()
    finally:
        code.click("mnist")
    assert code.text("code") == written(Settings()).strip()
