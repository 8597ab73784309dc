"""How dark a photo is, compared with the paper around each of its pixels."""

from __future__ import annotations

import numpy as np

from nn.photo import filters

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601: what the eye takes for bright

_WINDOW = 0.2
"""The widest stroke that is not taken for paper, as a share of a photo's shorter side."""


_STEP = 1.5
"""How many times the light of one side of an edge is that of the other."""


def check(photo: np.ndarray) -> None:
    """Raise a ValueError for what is no photo: another shape or dtype than `grey` takes."""
    channels = photo.shape[2] if photo.ndim == 3 else 1
    if photo.ndim not in (2, 3) or channels not in (1, 3, 4) or photo.dtype != np.uint8:
        raise ValueError(
            "a photo must be uint8 with the shape (height, width) or (height, width, channels), "
            f"with 3 or 4 channels, not {photo.dtype} with {photo.shape}"
        )
    if not photo.size:
        raise ValueError("a photo must have pixels; this one has none")


def grey(photo: np.ndarray) -> np.ndarray:
    """Return how bright a photo is, from 0 to 1; what is transparent shows white paper.

    Args:
        photo: (height, width), (height, width, 3) or (height, width, 4), uint8.

    Returns:
        (height, width) float32.

    Raises:
        ValueError: it has another shape or dtype, or no pixels.

    Example:
        >>> grey(np.zeros((1, 1, 4), np.uint8))
        array([[1.]], dtype=float32)
    """
    check(photo)
    channels = photo.shape[2] if photo.ndim == 3 else 1
    if channels == 1:
        return photo.reshape(photo.shape[:2]) / np.float32(255)
    bright = photo[..., :3] @ (_LUMA / np.float32(255))
    if channels == 4:
        opaque = photo[..., 3] / np.float32(255)
        bright = 1 - opaque * (1 - bright)
    return np.asarray(bright, np.float32)


def ink_is_light(bright: np.ndarray) -> bool:
    """Tell light ink on something dark from dark ink on paper.

    Ink covers less than paper does, so that it differs more from the mean of both: the third
    powers of what pixels differ from the mean around them add up to something of the ink's side.

    Example:
        >>> page = np.ones((20, 20), np.float32)
        >>> page[5:15, 9:11] = 0
        >>> ink_is_light(page), ink_is_light(1 - page)
        (False, True)
    """
    difference = bright - filters.mean(bright, _radius(bright))
    return bool((difference**3).sum() > 0)


def light(bright: np.ndarray) -> np.ndarray:
    """Return how bright the paper is around each pixel, whatever is written there.

    It is what remains of the photo when all that is dark and narrower than a window is closed.
    Shadows, gradients and the edges of tables are wider, and remain.

    Args:
        bright: (height, width) float32 from 0 to 1, dark ink on light paper.

    Example:
        >>> page = np.full((20, 20), 0.8, np.float32)
        >>> page[5:15, 10] = 0
        >>> bool(np.allclose(light(page), 0.8))
        True
    """
    radius = _radius(bright)
    # Beyond its edge a photo goes on as it comes there, so that a gradient does too.
    padded = np.pad(filters.mean(bright, 1), radius, mode="reflect", reflect_type="odd")
    padded = np.clip(padded, 0, 1)
    closed = filters.smallest(filters.largest(padded, radius), radius)
    return closed[radius:-radius, radius:-radius]


def darkness(bright: np.ndarray, light: np.ndarray) -> np.ndarray:
    """Return how much darker each pixel is than the paper around it, as a share of its light.

    Args:
        bright: (height, width) float32 from 0 to 1, dark ink on light paper.
        light: that of the paper, as :func:`light` gives it.

    Returns:
        The same shape, up to 1 for black; noise of the paper lies around 0.
    """
    dark = 1 - filters.mean(bright, 1) / np.maximum(light, 0.02)
    # The largest of many noisy pixels is brighter than paper is.
    return np.asarray(dark - max(0.0, float(np.median(dark))), np.float32)


def steps(light: np.ndarray) -> np.ndarray:
    """Return where the light of the paper ends or begins within a few pixels, as at its edges."""
    radius = max(2, max(light.shape) // 200)
    darkest = np.maximum(filters.smallest(light, radius), 0.02)
    return np.asarray(filters.largest(light, radius) > _STEP * darkest)


def _radius(bright: np.ndarray) -> int:
    return max(1, int(_WINDOW / 2 * min(bright.shape)))
