"""A curve that someone draws: one value for each place across the paper."""

from __future__ import annotations

import numpy as np

from nn.data.series import LEAST, Series

PLACES = 300
"""Across the paper."""

NAME = "drawn"


class DrawnCurve:
    """The paper: what is drawn later takes the place of what was there.

    >>> drawn = DrawnCurve()
    >>> drawn.line(0, 0.0, 50, 1.0)
    >>> drawn.span, drawn.values[25]
    ((0, 51), np.float64(0.5))
    """

    def __init__(self) -> None:
        self._heights = np.full(PLACES, np.nan)

    @classmethod
    def of(cls, values: np.ndarray, place: int) -> DrawnCurve:
        """Return a paper with these heights on it, the first of them at ``place``."""
        paper = cls()
        paper._heights[place : place + len(values)] = values
        return paper

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Draw a straight line.

        Args:
            x0, x1: places from 0 to :data:`PLACES` - 1; what is beyond counts as the end.
            y0, y1: heights from -1 to 1.
        """
        last = PLACES - 1
        if x0 > x1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        first, stop = round(min(max(x0, 0), last)), round(min(max(x1, 0), last))
        places = np.arange(first, stop + 1)
        heights = np.interp(places, [x0, x1], [y0, y1]) if x1 > x0 else np.full(len(places), y1)
        # As exact as a hand: fewer digits are less to keep, and to read in a program.
        self._heights[places] = np.clip(heights, -1, 1).round(3)

    @property
    def span(self) -> tuple[int, int]:
        """The place where it begins, and the one after its end; (0, 0) of an empty paper."""
        drawn = np.flatnonzero(~np.isnan(self._heights))
        return (int(drawn[0]), int(drawn[-1]) + 1) if drawn.size else (0, 0)

    @property
    def values(self) -> np.ndarray:
        """Its heights from beginning to end, with straight lines over what was left out."""
        first, stop = self.span
        heights = self._heights[first:stop]
        drawn = np.flatnonzero(~np.isnan(heights))
        if not drawn.size:
            return heights.copy()
        filled: np.ndarray = np.interp(np.arange(len(heights)), drawn, heights[drawn]).round(3)
        return filled

    def series(self) -> Series:
        """Return it as a series.

        Raises:
            ValueError: it is too short, or flat.
        """
        values = self.values
        if len(values) < LEAST:
            raise ValueError("the curve is too short: draw it from left to right, over most of it")
        return Series(values, NAME)
