"""Which columns of a CSV file of pictures are pixels, and which one is the label."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nn.data.labels import MAX_CLASSES
from nn.data.pixels import SIZES, square
from nn.elsewhere import BelongsElsewhere
from nn.layers import Shape

_LABELS = (
    *("label", "labels", "class", "classes", "target", "targets", "y", "digit", "digits"),
    *("letter", "letters", "category", "character", "char", "symbol", "sign", "answer", "number"),
    *("class_name", "classname", "label_name", "name", "species", "output"),
)
"""Names of the column of labels, the surest first."""

_IDS = (
    *("", "unnamed: 0", "id", "index", "imageid", "image_id", "idx", "row", "row_id", "no", "nr"),
    *("filename", "file", "path", "image"),
)
"""Names of the column that says which picture it is."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Layout:
    """What each column of a CSV file of pictures is.

    Attributes:
        columns: how many there are.
        shape: of a picture.
        pixels: the columns that are its numbers, in their order.
        label: the column of the label; None if there is none.
        one_hot: columns that are a label together, one for each class; empty if there are none.
        ids: the column of what the pictures are called; None if there is none.
        words: the columns that hold more than numbers.
        said: what was assumed, for people.
    """

    columns: int
    shape: Shape
    pixels: tuple[int, ...]
    label: int | None
    one_hot: tuple[int, ...]
    ids: int | None
    words: tuple[int, ...]
    said: tuple[str, ...] = ()


def is_number(text: str) -> bool:
    """Whether a text is a number as CSV files have it, in figures.

    >>> is_number("-1.5e3"), is_number("1_0"), is_number("nan")
    (True, False, False)
    """
    return _NUMBER.fullmatch(text) is not None


def is_header(first: Sequence[str]) -> bool:
    """Whether the first row of a file names its columns.

    It does if nothing in it is a number, or if the numbers count up, as they do over a table that
    was saved without names.

    >>> is_header(["label", "1x1"]), is_header(["5", "0"])
    (True, False)
    """
    numbers = [float(text) for text in first if is_number(text)]
    if not numbers:
        return any(first)
    steps = np.diff(numbers)
    return len(numbers) >= 20 and bool((steps == 1).all())


