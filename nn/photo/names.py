"""Whether picture files are photos to read, or examples of classes that their names tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".jfif", ".gif", ".webp", ".bmp", ".tif", ".tiff"),
    *(".pgm", ".ppm", ".avif", ".heic", ".heif"),
)
"""How the names of picture files end."""


def is_picture(name: str) -> bool:
    """Tell by its name whether a file is a picture."""
    return name.lower().endswith(ENDINGS)


def are_photos(names: Sequence[str]) -> bool:
    """Tell whether all files are pictures, and their names give no classes.

    Several of one class and several classes, by the folder or by the start of the name, are a data
    set: a3.png, a4.png, b1.png. One picture, or several as a camera names them, are photos.

    Args:
        names: of the files, with their folder where they came in one.

    Example:
        >>> are_photos(["IMG_0001.jpg", "IMG_0002.jpg"])
        True
        >>> are_photos(["cat_1.png", "cat_2.png", "dog_1.png"])
        False
        >>> are_photos(["a.csv"])
        False
    """
    if not names or not all(map(is_picture, names)):
        return False
    classes = [_class(name) for name in names]
    known = set(classes)
    return not (1 < len(known) < len(classes) and "" not in known)


def _class(name: str) -> str:
    """The folder of a file, or the word or number that its name starts with."""
    path = PurePosixPath(name)
    if len(path.parts) > 2:
        return path.parts[-2]
    found = re.match(r"[^\W\d_]+|\d+", path.stem)
    return found[0].lower() if found else ""
