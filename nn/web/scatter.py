"""Predicted against true numbers, as dots in a square whose diagonal is the truth."""

from __future__ import annotations

import numpy as np

from nn.metrics import r2_score
from nn.web.dom import Parts
from nn.web.figures import readable, shortened

_LEFT, _TOP, _WIDTH, _HEIGHT = 62.0, 8.0, 300.0, 176.0
"""Where the dots are in the drawing, which is 370 by 220."""

_MOST_DOTS = 1_000


class Scatter:
    """The drawing; its axes reach from the lowest to the highest true number."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def show(self, true: np.ndarray, predicted: np.ndarray, name: str) -> float | None:
        """Draw (n, 1) numbers, and return R²; None if a prediction is not a number.

        Args:
            true, predicted: the first thousand of them are drawn.
            name: what they are.
        """
        self._parts.element("scatter").toggleAttribute("hidden", False)
        if not np.isfinite(predicted).all():
            self._parts.element("dots").setAttribute("d", "")
            return None
        low, high = float(true.min()), float(true.max())
        margin = 0.05 * (high - low) or 1.0
        low, high = low - margin, high + margin
        across = _LEFT + _WIDTH * (true[:_MOST_DOTS, 0] - low) / (high - low)
        up = np.clip((predicted[:_MOST_DOTS, 0] - low) / (high - low), 0, 1)
        down = _TOP + _HEIGHT * (1 - up)
        # A line of no length with round ends is a dot, and one path is cheaper than many circles.
        dots = [f"M{x:.1f} {y:.1f}h0" for x, y in zip(across.tolist(), down.tolist(), strict=True)]
        self._parts.element("dots").setAttribute("d", "".join(dots))
        for place, value in (("Low", low + margin), ("High", high - margin)):
            for axis in ("across", "down"):
                self._parts.show(f"{axis}{place}", readable(value, 4))
        self._parts.show("acrossName", f"{shortened(name, 30)}, true")
        self._parts.show("downName", "predicted")
        score = r2_score(true, predicted)
        self._parts.element("scatter").setAttribute(
            "aria-label", f"Predicted against true values of {name}; R² is {score:.3f}"
        )
        return score

    def hide(self) -> None:
        """Show nothing."""
        self._parts.element("scatter").toggleAttribute("hidden", True)
