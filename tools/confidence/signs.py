"""Signs as strokes: digits, letters and shapes as drawn by hand, differently each time.

A stroke is a row of points on a grid of 10 x 10, each two figures, right and down; with ``~``
before it the points lie on a curve. Strokes are parted by ``|``.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

DIGITS = {
    "0": ("~50 20 05 29 59 87 93 70 40", "~40 15 29 69 85 61 40"),
    "1": ("50 59", "23 50 59", "23 50 59|29 89", "60 39"),
    "2": ("~13 30 60 82 55 09|09 89", "~14 20 60 73 46 18 06 27 89", "~12 40 81 74 29|29 99"),
    "3": (
        "~11 40 82 54 34|~54 86 69 39 08",
        "11 81 45|~45 86 69 29 08",
        "~10 60 73 35|~35 77 59 18",
    ),
    "4": ("20 15 85|60 69", "60 06 96|60 69", "10 04 64|74 70 79", "70 05 95|63 69"),
    "5": ("80 20 14|~14 54 86 69 39 08", "20 14|~14 64 87 59 18|20 80", "~80 20 24 65 78 49 08"),
    "6": ("~60 23 07 39 77 65 25 07", "~70 30 05 19 59 86 65 24 06", "~40 13 06 29 68 56 26 08"),
    "7": ("00 80 39", "00 80 39|15 75", "02 00 80 39", "~00 50 80 55 39"),
    "8": ("~81 40 11 43 86 59 18 16 53 82 60", "~50 22 54 77 49 17 44 72 50"),
    "9": ("~82 40 12 35 73 82|82 69", "~71 30 03 35 74 71 68 49 18", "~80 30 12 44 82 80|80 89"),
}
"""How digits are drawn, each in some ways."""

LETTERS = {
    "A": ("09 40 89|25 65", "~09 23 40 63 89|16 76"),
    "C": ("~82 50 13 06 39 87", "~71 30 04 29 69"),
    "E": ("80 00 09 89|05 65", "~81 40 12 44|~44 06 39 88"),
    "F": ("80 10 19|15 65", "00 90|20 29|25 75"),
    "H": ("00 09|80 89|05 85", "10 09|70 79|04 84"),
    "J": ("~70 76 49 07", "20 90|~60 67 39 08"),
    "K": ("00 09|80 05 89", "10 19|~70 35 14|~24 56 89"),
    "L": ("00 09 79", "~20 15 09 59 88"),
    "M": ("09 10 46 80 99", "09 00 45 90 99"),
    "N": ("09 00 89 80", "09 10 79 80"),
    "P": ("09 00|~00 60 83 55 05", "10 19|~10 70 72 45 15"),
    "Q": ("~50 10 05 29 69 95 80 50|66 99", "~40 03 27 68 83 40|56 89"),
    "R": ("09 00|~00 70 83 55 05|35 89", "19 10|~10 70 73 45|45 79"),
    "T": ("00 90|40 49", "10 80|50 49"),
    "U": ("~00 06 39 76 80", "00 06|~06 39 76|80 79"),
    "V": ("00 49 90", "10 39 80"),
    "W": ("00 29 42 69 90", "~00 28 43 68 90"),
    "X": ("00 89|80 09", "10 79|90 19"),
    "Y": ("00 44 80|44 49", "~00 13 44 73 80|80 69"),
    "a": ("~82 40 05 28 67 82|~82 78 99", "~72 30 05 38 75|72 79"),
    "d": ("~74 34 06 29 67 74|70 79", "~64 24 07 39 66|70 68 89"),
    "e": ("04 74|~74 50 03 08 49 88", "~05 55 72 30 05 29 78"),
    "f": ("~80 40 34 39|14 74", "~71 50 33 39|14 64"),
    "h": ("00 09|~06 33 74 79", "10 19|~16 44 75 79 99"),
    "k": ("00 09|63 06 79", "~10 19|64 17 79"),
    "m": ("03 09|~05 23 44 49|~45 63 84 89", "13 09|~05 33 49|~46 74 79"),
    "n": ("03 09|~05 33 74 79", "~03 14 09|~05 43 75 79"),
    "p": ("03 09|~03 43 65 46 06", "12 19|~13 63 65 57 17"),
    "r": ("02 09|~05 22 62", "~12 19|~16 33 72"),
    "t": ("~30 37 59 78|03 73", "40 49|13 73"),
    "u": ("~02 06 38 76|82 89", "~12 16 49 76 82|82 99"),
    "w": ("02 28 44 68 82", "~02 17 48 45|~45 78 83"),
    "x": ("02 79|72 09", "~02 33 58 79|72 09"),
    "y": ("02 46|82 29", "~02 16 56 82|~82 69 29"),
}
"""Letters that do not look like digits: not b, g, q, D, G, I, O, S, Z and the like."""

SHAPES = {
    "square": ("00 90 99 09 00", "10 91 89 09 10"),
    "triangle": ("40 99 09 40", "09 50 89 09"),
    "cross": ("00 99|90 09",),
    "plus": ("40 49|05 95", "50 59|04 94"),
    "star": ("09 40 89 03 93 09", "40 52 93 65 79 47 19 25 03 32 40"),
    "heart": ("~49 05 01 20 43 70 91 85 49",),
    "arrow": ("05 95|62 95 68", "40 49|13 40 73"),
    "house": ("09 04 50 94 99 09|04 94",),
    "spiral": ("~55 44 36 58 76 63 31 13 18 59 96 82 50",),
    "wave": ("~05 22 45 67 85 98", "~03 25 41 65 81 94"),
    "zigzag": ("09 20 39 50 79 90", "02 27 42 67 82"),
    "tick": ("05 39 90", "16 38 91"),
    "face": (
        "~50 10 05 19 59 95 80 50|33 34|63 64|~27 48 67",
        "~40 03 28 78 93 40|33 33|53 53|37 67",
    ),
    "rings": ("~50 10 05 19 59 95 80 50|~53 34 47 65 53",),
    "moon": ("~70 20 05 29 79|~79 46 43 70",),
    "diamond": ("40 95 49 05 40",),
    "hash": ("20 29|60 69|03 93|06 96",),
    "equals": ("03 93|06 96",),
    "percent": ("90 09|~10 02 23 31 10|~67 58 79 87 67",),
    "and": ("~99 42 20 41 05 18 59 86",),
    "question": ("~12 40 82 54 46|48 49",),
    "flower": ("~40 32 04 35 49 65 84 62 40|~43 34 45 54 43",),
    "tree": ("49 46|~46 05 20 70 95 46",),
    "umbrella": ("05 95|~05 20 70 95|~55 58 39 37",),
    "infinity": ("~45 12 05 18 45 72 95 78 45",),
    "parallel": ("00 09|80 89", "10 09|50 49|90 89"),
    "stick man": ("~40 32 53 40|43 47|14 74|47 19|47 79",),
    "cube": ("03 63 69 09 03|03 30 90 63|90 96 69",),
    "fish": ("~05 32 75 98|~05 38 75 92|92 98",),
    "bolt": ("60 15 55 29",),
}
"""Drawings that are no digits."""


def points_of(way: str, rng: np.random.Generator, unrest: float = 0.5) -> list[np.ndarray]:
    """Return the strokes of a sign as rows of points, (n, 2), moved, turned and stretched a little.

    Args:
        way: strokes as text.
        rng: where chance comes from.
        unrest: how far points are moved, on the grid of 10.
    """
    strokes = []
    for text in way.split("|"):
        curved = text.startswith("~")
        points = np.array(
            [[int(pair[0]), int(pair[1])] for pair in text.lstrip("~").split()], np.float64
        )
        points += rng.normal(0, unrest, points.shape)
        strokes.append(_curve(points) if curved and len(points) > 2 else points)
    turn = rng.normal(0, 0.1)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ np.array([[1, rng.normal(-0.1, 0.15)], [0, 1]])
    matrix = matrix @ np.diag(np.exp(rng.normal(0, (0.2, 0.08))))
    return [(stroke - 4.5) @ matrix.T for stroke in strokes]


def scribble(rng: np.random.Generator) -> list[np.ndarray]:
    """Return some strokes without a meaning."""
    strokes = []
    for _ in range(rng.integers(1, 4)):
        points = rng.uniform(-4.5, 4.5, (rng.integers(2, 8), 2))
        strokes.append(_curve(points) if rng.random() < 0.7 and len(points) > 2 else points)
    return strokes


def _curve(points: np.ndarray) -> np.ndarray:
    """Points close together on a Catmull-Rom curve through some."""
    before = np.vstack([2 * points[0] - points[1], points[:-1]])[:-1]
    start, end = points[:-1], points[1:]
    after = np.vstack([points[2:], 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, 9)[:-1, np.newaxis, np.newaxis]
    curve = 2 * start + (end - before) * t
    curve = curve + (2 * before - 5 * start + 4 * end - after) * t**2
    curve = curve + (3 * start - before - 3 * end + after) * t**3
    return np.vstack([(curve / 2).transpose(1, 0, 2).reshape(-1, 2), points[-1]])


def drawn(strokes: list[np.ndarray], size: int, pen: float) -> np.ndarray:
    """Return strokes drawn with a round pen, (height, width) uint8, 255 for ink, without a margin.

    Args:
        strokes: rows of points, (n, 2).
        size: pixels of the longer side.
        pen: its width, as a share of the longer side.
    """
    every = np.vstack(strokes)
    low, high = every.min(axis=0), every.max(axis=0)
    width = max(1.0, pen * size)
    scale = (size - width) / max(float((high - low).max()), 1e-6)
    sheet = Image.new("L", (size, size))
    draw = ImageDraw.Draw(sheet)
    for stroke in strokes:
        points = [tuple(p) for p in ((stroke - low) * scale + width / 2).tolist()]
        draw.line(points, fill=255, width=round(width), joint="curve")
        for x, y in points:
            reach = width / 2
            draw.ellipse([x - reach, y - reach, x + reach, y + reach], fill=255)
    image = np.asarray(sheet)
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
