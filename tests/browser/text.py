"""What a visitor does in the Text lab and reads from it."""

from __future__ import annotations

from tests.browser.lab import Lab


class TextLab(Lab):
    """The page in one tab, with the Text lab open."""

    name = "text"

    def tidy(self) -> None:
        if self.state == "training":
            self.stop()
        if self.find("builtIn").is_visible():
            self.click("builtIn")
        self.page.locator("[data-lab=text] [data-preset=Names]").click()
        self.click("reset")
        self.find("speed").fill("6")
        self.find("beginning").fill("")
        self.find("heat").fill("0.7")
        self.forget_messages()

    def train(self, samples: int = 0) -> None:
        self.click("train")
        self.wait("training")
        self.page.wait_for_function(
            """samples => {
              const { textContent } = document.getElementById("text-epoch");
              return Number(textContent.split(" / ")[0].replaceAll(",", "")) > samples;
            }""",
            arg=samples,
        )

    def train_to_the_end(self) -> None:
        self.news(lambda: self.click("train"), "^Training is done$")
        self.wait("ready")

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
