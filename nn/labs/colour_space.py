"""A plane through the colours of a screen, and which colours stand for names of them."""

from __future__ import annotations

import numpy as np

from nn.data import Dataset

TYPICAL = {
    "red-ish": (214, 30, 40),
    "green-ish": (50, 160, 60),
    "blue-ish": (40, 95, 220),
    "orange-ish": (255, 140, 30),
    "yellow-ish": (250, 225, 70),
    "pink-ish": (255, 130, 190),
    "purple-ish": (105, 30, 130),
    "brown-ish": (120, 75, 40),
    "grey-ish": (140, 140, 140),
}
"""A colour that is plainly one of its name."""


def plane(saturation: float, width: int, height: int) -> np.ndarray:
    """Return (height · width, 3) uint8 colours, row by row.

    The hue goes once round from left, red, to right; the lightness falls from almost white at the
    top to almost black at the bottom.

    Args:
        saturation: of all colours, 0 to 1, in the sense of HSL.
        width, height: how many colours there are across and down.

    Source: CSS Color Module Level 4, section 7, "HSL colors", whose formula for a channel is
    ``L - a · max(-1, min(k - 3, 9 - k, 1))`` with ``a = S · min(L, 1 - L)``.
    """
    hue = (np.arange(width) + 0.5) / width * 12
    lightness = (1 - (np.arange(height) + 0.5) / height)[:, np.newaxis, np.newaxis]
    k = (np.array([0.0, 8.0, 4.0]) + hue[:, np.newaxis]) % 12
    wave = np.clip(np.minimum(k - 3, 9 - k), -1, 1)
    channels = lightness - saturation * np.minimum(lightness, 1 - lightness) * wave
    colours: np.ndarray = np.rint(255 * channels).astype(np.uint8).reshape(-1, 3)
    return colours


def representatives(classes: tuple[str, ...], rows: Dataset, places: list[int]) -> np.ndarray:
    """Return a colour for each class, (classes, 3) uint8.

    It is the typical one for a known name, else the mean of the rows with the class, else one of a
    rainbow.

    Args:
        classes: their names.
        rows: with colours among their inputs; there may be none.
        places: where red, green and blue stand among the inputs.
    """
    colours = plane(0.8, len(classes), 3)[len(classes) : 2 * len(classes)]
    for label, name in enumerate(classes):
        chosen = rows.targets == label
        if name in TYPICAL:
            colours[label] = TYPICAL[name]
        elif chosen.any():
            mean = rows.inputs[chosen].mean(axis=0)[places]
            colours[label] = np.clip(np.rint(mean), 0, 255)
    return colours


def ink_on(colour: np.ndarray) -> str:
    """Return the CSS colour, black or white, of text that stands out more from ``colour``.

    The contrast is at least 4.58, above the 4.5 that WCAG 2.2 asks for at level AA.

    Source: WCAG 2.2, "relative luminance" and "contrast ratio".
    """
    encoded = np.asarray(colour, np.float64) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    luminance = linear @ (0.2126, 0.7152, 0.0722)
    on_black, on_white = (luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05)
    return "#000000" if on_black >= on_white else "#ffffff"
