"""What a visitor does in every lab but Digits, whose data is small."""

from __future__ import annotations

from tests.browser.lab import Lab


class SmallLab(Lab):
    """The page in one tab, with such a lab open."""

    def at_rest(self) -> None:
        """Have the lab as a visit begins, but for its settings: idle, light, with its own data."""
        if self.state == "training":
            self.stop()
        if self.find("builtIn").count() and self.find("builtIn").is_visible():
            self.click("builtIn")
        self.page.emulate_media(color_scheme="light")

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
        self.news(lambda: self.click("train"), "^Training is done", seconds=120)
        self.wait("ready")
