"""Tables that say which class the pictures in files beside them have, as competitions give them."""

from __future__ import annotations

from nn.data.gzipped import Content
from nn.data.labels import MAX_CLASSES
from nn.data.tables import Column, read_table

_NAMED = ("label", "labels", "class", "classes", "target", "category", "breed", "species", "y")
"""Columns of classes, by their names."""


def read_list(content: Content) -> dict[str, str]:
    """Return the class of each file by :func:`stem`; nothing if this is no such table.

    It has a column of file names, all different, and one of classes, which is called so or the only
    other one.

    >>> read_list(b"id,label\\na.png,cat\\nb.png,dog\\n")
    {'a': 'cat', 'b': 'dog'}
    """
    try:
        columns = list(read_table(content).columns.values())
    except ValueError:
        return {}
    files = next((one for one in columns if _all_different(one)), None)
    others = [one for one in columns if one is not files]
    called = [one for one in others if one.name.lower() in _NAMED]
    if files is None or len(called or others) != 1:
        return {}
    classes = (called or others)[0]
    if len(classes.categories[1]) > MAX_CLASSES:
        return {}
    pairs = zip(files.as_written(), classes.as_texts(), strict=True)
    return {stem(name.strip()): label for name, label in pairs if label}


def stem(name: str) -> str:
    """Return the name of a file without its folder and its ending.

    >>> stem("train/17.png"), stem("17"), stem("a.b.jpeg")
    ('17', '17', 'a.b')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    start, _, ending = last.rpartition(".")
    return start if start and ending.isalpha() else last


def _all_different(column: Column) -> bool:
    return not column.missing.any() and len(column.categories[1]) == len(column)
