"""EMNIST's own files of names: which letter each label stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from nn.data.gzipped import Content

ENDING = "mapping.txt"

_MOST_BYTES = 10_000
_LINE = re.compile(r"\s*(\d{1,4})((?:\s+\d{1,6}){1,3})\s*")


def read_mapping(content: Content) -> dict[int, str]:
    """Return the name of each label: lines of a label and the codes of its characters.

    Raises:
        ValueError: the file is anything else.

    >>> read_mapping(b"1 65 97\\n2 66 98\\n")
    {1: 'A', 2: 'B'}
    """
    found = {}
    text = bytes(content[:_MOST_BYTES]).decode("ascii", "replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = _LINE.fullmatch(line)
        code = int(parts[2].split()[0]) if parts else 0
        if parts is None or not chr(code).isprintable():
            raise ValueError(f"line {number}: expected a label and the code of its character")
        found[int(parts[1])] = chr(code)
    if not found or len(set(found.values())) < len(found):
        raise ValueError("expected a label and the code of its character a line, all different")
    return found


def named(labels: np.ndarray, names: Mapping[int, str]) -> np.ndarray:
    """Return labels as the words they stand for, or as they are if one of them stands for none.

    >>> named(np.array([2, 1]), {1: "A", 2: "B"}).tolist()
    ['B', 'A']
    """
    if labels.dtype.kind not in "iu" or not names:
        return labels
    unique, places = np.unique(labels, return_inverse=True)
    if not all(int(label) in names for label in unique):
        return labels
    return np.array([names[int(label)] for label in unique])[places]
