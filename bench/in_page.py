"""Runs in the page itself, which stays alive meanwhile."""

from __future__ import annotations

from typing import Any

import numpy as np
from playwright.sync_api import BrowserContext, Page

_SHOWN = {"numpy": "NumPy", "wasm": "WebAssembly"}
"""What the page calls the engines, or how it begins."""

_RUN = """seconds => new Promise(resolve => {
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
  const train = document.querySelector("main:not([hidden]) .train .primary");
  train.click();
  if (seconds) setTimeout(() => done || train.click(), 1000 * seconds);
})"""
"""Press Train, and wait for the end of the training, or press Stop after so many seconds."""

_PRESS = """id => new Promise(resolve => {
  const start = performance.now();
  const observer = new MutationObserver(() => {
    if (document.body.dataset.state !== "ready") return;
    observer.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - start));
  });
  observer.observe(document.body, { attributeFilter: ["data-state"] });
  setTimeout(() => document.getElementById(id).click());
})"""
"""Press a button; ms, with the wait for whatever the page is at, until a frame shows it at rest."""

STOPS = 5


class Refused(Exception):
    """The page does not do it."""


def reference(context: BrowserContext, address: str, engine: str, epochs: int) -> dict[str, Any]:
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
    page = _opened(context, address, f"digits?engine={engine}&epochs={epochs}")
    try:
        shown = page.locator("#engine").text_content() or ""
        if not shown.startswith(_SHOWN[engine]):
            raise Refused(f"the page says that its engine is {shown!r}")
        found = page.evaluate(_RUN, None)
        accuracy = _accuracy(page)
    finally:
        page.close()
    return {
        "engine": shown,
        "epochs": epochs,
        "seconds": found["seconds"],
        "accuracy": accuracy,
        "frame_gap_ms": float(np.percentile(found["gaps"], 95)),
    }


def convolution(context: BrowserContext, address: str, seed: int, seconds: float) -> dict[str, Any]:
    """Train with the settings of the button "Convolution", for so many seconds at most.

    Returns:
        seconds of training, samples a second as the page shows them, accuracy in percent on the
        test pictures, the 95th percentile of the time between two frames meanwhile, and the longest
        of some answers to Stop, both in ms.

    Raises:
        Refused: the page has no such button.
    """
    page = _opened(context, address, f"digits?seed={seed}")
    try:
        button = page.locator("main[data-lab=digits] [data-preset=Convolution]")
        if not button.count():
            raise Refused("the page has no button Convolution")
        button.click()
        seed_field = page.locator("main[data-lab=digits] [name=seed]")
        seed_field.evaluate("field => field.closest('details')?.setAttribute('open', '')")
        seed_field.fill(str(seed))
        # A frame without work, so that what the button has made is made.
        page.wait_for_timeout(1000)
        found = page.evaluate(_RUN, seconds)
        speed = page.locator("#throughput").text_content() or ""
        page.evaluate(_PRESS, "test")
        accuracy = _accuracy(page)
        # A run at its beginning, which cannot end by itself meanwhile.
        page.locator("#reset").click()
        stops = [_stop_time(page) for _ in range(STOPS)]
    finally:
        page.close()
    return {
        "seed": seed,
        "seconds": found["seconds"],
        "throughput": speed,
        "accuracy": accuracy,
        "frame_gap_ms": float(np.percentile(found["gaps"], 95)),
        "stop_ms": max(stops),
    }


def names(context: BrowserContext, address: str, seconds: float) -> dict[str, Any]:
    """Train with the settings of the button "Names" in the lab of texts, for so long at most.

    Returns:
        seconds of training, bits for a character of the held-out end by the network and by
        bigrams, characters a second that it writes meanwhile, and the 95th percentile of the time
        between two frames in ms.
    """
    page = _opened(context, address, "text")
    try:
        found = page.evaluate(_RUN, seconds)
        page.locator("#text-test").click()
        page.wait_for_selector("body[data-state=ready]")
        network, bigrams, speed = (
            (page.locator(f"#text-{name}").text_content() or "").split()[0]
            for name in ("networkBits", "bigramBits", "writingSpeed")
        )
    finally:
        page.close()
    return {
        "seconds": found["seconds"],
        "bits": float(network),
        "bigram_bits": float(bigrams),
        "written_a_second": float(speed.replace(",", "")),
        "frame_gap_ms": float(np.percentile(found["gaps"], 95)),
    }


def _stop_time(page: Page) -> float:
    page.locator("#train").click()
    page.wait_for_selector("body[data-state=training]")
    page.wait_for_timeout(1000)
    return float(page.evaluate(_PRESS, "train"))


def _opened(context: BrowserContext, address: str, link: str) -> Page:
    """Open the page, and wait until it is ready."""
    page = context.new_page()
    page.goto(f"{address}#{link}")
    page.wait_for_selector("body[data-state=ready]", timeout=120_000)
    return page


def _accuracy(page: Page) -> float:
    return float((page.locator("#accuracy").text_content() or "").removesuffix("%"))
