"""The first seconds of a visit, and what is said when the page cannot start."""

import io
import json
import os
import re
import shutil
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, serving
from tools.publish import SITE
from tools.serve import Server

DIGIT = re.compile(r"^\d$")


def built(site: Path, without: str = "") -> Path:
    """A copy of the built page without the files that `without` is a pattern of."""
    shutil.copytree(ROOT / SITE, site, copy_function=os.link)
    for path in site.glob(without) if without else ():
        path.unlink()
    return site


WAITING = (
    "predict", "sample", "train", "test", "reset",
    "loadWeights", "loadBest", "saveWeights", "weightsFile", "dataFiles",
)  # fmt: skip


def test_settings_can_be_written_before_python_has_arrived(first_visit):
    held, released = [], False

    def hold(route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    address = "#points?learningRate=0.7&activation=tanh"
    with first_visit(address, ready=False, routes={"**/start/*.wasm": hold}) as lab:
        lab.name = "points"
        shown = {"hidden": "5", "learningRate": "0.7", "activation": "tanh", "points": "200"}
        for name, value in shown.items():
            expect(lab.field(name)).to_have_value(value)
        lab.set(hidden="6,3", activation="relu")
        while not held:
            lab.page.wait_for_timeout(50)
        released = True
        for route in held:
            route.continue_()
        lab.wait("ready")
        shown |= {"hidden": "6,3", "activation": "relu"}
        for name, value in shown.items():
            expect(lab.field(name)).to_have_value(value)
        assert "hidden=6,3" in lab.page.url and "learningRate=0.7" in lab.page.url


def test_the_page_can_be_drawn_on_before_python_has_arrived(first_visit):
    held, released = [], False

    def hold(route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    with first_visit(ready=False, routes={"**/start/*.wasm": hold}) as lab:
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


def test_the_published_site_works_below_any_path(first_visit, tmp_path, site):
    built(tmp_path / "www" / "nn")
    with serving(tmp_path / "www") as address, first_visit(address=f"{address}nn/") as lab:
        lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
        assert lab.accuracy() > 96


def test_the_page_has_every_module_and_what_was_fitted_for_it(site):
    text = (ROOT / "start/assets.js").read_text()
    description = json.loads(text[text.index("{") : text.rindex("}") + 1])
    first = description["files"]["own"][0]
    content = (ROOT / "start" / description["assets"]["own"]["file"]).read_bytes()
    held = set(zipfile.ZipFile(io.BytesIO(content[: first["size"]])).namelist())
    for path in (ROOT / "nn").rglob("*"):
        name = path.relative_to(ROOT).as_posix()
        assert name in held or path.suffix not in (".py", ".json")
        # The others come compiled with the memory.
        compiled = path.suffix == ".py" and name.startswith("nn/web/")
        assert (f"{name}c" in held) == compiled


def test_where_charts_cannot_be_drawn_only_they_are_missing(first_visit):
    def fail(route) -> None:
        # As uPlot does where the browser's language is "C", which WebKit says and `Intl` rejects.
        route.fulfill(body="throw new RangeError('C')", content_type="text/javascript")

    # In a checkout that is served as it is: the built page has all scripts in one file.
    with (
        serving(ROOT) as address,
        first_visit(address=address, routes={"**/uPlot.esm.js": fail}) as lab,
    ):
        lab.train(samples=1000)
        lab.stop()
        assert lab.page.locator(".uplot").count() == 0
        assert float(lab.text("loss")) > 0
        assert lab.messages("error") == []


class PlainHandler(SimpleHTTPRequestHandler):
    """What most static hosts are like; it keeps the addresses of what was sent to its end."""

    sent: ClassVar[list[str]] = []

    def copyfile(self, source: Any, outputfile: Any) -> None:
        try:
            super().copyfile(source, outputfile)
        except ConnectionError:
            return
        self.sent.append(self.path)

    def log_message(self, *arguments: object) -> None:
        pass


def test_a_host_that_neither_compresses_nor_sets_headers_will_do(
    first_visit, watch, tmp_path, site
):
    folder = built(tmp_path / "www")
    plain = partial(PlainHandler, directory=str(folder))
    with Server(("127.0.0.1", 0), plain) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        with first_visit(address=address, service_workers="allow") as lab:
            lab.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            lab.page.context.set_offline(True)
            lab.page.reload()
            lab.wait("ready")
        server.shutdown()
    watch.expect("/start/")  # what was begun and not read to its end
    watch.expect("ERR_INTERNET_DISCONNECTED", "failed: ")  # the page itself is asked for first
    # The compressed copy was taken, and the other one was not.
    sent = [path for path in PlainHandler.sent if "/memory-" in path]
    assert sent
    assert all(path.endswith(".gz") for path in sent)


@pytest.mark.parametrize("body", ["not JavaScript", "throw new Error('broken')"])
def test_where_the_thread_that_fetches_fails_the_page_fetches_itself(first_visit, body):
    asked = []

    def broken(route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=body, content_type="text/javascript")

    with first_visit(routes={"**/files/fetch-worker-*": broken}) as lab:
        lab.train(samples=100)
        lab.stop()
        assert lab.messages("error") == []
    assert asked


def test_the_usual_start_where_the_memory_cannot_be_restored(first_visit, watch):
    broken = {"**/start/memory-*": lambda route: route.fulfill(body=b"no memory")}
    with first_visit(routes=broken) as lab:
        lab.train(samples=100)
        watch.expect("memory")


@pytest.mark.parametrize("missing", ["start/*.wasm*", "start/memory*", "start/digits*"])
def test_what_is_missing_is_said_in_a_sentence(first_visit, watch, tmp_path, site, missing):
    folder = built(tmp_path / "www", without=missing)
    with serving(folder) as address, first_visit(address=address, ready=False) as lab:
        if "memory" in missing:
            lab.wait("ready")
        else:
            lab.wait("error")
            assert any("make serve" in text for text in lab.messages("error"))
            assert "Traceback" not in lab.page.locator("body").inner_text()
            assert lab.find("train").is_disabled()
        watch.expect("404", "missing")


def test_a_checkout_that_is_served_as_it_is_works_too(first_visit):
    with serving(ROOT) as address, first_visit(address=address) as lab:
        lab.train(samples=100)


def test_without_a_network_a_lab_says_so_and_retries(first_visit, watch):
    with first_visit("#points") as lab:
        context = lab.page.context
        lab.page.wait_for_timeout(500)
        context.set_offline(True)
        lab.page.evaluate("location.hash = 'digits'")
        retry = lab.page.locator("#status button", has_text="Retry")
        retry.wait_for()
        assert any("connection" in text for text in lab.messages("error"))
        context.set_offline(False)
        watch.expect("DISCONNECTED")
        retry.click()
        lab.page.wait_for_function(
            "document.querySelector('main[data-lab=digits]').dataset.state === 'ready'"
        )


def test_training_waits_for_pictures_that_are_on_their_way(first_visit):
    held: list = []
    routes = {"**/start/more-digits*": lambda route: held.append(route)}
    with first_visit("#digits?epochs=100", routes=routes) as lab:
        while not held:
            lab.page.wait_for_timeout(50)
        lab.news(lambda: lab.click("train"), "^Waiting for the rest")
        expect(lab.find("progressLabel")).to_contain_text("MB")
        lab.page.wait_for_timeout(300)
        assert lab.state == "training" and "sample" not in lab.text("progressLabel")
        lab.click("train")
        lab.wait("ready")
        assert lab.messages()[-1] == "Stopped" and lab.text("train") == "Train"
        lab.click("train")
        held[0].continue_()
        expect(lab.find("progressLabel")).to_contain_text(re.compile(r"^Epoch: [1-9]"))
        lab.stop()
        before = lab.done()[0]
        lab.train(samples=before)  # it goes on where it was stopped
        assert lab.messages().count("Training 784-100-10") == 1
        lab.stop()


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
