"""What a visitor has done to points: added, moved and removed ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nn.data.dataset import Dataset
from nn.experiment.fields import real, whole, write_real

MAX_EDITS = 300
"""Of each sort: every edit makes the page's address longer."""

_DECIMALS = 3
_MOST_ROWS = 10_000_000


@dataclass(frozen=True)
class AddedPoint:
    """A point that a visitor has put there.

    Attributes:
        x, y: in the unit square.
        label: the position of its class; or a number, where numbers are predicted.
    """

    x: float
    y: float
    label: float


@dataclass(frozen=True)
class MovedPoint:
    """A point that a visitor has dragged elsewhere: ``row``, counted from 0, now at x and y."""

    row: int
    x: float
    y: float


@dataclass(frozen=True)
class Edits:
    """All that was done to points.

    A point is named by its key: its row, from 0; or, if it was added, -1 for the first of those, -2
    for the second and so on.

    >>> edits = Edits().add(0.5, 0.1, 1).move(7, 0.25, 0.25).remove(3)
    >>> edits.remove(-1)
    Edits(added=(), moved=(MovedPoint(row=7, x=0.25, y=0.25),), removed=(3,))
    """

    added: tuple[AddedPoint, ...] = ()
    moved: tuple[MovedPoint, ...] = ()
    removed: tuple[int, ...] = ()

    def add(self, x: float, y: float, label: float) -> Edits:
        """Return edits with one more point, on a lattice of a thousandth of the square's side.

        Raises:
            ValueError: there are :data:`MAX_EDITS` already.
        """
        if len(self.added) == MAX_EDITS:
            raise ValueError(
                f"there are {MAX_EDITS} added points already: remove them to add others"
            )
        point = AddedPoint(round(x, _DECIMALS), round(y, _DECIMALS), label)
        return replace(self, added=(*self.added, point))

    def move(self, key: int, x: float, y: float) -> Edits:
        """Return edits in which a point lies elsewhere.

        Raises:
            ValueError: :data:`MAX_EDITS` points were moved already.
        """
        x, y = round(x, _DECIMALS), round(y, _DECIMALS)
        if key < 0:
            added = list(self.added)
            added[-1 - key] = AddedPoint(x, y, added[-1 - key].label)
            return replace(self, added=tuple(added))
        others = tuple(one for one in self.moved if one.row != key)
        if len(others) == MAX_EDITS:
            raise ValueError(f"{MAX_EDITS} points were moved already; more cannot be kept")
        return replace(self, moved=(*others, MovedPoint(key, x, y)))

    def remove(self, key: int) -> Edits:
        """Return edits without a point.

        Raises:
            ValueError: :data:`MAX_EDITS` points were removed already.
        """
        if key < 0:
            added = (*self.added[: -1 - key], *self.added[-key:])
            return replace(self, added=added)
        if len(self.removed) == MAX_EDITS:
            raise ValueError(f"{MAX_EDITS} points were removed already; more cannot be kept")
        moved = tuple(one for one in self.moved if one.row != key)
        return replace(self, moved=moved, removed=(*self.removed, key))


@dataclass(frozen=True, eq=False)
class Placed:
    """Points as they are, in the unit square.

    Attributes:
        train, test: what is trained on, added points last, and tested with; the same data set where
            nothing is held out.
        train_keys, test_keys: (n,) which points they are, as :class:`Edits` names them.
    """

    train: Dataset
    test: Dataset
    train_keys: np.ndarray
    test_keys: np.ndarray

    @property
    def held_out(self) -> int:
        """How many points are tested with and not trained on."""
        return len(self.test) if self.test is not self.train else 0

    def nearest(self, x: float, y: float, reach: float) -> int | None:
        """Return the key of the point nearest to a place, or None where none is within reach."""
        parts = [(self.train, self.train_keys)]
        if self.held_out:
            parts.append((self.test, self.test_keys))
        places = np.concatenate([part.inputs for part, _ in parts])
        keys = np.concatenate([keys for _, keys in parts])
        distances = np.hypot(places[:, 0] - x, places[:, 1] - y)
        # The last one, of several in one place, is drawn on top.
        best = len(distances) - 1 - int(distances[::-1].argmin())
        return int(keys[best]) if distances[best] <= reach else None


