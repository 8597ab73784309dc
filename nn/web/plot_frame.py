"""Where the values of a series are in a plot, and the paths that join them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WIDTH, HEIGHT = 600.0, 240.0
"""Of the plot, in its own units."""

_MARGIN = 0.15
"""Room above and below, as a share of what the values reach over."""


@dataclass(frozen=True)
class Frame:
    """What of a series can be seen.

    Attributes:
        places: how many values have room, from left to right.
        low, high: the values at the lower and the upper edge.
        left, top, width, height: of the part of the drawing that it takes.
    """

    places: int
    low: float
    high: float
    left: float = 0.0
    top: float = 0.0
    width: float = WIDTH
    height: float = HEIGHT

    @classmethod
    def around(cls, values: np.ndarray, places: int) -> Frame:
        """Return a frame in which (n,) values can be seen, with room above and below.

        >>> frame = Frame.around(np.array([0.0, 10.0]), 5)
        >>> frame.low, frame.high
        (-1.5, 11.5)
        """
        low, high = float(values.min()), float(values.max())
        room = _MARGIN * (high - low)
        return cls(places, low - room, high + room)

    def across(self, place: float) -> float:
        """Return where a place is, from the left."""
        return self.left + self.width * place / max(1, self.places - 1)

    def down(self, values: np.ndarray) -> np.ndarray:
        """Return where values are, from above: those that cannot be seen are at an edge."""
        up = np.clip((values - self.low) / (self.high - self.low), 0, 1)
        return np.asarray(self.top + self.height * (1 - up))

    def path(self, values: np.ndarray, start: int = 0) -> str:
        """Return an SVG path through (n,) values, of which the first is at place ``start``.

        It has a gap where a value is not a number.

        >>> Frame(3, 0.0, 1.0).path(np.array([0.0, 1.0, 0.5]))
        'M0.0 240.0L300.0 0.0L600.0 120.0'
        """
        known = np.isfinite(values)
        step = self.width / max(1, self.places - 1)
        across = self.left + step * (start + np.arange(len(values)))
        down = self.down(np.where(known, values, self.low))
        begins = known & ~np.append(False, known[:-1])
        return "".join(
            f"{'M' if begins_ else 'L'}{x:.1f} {y:.1f}"
            for begins_, x, y in zip(
                begins[known].tolist(), across[known].tolist(), down[known].tolist(), strict=True
            )
        )

    def place_of(self, across: float, down: float) -> tuple[float, float]:
        """Return place and value of a point in the plot, given as shares of its sides."""
        return across * (self.places - 1), self.high - down * (self.high - self.low)
