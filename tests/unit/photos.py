"""Photos of digits on paper, made by code."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def arc(x, y, width, height, start, end):
    """Points of an ellipse around (x, y), from one angle to another, clockwise from the right."""
    angles = [math.radians(start + (end - start) * i / 24) for i in range(25)]
    return [(x + width / 2 * math.cos(a), y + height / 2 * math.sin(a)) for a in angles]


STROKES = {
    0: [arc(0.5, 0.5, 0.62, 1, -90, 275)],
    1: [[(0.55, 0), (0.45, 1)]],
    2: [[*arc(0.5, 0.28, 0.56, 0.56, -165, 45), (0.2, 0.97)], [(0.2, 0.97), (0.82, 0.94)]],
    3: [[*arc(0.45, 0.24, 0.5, 0.48, -150, 90), *arc(0.47, 0.73, 0.6, 0.52, -80, 150)]],
    4: [[(0.25, 0), (0.15, 0.5), (0.8, 0.47)], [(0.75, 0), (0.68, 1)]],
    5: [[(0.3, 0.03), (0.27, 0.42), *arc(0.42, 0.7, 0.62, 0.6, -70, 150)], [(0.3, 0.03), (0.8, 0)]],
    6: [[(0.65, 0), (0.35, 0.35), *arc(0.45, 0.72, 0.5, 0.55, -170, 190)]],
    7: [[(0.2, 0.05), (0.8, 0.03), (0.45, 1)]],
    8: [arc(0.5, 0.25, 0.5, 0.5, 90, 450), arc(0.5, 0.74, 0.6, 0.52, -90, 270)],
    9: [arc(0.5, 0.28, 0.5, 0.54, 0, 360), [(0.75, 0.28), (0.7, 0.6), (0.5, 1)]],
}
FACE = [arc(0.5, 0.5, 1, 1, 0, 360), arc(0.33, 0.4, 0.06, 0.06, 0, 360)]
FACE += [arc(0.66, 0.4, 0.06, 0.06, 0, 360), arc(0.5, 0.6, 0.5, 0.4, 20, 160)]


def ink(strokes, size=(600, 800), left=240, top=300, height=200, pen=14, turn=0) -> np.ndarray:
    """Strokes as (height, width) numbers from 0 for paper to 1 for ink."""
    sheet = Image.new("L", size)
    draw = ImageDraw.Draw(sheet)
    for stroke in strokes:
        points = [(left + height * x, top + height * y) for x, y in stroke]
        draw.line(points, fill=255, width=pen, joint="curve")
        for x, y in points:
            draw.ellipse([x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2], fill=255)
    middle = (left + height / 2, top + height / 2)
    sheet = sheet.rotate(turn, Image.Resampling.BICUBIC, center=middle)
    return np.asarray(sheet, np.float64) / 255


def photo(drawn: np.ndarray, kind: str = "even", seed: int = 0) -> np.ndarray:
    """What a camera makes of ink on paper of some kind: (height, width, 3) uint8."""
    rng = np.random.default_rng(seed)
    height, width = drawn.shape
    down, across = np.mgrid[:height, :width]
    paper = np.full((height, width, 3), (0.93, 0.91, 0.86))
    if kind in ("lined", "squared"):
        paper[(down + 0.01 * across) % 30 < 2] = (0.6, 0.67, 0.78)
    if kind == "squared":
        paper[across % 30 < 2] = (0.6, 0.67, 0.78)
    if kind == "box":
        edge = np.minimum.reduce([down, across, height - 1 - down, width - 1 - across])
        paper[(edge > 20) & (edge < 26)] = 0.1
    colour = (0.2, 0.28, 0.65) if kind == "blue" else (0.12, 0.12, 0.13)
    view = paper * (1 - drawn[..., np.newaxis]) + drawn[..., np.newaxis] * np.array(colour)
    if kind == "table":
        view[:, :70] = view[-50:] = (0.25, 0.17, 0.12)
    if kind == "gradient":
        view *= (1 - 0.7 * across / width)[..., np.newaxis]
    if kind == "shadow":
        view *= (1 - 0.45 / (1 + np.exp((across + down / 3 - width / 2) / 15)))[..., np.newaxis]
    if kind == "dim":
        view *= 0.45
    if kind == "blackboard":
        view = 0.95 - view
    pixels = Image.fromarray(np.uint8(255 * np.clip(view, 0, 1)))
    blurred = pixels.filter(ImageFilter.GaussianBlur(3 if kind == "blurred" else 0.8))
    noise = rng.normal(0, 12 if kind == "dim" else 3, (height, width, 1))
    return np.uint8(np.clip(np.asarray(blurred) + noise, 0, 255))


KINDS = (
    *("even", "lined", "squared", "box", "blue", "table"),
    *("gradient", "shadow", "dim", "blackboard", "blurred"),
)
