"""The reference run in the page itself, which stays alive meanwhile."""

from __future__ import annotations

from typing import Any

import numpy as np
from playwright.sync_api import BrowserContext

_SHOWN = {"numpy": "NumPy", "wasm": "WebAssembly"}
"""What the page calls the engines, or how it begins."""

_RUN = """() => new Promise(resolve => {
  const gaps = [];
  let start = performance.now(), last = start, done = false;
  requestAnimationFrame(function frame() {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    if (!done) requestAnimationFrame(frame);
  });
  new MutationObserver((_, observer) => {
    if (document.body.dataset.state !== "ready") return;
    observer.disconnect();
    done = true;
    resolve({ gaps, seconds: (performance.now() - start) / 1000 });
  }).observe(document.body, { attributeFilter: ["data-state"] });
  document.getElementById("train").click();
})"""


class Refused(Exception):
    """The page does not do it."""


def run(context: BrowserContext, address: str, engine: str, epochs: int) -> dict[str, Any]:
    """Train in the page as it starts, single samples with the tutorial's settings.

    Args:
        context: the browser's.
        address: of the page.
        engine: "numpy" or "wasm".
        epochs: of the reference run's five.

    Returns:
        engine, epochs, seconds, accuracy in percent, and the 95th percentile of the time between
        two frames in ms.

    Raises:
        Refused: the page uses another engine.
    """
    page = context.new_page()
    try:
        page.goto(f"{address}#digits?engine={engine}&epochs={epochs}")
        page.wait_for_selector("body[data-state=ready]", timeout=120_000)
        shown = page.locator("#engine").text_content() or ""
        if not shown.startswith(_SHOWN[engine]):
            raise Refused(f"the page says that its engine is {shown!r}")
        found = page.evaluate(_RUN)
        accuracy = page.locator("#accuracy").text_content() or ""
    finally:
        page.close()
    return {
        "engine": shown,
        "epochs": epochs,
        "seconds": found["seconds"],
        "accuracy": float(accuracy.removesuffix("%")),
        "frame_gap_ms": float(np.percentile(found["gaps"], 95)),
    }
