"""What a visitor does in the Points lab and reads from it."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from playwright.sync_api import Locator, expect

from nn.labs.points import PRESETS
from tests.browser.small_lab import SmallLab

LONG = {"epochs": 0}
"""Settings with which training goes on until it is stopped."""


class PointsLab(SmallLab):
    """The page in one tab, with the Points lab open."""

    name = "points"

    def preset(self, name: str) -> None:
        """Choose a shape and the network that suits it."""
        shape = self.page.locator(f"[data-shape={PRESETS[name].shape}]")
        for _ in range(2):
            shape.click()

    def tidy(self) -> None:
        self.at_rest()
        self.preset("Diagonal")
        self.click("reset")
        self.hurry()
        self.brush("1")
        self.page.mouse.move(0, 0)
        self.find("network").evaluate("network => network.scrollTo(0, 0)")
        self.forget_messages()

    # ---- Training.

    def hurry(self) -> None:
        """Let runs go as fast as they can."""
        self.find("speed").fill("6")

    def train_to_the_end(self) -> float:
        """Train until the run is done, and return the test accuracy that is shown."""
        super().train_to_the_end()
        return self.accuracy()

    def step(self) -> None:
        self.news(lambda: self.click("step"), r"^Step: epoch ")
        self.wait("ready")

    # ---- The unit square.

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where on the screen a point of the unit square is."""
        box = self.find("plane").bounding_box()
        assert box
        return box["x"] + 1 + x * (box["width"] - 2), box["y"] + 1 + (1 - y) * (box["height"] - 2)

    def read(self) -> tuple[float, float, float]:
        """What is said of the place of the cross: x, y and the network's answer."""
        found = re.fullmatch(r"x (\d\.\d\d), y (\d\.\d\d): (-?\d+\.\d\d)", self.text("probe"))
        assert found, self.text("probe")
        x, y, answer = map(float, found.groups())
        return x, y, answer

    def answer_at(self, x: float, y: float) -> float:
        """Point at a place, and return what the network answers there."""
        self.page.mouse.move(*self.place(x, y))
        there_x, there_y, answer = self.read()
        assert abs(there_x - x) <= 0.01 and abs(there_y - y) <= 0.01
        return answer

    def click_at(self, x: float, y: float) -> None:
        self.page.mouse.click(*self.place(x, y))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag with the mouse from a place of the square to another."""
        self.page.mouse.move(*self.place(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.place(*end), steps=4)
        self.page.mouse.up()

    def open_table(self, text: str, name: str = "mine.csv") -> str:
        """Choose a table, and return what is said of it."""
        files = {name: text.encode()}
        return self.news(lambda: self.choose("tableFile", files), "^Opened")

    def brush(self, value: str) -> None:
        """Choose what a click does: "1" and "0" add a point, of orange and blue; "move", "remove"
        and "look" do what they say."""
        self.find("brush").locator(f"[value='{value}']").check()

    def dots(self, name: str) -> int:
        """How many points of a kind, such as "added1" or "test0", are drawn."""
        return self.find(name).evaluate(
            "group => (group.firstElementChild.getAttribute('d') ?? '').split('M').length - 1"
        )

    def paints(self) -> int:
        """How often the heat map has been painted."""
        return int(self.find("surface").evaluate("surface => surface.dataset.paints"))

    # ---- The network.

    def input(self, name: str) -> Locator:
        return self.page.locator(f"[data-feature='{name}']")

    def point_at_link(self, layer: int, source: int, unit: int) -> None:
        """Go to a weight with the keyboard."""
        shape = [int(width) for width in self.shape().split("-")]
        self.find("links").focus()
        for _ in range(sum(shape)):
            self.page.keyboard.press("ArrowLeft")
        for _ in range(layer):
            self.page.keyboard.press("ArrowRight")
        self.page.keyboard.press("ArrowLeft" if layer == 0 else "ArrowUp")
        for _ in range(source * shape[layer + 1] + unit):
            self.page.keyboard.press("ArrowDown")

    def shape(self) -> str:
        """The widths of the network, from a weights file."""
        saved = self.save()
        units = [layer["config"]["units"] for layer in saved["layers"]]
        widths = [*saved["inputs"]["shape"], *units]
        return "-".join(map(str, widths))

    def weights(self) -> list[object]:
        return self.save()["weights"]

    def unit(self, layer: int, unit: int) -> tuple[float, float]:
        """Where on the screen the middle of a neuron is; the drawing's frames know."""
        corner = self.page.evaluate(
            """([layer, unit]) => {
              const d = document.getElementById("points-frames").getAttribute("d");
              const corners = [...d.matchAll(/M(\\d+) (\\d+)/g)].map(([, x, y]) => [+x, +y]);
              const columns = [...new Set(corners.map(([x]) => x))];
              const found = corners.filter(([x]) => x === columns[layer + 1])[unit];
              const box = document.getElementById("points-links").getBoundingClientRect();
              return [box.left + found[0] + 13, box.top + found[1] + 13];
            }""",
            [layer, unit],
        )
        return corner[0], corner[1]

    # ---- The address.

    def link(self) -> dict[str, str]:
        """The settings in the page's address."""
        lab, _, query = self.page.evaluate("location.hash").removeprefix("#").partition("?")
        assert lab == "points"
        return dict(parse_qsl(query, keep_blank_values=True))

    def expect_text(self, name: str, pattern: str) -> None:
        expect(self.find(name)).to_have_text(re.compile(pattern))
