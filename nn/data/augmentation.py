"""Pictures changed a little at random, so that a network sees each of them many ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

import numpy as np

from nn.data import affine
from nn.data.affine import FURTHEST, ONE


@dataclass(frozen=True)
class Augmentation:
    """Moves, turns and zooms each picture, by amounts drawn anew each time.

    All amounts are drawn uniformly and independently, for each picture. What comes in from beyond
    the edge is 0. Pixels between pixels are interpolated bilinearly, in whole numbers: the result
    is the same in every engine, bit for bit (:mod:`nn.data.affine` has the formula).

    Args:
        shift: most pixels by which a picture is moved across, and down; fractions are drawn too.
        rotate: most degrees by which it is turned about its centre, either way, up to 180.
        zoom: its size is multiplied by 1 - zoom to 1 + zoom; below 1.

    Raises:
        ValueError: an amount is negative, too large or not finite.

    Example:
        >>> import numpy as np
        >>> from nn import Augmentation
        >>> pictures = np.zeros((100, 28, 28), np.uint8)
        >>> pictures[:, 10:18, 10:18] = 255
        >>> augmentation = Augmentation(shift=2, rotate=10, zoom=0.1)
        >>> changed = augmentation(pictures, np.random.default_rng(0))
        >>> changed.shape, changed.dtype
        ((100, 28, 28), dtype('uint8'))
        >>> len(np.unique(changed, axis=0))
        100
    """

    shift: float = 0
    rotate: float = 0
    zoom: float = 0

    def __post_init__(self) -> None:
        if not isinstance(self.shift, Real) or not 0 <= self.shift < np.inf:
            raise ValueError(f"shift must be a number of pixels, at least 0, not {self.shift!r}")
        if not isinstance(self.rotate, Real) or not 0 <= self.rotate <= 180:
            raise ValueError(f"rotate must be from 0 to 180 degrees, not {self.rotate!r}")
        if not isinstance(self.zoom, Real) or not 0 <= self.zoom < 1:
            raise ValueError(f"zoom must be at least 0 and below 1, not {self.zoom!r}")

    def __call__(
        self,
        pictures: np.ndarray,
        rng: np.random.Generator,
        warp: Callable[[np.ndarray, np.ndarray], np.ndarray] = affine.warp,
    ) -> np.ndarray:
        """Return changed pictures, as a new array.

        Args:
            pictures: (n, height, width) or (n, height, width, channels) uint8.
            rng: four numbers of it are drawn for each picture, one picture after the other,
                whatever the amounts are: the same seed gives the same pictures, in one call or in
                several.
            warp: moves the pixels; training takes :func:`nn.engine.warp`, which is the fastest.

        Raises:
            ValueError: ``pictures`` have another shape or type, or they and the amounts are so
                large that pixels might come from more than 32,764 pixels away.
        """
        if pictures.dtype != np.uint8 or pictures.ndim not in (3, 4):
            raise ValueError(
                "pictures must be uint8 with the shape (n, height, width) or "
                f"(n, height, width, channels), not {pictures.dtype} with {pictures.shape}"
            )
        n, height, width = pictures.shape[:3]
        channels = pictures.shape[3] if pictures.ndim == 4 else 1
        # Half of both sides is more than from the centre to a corner.
        reach = ((height + width) / 2 + 2 * self.shift) / (1 - self.zoom) + max(height, width)
        if reach > FURTHEST:
            raise ValueError(
                f"{self} looks up to {reach:,.0f} pixels far in pictures of {height:,} x "
                f"{width:,}; at most {FURTHEST:,} are possible"
            )
        maps = self._maps(self._draws(n, rng), height, width)
        return warp(pictures.reshape(n, height, width, channels), maps).reshape(pictures.shape)

    def skip(self, count: int, rng: np.random.Generator) -> None:
        """Draw of ``rng`` what so many pictures take, and change none."""
        self._draws(count, rng)

    def _draws(self, count: int, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(-1, 1, (count, 4))

    def _maps(self, draws: np.ndarray, height: int, width: int) -> np.ndarray:
        """Return what :func:`nn.engine.warp` needs, (n, 2, 3) int32.

        Args:
            draws: (n, 4) from -1 to 1: how far to the right, down, clockwise, and how much larger.
            height: of the pictures.
            width: of the pictures.

        A pixel at p goes to ``c + t + s R (p - c)``: c is the centre, t the shift, s the zoom and R
        the rotation. So at q there is what was at ``c + R⁻¹ (q - c - t) / s``.
        """
        right, down, turn, larger = (draws * [self.shift, self.shift, self.rotate, self.zoom]).T
        x, y = (width - 1) / 2, (height - 1) / 2
        cos = np.cos(np.radians(turn)) / (1 + larger)
        sin = np.sin(np.radians(turn)) / (1 + larger)
        # Of the first pixel, from the centre before it was moved.
        left, above = -x - right, -y - down
        maps = np.empty((len(draws), 2, 3))
        maps[:, 0] = np.stack([cos, sin, x + cos * left + sin * above], axis=1)
        maps[:, 1] = np.stack([-sin, cos, y - sin * left + cos * above], axis=1)
        return np.rint(maps * ONE).astype(np.int32)
