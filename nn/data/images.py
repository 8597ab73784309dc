"""A collection of 28x28 pictures in one or several files: MNIST, or what a visitor brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nn.data.dataset import Dataset, hold_out
from nn.data.gzipped import Content, unpack
from nn.data.idx import looks_like_idx, read_idx
from nn.data.image_csv import CLASSES, SIDE, looks_like_csv, read_image_csv

_TEST_NAMES = ("test", "t10k", "valid")
_FILE_ENDINGS = (".csv", ".gz", ".idx", "ubyte")
_EXPECTED = "expected CSV (a label and 784 pixels a line) or IDX, gzipped or not"


@dataclass(frozen=True, eq=False)
class Images:
    """Pictures to train on and to test with.

    Attributes:
        train: inputs (n, 28, 28, 1) uint8, targets (n,) uint8, 10 classes; None if no file is
            for it.
        test: the same.
        description: how many pictures came from which files, for people.
    """

    train: Dataset | None
    test: Dataset | None
    description: str


def read_images(files: Mapping[str, Content]) -> Images:
    """Read labelled 28x28 pictures from the contents of files, by file name.

    Every file is CSV or IDX, gzipped or not, which its content tells. A file whose name contains
    "test", "t10k" or "valid" is for testing, any other for training. IDX comes in pairs, for
    each purpose one file of images and one of labels; CSV files add up.

    Raises:
        ValueError: there is no file, a file is of another kind or cannot be read, images are not
            28x28, or IDX images and labels do not pair up. The message names the file.
    """
    if not files:
        raise ValueError(f"there are no files to read; {_EXPECTED}")
    training: dict[str, Content] = {}
    testing: dict[str, Content] = {}
    for name, content in files.items():
        for_testing = any(word in name.lower() for word in _TEST_NAMES)
        (testing if for_testing else training)[name] = content
    train, train_description = _read_purpose(training, "training")
    test, test_description = _read_purpose(testing, "test")
    descriptions = [text for text in (train_description, test_description) if text]
    return Images(train, test, "; ".join(descriptions))


def read_folder(folder: Path) -> Images:
    """Read the labelled 28x28 pictures in a folder, as `read_images` does.

    It takes the files that end in .csv, .gz, .idx or ubyte, other than hidden ones.

    Raises:
        ValueError: there is no such folder or no such file in it, or what `read_images` raises.
    """
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}; expected one with CSV or IDX files")
    paths = [
        path
        for path in sorted(folder.iterdir())
        if path.is_file()
        and not path.name.startswith(".")
        and path.name.lower().endswith(_FILE_ENDINGS)
    ]
    if not paths:
        raise ValueError(
            f"the folder {folder} holds no pictures; "
            f"expected files that end in {', '.join(_FILE_ENDINGS)}"
        )
    return read_images({path.name: path.read_bytes() for path in paths})


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


def _read_purpose(files: Mapping[str, Content], purpose: str) -> tuple[Dataset | None, str]:
    images: dict[str, np.ndarray] = {}
    labels: dict[str, np.ndarray] = {}
    parts: dict[str, Dataset] = {}
    for name, file in files.items():
        with _naming(name):
            content = unpack(file)
            if not content:
                raise ValueError(f"the file is empty; {_EXPECTED}")
            if looks_like_idx(content):
                array = read_idx(content)
                (labels if array.ndim == 1 else images)[name] = array
            elif looks_like_csv(content):
                parts[name] = read_image_csv(content)
            else:
                raise ValueError(f"this is neither CSV nor IDX; {_EXPECTED}")
    if images or labels:
        parts.update(_pair(images, labels, purpose))
    if not parts:
        return None, ""
    data = _join(list(parts.values()))
    pictures = "picture" if len(data) == 1 else "pictures"
    return data, f"{len(data):,} {purpose} {pictures} from {' and '.join(parts)}"


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Put the name of a file before what is wrong with it."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _pair(
    images: dict[str, np.ndarray], labels: dict[str, np.ndarray], purpose: str
) -> dict[str, Dataset]:
    if len(images) != 1 or len(labels) != 1:
        raise ValueError(
            f"expected one IDX file of {purpose} images and one of their labels; found "
            f"images: {', '.join(images) or 'none'}; labels: {', '.join(labels) or 'none'}"
        )
    [(image_name, pictures)], [(label_name, answers)] = images.items(), labels.items()
    count, *size = pictures.shape
    if size != [SIDE, SIDE]:
        raise ValueError(
            f"{image_name}: the images are {size[0]} x {size[1]}; expected {SIDE} x {SIDE}"
        )
    if count != len(answers):
        raise ValueError(
            f"{image_name} holds {count:,} images but {label_name} {len(answers):,} labels; "
            "expected as many"
        )
    with _naming(label_name):
        return {image_name: Dataset(pictures.reshape(count, SIDE, SIDE, 1), answers, CLASSES)}


def _join(parts: list[Dataset]) -> Dataset:
    if len(parts) == 1:
        return parts[0]
    return Dataset(
        np.concatenate([part.inputs for part in parts]),
        np.concatenate([part.targets for part in parts]),
        CLASSES,
    )
