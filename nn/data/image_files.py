"""Files of pictures of all kinds, sorted by what is in each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from nn.data import archives, arrays, foreign, gzipped, picture_files
from nn.data.gzipped import Content, Slices, stage, unpacking
from nn.data.idx import looks_like_idx, read_idx
from nn.data.labels import tidied
from nn.data.mapping import ENDING, named, read_mapping
from nn.data.part import Part
from nn.data.picture_files import Decode, flattened
from nn.data.picture_lists import read_list, stem
from nn.data.pixel_csv import looks_like_text, reading_csv
from nn.data.pixels import LARGEST, channels_last, square, to_pixels
from nn.data.purpose import words
from nn.elsewhere import BelongsElsewhere, of_file
from nn.progress import exhaust

EXPECTED = "expected pictures: CSV, IDX, npz, npy, PNG, JPEG, GIF, WebP, or a zip of these"

FILE_ENDINGS = (".csv", ".tsv", ".gz", ".idx", "ubyte", "-int", ".npy", ".npz", ".zip")
PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")

_DEEPEST = 2  # zips in a zip
_AT_A_TIME = 1_000  # files that are looked at
_LABEL_WORDS = {"label", "labels", "target", "targets", "y", "class", "classes", "lab", "labs"}

_NAME_WORDS = {"names", "categories", "meanings"}
_ID_WORDS = {"id", "ids", "index", "indices", "idx", "filename", "filenames", "paths", "files"}
"""Of arrays beside pictures and labels."""


@dataclass(eq=False)
class Found:
    """What was in files.

    Attributes:
        pictures: arrays of pictures without their labels, by the name of the file.
        labels: labels without their pictures.
        parts: what came from files that hold both, or might have.
        loose: (height, width, 1 or 3) uint8 pictures of a file each.
        names: what labels stand for, where a file says so.
        said: what was assumed.
        largest: height and width of the largest picture file.
        tables: contents of files that are no pictures but may list those that are, each with what
            is wrong with it otherwise.
        listed: the classes of picture files by their stems, as tables say.
    """

    pictures: dict[str, np.ndarray] = field(default_factory=dict)
    labels: dict[str, np.ndarray] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    loose: dict[str, np.ndarray] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    largest: tuple[int, int] = (0, 0)
    tables: dict[str, tuple[Content, ValueError]] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)

    def add_picture(self, name: str, pixels: np.ndarray, size: tuple[int, int]) -> None:
        """Add a picture file, (h, w, 1, 3 or 4) uint8, which declares its height and width."""
        self.largest = max(self.largest, size, key=max)
        small = max(pixels.shape) <= LARGEST and pixels.shape[2] < 4
        self.loose[name] = pixels if small else flattened(pixels)

    def read_lists(self) -> None:
        """Take the classes of picture files from tables.

        Raises:
            ValueError: there is a table that lists none of them.
        """
        for name, (content, error) in self.tables.items():
            listed = read_list(content) if self.loose else {}
            if not any(stem(picture) in listed for picture in self.loose):
                raise of_file(name, error) from None
            self.listed |= listed
            self.said.append(f"the class of each picture is taken from {name}")

    def name_labels(self) -> None:
        """Put words in the place of labels that a file names."""
        self.labels = {name: named(labels, self.names) for name, labels in self.labels.items()}
        for name, part in self.parts.items():
            if part.labels is not None:
                self.parts[name] = replace(part, labels=named(part.labels, self.names))


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Put the name of a file before what is wrong with it."""
    try:
        yield
    except ValueError as error:
        raise of_file(name, error) from error


def expanded(files: Mapping[str, Content]) -> dict[str, Content]:
    """Return files, uncompressed and with those of zip archives in the place of the archives.

    Raises:
        ValueError: one is damaged or too large, or is another tool's.

    >>> list(expanded({"a.csv": b"1,2"}))
    ['a.csv']
    """
    return exhaust(expanding(files))


def expanding(files: Mapping[str, Content]) -> Slices[dict[str, Content]]:
    """Do the same as :func:`expanded`, a slice each time that the generator is pulled."""
    found: dict[str, Content] = {}
    size, before = sum(map(len, files.values())), 0
    for place, (name, content) in enumerate(files.items()):
        after = before + len(content)
        if _is_packed(content):
            work = _expand(name, content, _DEEPEST, found)
            yield from stage(work, before / max(1, size), after / max(1, size))
        else:
            found[name] = content
        if place % _AT_A_TIME == 0:
            yield None
        before = after
    return found


def _is_packed(content: Content) -> bool:
    return gzipped.is_gzip(content) or archives.looks_like_zip(content)


