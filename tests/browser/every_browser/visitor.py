"""A visitor to the page in any browser: the little that the core tests need of one."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Point = tuple[float, float]
"""A place in the window, in CSS pixels: x to the right, y down."""

WIDTH, HEIGHT = 1440, 900


class Visitor(ABC):
    """One tab of a browser that has no past.

    A subclass for each browser says how it is driven; what a visitor does with the page follows
    from that.

    Args:
        downloads: an empty folder, where the browser leaves what is saved.
    """

    name: str

    def __init__(self, downloads: Path) -> None:
        self.downloads = downloads

    # ---- How the browser is driven.

    @abstractmethod
    def open(self, address: str) -> None:
        """Open an address, and return when it has been loaded."""

    @abstractmethod
    def reload(self) -> None:
        """Load the page anew."""

    @abstractmethod
    def ask(self, function: str, *arguments: Any) -> Any:
        """Call a JavaScript function in the page, and return its result or what it promised."""

    @abstractmethod
    def click_element(self, selector: str) -> None:
        """Click an element as a mouse does."""

    @abstractmethod
    def type_into(self, selector: str, text: str) -> None:
        """Replace what stands in a field by what is typed."""

    @abstractmethod
    def press_escape(self, selector: str) -> None:
        """Press the key Escape while an element has the focus."""

    @abstractmethod
    def drag(self, points: Sequence[Point]) -> None:
        """Press the mouse at the first point, move it through the others, and release it."""

    @abstractmethod
    def give(self, selector: str, file: Path) -> None:
        """Choose a file in a file field."""

    @abstractmethod
    def quit(self) -> None:
        """Close the browser."""

    # ---- What a visitor does and reads.

    def until(self, function: str, *arguments: Any, seconds: float = 90) -> Any:
        """Wait until a JavaScript function returns something true, and return that."""
        end = time.monotonic() + seconds
        while not (result := self.ask(function, *arguments)):
            if time.monotonic() > end:
                raise AssertionError(f"not so within {seconds} s: {function} {arguments}")
            time.sleep(0.1)
        return result

    def wait(self, state: str) -> None:
        """Wait until the page is loading, ready, training, testing or in error."""
        wanted = "state => ['error', state].includes(document.body.dataset.state)"
        self.until(wanted, state)
        assert self.state == state, self.messages()

    @property
    def state(self) -> str:
        return str(self.ask("() => document.body.dataset.state"))

    def text(self, name: str) -> str:
        """The text of the element with the id `name`."""
        return str(self.ask("id => document.getElementById(id).textContent.trim()", name))

    def click(self, name: str) -> None:
        """Click the element with the id `name`."""
        self.click_element(f"#{name}")

    def messages(self, kind: str = "") -> list[str]:
        """The lines in the log that is shown, of one kind ("news" or "error") or all."""
        lines = """kind => [...document.querySelectorAll(`[role=log] p${kind}`)]
          .filter(line => line.checkVisibility()).map(line => line.textContent)"""
        return list(self.ask(lines, f".{kind}" if kind else ""))

    def forget_messages(self) -> None:
        """Empty the logs."""
        self.ask("() => document.querySelectorAll('[role=log] p').forEach(line => line.remove())")

    def news(self, pattern: str) -> str:
        """Wait for a line of news that begins with `pattern`, and return it."""
        return str(
            self.until(
                """start => [...document.querySelectorAll("[role=log] p.news")]
                  .map(line => line.textContent).find(text => text.startsWith(start))""",
                pattern,
            )
        )

    def draw(self, strokes: Sequence[Sequence[Point]]) -> None:
        """Draw strokes given in a unit square in the middle of the canvas for digits."""
        left, top, side = self.ask(
            """() => {
              const canvas = document.getElementById("canvas");
              canvas.scrollIntoView({ block: "center" });
              const box = canvas.getBoundingClientRect();
              return [box.left, box.top, box.width];
            }"""
        )
        for stroke in strokes:
            places = [
                (left + side * (0.2 + 0.6 * x), top + side * (0.2 + 0.6 * y)) for x, y in stroke
            ]
            self.drag(places)

    def saved(self, name: str) -> bytes:
        """Wait until the file `name` has been saved, and return what is in it."""
        file = self.downloads / name
        end = time.monotonic() + 30
        size = -1
        while not (file.exists() and file.stat().st_size == size > 0):
            assert time.monotonic() < end, f"{name} was not saved: {list(self.downloads.iterdir())}"
            size = file.stat().st_size if file.exists() else -1
            time.sleep(0.2)
        content = file.read_bytes()
        file.unlink()
        return content
