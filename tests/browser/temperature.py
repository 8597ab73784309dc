"""What a visitor does in the Temperature lab and reads from it."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator

from tests.browser.small_lab import SmallLab


class Temperature(SmallLab):
    """The page in one tab, with the Temperature lab open."""

    name = "temperature"

    def preset(self, name: str) -> Locator:
        """The button of a preset."""
        return self.page.locator(f"[data-lab={self.name}] [data-preset='{name}']")

    def tidy(self) -> None:
        self.at_rest()
        self.preset("Tutorial").click()
        self.find("celsius").fill("70")
        self.click("reset")
        self.click("stepsTab")
        self.forget_messages()

    def number(self, name: str) -> float:
        """The number in the element with the id `name`, whatever its unit."""
        return float(self.text(name).removesuffix(" °F"))

    def load(self, content: dict[str, Any]) -> None:
        text = json.dumps(content).encode()
        self.news(lambda: self.choose("weightsFile", {"mine.json": text}), r"^Loaded mine\.json")
