"""The digits on a photo, each as the drawing that a network reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from nn import drawing
from nn.photo import filters, paper
from nn.photo.blobs import Blobs, find_blobs, run_lengths
from nn.photo.grouping import Box, digit_groups, whole_drawing, without_frames
from nn.photo.rulings import without_rulings
from nn.photo.scaling import enlarged, reduced
from nn.photo.threshold import ink_threshold

SIDE = 28

_GAP = 0.6
"""Ink so many stroke widths apart is one broken stroke."""


_CUT = 0.25
"""What is smaller, as a share of the photo's longer side, may be a part of a digit cut off."""

_FAINTEST = 0.18
"""Ink takes away so large a share of the paper's light."""

_SOFTEST = 0.5
"""Within a few pixels of ink, at most this share of the paper is dark too."""


@dataclass(frozen=True, eq=False)
class Found:
    """Something on a photo that may be a digit.

    Attributes:
        box: left, top, right and bottom on the photo, in its pixels; right and bottom exclusive.
        image: (side, side) uint8, as :func:`nn.drawing.prepare` gives it; 0 is background.
        holes: how many stretches of paper its ink encloses.
        stroke: the width of its strokes, as a share of the box's longer side.
        ink: (height, width) uint8, what lies in the box as it was found, 255 for full ink; None if
            it is not to be cut.
    """

    box: tuple[int, int, int, int]
    image: np.ndarray
    holes: int = 0
    stroke: float = 0.1
    ink: np.ndarray | None = None


def find_digits(photo: np.ndarray, side: int = SIDE) -> list[Found]:
    """Return what may be digits on a photo, from left to right, lines from top to bottom.

    The paper may be lit unevenly, ruled or squared, and lie on a table; ink may be dark or light.
    A picture of 28 x 28 with light ink on dark is taken as it is: MNIST's are so.

    Args:
        photo: (height, width), (height, width, 3) or (height, width, 4), uint8; what is
            transparent counts as white paper.
        side: of the pictures that a network takes, in pixels.

    Returns:
        What was found, which is nothing on a blank page.

    Raises:
        ValueError: the photo has another shape or dtype, or no pixels.

    Example:
        >>> page = np.full((300, 200), 230, np.uint8)
        >>> page[100:200, 95:105] = 40
        >>> [one] = find_digits(page)
        >>> one.box
        (96, 101, 104, 199)
        >>> one.image.shape
        (28, 28)
    """
    paper.check(photo)
    small, shrunk = reduced(photo)
    bright = paper.grey(small)
    light = paper.ink_is_light(bright)
    if photo.shape[:2] == (SIDE, SIDE) == (side, side):
        as_it_is = _network_sized(bright, light)
        if as_it_is is not None:
            return [Found((0, 0, SIDE, SIDE), as_it_is)]
    large, grown = enlarged(bright)
    height, width = photo.shape[:2]
    for inverted in (light, not light):
        found = _find(1 - large if inverted else large, 2 * grown, side)
        if found:
            break
    if all(_longer(each.box) < _CUT * max(large.shape) for each in found):
        found = _cut_closely(large, 2 * grown, side) or found
    return [_scaled(each, shrunk / grown, width, height) for each in found]


def find_drawing(photo: np.ndarray, side: int = SIDE) -> np.ndarray | None:
    """Return all that is drawn on a photo, of whatever parts, as one picture.

    Args:
        photo: as for :func:`find_digits`.
        side: of the picture.

    Returns:
        (side, side) uint8, 0 for background; None if nothing is drawn there.

    Example:
        >>> page = np.full((300, 200), 230, np.uint8)
        >>> page[100:106, 60:140] = page[130:136, 60:140] = 40
        >>> find_drawing(page).shape
        (28, 28)
        >>> find_drawing(page[:90])
    """
    paper.check(photo)
    if photo.shape[:2] == (SIDE, SIDE) == (side, side):
        return next((each.image for each in find_digits(photo)), None)
    bright = paper.grey(reduced(photo)[0])
    light = paper.ink_is_light(bright)
    large, grown = enlarged(bright)
    for inverted in (light, not light):
        found = _find(1 - large if inverted else large, 2 * grown, side, whole_drawing, True)
        if found:
            return found[0].image
    return None


def _longer(box: tuple[int, int, int, int]) -> int:
    return max(box[2] - box[0], box[3] - box[1])


