"""`python -m bench.start`: how soon the page is ready to train, against Pyodide alone with NumPy.

Each is visited in turns, by a browser without a past and then again with what it has kept.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from playwright.sync_api import (
    BrowserContext,
    CDPSession,
    Page,
    Playwright,
    Request,
    sync_playwright,
)

from bench.tab import ROOT
from tools import chromium, publish
from tools.errors import SetupError, told_in_one_line
from tools.serve import make_server

REPEATS = 5
OPENED = 2_000  # milliseconds after which a browser without a past has opened its own first page
SETTLED = 8_000  # milliseconds after which what is fetched behind has arrived and is kept

FAST_3G = {"offline": False, "latency": 562.5, "downloadThroughput": 188_743.68}
"""As Chromium's developer tools emulate it: 1.44 Mbit/s, in bytes a second, and milliseconds."""

_WATCH = """
  window.nnBlocks = [];
  new PerformanceObserver(list => {
    for (const { startTime, duration } of list.getEntries()) nnBlocks.push([startTime, duration]);
  }).observe({ type: "longtask", buffered: true });
  window.nnShift = 0;
  new PerformanceObserver(list => {
    for (const each of list.getEntries()) nnShift += each.hadRecentInput ? 0 : each.value;
  }).observe({ type: "layout-shift", buffered: true });
  addEventListener("DOMContentLoaded", () => {
    const body = document.body;
    new MutationObserver(() => {
      if (body.dataset.state === "ready") window.nnReady ??= performance.now();
    }).observe(body, { attributeFilter: ["data-state"] });
  });
"""
_SEEN = """() => [
  nnReady, performance.timeOrigin, nnShift,
  Math.max(0, ...nnBlocks.filter(([start]) => start < nnReady).map(([, took]) => took)),
]"""


@dataclass(frozen=True)
class Visit:
    """What a visit was like until the page was ready.

    Attributes:
        ready: milliseconds from navigation.
        block: the longest time without an answer to the visitor, in milliseconds.
        wire: bytes that were fetched.
        requests: for how many files.
        shift: the cumulative layout shift, https://web.dev/articles/cls.
    """

    ready: float
    block: float
    wire: float
    requests: int
    shift: float


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.start", description=__doc__)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--no-slow", dest="slow", action="store_false", help="skip Fast 3G")
    options = parser.parse_args()
    with told_in_one_line(), tempfile.TemporaryDirectory() as folder:
        path = chromium.find()
        if path is None:
            raise SetupError("There is no Chromium. `make browser` installs it.")
        with _served(Path(folder)) as address, sync_playwright() as playwright:
            bare, ours = _in_turns(playwright, path, address, options.repeats)
            slow = _slowly(playwright, path, address) if options.slow else None
    print(table(bare, ours, slow))


def _in_turns(
    playwright: Playwright, path: str, address: str, repeats: int
) -> tuple[list[tuple[Visit, Visit]], list[tuple[Visit, Visit]]]:
    bare, ours = [], []
    for number in range(repeats):
        print(f"Visit {number + 1} of {repeats} ...", flush=True)
        bare.append(_twice(playwright, path, f"{address}start.html"))
        ours.append(_twice(playwright, path, address))
    return bare, ours


def table(
    bare: list[tuple[Visit, Visit]], ours: list[tuple[Visit, Visit]], slow: Visit | None
) -> str:
    """The medians, as rows of Markdown."""

    def median(visits: list[tuple[Visit, Visit]], warm: bool, name: str) -> float:
        return statistics.median(float(getattr(pair[warm], name)) for pair in visits)

    rows = [("", "Pyodide alone", "the page", "of it")]
    for warm, name in ((True, "warm"), (False, "cold")):
        a, b = (median(visits, warm, "ready") for visits in (bare, ours))
        rows.append((f"{name}: ready", f"{a:,.0f} ms", f"{b:,.0f} ms", f"{b / a:.2f}x"))
    for warm, name in ((True, "warm"), (False, "cold")):
        a, b = (median(visits, warm, "block") for visits in (bare, ours))
        rows.append((f"{name}: longest block", f"{a:,.0f} ms", f"{b:,.0f} ms", ""))
    a, b = (median(visits, False, "wire") / 1e6 for visits in (bare, ours))
    rows.append(("first visit: fetched", f"{a:.1f} MB", f"{b:.1f} MB", ""))
    a, b = (median(visits, False, "requests") for visits in (bare, ours))
    rows.append(("first visit: requests", f"{a:.0f}", f"{b:.0f}", ""))
    rows.append(("layout shift", "", f"{median(ours, False, 'shift'):.3f}", ""))
    if slow is not None:
        rows.append(("Fast 3G: ready", "", f"{slow.ready / 1000:.0f} s", ""))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _twice(playwright: Playwright, path: str, address: str) -> tuple[Visit, Visit]:
    with _browser(playwright, path) as context:
        first = _visit(context.pages[0], address)
        context.pages[0].wait_for_timeout(SETTLED)
        page = context.new_page()
        return first, _visit(page, address)


def _slowly(playwright: Playwright, path: str, address: str) -> Visit:
    print("A visit on Fast 3G ...", flush=True)
    with _browser(playwright, path) as context:
        session: CDPSession = context.new_cdp_session(context.pages[0])
        session.send("Network.emulateNetworkConditions", {**FAST_3G, "uploadThroughput": 84_375})
        return _visit(context.pages[0], address)


def _visit(page: Page, address: str) -> Visit:
    # Not as the page sees it, for a worker of its own fetches most.
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(address, wait_until="commit")
    page.wait_for_function("window.nnReady", timeout=300_000)
    ready, origin, shift, block = page.evaluate(_SEEN)
    before = [each for each in requests if each.timing["startTime"] < origin + ready]
    sizes = [each.sizes() for each in before]
    wire = sum(each["responseHeadersSize"] + each["responseBodySize"] for each in sizes)
    return Visit(ready, block, wire, len(before), shift)


@contextmanager
def _browser(playwright: Playwright, path: str) -> Iterator[BrowserContext]:
    """A browser without a past, which keeps on disk what it fetches."""
    with tempfile.TemporaryDirectory() as past:
        context = playwright.chromium.launch_persistent_context(
            past,
            executable_path=path,
            args=chromium.ARGUMENTS,
            viewport={"width": 1440, "height": 900},
        )
        context.add_init_script(_WATCH)
        # A browser that has just come up is busy with itself.
        context.pages[0].goto("about:blank")
        context.pages[0].wait_for_timeout(OPENED)
        yield context
        context.close()


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The page as it is published, and beside it Pyodide alone, as its own package has it."""
    site = folder / "site"
    shutil.copytree(publish.publish(ROOT), site)
    shutil.copytree(ROOT / "vendor/pyodide", site / "pyodide")
    shutil.copyfile(ROOT / "bench/start.html", site / "start.html")
    with make_server(site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


if __name__ == "__main__":
    main()
