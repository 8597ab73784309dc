"""Pictures as networks get them, of digits and of other signs: what a judge learns from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nn import drawing
from nn.data.dataset import Dataset
from tools.confidence import signs

_SIZE = 100  # pixels of a drawing's longer side

_MIRRORED = (3, 4, 6, 7, 9)
"""Digits that are none in a mirror: a 2 may become a 5, and others stay what they are."""

FONT_LETTERS = "ACEFHJKLMNPQRTUVWXYadefhkmnprtuvwxy@#%&?+=*"


def printed(text: str, rng: np.random.Generator) -> np.ndarray:
    """Return text in Pillow's own font, (height, width) uint8, 255 for ink, without a margin."""
    font = ImageFont.load_default(80)
    sheet = Image.new("L", (80 * len(text) + 60, 160))
    ImageDraw.Draw(sheet).text((30, 20), text, 255, font, stroke_width=int(rng.integers(0, 4)))
    sheet = sheet.rotate(float(rng.normal(0, 6)), Image.Resampling.BICUBIC)
    return trimmed(np.asarray(sheet))


def trimmed(ink: np.ndarray) -> np.ndarray:
    """Return a drawing without the empty rows and columns around it."""
    rows, columns = (np.flatnonzero((ink > 60).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def handwritten(picture: np.ndarray, size: int = _SIZE) -> np.ndarray:
    """Return a digit of MNIST larger, (height, width) uint8, 255 for ink, without a margin."""
    large = Image.fromarray(picture.reshape(28, 28)).resize((2 * size, 2 * size), 3)
    return trimmed(np.where(np.asarray(large) > 127, np.uint8(255), np.uint8(0)))


def sign(ways: Sequence[str], rng: np.random.Generator) -> np.ndarray:
    """Return one of some signs, drawn by hand."""
    strokes = signs.points_of(ways[int(rng.integers(len(ways)))], rng)
    return signs.drawn(strokes, _SIZE, rng.uniform(0.04, 0.15))


def beside(first: np.ndarray, second: np.ndarray, overlap: int) -> np.ndarray:
    """Return two drawings side by side, as one that overlaps by so many pixels."""
    height = max(len(first), len(second))
    width = first.shape[1] + second.shape[1] - overlap
    both = np.zeros((height, width), np.uint8)
    below = (height - len(first)) // 2
    both[below : below + len(first), : first.shape[1]] = first
    below = (height - len(second)) // 2
    place = both[below : below + len(second), first.shape[1] - overlap :]
    np.maximum(place, second, out=place)
    return both


def stain(rng: np.random.Generator) -> np.ndarray:
    """Return a filled spot of ink."""
    angles = np.linspace(0, 2 * np.pi, 40)
    waves = sum(rng.normal(0, 0.12) * np.cos(n * angles + rng.uniform(0, 6)) for n in range(1, 5))
    reach = np.maximum(0.2, 1 + waves)
    across = rng.uniform(0.4, 1.6)
    points = np.stack([reach * np.cos(angles) * across, reach * np.sin(angles)], 1)
    sheet = Image.new("L", (200, 200))
    ImageDraw.Draw(sheet).polygon([tuple(p) for p in (100 + 28 * points).tolist()], fill=255)
    return trimmed(np.asarray(sheet))


def judged(
    data: Dataset, each: int, ways: Sequence[str], letters: str, rng: np.random.Generator
) -> Dataset:
    """Return pictures of digits, class 1, and of other signs, class 0, in a random order.

    Args:
        data: digits of MNIST.
        each: how many pictures of either class, about.
        ways: other signs, as strokes.
        letters: other signs, that are printed.
        rng: where chance comes from.
    """
    digit_ways = [way for some in signs.DIGITS.values() for way in some]
    flat = data.inputs.reshape(len(data), 28, 28)

    def some() -> int:
        return int(rng.integers(len(data)))

    def mirrored() -> np.ndarray:
        while int(data.targets[index := some()]) not in _MIRRORED:
            pass
        return handwritten(flat[index][:, ::-1])

    def pair() -> np.ndarray:
        first, second = handwritten(flat[some()]), handwritten(flat[some()])
        most = min(first.shape[1], second.shape[1])
        return beside(first, second, int(rng.integers(0, max(2, most // 4))))

    def mixed() -> np.ndarray:
        several = [signs.points_of(ways[int(rng.integers(len(ways)))], rng) for _ in range(2)]
        strokes = [part[rng.integers(len(part))] for part in several]
        return signs.drawn(strokes, _SIZE, rng.uniform(0.04, 0.12))

    def scribble() -> np.ndarray:
        return signs.drawn(signs.scribble(rng), _SIZE, rng.uniform(0.03, 0.12))

    sources: list[tuple[float, int, Callable[[], np.ndarray]]] = [
        (0.3, 1, lambda: handwritten(flat[some()])),
        (0.25, 1, lambda: sign(digit_ways, rng)),
        (0.05, 1, lambda: printed(str(rng.integers(10)), rng)),
        (0.5, 0, lambda: sign(ways, rng)),
        (0.1, 0, mixed),
        (0.12, 0, lambda: printed(letters[int(rng.integers(len(letters)))], rng)),
        (0.08, 0, scribble),
        (0.1, 0, pair),
        (0.06, 0, mirrored),
        (0.04, 0, lambda: stain(rng)),
    ]
    pictures, labels = [], []
    for share, label, make in sources:
        for _ in range(round(share * each)):
            picture = drawing.prepare(make())
            if picture is not None:
                pictures.append(picture)
                labels.append(label)
    # The rest of the digits are as the data set has them.
    as_they_are = flat[rng.choice(len(data), round(0.4 * each), replace=False)]
    inputs = np.concatenate([np.stack(pictures), as_they_are])[..., np.newaxis]
    targets = np.array(labels + [1] * len(as_they_are), np.uint8)
    order = rng.permutation(len(inputs))
    return Dataset(inputs[order], targets[order], 2, ("no digit", "digit"))
