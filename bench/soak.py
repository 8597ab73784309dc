"""`python -m bench.soak`: whether memory stays flat while all labs train and change, for long."""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass
from threading import Thread

import numpy as np
from playwright.sync_api import CDPSession, Page, sync_playwright

from bench.tab import ROOT
from tools import chromium, publish
from tools.errors import SetupError, told_in_one_line
from tools.serve import make_server

CHANGES = 200
AT_LEAST = 0.5  # seconds of training between two changes, however short the whole is
GROWTH = 1.1  # from the second quarter's median to the last tenth's: more is not flat
SLACK = 4.0  # MB that come and go

LAYERS = {
    "digits": ("100", "64:relu,32", "conv2d:4:5:strides=2,flatten,16", "30:tanh"),
    "colours": ("16", "32:relu,16", "24:tanh", "12,8,8"),
    "points": ("4", "6:tanh,4", "8:relu", "5,5"),
    "temperature": ("2", "3", "4:tanh,2", ""),
}
"""The labs, and the hidden layers that each gets in turn."""

_WATCH = """
  window.nnMemories = new Set();
  const note = memory => { nnMemories.add(new WeakRef(memory)); return memory; };
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct: (kind, all) => note(Reflect.construct(kind, all)),
  });
  const seen = made => {
    for (const each of Object.values((made.instance ?? made).exports)) {
      if (each instanceof WebAssembly.Memory) note(each);
    }
    return made;
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const plain = WebAssembly[name].bind(WebAssembly);
    WebAssembly[name] = (...all) => plain(...all).then(seen);
  }
  window.nnGaps = [];
  let last = 0;
  requestAnimationFrame(function frame(now) {
    if (document.body?.dataset.state === "training" && last) nnGaps.push(now - last);
    last = document.body?.dataset.state === "training" ? now : 0;
    requestAnimationFrame(frame);
  });
"""
_MEMORY = """() => [...new Set([...nnMemories].map(each => each.deref()?.buffer))]
  .reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0)"""
_GAPS = "() => nnGaps.splice(0)"


@dataclass(frozen=True)
class Row:
    """How the page is at a moment.

    Attributes:
        heap: MB that JavaScript holds once its garbage is collected.
        wasm: MB of WebAssembly's memories.
        frame: the 95th percentile between two frames in training since the last row, in ms.
    """

    heap: float
    wasm: float
    frame: float


def main() -> None:
    """Train, change, and print a row a minute."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    minutes = parser.parse_args().minutes
    with told_in_one_line():
        path = chromium.find()
        if path is None:
            raise SetupError("There is no Chromium. `make browser` installs it.")
        with make_server(publish.publish(ROOT)) as server, sync_playwright() as playwright:
            Thread(target=server.serve_forever, daemon=True).start()
            browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script(_WATCH)
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            _wait(page, "ready")
            rows = _soak(page, minutes)
            browser.close()
            server.shutdown()
    print(told(rows))


def told(rows: list[Row]) -> str:
    """Say whether memory stayed flat, in a line for each kind.

    The first quarter is left to what is made once; the second is compared with the last rows.
    """
    first = rows[len(rows) // 4 : len(rows) // 2 + 1]
    last = rows[-max(1, len(rows) // 10) :]
    lines = []
    for name, title in (("heap", "JavaScript heap"), ("wasm", "WebAssembly memory")):
        before, after = (
            statistics.median(getattr(r, name) for r in some) for some in (first, last)
        )
        flat = after <= GROWTH * before + SLACK
        verdict = "flat" if flat else "NOT flat"
        lines.append(f"{title}: {verdict}, {before:.1f} MB early, {after:.1f} MB in the end")
    return "\n".join(lines)


def _soak(page: Page, minutes: float) -> list[Row]:
    session = page.context.new_cdp_session(page)
    start = time.monotonic()
    every = 6 * min(minutes, 10)  # seconds between two rows: a minute, or a tenth of less
    rows: list[Row] = []
    print("| minutes | changes | JS heap MB | WebAssembly MB | 95 % of frames within ms |")
    print("|---|---|---|---|---|")
    for number in range(CHANGES):
        lab = list(LAYERS)[number % len(LAYERS)]
        until = start + 60 * minutes * (number + 1) / CHANGES
        _train(page, lab, LAYERS[lab][number // len(LAYERS) % len(LAYERS[lab])], until)
        passed = time.monotonic() - start
        if passed >= every * (len(rows) + 1) or number == CHANGES - 1:
            rows.append(_row(page, session))
            r = rows[-1]
            cells = f"{r.heap:.1f} | {r.wasm:.1f} | {r.frame:.0f}"
            print(f"| {passed / 60:.1f} | {number + 1} | {cells} |", flush=True)
    return rows


def _train(page: Page, lab: str, layers: str, until: float) -> None:
    """Give a lab other layers, start it anew, and train until a moment."""
    prefix = "" if lab == "digits" else f"{lab}-"
    page.evaluate("lab => { location.hash = lab; }", lab)
    page.locator(f"main[data-lab={lab}]").wait_for()
    page.locator(f"#{prefix}settings [name=hidden]").evaluate(
        """(field, text) => {
          field.value = text;
          for (const type of ["input", "change"]) field.dispatchEvent(
            new Event(type, { bubbles: true }));
        }""",
        layers,
    )
    page.locator(f"#{prefix}reset").click()
    _wait(page, "ready")
    page.locator(f"#{prefix}train").click()
    page.wait_for_timeout(1000 * max(AT_LEAST, until - time.monotonic()))
    page.keyboard.press("Escape")  # where the run is not over by itself
    _wait(page, "ready")


def _wait(page: Page, state: str) -> None:
    page.wait_for_function(
        "state => document.body.dataset.state === state", arg=state, timeout=120_000
    )


def _row(page: Page, session: CDPSession) -> Row:
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    gaps = page.evaluate(_GAPS)
    frame = float(np.percentile(gaps, 95)) if gaps else 0.0
    return Row(heap, page.evaluate(_MEMORY) / 1e6, frame)


if __name__ == "__main__":
    main()
