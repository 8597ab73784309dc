"""What a visitor does in the Temperature lab and reads from it."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator

from tests.browser.lab import Lab


class Temperature(Lab):
    """The page in one tab, with the Temperature lab open."""

    name = "temperature"

    def preset(self, name: str) -> Locator:
        """The button of a preset."""
        return self.page.locator(f"[data-lab={self.name}] [data-preset='{name}']")

    def tidy(self) -> None:
        if self.state == "training":
            self.stop()
        self.page.emulate_media(color_scheme="light")
        self.preset("Tutorial").click()
        self.find("celsius").fill("70")
        self.click("reset")
        self.click("stepsTab")
        self.forget_messages()

    def train(self, epochs: int = 0) -> None:
        """Press Train, and wait until so many epochs are done."""
        self.click("train")
        self.wait("training")
        self.page.wait_for_function(
            """([id, epochs]) => {
              const text = document.getElementById(id).textContent.split(" / ")[0];
              return Number(text.replaceAll(",", "")) > epochs;
            }""",
            arg=[f"{self.name}-epoch", epochs],
        )

    def train_to_the_end(self) -> None:
        self.news(lambda: self.click("train"), "^Training is done$", seconds=120)

    def number(self, name: str) -> float:
        """The number in the element with the id `name`, whatever its unit."""
        return float(self.text(name).removesuffix(" °F"))

    def load(self, content: dict[str, Any]) -> None:
        text = json.dumps(content).encode()
        self.news(lambda: self.choose("weightsFile", {"mine.json": text}), r"^Loaded mine\.json")
