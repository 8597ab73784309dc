"""OKLab, a colour space in which equal distances look equally different."""

from __future__ import annotations

import numpy as np

_LINEAR_RGB_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_CONES_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Return (n, 3) OKLab coordinates of (n, 3) sRGB colours, each channel from 0 to 255.

    The coordinates are the lightness L, 0 for black to 1 for white, and the opponents a, from
    green to red, and b, from blue to yellow, both within -0.32 to 0.28 on a screen.

    Source: Björn Ottosson, "A perceptual color space for image processing", 2020,
    https://bottosson.github.io/posts/oklab/; the curve of sRGB is that of IEC 61966-2-1.
    """
    encoded = np.asarray(rgb, dtype=np.float64) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    lab: np.ndarray = np.cbrt(linear @ _LINEAR_RGB_TO_CONES.T) @ _CONES_TO_LAB.T
    return lab


def lightness_chroma_hue(lab: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the polar form, OKLCH, of (n, 3) OKLab coordinates: three arrays of n.

    Lightness as it was, chroma √(a² + b²) from 0 for greys to 0.32 for the purest colour of a
    screen, and the hue atan2(b, a) in degrees from 0 to below 360: about 29 for red, 110 for
    yellow, 142 for green, 264 for blue.
    """
    lightness, a, b = lab.T
    return lightness, np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
