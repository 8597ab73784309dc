"""What a visitor does in the Curve lab and reads from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.browser.small_lab import SmallLab


class CurveLab(SmallLab):
    """The page in one tab, with the Curve lab open."""

    name = "curve"

    def preset(self, name: str) -> None:
        self.page.locator(f"[data-lab={self.name}] [data-preset='{name}']").click()

    def tidy(self) -> None:
        self.at_rest()
        self.preset("Sine")
        self.click("reset")
        self.find("speed").fill("6")
        self.forget_messages()

    # ---- The plot.

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where on the screen a place in the plot is, given in shares of its sides."""
        box = self.find("plot").bounding_box()
        assert box
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def stroke(self, curve: Callable[[float], float], start: float = 0.02, stop: float = 0.72):
        """Draw a function from -1 to 1, of the share of the plot's width, with the mouse."""
        mouse = self.page.mouse
        places = np.linspace(start, stop, 100)
        points = [self.point(x, 0.5 - curve(x) / 2) for x in places.tolist()]
        mouse.move(*points[0])
        mouse.down()
        for place in points[1:]:
            mouse.move(*place)
        mouse.up()

    def path(self, name: str) -> np.ndarray:
        """The (n, 2) points of a path in the plot."""
        text = self.find(name).get_attribute("d") or ""
        pairs = text.replace("M", " L").split("L")
        return np.array([[float(n) for n in pair.split()] for pair in pairs if pair.strip()])

    def told(self) -> str:
        """What the plot shows, in words."""
        return self.find("plot").get_attribute("aria-label") or ""

    def off_by(self) -> tuple[float, float, float]:
        """How far the network, a straight line and the same as last are off."""
        network, line, last = (
            float(self.text(name).replace(",", "")) for name in ("networkOff", "lineOff", "lastOff")
        )
        return network, line, last
