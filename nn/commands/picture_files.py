"""Picture files, opened with Pillow."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nn.data.picture_files import MAX_PIXELS
from nn.photo.names import ENDINGS, is_picture

if TYPE_CHECKING:
    from PIL import Image

_LARGE = 1600  # pixels a side that are enough to find digits in


def pictures_in(folder: Path) -> list[Path]:
    """Return the picture files in a folder and in those below it, but hidden ones, in order.

    Raises:
        ValueError: there is none.
    """
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [
            Path(parent) / name
            for name in sorted(names)
            if is_picture(name) and not name.startswith(".")
        ]
    if not found:
        raise ValueError(
            f"the folder {folder} holds no pictures: files that end in {', '.join(ENDINGS)}"
        )
    return found


def read_picture(path: Path) -> np.ndarray:
    """Return a picture file, upright as its EXIF orientation says, as a photo.

    A very large one is scaled down.

    Returns:
        (height, width) or (height, width, 4), uint8.

    Raises:
        ValueError: there is no such file, it is no picture or has too many pixels, or Pillow is
            not installed.
    """
    if not path.exists():
        raise ValueError(f"there is no picture {path}")
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise ValueError('reading a picture needs Pillow: pip install ".[images]"') from None
    try:
        with warnings.catch_warnings(), _opened(path, Image) as opened:
            warnings.simplefilter("ignore")
            # A JPEG is decoded at a half, a quarter or an eighth of its size, where that is enough.
            opened.draft(None, (_LARGE, _LARGE))
            return _pixels(ImageOps.exif_transpose(opened))
    except ValueError:
        raise
    # A damaged file can make a decoder raise nearly anything.
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{path} cannot be read as a picture: {reason}") from None


def _opened(path: Path, library: Any) -> Image.Image:
    opened: Image.Image = library.open(path)
    pixels = opened.width * opened.height
    if pixels > MAX_PIXELS:
        opened.close()
        raise ValueError(
            f"{path} cannot be read as a picture: its {pixels / 1e6:,.0f} megapixels are too many; "
            f"up to {MAX_PIXELS / 1e6:.0f} can be read"
        )
    return opened


def _pixels(picture: Image.Image) -> np.ndarray:
    if picture.mode[0] in "IF":
        return _of_many_greys(np.asarray(picture, np.float64))
    plain = picture.mode in ("1", "L") and "transparency" not in picture.info
    picture = picture.convert("L" if plain else "RGBA")
    times = max(picture.size) // _LARGE
    if times > 1:
        picture = picture.reduce(times)
    return np.asarray(picture)


def _of_many_greys(greys: np.ndarray) -> np.ndarray:
    """Grey of 16 bits and more, or fractions, as bytes: their own range says what white is."""
    highest = float(greys.max(initial=0))
    white = next(each for each in (1, 255, 65535, max(highest, 1)) if highest <= each)
    return np.asarray(np.clip(np.rint(255 * greys / white), 0, 255), np.uint8)
