"""The pictures that a lab trains on and tests with, and what a visitor does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nn.data.dataset import Dataset
from nn.data.images import Images, with_test_set
from nn.data.labels import Classes, aligned
from nn.data.resize import border, framed, resized
from nn.data.turning import turned, turned_pictures
from nn.layers import Shape

_LONGEST_NAME = 40
_SAMPLE = 500
_FAINT = 64  # of 255, from the colour of the border


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures to train on and to test with, as files have them and as they are used.

    Attributes:
        original: what came from files: pictures for training, then for testing.
        description: how many came from where, for people.
        assumed: what was assumed when they were read.
        turns: by how many quarters they are turned to the right.
        mirrored: whether left and right are exchanged then.
        names: what the classes are called instead; None for what the files say.
    """

    original: tuple[Dataset, Dataset]
    description: str
    assumed: tuple[str, ...] = ()
    turns: int = 0
    mirrored: bool = False
    names: tuple[str, ...] | None = None

    @classmethod
    def of(cls, images: Images) -> Pictures:
        """Return pictures that were read; some are held out if none of them are to test with.

        Raises:
            ValueError: there are none to train on.
        """
        train, test = with_test_set(images)
        description = images.description
        if images.test is None:
            first, *rest = description.split("; ")
            kept = f"{len(test):,} of them {'is' if len(test) == 1 else 'are'} held out for testing"
            description = "; ".join([first, kept, *rest])
        return cls((train, test), description, images.assumed)

    @property
    def classes(self) -> Classes:
        """What they show."""
        train = self.original[0]
        numbers = Classes(train.classes or 0)
        names = self.names or train.names
        return numbers if names in (None, numbers.shown) else Classes(numbers.count, names)

    @property
    def used(self) -> tuple[Dataset, Dataset]:
        """What to train on and what to test with, turned and named."""
        train, test = (self._changed(data) for data in self.original)
        return train, test

    def _changed(self, data: Dataset) -> Dataset:
        if self.turns or self.mirrored:
            data = turned(data, self.turns, self.mirrored)
        return replace(data, names=self.classes.names)

    def like_these(self, pictures: np.ndarray) -> np.ndarray:
        """Return other pictures of the same files, (n, height, width, channels), turned as well."""
        if self.turns or self.mirrored:
            return turned_pictures(pictures, self.turns, self.mirrored)
        return pictures

    def turn(self) -> Pictures:
        """Return them turned by a quarter to the right."""
        return replace(self, turns=(self.turns + (-1 if self.mirrored else 1)) % 4)

    def mirror(self) -> Pictures:
        """Return them with left and right exchanged."""
        return replace(self, mirrored=not self.mirrored)

    def rename(self, names: Sequence[str]) -> Pictures:
        """Return them with other names for their classes, in their order.

        Raises:
            ValueError: there are more or fewer, one is empty or too long, or two are the same.
        """
        names = tuple(name.strip() for name in names)
        old = self.classes.shown
        if len(names) != len(old):
            raise ValueError(
                f"there are {len(old)} classes and {len(names)} names; expected as many, with "
                "commas between them"
            )
        if not all(0 < len(name) <= _LONGEST_NAME for name in names):
            raise ValueError(f"each class needs a name of 1 to {_LONGEST_NAME} letters")
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"two classes are called {twice!r}; each needs a name of its own")
        return replace(self, names=names)

    def with_test(self, test: Dataset, description: str) -> Pictures:
        """Return them with other pictures to test with.

        Raises:
            ValueError: those are of another size or show other classes.
        """
        train = self.original[0]
        if test.inputs.shape[1:] != train.inputs.shape[1:]:
            raise ValueError(
                f"the test pictures are {_sizes(test.inputs.shape)}, those to train on "
                f"{_sizes(train.inputs.shape)}; expected the same"
            )
        known = self.classes
        try:
            test = aligned(test, Classes(known.count, train.names))
        except ValueError:
            test = aligned(test, known)
        return replace(self, original=(train, test), description=description)


def _sizes(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape[1:]))


def ink_box(data: Dataset) -> float | None:
    """Return how many pixels the longer side of what is shown usually has.

    Returns:
        None where that is as in MNIST, 20 of 28, or nothing is shown.

    >>> pictures = np.zeros((3, 8, 8, 1), np.uint8)
    >>> pictures[:, :, 2:6] = 255
    >>> ink_box(Dataset(pictures, np.array([0, 1, 1]), 2))
    8.0
    """
    some = data.inputs[:: max(1, len(data) // _SAMPLE)]
    paper = np.median(border(some), axis=(0, 1))
    inked = (np.abs(some - paper) > _FAINT).any(axis=3)
    longer = np.maximum(_extent(inked.any(axis=2)), _extent(inked.any(axis=1)))
    side = min(data.inputs.shape[1:3])
    box = float(np.median(longer[longer > 0])) if longer.any() else 0.0
    usual = 20 * side / 28
    return None if not box or abs(box - usual) <= 1 else min(box, float(side))


def _extent(inked: np.ndarray) -> np.ndarray:
    """Return how far it is from the first to the last that is true in each row."""
    size = inked.shape[1]
    last = size - np.argmax(inked[:, ::-1], axis=1)
    return np.where(inked.any(axis=1), last - np.argmax(inked, axis=1), 0)


def on_paper(data: Dataset) -> bool:
    """Whether most pictures have a light border, as of paper: a drawing is then made like them.

    >>> on_paper(Dataset(np.full((3, 8, 8, 3), 250, np.uint8), np.array([0, 1, 1]), 2))
    True
    """
    some = data.inputs[:: max(1, len(data) // _SAMPLE)]
    return bool(np.median(border(some)) > 127)


def fitting(pictures: np.ndarray, shape: Shape) -> tuple[np.ndarray, str]:
    """Return (n, h, w, c) uint8 pictures as (n, *shape), and what was done to them, if anything.

    >>> fitting(np.zeros((2, 60, 40, 1), np.uint8), (28, 28, 1))[1]
    'they were scaled from 40x60 to 28x28'
    """
    said = []
    if pictures.shape[1:3] != shape[:2]:
        height, width = pictures.shape[1:3]
        said.append(f"they were scaled from {width}x{height} to {shape[1]}x{shape[0]}")
        if height * shape[1] == width * shape[0]:
            pictures = resized(pictures, shape[0], shape[1])
        else:
            pictures = framed(pictures, shape[0], shape[1])
    if pictures.shape[3] < shape[2]:
        pictures = pictures.repeat(shape[2], axis=3)
        said.append("they were given three colours")
    elif pictures.shape[3] > shape[2]:
        pictures = np.rint(pictures.mean(axis=3, keepdims=True)).astype(np.uint8)
        said.append("their colours were made grey")
    return pictures, ", and ".join(said)
