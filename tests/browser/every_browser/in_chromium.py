"""A visitor with Chromium, driven by Playwright as in all other browser tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Download

from tests.browser.every_browser.visitor import HEIGHT, WIDTH, Point, Visitor


class Chromium(Visitor):
    name = "Chromium"

    def __init__(self, downloads: Path, browser: Browser) -> None:
        super().__init__(downloads)
        self._context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        self._page = self._context.new_page()
        self._page.on("download", self._keep)

    def _keep(self, download: Download) -> None:
        download.save_as(self.downloads / download.suggested_filename)

    def open(self, address: str) -> None:
        self._page.goto(address)

    def reload(self) -> None:
        self._page.reload()

    def ask(self, function: str, *arguments: Any) -> Any:
        return self._page.evaluate(f"all => ({function})(...all)", list(arguments))

    def click_element(self, selector: str) -> None:
        self._page.click(selector)

    def press_escape(self, selector: str) -> None:
        self._page.press(selector, "Escape")

    def type_into(self, selector: str, text: str) -> None:
        self._page.fill(selector, text)

    def drag(self, points: Sequence[Point]) -> None:
        mouse = self._page.mouse
        mouse.move(*points[0])
        mouse.down()
        for point in points[1:]:
            mouse.move(*point)
        mouse.up()

    def give(self, selector: str, file: Path) -> None:
        self._page.set_input_files(selector, file)

    def saved(self, name: str) -> bytes:
        # Playwright tells of a download only while it is being asked something.
        self._page.wait_for_timeout(500)
        return super().saved(name)

    def quit(self) -> None:
        self._context.close()
