"""Labels as files have them, numbers or words, made positions among the names of classes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nn.data.dataset import Dataset

MAX_CLASSES = 100
_DIGITS = 10


@dataclass(frozen=True)
class Classes:
    """What labels choose from.

    Attributes:
        count: how many classes there are.
        names: what they are called; None for the numbers from 0 on.
    """

    count: int
    names: tuple[str, ...] | None = None

    @property
    def shown(self) -> tuple[str, ...]:
        """What the classes are called."""
        return self.names or tuple(map(str, range(self.count)))


DIGITS = Classes(_DIGITS)


def tidied(labels: np.ndarray) -> np.ndarray:
    """Return labels as whole numbers, where all of them are such, or as words.

    Raises:
        ValueError: some are numbers with a fraction, or nothing at all.

    >>> tidied(np.array([1.0, 2.0])).tolist(), tidied(np.array(["1", "12"])).tolist()
    ([1, 2], [1, 12])
    >>> tidied(np.array([" cat", "01"])).tolist()
    ['cat', '01']
    """
    if labels.dtype.kind in "SO":
        labels = np.array([_text(label) for label in labels.tolist()])
    if labels.dtype.kind == "U":
        labels = np.char.strip(labels)
        # A number with zeros before it is a name: folders 00000 to 00042.
        whole = re.compile(r"-?(0|[1-9]\d{0,8})(\.0*)?")
        unique = np.unique(labels)
        if "" in unique:
            raise ValueError(f"picture {int(np.flatnonzero(labels == '')[0]) + 1} has no label")
        if not all(whole.fullmatch(label) for label in unique.tolist()):
            return labels
        labels = labels.astype(np.float64)
    if labels.dtype.kind == "b":
        return labels.astype(np.int64)
    if labels.dtype.kind == "f":
        rounded = np.rint(labels)
        wrong = np.flatnonzero(~(labels == rounded) | (np.abs(labels) > 2**31))
        if wrong.size:
            raise ValueError(
                f"picture {wrong[0] + 1} has the label {labels[wrong[0]]:g}; expected whole "
                "numbers or words"
            )
        whole_numbers: np.ndarray = rounded.astype(np.int64)
        return whole_numbers
    if labels.dtype.kind not in "iu":
        raise ValueError(f"the labels are {labels.dtype}; expected whole numbers or words")
    return labels


def _text(label: object) -> str:
    return label.decode("utf-8", "replace") if isinstance(label, bytes) else str(label)


def classes_of(labels: Sequence[np.ndarray]) -> Classes:
    """Return the classes of several lists of labels, each as :func:`tidied` returns them.

    Whole numbers from 0 to 9 are the ten digits, unless many of them are just those from 0 to
    some other number.

    Raises:
        ValueError: there are more than :data:`MAX_CLASSES`.

    >>> classes_of([np.array([1, 26, 2])]).names, classes_of([np.array([7, 0])]).count
    (('1', '2', '26'), 10)
    """
    if any(part.dtype.kind == "U" for part in labels):
        labels = [part.astype(str) for part in labels]
    pairs = [np.unique(part, return_counts=True) for part in labels]
    together = np.unique(np.concatenate([unique for unique, _ in pairs]))
    _check_count(len(together))
    if together.dtype.kind == "U":
        return Classes(len(together), tuple(sorted(together.tolist(), key=_natural)))
    low, high = int(together[0]), int(together[-1])
    from_zero = low == 0 and high == len(together) - 1
    if low >= 0 and high < _DIGITS:
        fewest = min(int(counts.min()) for _, counts in pairs)
        total = sum(int(counts.sum()) for _, counts in pairs)
        few = from_zero and len(together) > 1 and fewest > 1 and total >= 20
        return Classes(len(together)) if few else DIGITS
    if from_zero:
        return Classes(len(together))
    return Classes(len(together), tuple(map(str, together.tolist())))


def _check_count(count: int) -> None:
    if count > MAX_CLASSES:
        raise ValueError(
            f"there are {count:,} different labels; up to {MAX_CLASSES} classes can be told "
            "apart here: is this column, or file, the label?"
        )


def _natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Return what sorts names as people do: 2 before 10, and a before B."""
    parts = re.findall(r"\d{1,18}|\D+|\d+", name)
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts
    ], name


def positions(labels: np.ndarray, classes: Classes) -> np.ndarray:
    """Return where each label stands among the names of the classes, (n,) integers.

    Raises:
        ValueError: a label is none of them.

    >>> positions(np.array([26, 1]), Classes(2, ("1", "26"))).tolist()
    [1, 0]
    """
    if classes.names is None and labels.dtype.kind in "iu":
        wrong = np.flatnonzero((labels < 0) | (labels >= classes.count))
        found = labels
    else:
        known = {name: place for place, name in enumerate(classes.shown)}
        unique, inverse = np.unique(labels, return_inverse=True)
        places = np.array([known.get(str(label), -1) for label in unique.tolist()], np.intp)
        found = places[inverse]
        wrong = np.flatnonzero(found < 0)
    if wrong.size:
        raise ValueError(
            f"picture {wrong[0] + 1} has the label {str(labels[wrong[0]])!r:.40}; expected one of "
            f"{', '.join(classes.shown)[:80]}"
        )
    return found if classes.count > 256 else found.astype(np.uint8, copy=False)


def aligned(data: Dataset, classes: Classes) -> Dataset:
    """Return a data set with the same pictures, whose targets are positions among ``classes``.

    Raises:
        ValueError: a sample's class is none of them.
    """
    own = Classes(data.classes or 0, data.names)
    if own == classes:
        return data
    names = np.array(own.shown)
    targets = positions(names[data.targets], classes)
    return Dataset(data.inputs, targets, classes.count, classes.names)