def placed(
    drawn: Dataset,
    train_rows: np.ndarray,
    test_rows: np.ndarray,
    edits: Edits,
    targets: Callable[[np.ndarray], np.ndarray],
) -> Placed:
    """Return points as they are after all that was done to them.

    Args:
        drawn: the points before, in the unit square.
        train_rows, test_rows: which of them are trained on and tested with.
        edits: what was done; moved and removed rows that there are not do nothing.
        targets: makes (n,) labels of added points targets as ``drawn`` has them.

    Raises:
        ValueError: no point is left to train on.
    """
    inputs = drawn.inputs.copy()
    for point in edits.moved:
        if point.row < len(inputs):
            inputs[point.row] = point.x, point.y
    drawn = Dataset(inputs, drawn.targets, drawn.classes, drawn.names)
    train_rows, test_rows = (
        rows[~np.isin(rows, edits.removed)] if edits.removed else rows
        for rows in (train_rows, test_rows)
    )
    train = drawn.take(train_rows)
    if edits.added:
        places = np.array([(point.x, point.y) for point in edits.added], dtype=inputs.dtype)
        labels = targets(np.array([point.label for point in edits.added]))
        train = Dataset(
            np.concatenate([train.inputs, places]),
            np.concatenate([train.targets, labels.astype(train.targets.dtype)]),
            drawn.classes,
            drawn.names,
        )
    if not len(train):
        raise ValueError("this is the last point to learn from: add others before removing it")
    keys = np.concatenate([train_rows, -1 - np.arange(len(edits.added))])
    test = drawn.take(test_rows) if len(test_rows) else train
    return Placed(train, test, keys, test_rows)


# ---- As text, for links.

_within: Callable[[str], float] = real(0, 1)
_row: Callable[[str], int] = whole(0, _MOST_ROWS)


def read_added(text: str) -> tuple[AddedPoint, ...]:
    """Read added points of two classes, such as "0.5:0.1:0,0.25:1:1"."""

    def read(part: str) -> AddedPoint:
        try:
            x, y, label = part.split(":")
            return AddedPoint(_within(x), _within(y), whole(0, 1)(label))
        except ValueError:
            raise ValueError(
                "expected x:y:class of each added point, such as 0.5:0.1:0, with commas between "
                "them"
            ) from None

    return tuple(map(read, _parts(text, "added")))


def write_added(points: Sequence[AddedPoint]) -> str:
    """Return the text of added points."""
    return ",".join(f"{write_real(one.x)}:{write_real(one.y)}:{one.label}" for one in points)


def read_moved(text: str) -> tuple[MovedPoint, ...]:
    """Read moved points, such as "7:0.25:0.5"."""

    def read(part: str) -> MovedPoint:
        try:
            row, x, y = part.split(":")
            return MovedPoint(_row(row), _within(x), _within(y))
        except ValueError:
            raise ValueError(
                "expected number:x:y of each moved point, such as 7:0.5:0.1, with commas between "
                "them"
            ) from None

    points = tuple(map(read, _parts(text, "moved")))
    if len({point.row for point in points}) < len(points):
        raise ValueError("expected each moved point once")
    return points


def write_moved(points: Sequence[MovedPoint]) -> str:
    """Return the text of moved points."""
    return ",".join(f"{one.row}:{write_real(one.x)}:{write_real(one.y)}" for one in points)


def read_removed(text: str) -> tuple[int, ...]:
    """Read the numbers of removed points, such as "3,7"."""
    return tuple(map(_row, _parts(text, "removed")))


def write_removed(rows: Sequence[int]) -> str:
    """Return the text of removed points."""
    return ",".join(map(str, rows))


def _parts(text: str, what: str) -> list[str]:
    parts = text.split(",") if text else []
    if len(parts) > MAX_EDITS:
        raise ValueError(f"expected at most {MAX_EDITS} {what} points")
    return parts
