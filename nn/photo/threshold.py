"""Where ink begins: the darkness that parts it from paper, noise and faint rulings."""

from __future__ import annotations

import numpy as np

_BINS = 128
_FAINTEST = 0.09
"""Darkness below which nothing is ink, however even the paper is."""

_NOISE = 5.0
"""Ink is darker than so many standard deviations of the paper's noise."""

_ALIKE = 1e-4
"""Darknesses that differ by less are those of one ink."""


def ink_threshold(dark: np.ndarray) -> float | None:
    """Return the darkness from which a pixel is ink, or None if there is no ink.

    What stands out of the noise is parted in two by Otsu's threshold [1]: ink from what is fainter,
    such as rulings, or else the middle of strokes from their blurred edges.

    Args:
        dark: (height, width), 0 for paper and up to 1, as :func:`nn.photo.paper.darkness` gives it.

    [1] N. Otsu, A threshold selection method from gray-level histograms, 1979.

    Example:
        >>> page = np.zeros((50, 50))
        >>> page[10:40, 10], page[10:40, 20] = 0.2, 0.8
        >>> 0.2 < ink_threshold(page) < 0.8
        True
        >>> ink_threshold(np.zeros((50, 50)))
    """
    # The median of what is brighter than paper is not moved by ink; 0.6745 of a normal
    # distribution's standard deviation holds half of it.
    bright_side = dark[dark < 0]
    noise = float(np.median(-bright_side)) / 0.6745 if bright_side.size else 0.0
    floor = max(_FAINTEST, _NOISE * noise)
    candidates = dark[dark > floor]
    if candidates.size < 4:
        return None
    if np.ptp(candidates) < _ALIKE:
        return floor  # all is ink: there is nothing to part it from
    return max(floor, _otsu(candidates))


def _otsu(values: np.ndarray) -> float:
    counts, edges = np.histogram(values, _BINS)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = sums / below - (sums[-1] - sums) / above
    between = np.nan_to_num(below * above * gap**2, nan=0.0)
    # All the thresholds in an empty stretch are as good: its middle parts best.
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float((edges[1:][best[0]] + edges[1:][best[-1]]) / 2)
