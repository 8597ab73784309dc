"""What a visitor does in the Text lab and reads from it."""

from __future__ import annotations

from tests.browser.small_lab import SmallLab


class TextLab(SmallLab):
    """The page in one tab, with the Text lab open."""

    name = "text"

    def tidy(self) -> None:
        self.at_rest()
        self.page.locator("[data-lab=text] [data-preset=Names]").click()
        self.click("reset")
        self.find("speed").fill("6")
        self.find("beginning").fill("")
        self.find("heat").fill("0.7")
        self.forget_messages()

    # ---- What it says.

    def sample(self) -> str:
        """What the network has written last."""
        return self.find("sample").text_content() or ""

    def bits(self) -> tuple[float, float, float]:
        """Bits for a character: the network's, those by bigrams and by gzip."""
        network, bigrams, gzip = (
            float(self.text(name)) for name in ("networkBits", "bigramBits", "gzipBits")
        )
        return network, bigrams, gzip

    def bars(self) -> dict[str, float]:
        """How likely each character comes next, of those that are shown."""
        found = self.page.locator("#text-next li").evaluate_all(
            "items => items.map(({ dataset }) => [dataset.name, Number(dataset.probability)])"
        )
        return dict(found)

    def shades(self) -> list[int]:
        """The shade of each character in Memory."""
        return self.page.locator("#text-memoryText span").evaluate_all(
            "marks => marks.map(({ dataset }) => Number(dataset.shade))"
        )