def layout_of(header: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> Layout:
    """Return the layout of a file, by the names of its columns or by what is in some of its rows.

    Args:
        header: as many names as columns; None without a header.
        rows: some of the file's, at least one, each with as many texts.

    Raises:
        ValueError: there is none that makes pictures.

    >>> found = layout_of(None, [["7"] + ["0"] * 64])
    >>> found.shape, found.label
    ((8, 8, 1), 0)
    """
    count = len(rows[0])
    names = [name.strip().lower() for name in header or ()]
    label, ids = _named(names, _LABELS), _named(names, _IDS)
    # A few cells that are no numbers are faults, of which the reader says where they are.
    most = {i: 0 if i in (label, ids) else len(rows) // 4 for i in range(count)}
    words = [i for i in most if sum(not is_number(row[i]) for row in rows) > most[i]]
    said: list[str] = []
    if label is not None and not any(row[label] for row in rows):
        words, label = [*words, label], None
    elif label is not None and names[label] != "label":
        said.append(f'the label is the column "{_shown(names[label])}"')
    pixels = [i for i in range(count) if i not in {*words, label, ids}]
    rows = [row for row in rows if all(is_number(row[i]) for i in pixels)]
    if not rows:
        raise BelongsElsewhere(_no_picture(count, 0), "colours")
    if square(len(pixels)) is None:
        pixels = _of_one_name(names, pixels)
    texts = [i for i in words if i != ids and any(row[i] for row in rows)]
    if label is None and texts and square(len(pixels)):
        label = texts[0]
        said.append(f"the label is {_column(names, label)}, the one with words")
    if square(len(pixels)) is None and ids is None and _counts_up(rows, pixels, label is None):
        ids = pixels.pop(0)
        said.append(f"{_column(names, ids)} counts the pictures")
    one_hot: list[int] = []
    if square(len(pixels)) is None and label is None:
        if square(len(pixels) - 1):
            label, why = _by_nature(rows, pixels)
            pixels.remove(label)
            said.append(why)
        else:
            one_hot = _one_hot(rows, pixels)
            pixels = [i for i in pixels if i not in one_hot]
            said += [f"the label is which of {len(one_hot)} columns is 1"] if one_hot else []
    shape = square(len(pixels))
    if shape is None:
        raise BelongsElsewhere(_no_picture(count, len(pixels)), "colours")
    if out := sorted(set(range(count)) - {*pixels, *one_hot, label, ids}):
        left = ", ".join(_column(names, i) for i in out[:3])
        said.append(f"{left} {'is' if len(out) == 1 else 'are'} left out")
    return Layout(
        count, shape, tuple(pixels), label, tuple(one_hot), ids, tuple(words), tuple(said)
    )


def _of_one_name(names: list[str], pixels: list[int]) -> list[int]:
    """Return the columns that are called alike but for their numbers, if they make pictures."""
    stems = {i: re.sub(r"\d+", "", names[i]) for i in pixels} if names else {}
    for stem in dict.fromkeys(stems.values()):
        group = [i for i in pixels if stems[i] == stem]
        if square(len(group)):
            return group
    return pixels


def _named(names: list[str], wanted: tuple[str, ...]) -> int | None:
    """Return the column that has the first of some names."""
    return next((names.index(name) for name in wanted if name in names), None)


def _counts_up(rows: Sequence[Sequence[str]], pixels: list[int], label_wanted: bool) -> bool:
    """Whether the first column counts the rows, beyond what labels could or beside a label."""
    if not pixels:
        return False
    values = [float(row[pixels[0]]) for row in rows]
    beyond = max(values) > MAX_CLASSES
    beside = label_wanted and square(len(pixels) - 2) is not None and len(values) > 1
    return (beyond or beside) and bool((np.diff(values) >= 1).all())


def _one_hot(rows: Sequence[Sequence[str]], pixels: list[int]) -> list[int]:
    """Return the last or first columns of which just one is 1 in each row, if others make pictures.

    As many of them as leave a square picture.
    """
    for count in range(2, min(MAX_CLASSES, len(pixels) - 1) + 1):
        if square(len(pixels) - count):
            for group in (pixels[-count:], pixels[:count]):
                values = np.array([[float(row[i]) for i in group] for row in rows])
                if ((values == 0) | (values == 1)).all() and (values.sum(axis=1) == 1).all():
                    return group
    return []


def _by_nature(rows: Sequence[Sequence[str]], pixels: list[int]) -> tuple[int, str]:
    """Return which of the first and the last column is the less like a pixel, and a word on it."""
    first, last = pixels[0], pixels[-1]
    values = [[float(row[i]) for i in (first, pixels[1], pixels[-2], last)] for row in rows]
    start, beside_start, beside_end, end = np.array(values).T
    as_label = [_may_be_labels(column) for column in (start, end)]
    varied = [len(np.unique(column)) > 1 for column in (start, end)]
    if as_label[0] != as_label[1]:
        is_last = as_label[1]
    elif varied[0] != varied[1]:
        is_last = varied[1]
    else:
        is_last = all(varied) and _likeness(end, beside_end) < _likeness(start, beside_start)
    if is_last:
        return last, "the label is the last column, the one that is not like pixels"
    return first, f"the label is {'the first column' if first == 0 else f'column {first + 1}'}"


def _may_be_labels(values: np.ndarray) -> bool:
    return bool((values == np.rint(values)).all() and 0 <= values.min() <= values.max() < 1000)


def _likeness(column: np.ndarray, beside: np.ndarray) -> float:
    """Return the correlation of two columns, from 0 to 1: of neighbouring pixels it is high."""
    a, b = column - column.mean(), beside - beside.mean()
    size = math.sqrt(float((a * a).sum() * (b * b).sum()))
    return abs(float((a * b).sum())) / size if size else 0.0


def _no_picture(count: int, pixels: int) -> str:
    columns = f"{count:,} column{'' if count == 1 else 's'}"
    return (
        f"expected a label and the pixels of a square picture a line, {SIZES}; "
        f"found {columns}, {pixels:,} of numbers; a table opens in the lab Colours"
    )


def _column(names: list[str], place: int) -> str:
    return f'"{_shown(names[place])}"' if names and names[place] else f"column {place + 1}"


def _shown(name: str) -> str:
    return name if len(name) <= 30 else f"{name[:29]}…"
