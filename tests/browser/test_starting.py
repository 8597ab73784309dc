"""The first seconds of a visit, and what is said when the page cannot start."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, serving
from tools.publish import FILES, FOLDERS, publish

DIGIT = re.compile(r"^\d$")


def linked(folder: Path, without: str = "") -> Path:
    """A copy of the checkout's page made of links, without one of its folders."""
    for name in {*FILES, *FOLDERS} - {without}:
        (folder / name).symlink_to(ROOT / name)
    return folder


WAITING = (
    "predict", "sample", "train", "test", "reset",
    "loadWeights", "loadBest", "saveWeights", "weightsFile", "dataFiles",
)  # fmt: skip


def test_the_page_can_be_drawn_on_before_python_has_arrived(first_visit):
    held, released = [], False

    def hold(route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    with first_visit(ready=False, routes={"**/vendor/pyodide/*.wasm": hold}) as lab:
        lab.draw([[(0, 0), (1, 1)]])
        assert lab.ink() > 1000
        assert lab.state == "loading"

        expect(lab.find("progressLabel")).to_contain_text("Python")
        share = lab.find("progress").evaluate("bar => bar.value / bar.max")
        assert 0 < share < 1
        for name in WAITING:
            expect(lab.find(name)).to_be_disabled()
            expect(lab.find(name)).to_have_attribute("title", "Python is still starting")

        lab.click("clear")
        assert lab.ink() == 0
        lab.draw([[(0.5, 0), (0.5, 1)]])

        while not held:
            lab.page.wait_for_timeout(100)
        released = True
        for route in held:
            route.continue_()
        lab.wait("ready")
        expect(lab.find("prediction")).to_have_text(DIGIT)
        for name in WAITING:
            expect(lab.find(name)).to_be_enabled()
            expect(lab.find(name)).not_to_have_attribute("title", "Python is still starting")


def test_the_published_site_works_below_any_path(first_visit, tmp_path):
    site = publish(linked(tmp_path))
    www = tmp_path / "www"
    www.mkdir()
    shutil.move(site, www / "nn")
    with serving(www) as address, first_visit(address=f"{address}nn/") as lab:
        lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
        assert lab.accuracy() > 96


def test_without_vendor_the_page_says_what_to_run(first_visit, watch, tmp_path):
    with (
        serving(linked(tmp_path, without="vendor")) as address,
        first_visit(address=address, ready=False) as lab,
    ):
        lab.wait("error")
        assert any("vendor" in text and "make serve" in text for text in lab.messages("error"))
        assert "Traceback" not in lab.page.locator("body").inner_text()
        assert lab.find("train").is_disabled()
        assert "make serve" in lab.find("train").get_attribute("title")
        watch.expect("/vendor/", "404")


def test_an_incomplete_vendor_is_noticed_too(first_visit, watch, tmp_path):
    site = linked(tmp_path, without="vendor")
    (site / "vendor" / "pyodide").mkdir(parents=True)
    for part in (ROOT / "vendor").iterdir():
        if part.name != "pyodide":
            (site / "vendor" / part.name).symlink_to(part)
    for part in (ROOT / "vendor" / "pyodide").iterdir():
        if not part.name.startswith("numpy"):
            (site / "vendor" / "pyodide" / part.name).symlink_to(part)
    with serving(site) as address, first_visit(address=address, ready=False) as lab:
        lab.wait("error")
        assert any("make serve" in text for text in lab.messages("error"))
        watch.expect("404")


def test_without_mnist_the_page_says_what_to_do(first_visit, watch, tmp_path):
    with (
        serving(linked(tmp_path, without="mnist")) as address,
        first_visit(address=address, ready=False) as lab,
    ):
        lab.wait("error")
        assert any("make serve" in text for text in lab.messages("error"))
        assert "Traceback" not in lab.page.locator("body").inner_text()
        assert lab.find("train").is_disabled()
        watch.expect("/mnist/", "404")


@pytest.mark.parametrize(
    ("directive", "attempt"),
    [
        ("connect-src", "fetch(url).catch(() => {})"),
        ("img-src", "new Image().src = url"),
        ("script-src-elem", "import(url).catch(() => {})"),
        ("style-src-elem", "document.head.append(Object.assign(document.createElement('link'), "
         "{ rel: 'stylesheet', href: url }))"),
    ],
)  # fmt: skip
def test_the_browser_is_told_to_let_nothing_in_from_another_origin(
    first_visit, watch, directive, attempt
):
    with first_visit(ready=False) as lab:
        expect(lab.find("canvas")).to_be_visible()
        blocked = lab.page.evaluate(
            f"""() => new Promise(resolve => {{
              const url = "https://example.invalid/x";
              document.addEventListener("securitypolicyviolation", event => resolve(
                [event.effectiveDirective, event.blockedURI]));
              {attempt};
            }})"""
        )
        assert blocked == [directive, "https://example.invalid/x"]
        watch.expect("example.invalid", "Content Security Policy")


def test_python_runs_on_the_stack_of_the_page(tab):
    """On one of its own, garbage collection in Chromium can crash the tab."""
    assert tab.page.evaluate("'Suspending' in WebAssembly") is False
    told = tab.page.evaluate(
        """() => new Promise(resolve => {
          window.told = resolve;
          const script = document.createElement("script");
          script.type = "py";
          script.textContent =
            "from pyodide.ffi import can_run_sync; from pyscript import window\\n" +
            "window.told(can_run_sync())";
          document.body.append(script);
        })"""
    )
    assert told is False
