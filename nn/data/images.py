"""A collection of pictures in one or several files: MNIST, or what a visitor brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nn.data import png
from nn.data.alike import alike
from nn.data.archives import MAX_MEMBERS
from nn.data.dataset import Dataset, hold_out
from nn.data.gzipped import Content, Slices, stage
from nn.data.image_files import (
    EXPECTED,
    FILE_ENDINGS,
    PICTURE_ENDINGS,
    Found,
    ends_known,
    expanding,
    naming,
    sort_in,
)
from nn.data.image_parts import Loose, Parts, listed, parts_of
from nn.data.labels import DIGITS, Classes, classes_of, positions
from nn.data.part import Part
from nn.data.picture_files import Decode, declared_size, decode_with_pillow, kind_of, together
from nn.data.pixels import LARGEST
from nn.progress import exhaust

_AT_A_TIME = 50  # pictures that are at hand


@dataclass(frozen=True, eq=False)
class Images:
    """Pictures to train on and to test with.

    Attributes:
        train: inputs (n, height, width, channels) uint8, targets (n,), positions among the
            classes; None if no file is for it.
        test: the same, of the same size and classes.
        description: how many pictures came from which files, for people.
        unlabelled: (n, height, width, channels) uint8, pictures without labels, of the same size;
            None if there are none.
        ids: what those are called; empty where they have no names.
        assumed: sentences on what the files do not say and was assumed.
    """

    train: Dataset | None
    test: Dataset | None
    description: str
    unlabelled: np.ndarray | None = None
    ids: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


def read_images(files: Mapping[str, Content], decode: Decode = decode_with_pillow) -> Images:
    """Read pictures, labelled or not, from the contents of files, by file name.

    Every file is CSV, IDX, npy, npz, a picture, or a zip of such files, gzipped or not, which its
    content tells. A file whose name, or folder, has a word such as "test" or "t10k" is for
    testing, any other for training. IDX and npy files come in pairs, one of pictures and one of
    their labels; a picture file's label is its folder, or the start of its name. Files add up;
    pictures of different sizes take the size of most of them.

    Args:
        files: their contents. Names may have folders, with slashes.
        decode: what makes a picture file (height, width, 4) uint8, red, green, blue and alpha.

    Raises:
        ValueError: there is no file, a file is of another kind or cannot be read, or pictures and
            labels do not pair up. The message names the file.
    """
    return exhaust(reading_images(files, decode))


def reading_images(
    files: Mapping[str, Content],
    decode: Decode = decode_with_pillow,
    ready: Mapping[bytes, np.ndarray] | None = None,
) -> Slices[Images]:
    """Do the same as :func:`read_images`, a slice each time that the generator is pulled.

    Args:
        files: their contents.
        decode: what decodes a picture file.
        ready: pictures that have been decoded, (height, width, 1, 3 or 4) uint8, by the contents of
            their files.
    """
    if not files:
        raise ValueError(f"there are no files to read; {EXPECTED}")
    unpacked = yield from expanding(files)
    if ready is None:
        ready = yield from png.decoding(bytes(each) for each in unpacked.values() if kind_of(each))

    found = Found()
    size, before = sum(map(len, unpacked.values())), 0
    for name, content in unpacked.items():
        after = before + len(content)
        pixels = ready.get(bytes(content)) if kind_of(content) else None
        if pixels is None:
            work = sort_in(name, content, decode, found)
            yield from stage(work, before / max(1, size), after / max(1, size))
        else:
            found.add_picture(name, pixels, declared_size(content))
        before = after
        if pixels is None or len(found.loose) % _AT_A_TIME == 0:
            yield before / max(1, size)
    found.read_lists()
    loose = yield from _one_size(found)
    found.name_labels()
    if not (found.parts or found.pictures or found.labels or loose.names):
        raise ValueError(f"there are no pictures in {listed(list(files))}; {EXPECTED}")
    yield None
    train, test = parts_of(found, loose)
    yield None
    return _put_together(train, test, [*found.said, *train.said, *test.said])


def _one_size(found: Found) -> Slices[Loose]:
    """Return the picture files, of one size."""
    if not found.loose:
        return Loose([], np.empty((0, 1, 1, 1), np.uint8))
    pictures, said = yield from together(list(found.loose.values()))
    found.said += said
    if max(found.largest) > LARGEST:
        height, width = found.largest
        found.said.append(
            f"pictures of up to {width:,}x{height:,} were scaled down to {LARGEST} a side"
        )
    return Loose(list(found.loose), pictures)


def _put_together(train: Parts, test: Parts, said: list[str]) -> Images:
    groups = [train.labelled, test.labelled, {**train.unlabelled, **test.unlabelled}]
    parts, alike_said = alike([part for group in groups for part in group.values()])
    each = iter(parts)
    groups = [{name: next(each) for name in group} for group in groups]
    said += alike_said
    # One archive may have both, under its name.
    labels = [(name, _labels(part)) for group in groups[:2] for name, part in group.items()]
    classes = _classes(labels)
    data = []
    descriptions = []
    for group, purpose in zip(groups[:2], ("training", "test"), strict=True):
        joined = _join(group, classes)
        data.append(joined)
        if joined is not None:
            descriptions.append(f"{_count(joined, purpose)} from {listed(list(group))}")
            said += _warnings(joined, purpose)
    pictures = None
    ids: tuple[str, ...] = ()
    if rest := list(groups[2].values()):
        pictures = _concatenated([part.pictures for part in rest])
        if all(len(part.ids) == len(part.pictures) for part in rest):
            ids = tuple(name for part in rest for name in part.ids)
        count = f"{len(pictures):,} {_pictures(len(pictures))}"
        descriptions.append(f"{count} without labels from {listed(list(groups[2]))}")
    said = list(dict.fromkeys(said))
    return Images(data[0], data[1], "; ".join(descriptions), pictures, ids, tuple(said))


def _labels(part: Part) -> np.ndarray:
    assert part.labels is not None
    return part.labels


def _classes(labels: Sequence[tuple[str, np.ndarray]]) -> Classes:
    if not labels:
        return DIGITS
    for name, each in labels:
        with naming(name):
            classes_of([each])
    return classes_of([each for _, each in labels])


def _join(group: Mapping[str, Part], classes: Classes) -> Dataset | None:
    if not group:
        return None
    targets = []
    for name, part in group.items():
        with naming(name):
            targets.append(positions(_labels(part), classes))
    pictures = _concatenated([part.pictures for part in group.values()])
    return Dataset(pictures, _concatenated(targets), classes.count, classes.names)


def _concatenated(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _pictures(count: int) -> str:
    return "picture" if count == 1 else "pictures"


def _count(data: Dataset, purpose: str) -> str:
    return f"{len(data):,} {purpose} {_pictures(len(data))}"


def _warnings(data: Dataset, purpose: str) -> list[str]:
    """Return what makes pictures useless to learn from."""
    said = []
    first = data.inputs[:1]
    if len(data) > 1 and bool((data.targets == data.targets[0]).all()):
        name = str(data.targets[0]) if data.names is None else data.names[data.targets[0]]
        said.append(
            f"all {purpose} pictures have the label {name!r:.40}, so there is nothing to tell apart"
        )
    if len(data) > 1 and (data.inputs[:50] == first).all() and (data.inputs == first).all():
        said.append(f"all {purpose} pictures are the same")
    return said


def read_folder(folder: Path, decode: Decode = decode_with_pillow) -> Images:
    """Read the pictures in a folder and in the folders in it, as `read_images` does.

    It takes the files that end as CSV, IDX, NumPy's, picture and zip files do, other than hidden
    ones.

    Raises:
        ValueError: there is no such folder or no such file in it, or what `read_images` raises.
    """
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}; expected one with pictures")
    paths = [path for path in sorted(folder.rglob("*")) if _is_wanted(path, folder)]
    if not paths:
        raise ValueError(
            f"the folder {folder} holds no pictures; "
            f"expected files that end in {', '.join((*FILE_ENDINGS, *PICTURE_ENDINGS))}"
        )
    if len(paths) > MAX_MEMBERS:
        raise ValueError(
            f"the folder {folder} holds {len(paths):,} files; up to {MAX_MEMBERS:,} can be read"
        )
    return read_images(
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}, decode
    )


def _is_wanted(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    hidden = any(part.startswith(".") for part in parts)
    return not hidden and ends_known(path.name) and path.is_file()


def with_test_set(images: Images, seed: int = 0) -> tuple[Dataset, Dataset]:
    """Return what to train on and what to test with, of pictures some of which are for training.

    Where none are for testing, a sixth of those for training is held out, drawn by ``seed``.

    Raises:
        ValueError: no picture is for training.
    """
    if images.train is None:
        raise ValueError("there are no training pictures")
    if images.test is not None:
        return images.train, images.test
    if len(images.train) < 2:
        raise ValueError("one picture is too few: some are to train on and some to test with")
    return hold_out(images.train, 1 / 6, np.random.default_rng(seed))
