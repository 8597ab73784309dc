"""What the names of files and folders say: for training or testing, and which class."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath

_TEST = {"test", "tests", "testing", "testset", "testdata", "valid", "validation", "validate"}
_TEST |= {"val", "eval", "evaluation", "holdout", "heldout"}
_TRAINING = {"train", "training", "trainset", "traindata"}
_ANY = re.compile("train|test|t10k|val|hold|held", re.IGNORECASE)
"""In every name that has such a word; of ten thousands of names, most have none."""

_SHORT = re.compile(r"(?<![A-Za-z])([XxYy])(?=(?:[Tt]rain|[Tt]est|[Vv]al)(?![a-z]))")
"""What "Xtrain" begins with."""

_LABELLED = re.compile(r"(?:^|[ _\-.])(?:label|class|lbl)[ _\-=.]?([^\W_]+)", re.IGNORECASE)
_NO_WORD = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")


@lru_cache(10_000)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name, in small letters, without digits at their ends.

    >>> words("my-latest-digits.csv"), words("testSet2/X_test.npy")
    (('my', 'latest', 'digits', 'csv'), ('test', 'set', 'x', 'test', 'npy'))
    """
    parts = [part.lower() for part in _NO_WORD.split(_SHORT.sub(r"\1 ", name)) if part]
    return tuple(part if part == "t10k" else part.rstrip("0123456789") or part for part in parts)


def for_testing(name: str) -> bool:
    """Whether a file's name, or else one of its folders', says that it is to test with.

    >>> for_testing("mnist_test.csv"), for_testing("latest.csv"), for_testing("test/cat/1.png")
    (True, False, True)
    """
    if not _ANY.search(name):
        return False
    for part in reversed(name.replace("\\", "/").split("/")):
        found = set(words(part))
        if found & _TRAINING:
            return False
        if found & _TEST or "t10k" in found:
            return True
    return False


@lru_cache(10_000)
def is_purpose(folder: str) -> bool:
    """Whether a folder is called after what its pictures are for, and not after a class.

    >>> is_purpose("trainingSet"), is_purpose("cat")
    (True, False)
    """
    usual = _TEST | _TRAINING | {"set", "data", "images", "pictures", "dataset", "png", "jpg"}
    found = words(folder)
    return bool(found) and all(word in usual for word in found)


def start_of(name: str) -> str | None:
    """Return the word that a picture's name starts with, before a separator, if there is one.

    >>> start_of("7_001.png"), start_of("cat-3.png"), start_of("cat.17.jpg"), start_of("b (2).png")
    ('7', 'cat', 'cat', 'b')
    >>> start_of("cat12.png"), start_of("0012.png")
    ('cat', None)
    """
    stem = PurePosixPath(name).stem
    parts = re.split(r"[ _\-.()]+", stem)
    if len(parts) > 1 and parts[0]:
        return parts[0]
    found = re.fullmatch(r"([^\W\d_]+)\d+", stem)
    return found[1] if found else None


def classes_by_name(names: list[str]) -> list[str] | None:
    """Return the class of each picture by its folder or, failing that, the start of its name.

    Args:
        names: of files, with slashes after folders.

    Returns:
        None if neither tells the pictures apart.

    >>> classes_by_name(["set/train/cat/1.png", "set/train/dog/1.png"])
    ['cat', 'dog']
    >>> classes_by_name(["archive/7_1.png", "archive/3_1.png"])
    ['7', '3']
    >>> classes_by_name(["1-label-7.png", "2-label-3.png"])
    ['7', '3']
    """
    folders = [_folder(name) for name in names]
    if None not in folders and len(set(folders)) > 1:
        return [folder or "" for folder in folders]
    said = [_LABELLED.search(PurePosixPath(name).stem) for name in names]
    if all(said) and len({found[1] for found in said if found}) > 1:
        return [found[1] for found in said if found]
    starts = [start_of(name.rsplit("/", 1)[-1]) for name in names]
    # IMG_0001 and the like count pictures. Words, or a digit, before each number are classes.
    if None not in starts and len(set(starts)) > 1 and all(map(_word, starts)):
        return [start or "" for start in starts]
    if None not in folders and _short(folders[0]):
        return [folder or "" for folder in folders]
    if None not in starts and len(set(starts)) == 1 and _short(starts[0]):
        return [start or "" for start in starts]
    return None


def _short(name: str | None) -> bool:
    return name is not None and len(name) == 1


def _word(name: str | None) -> bool:
    return name is not None and (len(name) <= 2 or name.isalpha())


def _folder(name: str) -> str | None:
    return _class_of_folders(name.replace("\\", "/").rpartition("/")[0])


@lru_cache(10_000)
def _class_of_folders(path: str) -> str | None:
    parts = [part for part in path.split("/") if part and not is_purpose(part)]
    return parts[-1] if parts else None
