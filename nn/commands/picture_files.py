"""Picture files, opened with Pillow."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from nn.data import archives
from nn.data.gzipped import MAX_UNPACKED
from nn.data.picture_files import HEIC, MAX_PIXELS, is_heic
from nn.elsewhere import of_file
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


def pictures_in_zip(path: Path) -> dict[str, bytes]:
    """Return the picture files in a zip archive, by name and in order.

    Raises:
        ValueError: it holds none, is damaged or encrypted, or passes the limits of
            :mod:`nn.data.archives`; the message begins with its name.
    """
    try:
        with path.open("rb") as file:
            if path.stat().st_size > MAX_UNPACKED:
                raise ValueError(f"the zip archive is larger than {MAX_UNPACKED // 2**20} MB")
            members = archives.members(file.read())
    except ValueError as error:
        raise of_file(str(path), error) from None
    found = {name: members[name] for name in sorted(members) if is_picture(name)}
    if not found:
        raise ValueError(f"{path} holds no pictures: files that end in {', '.join(ENDINGS)}")
    return found


def is_zip(path: Path) -> bool:
    """Tell whether there is a file that starts as a zip archive does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return archives.looks_like_zip(file.read(4))


def read_picture(path: Path) -> np.ndarray:
    """Return a picture file as :func:`decoded_picture` does.

    Raises:
        ValueError: there is no such file, or as there.
    """
    if not path.exists():
        raise ValueError(f"there is no picture {path}")
    return decoded_picture(path, str(path))


def decoded_picture(source: Path | bytes, name: str) -> np.ndarray:
    """Return a picture, upright as its EXIF orientation says, as a photo.

    A very large one is scaled down.

    Args:
        source: its file, or the content of it.
        name: what messages call it.

    Returns:
        (height, width) or (height, width, 4), uint8.

    Raises:
        ValueError: it is no picture or has too many pixels, or Pillow is not installed.
    """
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise ValueError('reading a picture needs Pillow: pip install ".[images]"') from None
    try:
        # Pillow warns of large pictures when it opens them.
        with (
            warnings.catch_warnings(action="ignore"),
            source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as file,
        ):
            if is_heic(file.read(12)):
                raise ValueError(f"{name} is {HEIC}")
            file.seek(0)
            opened = _opened(file, name, Image)
            # A JPEG is decoded at a half, a quarter or an eighth of its size, where that is enough.
            opened.draft(None, (_LARGE, _LARGE))
            return _pixels(ImageOps.exif_transpose(opened))
    except ValueError:
        raise
    except UnidentifiedImageError:
        raise ValueError(
            f"{name} cannot be read as a picture: it is of no kind that Pillow knows"
        ) from None
    # A damaged file can make a decoder raise nearly anything.
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{name} cannot be read as a picture: {reason}") from None


def _opened(file: IO[bytes], name: str, library: Any) -> Image.Image:
    opened: Image.Image = library.open(file)
    pixels = opened.width * opened.height
    if pixels >= MAX_PIXELS:
        opened.close()
        raise ValueError(
            f"{name} cannot be read as a picture: its {pixels / 1e6:,.0f} megapixels are too many; "
            f"only fewer than {MAX_PIXELS / 1e6:.0f} can be read"
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
