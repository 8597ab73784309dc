"""Colours and what people call them: a data set made by rules, no file needed."""

from __future__ import annotations

import numpy as np

from nn.data.dataset import Dataset
from nn.data.oklab import lightness_chroma_hue, oklab

CHANNELS = ("r", "g", "b")
"""The names of the inputs."""

NAMES = (
    "red-ish",
    "green-ish",
    "blue-ish",
    "orange-ish",
    "yellow-ish",
    "pink-ish",
    "purple-ish",
    "brown-ish",
    "grey-ish",
)
"""The name of each class."""

_RED, _GREEN, _BLUE, _ORANGE, _YELLOW, _PINK, _PURPLE, _BROWN, _GREY = range(len(NAMES))

DISAGREEMENT = 0.005
"""Standard deviation, in each coordinate of OKLab, by which a namer mistakes a colour.

A quarter of 0.02, the just noticeable difference that CSS Color 4 assumes ("CSS gamut mapping").
"""

_DRAWN_AT_ONCE = 4096


def name_of(rgb: np.ndarray) -> np.ndarray:
    """Return which of :data:`NAMES` people call each colour.

    Of the rows of this table, the first that holds decides. L, C and h are the lightness, chroma
    and hue (degrees) of OKLCH, where hues above 270 count as negative, so that pink and red are
    neighbours:

    ==========  ========================================
    grey-ish    C < 0.04 or L < 0.15
    blue-ish    h ≥ 185 or h < -68
    green-ish   h ≥ 115, or h ≥ 100 and L < 0.7 (olives)
    yellow-ish  h ≥ 88 and L ≥ 0.7
    orange-ish  h ≥ 35 and h < 88 and L + 2 C ≥ 0.95
    brown-ish   h ≥ 35
    purple-ish  h < 10 and L < 0.45 - 0.0075 h
    pink-ish    L > 0.5 + 0.007 h
    brown-ish   C < 0.13
    red-ish     whatever is left
    ==========  ========================================

    The figures were chosen to agree with the names of CSS colours and with colours named by hand.

    Args:
        rgb: (n, 3) sRGB colours, each channel from 0 to 255.

    Returns:
        (n,) uint8 labels, positions in :data:`NAMES`.

    Raises:
        ValueError: ``rgb`` has another shape.
    """
    rgb = np.asarray(rgb)
    if rgb.ndim != 2 or rgb.shape[1] != 3:
        raise ValueError(f"colours must have the shape (n, 3), not {rgb.shape}")
    return _name_of_lab(oklab(rgb))


def _name_of_lab(lab: np.ndarray) -> np.ndarray:
    lightness, chroma, hue = lightness_chroma_hue(lab)
    hue = np.where(hue > 270, hue - 360, hue)
    dark = lightness < 0.7
    rules = [
        ((chroma < 0.04) | (lightness < 0.15), _GREY),
        ((hue >= 185) | (hue < -68), _BLUE),
        ((hue >= 115) | ((hue >= 100) & dark), _GREEN),
        ((hue >= 88) & ~dark, _YELLOW),
        ((hue >= 35) & (hue < 88) & (lightness + 2 * chroma >= 0.95), _ORANGE),
        (hue >= 35, _BROWN),
        ((hue < 10) & (lightness < 0.45 - 0.0075 * hue), _PURPLE),
        (lightness > 0.5 + 0.007 * hue, _PINK),
        (chroma < 0.13, _BROWN),
    ]
    conditions, labels = zip(*rules, strict=True)
    named: np.ndarray = np.select(conditions, labels, default=_RED)
    return named.astype(np.uint8)


def labelled_colours(count: int, rng: np.random.Generator) -> Dataset:
    """Return random colours with their names, about equally many of each name.

    Colours are drawn evenly from all that a screen shows. Each is named as :func:`name_of` would
    name it after a small random step (:data:`DISAGREEMENT`), so colours near a boundary carry
    either name, as they do when people name them.

    Args:
        count: how many, at least one a name; a name's share is ``count / 9``, give or take one.
        rng: draws them; the same seed gives the same colours.

    Returns:
        inputs (count, 3) uint8, red, green and blue; targets (count,) uint8; 9 classes.

    Raises:
        ValueError: ``count`` is below 9.
    """
    classes = len(NAMES)
    if count < classes:
        raise ValueError(f"expected at least {classes} colours, one a name; got {count}")
    missing = [count // classes + (label < count % classes) for label in range(classes)]
    colours: list[np.ndarray] = []
    labels: list[np.ndarray] = []
    while any(missing):
        drawn = rng.integers(0, 256, (_DRAWN_AT_ONCE, 3), dtype=np.uint8)
        names = _name_of_lab(oklab(drawn) + rng.normal(0, DISAGREEMENT, drawn.shape))
        for label in range(classes):
            chosen = np.flatnonzero(names == label)[: missing[label]]
            missing[label] -= len(chosen)
            colours.append(drawn[chosen])
            labels.append(names[chosen])
    order = rng.permutation(count)
    return Dataset(np.concatenate(colours)[order], np.concatenate(labels)[order], classes)
