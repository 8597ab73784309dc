"""Points of two classes in the unit square, and what a network may be told about a point.

Circle, exclusive-or, Gaussians and spiral, and what noise does to each, follow TensorFlow
Playground, https://github.com/tensorflow/playground, ``src/dataset.ts``. Its picture, from -6 to 6
both ways, is the unit square here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from nn.data.dataset import Dataset
from nn.names import lookup

MAX_NOISE = 0.5

_UNIT = 1 / 12
"""One unit of Playground's picture."""

_MIDDLE = 0.5
_RADIUS = 5 * _UNIT

Shape = Callable[[int, float, np.random.Generator], Dataset]
"""Called with the number of points, the noise and what to draw them from.

Every shape gives inputs (count, 2) float32, x and y between 0 and 1 with y upwards, and targets
(count,) uint8, 0 and 1, two classes. Both are equally frequent when ``count`` is even, unless noise
turns labels. It raises a ValueError when ``count`` is below 2 or ``noise`` is outside 0 to 0.5.
"""


def diagonal(count: int, noise: float, rng: np.random.Generator) -> Dataset:
    """Class 1 above the line y = x, class 0 below it, all over the square; see :data:`Shape`.

    Args:
        count: number of points.
        noise: 0 to 0.5. A point's label is that of a place up to ``noise`` · 5/12 away from it in x
            and in y: near the line labels turn.
        rng: draws the points.
    """
    labels = _alternating(count, noise)
    lower, higher = np.sort(rng.random((count, 2)), axis=1).T
    x, y = np.where(labels, lower, higher), np.where(labels, higher, lower)
    return _labelled(x, y, noise, rng, lambda x, y: y > x)


def circle(count: int, noise: float, rng: np.random.Generator) -> Dataset:
    """Class 1 in a disc about the middle, class 0 in a ring round it; see :data:`Shape`.

    The disc has the radius 2.5/12, the ring reaches from 3.5/12 to 5/12. Distances from the middle
    are uniform, so points lie closer together there.

    Args:
        count: number of points.
        noise: 0 to 0.5. A point's label is that of a place up to ``noise`` · 5/12 away from it in x
            and in y: 1 when that is less than 2.5/12 from the middle.
        rng: draws the points.
    """
    labels = _alternating(count, noise)
    edge = _RADIUS / 2
    distance = np.where(
        labels, rng.uniform(0, edge, count), rng.uniform(0.7 * _RADIUS, _RADIUS, count)
    )
    angle = rng.uniform(0, 2 * np.pi, count)
    return _labelled(
        _MIDDLE + distance * np.sin(angle),
        _MIDDLE + distance * np.cos(angle),
        noise,
        rng,
        lambda x, y: np.hypot(x - _MIDDLE, y - _MIDDLE) < edge,
    )


def exclusive_or(count: int, noise: float, rng: np.random.Generator) -> Dataset:
    """Class 1 where just one of x and y is above a half, class 0 elsewhere; see :data:`Shape`.

    The corners of the square are the truth table. (In Playground the classes are the other way
    round.) Points lie in four squares with gaps of 0.6/12 between them.

    Args:
        count: number of points.
        noise: 0 to 0.5. A point's label is that of a place up to ``noise`` · 5/12 away from it in x
            and in y.
        rng: draws the points.
    """
    labels = _alternating(count, noise)
    from_middle = rng.uniform(0, _RADIUS, (2, count)) + 0.3 * _UNIT
    right = rng.random(count) < 0.5
    upper = right ^ (labels == 1)
    x, y = _MIDDLE + np.where([right, upper], from_middle, -from_middle)
    return _labelled(x, y, noise, rng, lambda x, y: (x > _MIDDLE) ^ (y > _MIDDLE))


def gaussians(count: int, noise: float, rng: np.random.Generator) -> Dataset:
    """Class 1 round (8/12, 8/12), class 0 round (4/12, 4/12), normal; see :data:`Shape`.

    Args:
        count: number of points.
        noise: 0 to 0.5 for a variance in x and in y from 0.5 to 4 times 1/12², a standard deviation
            from 0.06 to 0.17. Labels never turn; the classes overlap instead. A point outside the
            square is drawn anew.
        rng: draws the points.
    """
    labels = _alternating(count, noise)
    centres = np.where(labels, 8 * _UNIT, 4 * _UNIT)[:, np.newaxis]
    stddev = _UNIT * np.sqrt(np.interp(noise, [0, MAX_NOISE], [0.5, 4]))
    points = rng.normal(centres, stddev, (count, 2))
    while (outside := ((points < 0) | (points > 1)).any(axis=1)).any():
        points[outside] = rng.normal(centres[outside], stddev, (np.count_nonzero(outside), 2))
    return Dataset(points.astype(np.float32), labels, 2)


