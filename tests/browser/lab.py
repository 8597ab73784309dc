"""What a visitor does on the page and reads from it."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page, expect

Stroke = Sequence[tuple[float, float]]
"""Points of a line drawn in one go: x to the right, y down."""

OF_THE_PAGE = ("announcement", "engine", "tour", "tourBubble", "tourNext")
"""The elements that all labs have in common."""

LOG = "main:not([hidden]) [role=log]"

expect.set_options(timeout=30_000)


class Lab:
    """The page in one tab, with one lab shown.

    Attributes:
        name: the lab's, in the address and before the ids of its elements.
        page: Playwright's page, for all that has no name here.
    """

    name = "digits"

    def __init__(self, page: Page) -> None:
        self.page = page

    # ---- States, texts and messages.

    def wait(self, state: str) -> None:
        """Wait until the page is loading, ready, training, testing or in error."""
        expect(self.page.locator("body")).to_have_attribute("data-state", state, timeout=60_000)

    @property
    def state(self) -> str:
        return self.page.evaluate("document.body.dataset.state")

    def find(self, name: str) -> Locator:
        """The element with the id `name`, said without the lab's name."""
        prefix = "" if self.name == "digits" or name in OF_THE_PAGE else f"{self.name}-"
        return self.page.locator(f"#{prefix}{name}")

    def text(self, name: str) -> str:
        """The text of the element with the id `name`, seen or unseen."""
        return (self.find(name).text_content() or "").strip()

    def click(self, name: str) -> None:
        self.find(name).click()

    def messages(self, kind: str = "") -> list[str]:
        """The lines in the log, of one kind ("news" or "error") or all."""
        return self.page.locator(f"{LOG} p{f'.{kind}' if kind else ''}").all_text_contents()

    def forget_messages(self) -> None:
        self.page.locator(LOG).evaluate("log => log.replaceChildren()")

    def complaint(self, action: Callable[[], object]) -> str:
        """Do what cannot be done, and return the one line that the page says about it."""
        errors = self.page.locator(f"{LOG} p.error")
        before = errors.count()
        action()
        expect(errors).to_have_count(before + 1)
        complaint = errors.last.text_content() or ""
        assert complaint.strip() and "\n" not in complaint, complaint
        assert "Traceback" not in self.page.locator("body").inner_text()
        return complaint

    def news(self, action: Callable[[], object], pattern: str, seconds: float = 90) -> str:
        """Do something, and return the new line about it that matches `pattern`."""
        lines = self.page.locator(f"{LOG} p.news").filter(has_text=re.compile(pattern))
        before = lines.count()
        action()
        expect(lines).to_have_count(before + 1, timeout=1000 * seconds)
        return lines.last.text_content() or ""

    def tidy(self) -> None:
        """Bring the page back to where a visit starts."""
        self.page.locator("[data-opens=digits]").click()
        if self.state not in ("ready", "training"):
            self.page.reload()
            self.wait("ready")
        if self.state == "training":
            self.stop()
        self.page.emulate_media(color_scheme="light")
        if self.find("mnist").is_visible():
            self.click("mnist")
        self.page.locator("[data-preset=Classic]").click()
        self.find("pen").fill("20")
        for name in ("reset", "clear", "eyeTab"):
            self.click(name)
        self.page.locator(".more").first.evaluate("more => more.removeAttribute('open')")
        self.forget_messages()

    # ---- Settings, training and testing.

    def field(self, name: str) -> Locator:
        """A field of the settings, which may be under "More settings"."""
        field = self.page.locator(f"main[data-lab={self.name}] [name={name}]")
        field.evaluate("one => { one.closest('details')?.setAttribute('open', ''); }")
        return field

    def set(self, **fields: object) -> None:
        """Fill fields of the settings as a visitor does."""
        for name, value in fields.items():
            field = self.field(name)
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(str(value))
            elif isinstance(value, bool):
                field.set_checked(value)
            else:
                field.fill(str(value))

    def train(self, samples: int = 0) -> None:
        """Press Train, and wait until so many samples of the epoch are done."""
        self.click("train")
        self.wait("training")
        self.page.wait_for_function(
            """samples => {
              const label = document.getElementById("progressLabel").textContent;
              const done = /^Epoch: ([0-9,]+)/.exec(label)?.[1].replaceAll(",", "") ?? 0;
              return Number(done) > samples;
            }""",
            arg=samples,
        )

    def stop(self) -> None:
        self.click("train")
        self.wait("ready")

    def done(self) -> tuple[int, int]:
        """Samples of this epoch, or of this test, that are done, and how many there are."""
        found = re.fullmatch(r"(?:Epoch|Test): ([\d,]+) of ([\d,]+)", self.text("progressLabel"))
        assert found, self.text("progressLabel")
        done, total = (int(number.replace(",", "")) for number in found.groups())
        return done, total

    def test(self) -> float:
        """Press Test, and return the accuracy that it finds."""
        self.news(lambda: self.click("test"), "^Test: loss")
        self.wait("ready")
        return self.accuracy()

    def accuracy(self) -> float:
        """The test accuracy that is shown, in percent."""
        return float(self.text("accuracy").removesuffix(" %"))

    # ---- Files.

    def choose(self, name: str, files: dict[str, bytes] | Path) -> None:
        """Choose files, by name and content, in the file field with the id `name`."""
        if isinstance(files, Path):
            self.find(name).set_input_files(files)
            return
        self.find(name).set_input_files(
            [
                {"name": file, "mimeType": "application/octet-stream", "buffer": content}
                for file, content in files.items()
            ]
        )

    def drop(self, name: str, content: str) -> None:
        """Drop a file of text on the page."""
        self.drop_all({name: content.encode()})

    def drop_all(self, files: dict[str, bytes]) -> None:
        """Drop files, by name and content, on the page."""
        self.page.evaluate(
            """files => {
              const dataTransfer = new DataTransfer();
              for (const [name, text] of files) {
                const content = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
                dataTransfer.items.add(new File([content], name));
              }
              const options = { dataTransfer, bubbles: true, cancelable: true };
              const over = new DragEvent("dragover", options);
              document.body.dispatchEvent(over);
              if (!over.defaultPrevented) throw new Error("the page does not take drops");
              document.body.dispatchEvent(new DragEvent("drop", options));
            }""",
            [[name, base64.b64encode(content).decode()] for name, content in files.items()],
        )

    def save(self) -> dict[str, Any]:
        """Press Save, and return what is in the file."""
        with self.page.expect_download() as download:
            self.click("saveWeights")
        assert download.value.suggested_filename == "weights.json"
        return json.loads(download.value.path().read_text())

    # ---- The canvas.

    def draw(self, strokes: Iterable[Stroke], x: float = 0.2, y: float = 0.2, side: float = 0.6):
        """Draw strokes given in a unit square, with the mouse, in the square at `x` and `y`.

        Positions and the side are shares of the canvas.
        """
        mouse = self.page.mouse
        for stroke in strokes:
            points = [self.point(x + side * px, y + side * py) for px, py in stroke]
            mouse.move(*points[0])
            mouse.down()
            for start, end in zip(points, points[1:], strict=False):
                mouse.move(*end, steps=max(1, round(math.dist(start, end) / 40)))
            mouse.up()

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where on the screen a place on the canvas is, given in shares of its side."""
        box = self.find("canvas").bounding_box()
        assert box
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def ink(self) -> int:
        """How many pixels of the canvas have ink."""
        return self.page.evaluate(
            """() => {
              const canvas = document.getElementById("canvas");
              const image = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              return image.data.filter((value, i) => i % 4 === 3 && value > 127).length;
            }"""
        )

    def answer(self) -> str:
        """What the network says of the drawing, once asked."""
        self.click("predict")
        return self.text("prediction")

    def probabilities(self) -> list[float]:
        """The output for each digit, as the page shows it."""
        return self.page.eval_on_selector_all(
            "#probabilities li", "items => items.map(item => Number(item.dataset.probability))"
        )

    def picture(self, name: str) -> str:
        """What is on the canvas with the id `name`, as text that differs if it differs."""
        return self.find(name).evaluate("canvas => canvas.toDataURL()")


def best_of(tries: int, good: Callable[[], float], limit: float) -> float:
    """The lowest of up to `tries` measurements, which end as soon as one is below `limit`.

    What is promised is about the page: another program that takes the processor away for a moment
    may spoil one measurement.
    """
    lowest = math.inf
    for _ in range(tries):
        lowest = min(lowest, good())
        if lowest < limit:
            break
    return lowest


def slow_frame(evaluate: Callable[[str], Any]) -> float:
    """The 95th percentile, in ms, of the time between two frames during two seconds.

    Args:
        evaluate: calls a JavaScript function in the page, and returns what it promises.
    """
    gaps = evaluate(
        """() => new Promise(resolve => {
          const gaps = [];
          let last = performance.now();
          const end = last + 2000;
          requestAnimationFrame(function frame() {
            const now = performance.now();
            gaps.push(now - last);
            last = now;
            if (now < end) requestAnimationFrame(frame);
            else resolve(gaps);
          });
        })"""
    )
    return float(np.percentile(gaps, 95))


def stop_time(lab: Lab) -> float:
    """Stop the training, and return how many ms pass until the page shows that it has."""
    lab.find("train").evaluate(
        """button => {
          window.stopped = new Promise(resolve => {
            let released;
            button.addEventListener("pointerup", event => { released = event.timeStamp; },
              { once: true, capture: true });
            const observer = new MutationObserver(() => {
              if (document.body.dataset.state !== "ready") return;
              observer.disconnect();
              requestAnimationFrame(() => resolve(performance.now() - released));
            });
            observer.observe(document.body, { attributeFilter: ["data-state"] });
          });
        }"""
    )
    lab.stop()
    return lab.page.evaluate("window.stopped")
