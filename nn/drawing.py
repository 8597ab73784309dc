"""A drawing made into what a network trained on MNIST expects.

MNIST's digits were scaled to fit a box of 20 x 20 pixels with their shape kept, and moved so that
their centre of mass is the middle of 28 x 28; the scaling is what made them grey [1]. A canvas
differs in one thing more: its pen has one width, however large the digit is drawn. So here the
stroke is also brought to the width it usually has in MNIST.

[1] Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.
"""

import math

import numpy as np

_FIELD = 28  # pixels a side of the result
_BOX = 20  # pixels of the longer side of the ink in the result

# Both measured on the 60,000 training images: the mean centre of mass is the middle of pixel 14 of
# 0..27 both ways (not 13.5, the middle of the field), and the median of _stroke_width is 2.36 px.
_CENTRE = 14.5
_STROKE = 2.36

# While it is worked on, the ink lies on a grid of cells, about three a pixel of the result.
_CELLS = 60  # cells of its longer side
_MARGIN = 8  # cells of paper around it, where strokes grow: by 4 at most

_FAINTEST = 16  # of 255: what is fainter is paper


def prepare(ink: np.ndarray, side: int = _FIELD) -> np.ndarray | None:
    """Scale, thicken or thin, and centre a drawing as MNIST's digits are.

    The same digit drawn small or large, in a corner, in grey, with a fine or a thick pen gives
    nearly the same result. A loop that a thick pen has filled stays filled.

    Args:
        ink: (height, width), uint8, of any size: 0 is paper and 255 full ink.
        side: pixels a side of the result.

    Returns:
        (side, side), uint8, 0 is background; or None if nothing is drawn.

    Raises:
        ValueError: `ink` has another number of axes or another dtype.
    """
    if ink.ndim != 2:
        raise ValueError(f"a drawing has 2 axes, height and width, got {ink.ndim}")
    if ink.dtype != np.uint8:
        raise ValueError(f"a drawing has dtype uint8, from 0 to 255, got {ink.dtype}")
    drawn = ink >= _FAINTEST
    if not drawn.any():
        return None

    grid = _to_grid(ink, _bounds(drawn))
    width = _stroke_width(grid)
    # Growing a stroke from `width` to `wanted` makes the whole drawing as much longer, and the last
    # scaling brings that length to _BOX pixels. With this `wanted`, the stroke comes to _STROKE.
    wanted = _STROKE * (_CELLS - width) / (_BOX - _STROKE)
    grid = _grow(grid, (wanted - width) / 2)
    length = _CELLS + wanted - width
    cells = length / _BOX * (_FIELD / side)
    image: np.ndarray = np.rint(255 * _centre(grid, cells, side)).astype(np.uint8)
    return image


def _bounds(drawn: np.ndarray) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what is true in a mask; bottom and right are exclusive."""
    rows = np.flatnonzero(drawn.any(axis=1))
    columns = np.flatnonzero(drawn.any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _to_grid(ink: np.ndarray, bounds: tuple[int, int, int, int]) -> np.ndarray:
    """Ink inside `bounds` on a square grid of cells from 0 to 1, its longer side _CELLS long."""
    top, bottom, left, right = bounds
    cell = max(bottom - top, right - left) / _CELLS
    half = _CELLS / 2 + _MARGIN
    edges = cell * np.arange(-half, half + 1, dtype=np.float32)
    middle = ((bottom - top) / 2, (right - left) / 2)
    grid = _resample(ink[top:bottom, left:right], edges + middle[0], edges + middle[1])
    # A hairline covers little of its cells, and a faint pen is grey: what counts as full ink is
    # the grey that most of the ink has. Doubling the contrast undoes the blur of enlarging.
    full = np.square(grid).sum() / grid.sum()
    sharp: np.ndarray = np.clip(2 * (grid / full - 0.5) + 0.5, 0, 1)
    return sharp


def _stroke_width(grid: np.ndarray) -> float:
    """Mean width of the strokes in cells, 2 * area / perimeter.

    A stroke of length l and width w has area l * w and perimeter 2 * l, its short ends left out.
    In grey, the area is the sum of the values and the perimeter the sum of the gradient's lengths
    (the total variation), which is the mean over all the grey levels' outlines (coarea formula).
    The grid must have a margin of paper.
    """
    down = np.diff(grid, axis=0)[:, :-1]
    across = np.diff(grid, axis=1)[:-1]
    return float(2 * grid.sum() / np.hypot(down, across).sum())


def _grow(grid: np.ndarray, distance: float) -> np.ndarray:
    """Move every outline outwards by `distance` cells; inwards if it is negative.

    Grey dilation, one cell at a time. Steps to the 4 and to the 8 neighbours take turns, so that a
    point grows into an octagon: nearly the disc that a round pen would give.
    """
    if distance < 0:
        return 1 - _grow(1 - grid, -distance)  # the ink shrinks as the paper grows
    for step in range(math.ceil(distance)):
        taller = _spread(grid)
        wider = _spread((taller if step % 2 else grid).T).T
        grid = grid + min(distance - step, 1) * (np.maximum(taller, wider) - grid)
    return grid


def _spread(grid: np.ndarray) -> np.ndarray:
    """Each cell's maximum of itself and the cells above and below."""
    spread = np.copy(grid)
    np.maximum(spread[1:], grid[:-1], out=spread[1:])
    np.maximum(spread[:-1], grid[1:], out=spread[:-1])
    return spread


def _centre(grid: np.ndarray, cells: float, side: int) -> np.ndarray:
    """The field at `cells` cells a pixel, with the ink's centre of mass where _CENTRE says."""

    def edges(mass: np.ndarray) -> np.ndarray:
        centre = mass @ (np.arange(len(mass)) + 0.5) / mass.sum()
        pixels = np.arange(side + 1, dtype=np.float32) - _CENTRE * side / _FIELD
        return float(centre) + cells * pixels

    return _resample(grid, edges(grid.sum(axis=1)), edges(grid.sum(axis=0)))


def _resample(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Means of an image over the cells between the edges `rows` and `columns`, in its pixels."""
    return _average(_average(image, rows).T, columns).T


def _average(image: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Means over the intervals between `edges` along the first axis; 0 lies outside the image.

    The integral up to an edge is interpolated in the running sum, and an interval's integral is
    the difference of two: exact for pixels of constant value, at a cost independent of the scale.
    """
    sums = np.zeros((len(image) + 1, image.shape[1]), np.float32)
    np.cumsum(image, axis=0, dtype=np.float32, out=sums[1:])
    inside = np.clip(edges, 0, len(image))
    whole = np.minimum(inside.astype(np.intp), len(image) - 1)
    part = (inside - whole).astype(np.float32)[:, np.newaxis]
    integrals = sums[whole] + part * (sums[whole + 1] - sums[whole])
    means: np.ndarray = np.diff(integrals, axis=0) / np.diff(edges)[:, np.newaxis]
    return means
