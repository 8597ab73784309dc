"""What a visitor does in the Colours lab and reads from it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.small_lab import SmallLab

ENDLESS = 100_000  # epochs: more than a test waits for


class Colours(SmallLab):
    """The page in one tab, with the Colours lab open."""

    name = "colours"

    def tidy(self) -> None:
        """Bring the lab back to where a visit starts."""
        self.at_rest()
        self.find("settings").locator("[data-preset=Small]").click()
        self.click("reset")
        self.click("spaceTab")
        self.forget_messages()

    def train(self, samples: int = 0) -> None:
        """Press Train, and wait until training goes on."""
        self.click("train")
        self.wait("training")

    # ---- Inputs and answers.

    def names(self) -> list[str]:
        """The names of the sliders."""
        return self.find("sliders").locator("label").all_text_contents()

    def slider(self, index: int) -> Locator:
        return self.find("sliders").locator("[type=range]").nth(index)

    def number(self, index: int) -> Locator:
        return self.find("sliders").locator("[inputmode=decimal]").nth(index)

    def put(self, *values: float) -> str:
        """Type a number beside each slider, and return the answer."""
        for index, value in enumerate(values):
            self.number(index).fill(str(value))
            self.number(index).blur()
        return self.text("answer")

    def bars(self) -> dict[str, float]:
        """The output for each class that is shown."""
        items: list[list[Any]] = self.find("probabilities").evaluate(
            "list => [...list.children].map(({ dataset }) => [dataset.name, dataset.probability])"
        )
        return {name: float(share) for name, share in items}

    def changes(self, name: str, milliseconds: int = 2000) -> int:
        """How often the element, or what is in it, changes in that time."""
        return self.find(name).evaluate(
            """(element, milliseconds) => new Promise(resolve => {
              let changes = 0;
              const observer = new MutationObserver(() => { changes += 1; });
              observer.observe(element,
                { subtree: true, attributes: true, childList: true, characterData: true });
              setTimeout(() => { observer.disconnect(); resolve(changes); }, milliseconds);
            })""",
            milliseconds,
        )

    # ---- Tables.

    def open_table(self, text: str, name: str = "mine.csv", agree: bool = False) -> str:
        """Choose a table, and return what is said of it.

        Args:
            text: the table.
            name: of its file.
            agree: that a trained network goes, which is asked.
        """

        def choose() -> None:
            self.choose("dataFiles", {name: text.encode()})
            if agree:
                self.click("askYes")

        return self.news(choose, "^Opened")

    def box(self, name: str) -> Locator:
        """The checkbox of a column."""
        label = self.find("inputColumns").locator("label")
        return label.filter(has=self.page.get_by_text(name, exact=True)).locator("input")

    def load(self, text: str) -> str:
        """Choose a weights file, and return what is said of it."""
        files = {"saved.json": text.encode()}
        return self.news(lambda: self.choose("weightsFile", files), r"^Loaded saved\.json")

    def r2(self) -> float:
        expect(self.find("accuracy")).not_to_have_text("–")
        return float(self.text("accuracy"))
