"""Numbers from 0 to 1 as colours, from one class's to the other's."""

from __future__ import annotations

import numpy as np

_LEVELS = 256


class Shades:
    """A colour for each of 256 levels: looking one up is far cheaper than mixing it.

    Args:
        colours: three or more as "#rrggbb", evenly spaced from 0 to 1.
        unknown: the colour of what is not a number.
    """

    def __init__(self, colours: list[str], unknown: str) -> None:
        stops = np.array([_channels(colour) for colour in colours], dtype=np.float64)
        at = np.linspace(0, _LEVELS - 1, len(stops))
        levels = np.arange(_LEVELS)
        rgba = np.full((_LEVELS, 4), 255, dtype=np.uint8)
        for channel in range(3):
            rgba[:, channel] = np.interp(levels, at, stops[:, channel]).round()
        self._table = rgba.view(np.uint32)[:, 0]
        self._unknown = np.array([*_channels(unknown), 255], dtype=np.uint8).view(np.uint32)[0]

    def of(self, values: np.ndarray) -> np.ndarray:
        """Return colours, uint32 of ``values``'s shape: the bytes red, green, blue and alpha.

        Values below 0 and above 1 are shown as those.
        """
        known = np.isfinite(values)
        levels = np.clip(np.where(known, values, 0), 0, 1) * (_LEVELS - 1)
        colours = self._table.take((levels + 0.5).astype(np.uint8))
        if not known.all():
            colours[~known] = self._unknown
        return np.asarray(colours)


def matrix_shares(counts: np.ndarray) -> np.ndarray:
    """Return how strongly each cell of a confusion matrix is shaded, from 0 to 1.

    Errors are measured by the largest of them, however few there are: it stands out, and the root
    leaves a rare one to be seen too. Right answers are shares of their row.

    >>> matrix_shares(np.array([[96, 4], [1, 99]])).tolist()
    [[0.96, 1.0], [0.5, 0.99]]
    """
    right = np.eye(len(counts), dtype=bool)
    largest = counts[~right].max(initial=0) or 1
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.where(right, shares, np.sqrt(counts / largest))


def levels(outputs: np.ndarray, activation: str) -> np.ndarray:
    """Return a unit's outputs between 0 and 1, as :class:`Shades` shows them.

    Where an activation has bounds, they are 0 and 1; where it has none, a half stands for 0 and the
    largest output, up or down, reaches 0 or 1.

    Args:
        outputs: of one unit.
        activation: the name of the unit's.
    """
    if activation in ("sigmoid", "softmax"):
        return outputs
    if activation == "tanh":
        return (outputs + 1) / 2
    largest = np.abs(outputs).max()
    if not np.isfinite(largest):
        return outputs * np.nan
    return outputs / (2 * largest) + 0.5 if largest > 0 else np.full_like(outputs, 0.5)


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


class ClassShades:
    """The colour of the most likely of several classes, the fuller the surer.

    Args:
        colours: of the classes, as "#rrggbb".
        neutral: where all classes are equally likely.
        unknown: the colour of what is not a number.
    """

    def __init__(self, colours: list[str], neutral: str, unknown: str) -> None:
        self._shades = [Shades([neutral, colour], unknown) for colour in colours]

    def of(self, outputs: np.ndarray) -> np.ndarray:
        """Return (n,) colours, as :meth:`Shades.of` does, for (n, classes) outputs."""
        classes = outputs.shape[1]
        positive = np.maximum(outputs, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = positive.max(axis=1) / positive.sum(axis=1)
        sure = np.where(positive.any(axis=1), (share * classes - 1) / (classes - 1), 0)
        # Where one class only just wins, its colour is to be seen too.
        sure = np.where(np.isfinite(outputs).all(axis=1), 0.2 + 0.8 * sure, np.nan)
        best = outputs.argmax(axis=1)
        colours = np.empty(len(outputs), np.uint32)
        for label, shades in enumerate(self._shades):
            members = best == label
            colours[members] = shades.of(sure[members])
        return colours
