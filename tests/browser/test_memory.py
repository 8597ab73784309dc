"""A tab can be left to train: it does not fill up."""

import pytest

pytestmark = pytest.mark.alone

# Some 500 frames lie between two probes: whatever stays behind in each of them shows. JavaScript's
# own bytes vary by some 100 kB.
MOST_GROWTH = {"python": 20_000, "javascript": 600_000, "buffers": 300_000, "listeners": 0}

PROBE = """
import gc
from pyodide.ffi import create_proxy
from pyscript import window
from pyscript.js_modules import glue
await glue.completePython()
import tracemalloc
tracemalloc.start()
def traced():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
window.traced = create_proxy(traced)
window.probed()
"""


@pytest.fixture(scope="module")
def page(own_tab):
    """A tab of its own, because tracing makes Python slow."""
    return own_tab


@pytest.fixture(scope="module")
def probe(page):
    """A function that tells how much is alive in a page at rest, once rubbish is collected.

    Python's bytes and JavaScript's bytes: what one of the two sides holds of the other without
    need, such as the proxy of a function or an array, shows on both.
    """
    page.page.evaluate(
        """probe => new Promise(resolve => {
          window.probed = resolve;
          const script = document.createElement("script");
          script.type = "py";
          script.textContent = probe;
          document.body.append(script);
        })""",
        PROBE,
    )
    session = page.page.context.new_cdp_session(page.page)
    session.send("Performance.enable")

    def probe() -> dict[str, float]:
        page.click("reset")
        session.send("HeapProfiler.collectGarbage")
        # In which Python lets go of what JavaScript has let go of, and what is kept is written.
        page.page.wait_for_timeout(2500)
        python = page.page.evaluate("window.traced()")
        session.send("HeapProfiler.collectGarbage")
        heap = session.send("Runtime.getHeapUsage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        counted = {metric["name"]: metric["value"] for metric in metrics}
        return {
            "python": python,
            "javascript": heap["usedSize"],
            "buffers": heap["backingStorageSize"],
            "listeners": counted["JSEventListeners"],
        }

    return probe


def test_nothing_piles_up_while_training_and_predicting(page, probe):
    def work(rounds: int) -> None:
        page.train()
        for _ in range(rounds):
            page.draw([[(0.1, 0.1), (0.9, 0.1)]])
            page.page.wait_for_timeout(1000)
            page.click("clear")
        page.stop()

    work(3)
    before = probe()
    work(10)
    after = probe()
    grown = {name: after[name] - before[name] for name in after}
    assert {name: size for name, size in grown.items() if size > MOST_GROWTH[name]} == {}


def test_nothing_piles_up_while_comparing_and_building(page, probe):
    page.set(hidden="20", trainSamples=2000, epochs=1, batchSize=10)

    def work(rounds: int) -> None:
        for _ in range(rounds):
            page.click("compareTab")
            page.click("compareAdd")
            page.set(learningRate=0.3)
            page.click("compareAdd")
            page.news(lambda: page.click("compareRun"), "^Compared: ")
            page.click("compareClear")
            page.click("layersTab")
            page.click("addLayer")
            page.page.locator("#layerRows [data-action=remove]").last.click()
            page.click("gradientsTab")
            page.news(lambda: page.click("checkGradients"), "^Backpropagation is right")
            page.click("codeTab")

    work(3)
    before = probe()
    work(10)
    after = probe()
    grown = {name: after[name] - before[name] for name in after}
    assert {name: size for name, size in grown.items() if size > MOST_GROWTH[name]} == {}


def test_the_log_keeps_its_last_300_lines(lab):
    lab.page.evaluate(
        """async () => {
          const { log } = await import(document.querySelector("script[type=module]").src);
          for (let i = 1; i <= 400; i += 1) log(`line ${i}`);
        }"""
    )
    lines = lab.messages()
    assert len(lines) == 300
    assert lines[-1] == "line 400"
