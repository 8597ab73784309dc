"""The example of a page that uses `nn` runs, with what its addresses stand for from this folder."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, browsing, serving

CDN = "https://cdn.jsdelivr.net/"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The example's folder, with the package beside it."""
    folder = tmp_path_factory.mktemp("example") / "page"
    shutil.copytree(ROOT / "examples/page", folder)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", folder, ROOT], check=True)
    return folder


def from_here(route) -> None:
    """Answer a request to the CDN with the file that set-up has."""
    path = route.request.url.removeprefix(CDN)
    if path.startswith("npm/@pyscript/core@"):
        file = ROOT / "node_modules/@pyscript/core/dist" / path.split("/dist/")[1]
    else:
        file = ROOT / "vendor/pyodide" / path.split("/full/")[1]
    route.fulfill(path=file)


def test_a_page_of_ones_own_learns_and_answers(browser, watch, example):
    with (
        serving(example) as address,
        browsing(browser, watch, address, routes={f"{CDN}**": from_here}) as context,
    ):
        page = context.new_page()
        page.goto(address)
        expect(page.locator("#told")).to_have_text("Trained: change a number", timeout=90_000)
        page.fill("#rooms", "6")
        page.fill("#floor", "3")
        price = float(page.locator("#price").inner_text().removesuffix(" thousand"))
        assert abs(price - 330) < 15
        page.close()
    watch.expect("another origin")


IN_PYODIDE = """async ([cells, wheel]) => {
  const { loadPyodide } = await import("https://cdn.jsdelivr.net/pyodide/v314.0.3/full/pyodide.mjs");
  const printed = [];
  const pyodide = await loadPyodide({ stdout: (line) => printed.push(line) });
  await pyodide.loadPackage(["numpy", "micropip"]);
  pyodide.FS.writeFile(wheel, new Uint8Array(await (await fetch(`./${wheel}`)).arrayBuffer()));
  for (const cell of cells) await pyodide.runPythonAsync(cell);
  return printed.join("\\n");
}"""
"""Runs a notebook as JupyterLite does, whose kernel is Pyodide: cell by cell."""


def test_the_notebook_runs_in_pyodide(browser, watch, example):
    notebook = json.loads((ROOT / "examples/notebook.ipynb").read_text())
    cells = ["".join(one["source"]) for one in notebook["cells"] if one["cell_type"] == "code"]
    (wheel,) = example.glob("*.whl")
    (example / "empty.html").write_text("<!doctype html><title>Empty</title>")
    with (
        serving(example) as address,
        browsing(browser, watch, address, routes={f"{CDN}**": from_here}) as context,
    ):
        page = context.new_page()
        page.goto(f"{address}empty.html")
        printed = page.evaluate(IN_PYODIDE, [cells, wheel.name])
        page.close()
    accuracy, engine = re.search(r"accuracy ([\d.]+)%, by (.+)", printed).groups()
    assert float(accuracy) > 90 and engine.startswith("WebAssembly")
    assert "@" in printed
    watch.expect("another origin", "favicon")
