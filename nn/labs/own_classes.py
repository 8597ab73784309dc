"""Classes of a visitor's own: named, with a few drawings each, and a network that learns them."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field, replace

import numpy as np

from nn.data.augmentation import Augmentation
from nn.data.dataset import Dataset
from nn.data.image_csv import SIDE
from nn.data.images import Images
from nn.data.png_writer import png_of
from nn.experiment.layer_text import read_layers
from nn.labs.digits import PRESETS, DigitsSettings

FEWEST, MOST = 2, 20
"""Classes that a network can be trained for here."""

MOST_EXAMPLES = 1000
"""Of one class."""

_LONGEST_NAME = 40
_TESTED = 5  # one in so many examples of a class is held out for testing
_SAMPLES = 6000  # that the network sees in a training


@dataclass(frozen=True, eq=False)
class Deleted:
    """What was deleted, and can come back.

    Attributes:
        what: an "example", a "class" with its examples, or "all" classes.
        names, examples: of the classes that it was of; the one example of an "example".
        place: of the class.
        index: of the example in it.
    """

    what: str
    names: list[str]
    examples: list[list[np.ndarray]]
    place: int = 0
    index: int = 0

    def __str__(self) -> str:
        count = sum(map(len, self.examples))
        drawings = "1 drawing" if count == 1 else f"{count:,} drawings"
        if self.what == "example":
            return f"a drawing of {self.names[0]}"
        if self.what == "class":
            return f"{self.names[0]} with {drawings}" if count else self.names[0]
        return f"{', '.join(self.names)} with {drawings}"


@dataclass(eq=False)
class OwnClasses:
    """Named classes with their examples.

    Attributes:
        names: of the classes, all different.
        examples: for each class its pictures, (28, 28) uint8, 0 for background.
        learnt: whether a network has begun to learn them as they are.
        deleted: what was deleted, the latest last.

    Example:
        >>> own = OwnClasses()
        >>> own.add_class("cat"), own.add_class("dog")
        (0, 1)
        >>> own.add(1, np.zeros((28, 28), np.uint8))
        >>> [len(pictures) for pictures in own.examples]
        [0, 1]
    """

    names: list[str] = field(default_factory=list)
    examples: list[list[np.ndarray]] = field(default_factory=list)
    learnt: bool = False
    deleted: list[Deleted] = field(default_factory=list)

    def add_class(self, name: str = "") -> int:
        """Add a class, and return its position; without a name it gets one.

        Raises:
            ValueError: there are 20 already, or the name is taken or too long.
        """
        if len(self.names) >= MOST:
            raise ValueError(f"there are {MOST} classes, which is as many as there can be")
        if not name:
            numbers = range(1, MOST + 2)
            name = next(f"class {n}" for n in numbers if f"class {n}" not in self.names)
        self.names.append(self._checked(name, None))
        self.examples.append([])
        self.learnt = False
        return len(self.names) - 1

    def rename(self, place: int, name: str) -> None:
        """Give a class another name; errors are those of :meth:`add_class`."""
        name = self._checked(name, place)
        self.learnt = self.learnt and name == self.names[place]
        self.names[place] = name

    def remove_class(self, place: int) -> None:
        """Remove a class and its examples; :meth:`undo` brings them back."""
        name, pictures = self.names.pop(place), self.examples.pop(place)
        self._delete(Deleted("class", [name], [pictures], place))

    def add(self, place: int, image: np.ndarray) -> None:
        """Add an example to a class.

        Raises:
            ValueError: it is not (28, 28) uint8, or the class has as many as it can have.
        """
        if image.shape != (SIDE, SIDE) or image.dtype != np.uint8:
            raise ValueError(f"an example is (28, 28) uint8, not {image.dtype} {image.shape}")
        if len(self.examples[place]) >= MOST_EXAMPLES:
            raise ValueError(f"{self.names[place]} has {MOST_EXAMPLES:,} examples: enough")
        self.examples[place].append(image)
        self.learnt = False

    def remove(self, place: int, index: int) -> None:
        """Remove an example of a class; :meth:`undo` brings it back."""
        image = self.examples[place].pop(index)
        self._delete(Deleted("example", [self.names[place]], [[image]], place, index))

    def exchange(self, other: OwnClasses) -> None:
        """Have the classes of ``other`` instead; :meth:`undo` brings back those that there were."""
        former = self._all()
        self.names, self.examples, self.learnt = other.names, other.examples, False
        if any(former.examples):
            self._delete(former)

    def _delete(self, deleted: Deleted) -> None:
        self.deleted.append(deleted)
        self.learnt = False

    def _all(self) -> Deleted:
        return Deleted("all", self.names, self.examples)

    def undo(self) -> Deleted:
        """Bring back what was deleted last, and return it; what was added since stays.

        Where all classes come back, it is the present ones that can come back in the end.

        Raises:
            ValueError: nothing was deleted, or there is no place left for it.
        """
        if not self.deleted:
            raise ValueError("nothing was deleted: there is nothing to bring back")
        last = self.deleted[-1]
        place = last.place
        if last.what == "class" and len(self.names) >= MOST:
            raise ValueError(f"there are {MOST} classes: no place is left for {last}")
        if last.what == "example" and len(self.examples[place]) >= MOST_EXAMPLES:
            raise ValueError(f"{self.names[place]} has {MOST_EXAMPLES:,} examples: enough")
        self.deleted.pop()
        self.learnt = False
        if last.what == "all":
            if any(self.examples):
                # Before all else: other deletions are of the classes that come back.
                self.deleted.insert(0, self._all())
            self.names, self.examples = last.names, last.examples
        elif last.what == "class":
            self.names.insert(place, self._free(last.names[0]))
            self.examples.insert(place, last.examples[0])
        else:
            self.examples[place].insert(last.index, last.examples[0][0])
        return last

    def _free(self, name: str) -> str:
        """Return the name, or if another class is called so by now, one that is like it."""
        tried, number = name, 1
        while tried in self.names:
            number += 1
            tried = f"{name[: _LONGEST_NAME - 3]} {number}"
        return tried

    def _checked(self, name: str, place: int | None) -> str:
        name = " ".join(name.split())
        if not 0 < len(name) <= _LONGEST_NAME:
            raise ValueError(f"a class needs a name of 1 to {_LONGEST_NAME} letters")
        if any(name == other for at, other in enumerate(self.names) if at != place):
            raise ValueError(f"two classes are called {name}; each needs a name of its own")
        return name

    # ---- What a network learns from.

    def images(self) -> Images:
        """Return what to train on, and one in five examples to test with.

        Raises:
            ValueError: there are fewer than two classes, or one has no or only one example.
        """
        if len(self.names) < FEWEST:
            raise ValueError("a network needs two classes or more to tell apart: add another")
        for name, pictures in zip(self.names, self.examples, strict=True):
            if len(pictures) < 2:
                raise ValueError(f"{name} has too few examples: draw at least 2, better 10")
        parts: tuple[list[tuple[np.ndarray, int]], ...] = ([], [])
        for label, pictures in enumerate(self.examples):
            # Of few examples the last one is tested with: the network needs the others.
            for index, picture in enumerate(reversed(pictures)):
                parts[index % _TESTED == 0].append((picture, label))
        train, test = (self._dataset(part) for part in parts)
        description = (
            f"{len(train) + len(test):,} examples of {len(self.names)} classes of your own; "
            f"{len(test):,} of them are held out for testing"
        )
        return Images(train, test, description)

    def _dataset(self, part: list[tuple[np.ndarray, int]]) -> Dataset:
        inputs = np.stack([picture for picture, _ in part])[..., np.newaxis]
        labels = np.array([label for _, label in part], np.uint8)
        return Dataset(inputs, labels, len(self.names), tuple(self.names))

    # ---- As a file.

    def zipped(self) -> bytes:
        """Return a zip archive of PNG files, in a folder for each class.

        Raises:
            ValueError: there are no examples.
        """
        if not any(self.examples):
            raise ValueError("there are no examples to save: draw some first")
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for folder, pictures in zip(self._folders(), self.examples, strict=True):
                for number, picture in enumerate(pictures, 1):
                    archive.writestr(f"{folder}/{number:04}.png", png_of(picture))
        return file.getvalue()

    def _folders(self) -> list[str]:
        """The names as folders can be called in every system, all different."""
        folders: list[str] = []
        for name in self.names:
            plain = re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", name).strip(" .") or "_"
            folder, number = plain, 2
            while folder.casefold() in map(str.casefold, folders):
                folder, number = f"{plain} {number}", number + 1
            folders.append(folder)
        return folders

    @classmethod
    def of(cls, images: Images) -> OwnClasses:
        """Return the classes of pictures that were read, such as of a file that was saved here.

        Raises:
            ValueError: the pictures are not 28 x 28 and grey, or there are too many classes.
        """
        own = cls()
        for data in filter(None, (images.train, images.test)):
            if data.inputs.shape[1:] != (SIDE, SIDE, 1):
                size = " x ".join(map(str, data.inputs.shape[1:]))
                raise ValueError(
                    f"the pictures are {size}; your own classes have 28 x 28 grey ones. Open them "
                    "as a data set instead"
                )
            names = data.names or tuple(map(str, range(data.classes or 0)))
            for name in names:
                if name not in own.names:
                    own.add_class(name)
            for picture, label in zip(data.inputs[..., 0], data.targets.tolist(), strict=True):
                own.add(own.names.index(names[label]), picture)
        if not own.names:
            raise ValueError("there are no pictures in folders, one for each class")
        return own


def settings_for(examples: int) -> DigitsSettings:
    """Return settings with which so many examples are learnt in a few seconds.

    A small convolutional network sees each of them often, changed a little each time.

    Args:
        examples: how many are trained on.
    """
    return replace(
        PRESETS["Convolution"],
        hidden=read_layers(
            "conv2d:12:5:strides=2,batchnorm,conv2d:24:3:strides=2,batchnorm,conv2d:32:3,batchnorm,"
            "globalavgpool"
        ),
        learning_rate=0.005,
        batch_size=max(1, min(16, examples)),
        epochs=max(2, min(300, round(_SAMPLES / examples))),
        augment=Augmentation(shift=2, rotate=12, zoom=0.12),
    )