def spiral(count: int, noise: float, rng: np.random.Generator) -> Dataset:
    """Two arms that wind 1.75 times round the middle, half a turn apart; see :data:`Shape`.

    Points are evenly spaced in distance and angle, from just off the middle, where the arms would
    meet, to 5/12 from it; class 1 leaves it upwards and turns clockwise.

    Args:
        count: number of points.
        noise: 0 to 0.5. Points are moved by up to ``noise`` · 1/12 in x and in y; labels never
            turn. Without noise the points are the same whatever ``rng`` gives.
        rng: draws the noise.
    """
    labels = _alternating(count, noise)
    arm = -(-count // 2)
    along = (np.arange(count) // 2 + 1) / arm
    angle = 2 * np.pi * (1.75 * along + np.where(labels, 0, 0.5))
    distance = _RADIUS * along
    points = _MIDDLE + np.stack([distance * np.sin(angle), distance * np.cos(angle)], axis=1)
    points += noise * _UNIT * rng.uniform(-1, 1, (count, 2))
    return Dataset(points.astype(np.float32), labels, 2)


def sine(count: int, noise: float, rng: np.random.Generator) -> Dataset:
    """Class 1 above the wave y = 0.5 + 0.3 sin(2πx), class 0 below it; see :data:`Shape`.

    Args:
        count: number of points, all over the square.
        noise: 0 to 0.5. A point's label is that of a place up to ``noise`` · 5/12 away from it in x
            and in y: near the curve labels turn.
        rng: draws the points.

    >>> data = sine(4, 0.0, np.random.default_rng(0))
    >>> data.targets.tolist()
    [0, 1, 0, 1]
    """
    return _above(lambda x: 0.5 + 0.3 * np.sin(2 * np.pi * x), count, noise, rng)


def cubic(count: int, noise: float, rng: np.random.Generator) -> Dataset:
    """Class 1 above y = 0.5 + 8(x - 0.5)³ - 1.2(x - 0.5), class 0 below it; see :data:`Shape`.

    Args:
        count: number of points, all over the square.
        noise: 0 to 0.5, as for :func:`sine`.
        rng: draws the points.
    """
    return _above(lambda x: 0.5 + 8 * (x - 0.5) ** 3 - 1.2 * (x - 0.5), count, noise, rng)


def absolute(count: int, noise: float, rng: np.random.Generator) -> Dataset:
    """Class 1 above y = 0.2 + 1.2 |x - 0.5|, class 0 below it; see :data:`Shape`.

    Args:
        count: number of points, all over the square.
        noise: 0 to 0.5, as for :func:`sine`.
        rng: draws the points.
    """
    return _above(lambda x: 0.2 + 1.2 * np.abs(x - 0.5), count, noise, rng)


SHAPES: dict[str, Shape] = {
    "diagonal": diagonal,
    "circle": circle,
    "exclusive_or": exclusive_or,
    "gaussians": gaussians,
    "spiral": spiral,
    "sine": sine,
    "cubic": cubic,
    "absolute": absolute,
}

FEATURES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "x²": lambda x, y: x * x,
    "y²": lambda x, y: y * y,
    "xy": lambda x, y: x * y,
    "sin x": lambda x, y: np.sin(x),
    "sin y": lambda x, y: np.sin(y),
}
"""What a network may be told about a point, by name, computed from x and y between -6 and 6."""


def features(points: np.ndarray, names: Iterable[str]) -> np.ndarray:
    """Return what a network is told about points: of each, the chosen features.

    As in Playground, x and y count from the middle of the square here and run from -6 to 6. So x²
    and y² tell a disc, xy an exclusive-or, and a sine makes almost two waves. Networks also learn
    more surely on this scale; "x" and "y" alone are what ``Rescaling(12, -6)`` makes of a point.

    Args:
        points: (n, 2), in the unit square.
        names: one or more of :data:`FEATURES`.

    Returns:
        (n, k) float32, a column a name.

    Raises:
        ValueError: there is no name, a name is unknown, or ``points`` has another shape.
    """
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points must have the shape (n, 2), not {points.shape}")
    x, y = (points.T - _MIDDLE) / _UNIT
    columns = [lookup("feature", FEATURES, name)(x, y) for name in names]
    if not columns:
        raise ValueError(f"expected at least one feature of: {', '.join(FEATURES)}")
    return np.stack(columns, axis=1).astype(np.float32)


def grid(side: int) -> np.ndarray:
    """Return the points in the middle of the pixels of a picture of the unit square.

    Args:
        side: pixels a row, and rows.

    Returns:
        (side · side, 2) float32, row by row from the top, where y is highest, each from the left.

    Raises:
        ValueError: ``side`` is below 1.
    """
    if side < 1:
        raise ValueError(f"a picture needs at least one pixel a side, got {side}")
    middles = (np.arange(side, dtype=np.float32) + 0.5) / side
    y, x = np.meshgrid(middles[::-1], middles, indexing="ij")
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _alternating(count: int, noise: float) -> np.ndarray:
    """Return (count,) labels 0, 1, 0, 1, ... after checking what a shape was called with."""
    if count < 2:
        raise ValueError(f"two classes need at least 2 points, got {count}")
    if not 0 <= noise <= MAX_NOISE:
        raise ValueError(f"noise must be between 0 and {MAX_NOISE}, got {noise}")
    return np.resize(np.array([0, 1], np.uint8), count)


def _above(
    curve: Callable[[np.ndarray], np.ndarray], count: int, noise: float, rng: np.random.Generator
) -> Dataset:
    """Return points on both sides of a curve, class 1 above it, evenly spread on either side."""
    labels = _alternating(count, noise)

    def above(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return y > curve(x.astype(np.float64))

    points = rng.random((count, 2), np.float32)
    while (wrong := above(*points.T) != (labels == 1)).any():
        points[wrong] = rng.random((np.count_nonzero(wrong), 2), np.float32)
    x, y = points.T
    return _labelled(x, y, noise, rng, above)


def _labelled(
    x: np.ndarray,
    y: np.ndarray,
    noise: float,
    rng: np.random.Generator,
    second: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> Dataset:
    """Label each point by whether ``second`` holds at a random place within the noise's reach."""
    # Rounded first: a label shall be right for the point that a network gets to see.
    points = np.stack([x, y], axis=1).astype(np.float32)
    places = points + noise * _RADIUS * rng.uniform(-1, 1, points.shape)
    return Dataset(points, second(*places.T).astype(np.uint8), 2)