def _expand(name: str, packed: Content, deep: int, found: dict[str, Content]) -> Slices[None]:
    with naming(name):
        content = yield from unpacking(packed)
        if not archives.looks_like_zip(content) or arrays.looks_like_npz(content):
            found[name] = content
            return
        members = yield from archives.unpacking_members(content)
        if tool := foreign.tool_of_members(list(members)):
            raise ValueError(f"this is {tool}: not opened")
        if deep == 0:
            raise ValueError("the zip archive holds archives in archives: unpack them first")
        known = [each for each in members if ends_known(each)]
        if not known:
            some = ", ".join(list(members)[:3]) or "nothing"
            raise ValueError(f"the zip archive holds no pictures but {some}; {EXPECTED}")
    folder = name.removesuffix(".zip")
    for place, member in enumerate(known):
        inner = members[member]
        if _is_packed(inner):
            yield from stage(_expand(f"{folder}/{member}", inner, deep - 1, found), 1, 1)
        else:
            found[f"{folder}/{member}"] = inner
        if place % _AT_A_TIME == 0:
            yield None


def ends_known(name: str) -> bool:
    """Whether a file's name ends as those of pictures do."""
    return name.lower().endswith((*FILE_ENDINGS, *PICTURE_ENDINGS, ENDING))


def sort_in(name: str, content: Content, decode: Decode, found: Found) -> Slices[None]:
    """Add what is in a file, which :func:`expanded` gave, to what was found.

    Raises:
        ValueError: it is of no kind that is known, or damaged; the message names it.
    """
    with naming(name):
        if not content:
            raise ValueError(f"the file is empty; {EXPECTED}")
        if looks_like_idx(content):
            _sort_array(name, read_idx(content), found)
        elif arrays.looks_like_npy(content):
            _sort_array(name, arrays.read_npy(content), found)
        elif arrays.looks_like_npz(content):
            _sort_npz(name, content, found)
        elif picture_files.kind_of(content):
            size = picture_files.declared_size(content)
            found.add_picture(name, decode(bytes(content)), size)
        elif tool := foreign.tool_of(content):
            raise ValueError(f"this is {tool}: not opened; {EXPECTED}")
        elif name.lower().endswith(ENDING):
            found.names.update(read_mapping(content))
            found.said.append(f"the classes are named as {name} says")
        elif looks_like_text(content):
            try:
                part = yield from reading_csv(content)
            except BelongsElsewhere as error:
                found.tables[name] = content, error
                return
            found.said += [f"{name}: {text}" for text in part.said]
            found.parts[name] = part
        else:
            raise ValueError(f"this is of no kind that is known here; {EXPECTED}")


def _sort_npz(name: str, content: Content, found: Found) -> None:
    before = len(found.pictures) + len(found.labels)
    for array_name, array in arrays.read_npz(content).items():
        called = set(words(array_name))
        texts = array.ndim == 1 and array.dtype.kind in "US"
        if called & _NAME_WORDS and texts and len(np.unique(array)) == len(array):
            found.names.update(enumerate(array.astype(str).tolist()))
            found.said.append(f"the classes are named as {name}/{array_name} says")
        elif called & _ID_WORDS and array.ndim == 1:
            found.said.append(f"{name}/{array_name} is left out")
        elif array.ndim:
            with naming(array_name):
                _sort_array(f"{name}/{array_name}", array, found)
    if len(found.pictures) + len(found.labels) == before:
        raise ValueError("there are no pictures in it; expected an array (n, height, width)")


def _sort_array(name: str, array: np.ndarray, found: Found) -> None:
    called_labels = bool(_LABEL_WORDS.intersection(words(name.rsplit("/", 1)[-1])))
    if array.ndim > 2 or array.ndim == 2 and square(array.shape[1]) and not called_labels:
        pictures = channels_last(array)
        if pictures is None:
            sizes = " x ".join(map(str, array.shape))
            raise ValueError(f"the values are {sizes}; expected n pictures, grey or in 3 colours")
        if pictures.dtype == np.uint8 and pictures.max(initial=0) > 1:
            # Bytes are 0 to 255, however dark the pictures are.
            found.pictures[name] = pictures
            return
        found.pictures[name], said = to_pixels(pictures)
        found.said += [f"{name}: {said}"] if said else []
    else:
        found.labels[name] = tidied(_labels(array))


def _labels(array: np.ndarray) -> np.ndarray:
    """Return (n,) labels, of (n, columns) too: one that is 1 says which class it is."""
    if array.ndim == 1:
        return array
    if array.ndim != 2:
        raise ValueError("one number is neither pictures nor labels")
    columns = array.shape[1]
    first: np.ndarray = array[:, 0]
    if columns == 1:
        return first
    if array.dtype.kind in "biuf" and bool(
        ((array == 0) | (array == 1)).all() and (array.sum(axis=1) == 1).all()
    ):
        classes: np.ndarray = np.argmax(array, axis=1)
        return classes
    if columns == 8:
        # As QMNIST has them: the class, who wrote it, and where it is kept.
        return first
    raise ValueError(
        f"there are {columns:,} numbers for each picture; expected one label, or the pixels of a "
        "square picture"
    )