def _cut_closely(bright: np.ndarray, blur: int, side: int) -> list[Found]:
    """The one digit that fills a picture up to its edges: found once paper is added around it."""
    sides = (bright[0], bright[-1], bright[:, 0], bright[:, -1])
    if np.median(np.concatenate(sides)) < (bright.min() + bright.max()) / 2:
        bright = 1 - bright
        sides = (bright[0], bright[-1], bright[:, 0], bright[:, -1])
    paper_light, ink_light = np.quantile(bright, (0.9, 0.02))
    # A digit touches an edge here and there; what lies all along it is the edge of a table.
    half = (paper_light + ink_light) / 2
    if max(float((each < half).mean()) for each in sides) > 0.6:
        return []
    added = max(bright.shape) // 4
    padded = np.pad(bright, added, constant_values=paper_light)
    found = _find(padded, blur, side)
    if len(found) != 1:
        return []
    left, top, right, bottom = np.subtract(found[0].box, added).tolist()
    height, width = bright.shape
    if bottom - top < 0.7 * height or right - left < 0.7 * width:
        return []
    box = max(0, left), max(0, top), min(width, right), min(height, bottom)
    return [replace(found[0], box=box)]


def _network_sized(bright: np.ndarray, light: bool) -> np.ndarray | None:
    """A picture that has a network's size and a digit in the place it has in MNIST, or None."""
    border = np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]])
    background = float(np.median(border))
    if background < 0.25 and light:
        return np.asarray(np.rint(255 * bright), np.uint8)
    ink = bright - background if light else background - bright
    full = float(ink.max())
    if full < 0.2:
        return None
    ink = np.clip(ink / full, 0, 1)
    ink[ink < 0.1] = 0
    rows, columns = (np.flatnonzero(ink.max(axis=axis) > 0.3) for axis in (1, 0))
    longer = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    places = np.arange(SIDE) + 0.5
    centre = [float(ink.sum(axis=axis) @ places / ink.sum()) for axis in (1, 0)]
    if not 18 <= longer <= 21 or max(abs(place - 14.5) for place in centre) > 1.2:
        return None
    return np.asarray(np.rint(255 * ink), np.uint8)


def _scaled(found: Found, scale: float, width: int, height: int) -> Found:
    left, top, right, bottom = (round(edge * scale) for edge in found.box)
    box = (left, top, min(max(right, left + 1), width), min(max(bottom, top + 1), height))
    return replace(found, box=box)


_Group = Callable[[Blobs, np.ndarray, np.ndarray], list[tuple[list[int], Box]]]


def _find(
    bright: np.ndarray, blur: int, side: int, group: _Group = digit_groups, frames: bool = False
) -> list[Found]:
    """What may be digits in dark ink, with edges so many pixels wide; boxes in its pixels."""
    light = paper.light(bright)
    dark = paper.darkness(bright, light)
    threshold = ink_threshold(dark)
    if threshold is None:
        return []
    mask = dark > threshold
    mask = without_rulings(mask if frames else without_frames(mask))
    if not mask.any():
        return []
    widths = np.minimum(run_lengths(mask), run_lengths(mask.T).T)
    stroke = float(np.median(widths[mask]))
    joined = filters.largest(mask, round(_GAP * stroke / 2)) if stroke > 1 else mask
    blobs = find_blobs(joined)
    blobs.labels[~mask] = 0
    found = []
    for names, box in group(blobs, mask, paper.steps(light)):
        left, top, right, bottom = box
        own = np.isin(blobs.labels[top:bottom, left:right], names)
        within = dark[top:bottom, left:right]
        if np.quantile(within[own], 0.75) < _FAINTEST or _fades(own, box, dark, threshold, blur):
            continue
        ink = _drawn(own, within, threshold)
        image = drawing.prepare(ink, side)
        if image is None:
            continue
        size = max(own.shape)
        narrow = float(np.median(widths[top:bottom, left:right][own]))
        found.append(Found(box, image, _holes(own), narrow / size, ink))
    return found


def _fades(
    own: np.ndarray, box: tuple[int, int, int, int], dark: np.ndarray, threshold: float, blur: int
) -> bool:
    """Whether a blob in a box fades into the paper slowly, as shadows do."""
    radius = max(6, blur)
    left, top, right, bottom = box
    padded = np.pad(own, radius)
    around = filters.largest(padded, radius) & ~padded
    # The stretch of the photo that lies around the box, without what is beyond its edge.
    height, width = dark.shape
    rows = slice(max(0, top - radius), min(height, bottom + radius))
    columns = slice(max(0, left - radius), min(width, right + radius))
    down, across = rows.start - top + radius, columns.start - left + radius
    there = dark[rows, columns]
    around = around[down : down + there.shape[0], across : across + there.shape[1]]
    return bool(around.any() and (there[around] > 0.6 * threshold).mean() > _SOFTEST)


def _drawn(own: np.ndarray, dark: np.ndarray, threshold: float) -> np.ndarray:
    """The ink of one digit as a network sees it: grey at the edges, nothing of its neighbours."""
    full = max(float(np.quantile(dark[own], 0.75)), threshold)
    ink = np.clip(dark / full, 0, 1) * own
    return np.asarray(np.rint(255 * ink), np.uint8)


def _holes(own: np.ndarray) -> int:
    """How many stretches of paper are enclosed, of at least a hundredth of the box."""
    blobs = find_blobs(np.pad(~own, 1, constant_values=True))
    return int((blobs.areas >= max(2, own.size / 100)).sum()) - 1
