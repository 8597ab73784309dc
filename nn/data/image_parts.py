"""What was found in files, put together: pictures with their labels, or without any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from nn.data.image_files import Found
from nn.data.labels import tidied
from nn.data.part import Part
from nn.data.picture_lists import stem
from nn.data.purpose import classes_by_name, for_testing, words

_BESIDE_STEM = {"image", "images", "img", "imgs", "label", "labels", "lab", "labs", "x", "y"}
_BESIDE_STEM |= {"idx", "ubyte", "int", "gz", "npy", "data", "target", "targets", "picture"}
_BESIDE_STEM |= {"npz", "arr", "pictures", "class", "classes", "pixels"}


@dataclass(eq=False)
class Parts:
    """Pictures for one purpose.

    Attributes:
        labelled: those with labels, by where they come from.
        unlabelled: those without.
        said: what was assumed.
    """

    labelled: dict[str, Part] = field(default_factory=dict)
    unlabelled: dict[str, Part] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Loose:
    """Picture files: their names, and in this order (n, height, width, channels) uint8."""

    names: list[str]
    pictures: np.ndarray

    def of(self, names: list[str]) -> np.ndarray:
        """Return those with such names."""
        if names == self.names:
            return self.pictures
        rows = {name: row for row, name in enumerate(self.names)}
        return self.pictures[[rows[name] for name in names]]


def parts_of(found: Found, loose: Loose) -> tuple[Parts, Parts]:
    """Return what is for training, and what for testing.

    Args:
        found: what was in all files.
        loose: its picture files.

    Raises:
        ValueError: labels have no pictures, or it is not plain which ones.
    """

    names = (*found.parts, *found.pictures, *found.labels, *loose.names)
    purposes = {name: for_testing(name) for name in names}
    train, test = (_parts_of(found, loose, purposes, testing) for testing in (False, True))
    return train, test


def _parts_of(found: Found, loose: Loose, purposes: Mapping[str, bool], testing: bool) -> Parts:
    def wanted(names: Iterable[str]) -> list[str]:
        return [name for name in names if purposes[name] == testing]

    parts = Parts()
    for name in wanted(found.parts):
        part = found.parts[name]
        (parts.unlabelled if part.labels is None else parts.labelled)[name] = part
    pictures = {name: found.pictures[name] for name in wanted(found.pictures)}
    labels = {name: found.labels[name] for name in wanted(found.labels)}
    _pair(pictures, labels, "test" if testing else "training", parts)
    names = wanted(loose.names)
    if names:
        if found.listed and any(stem(name) in found.listed for name in names):
            _take_listed(names, found.listed, loose, parts)
        else:
            others = [name for name in loose.names if purposes[name] != testing]
            _take_loose(names, others, loose, parts)
    return parts


def _pair(
    pictures: dict[str, np.ndarray], labels: dict[str, np.ndarray], purpose: str, parts: Parts
) -> None:
    """Put arrays of pictures beside those of their labels."""
    if len(pictures) == len(labels) == 1:
        pairs = {next(iter(pictures)): next(iter(labels))}
    else:
        stems = {name: _stem(name) for name in (*pictures, *labels)}
        pairs = {}
        for name in pictures:
            beside = [each for each in labels if stems[each] == stems[name]]
            rivals = [each for each in pictures if stems[each] == stems[name]]
            if len(beside) == len(rivals) == 1:
                pairs[name] = beside[0]
    if len(set(pairs.values())) < len(labels):
        raise ValueError(
            f"expected for each file of {purpose} pictures one of their labels, with the same "
            f"name but for a word such as images or labels; found images: "
            f"{', '.join(pictures) or 'none'}; labels: {', '.join(labels) or 'none'}"
        )
    for name, array in pictures.items():
        if name not in pairs:
            parts.unlabelled[name] = Part(array)
            continue
        given = labels[pairs[name]]
        if len(array) != len(given):
            raise ValueError(
                f"{name} holds {len(array):,} images but {pairs[name]} {len(given):,} labels; "
                "expected as many"
            )
        parts.labelled[name] = Part(array, given)
    if len(parts.unlabelled) > 1 and not parts.labelled and purpose == "training":
        _label_by_file(pictures, parts)


def _stem(name: str) -> tuple[str, ...]:
    return tuple(word for word in words(name) if word not in _BESIDE_STEM)


def _label_by_file(pictures: dict[str, np.ndarray], parts: Parts) -> None:
    """Take each file of pictures for a class, as Quick Draw's are."""
    stems = {name: _stem(name) for name in pictures}
    common = set.intersection(*(set(stem) for stem in stems.values())) if stems else set()
    names = {
        name: " ".join(word for word in stem if word not in common) for name, stem in stems.items()
    }
    if len(names) < 2 or len(set(names.values())) < len(names) or "" in names.values():
        return
    for name, word in names.items():
        array = parts.unlabelled.pop(name).pictures
        parts.labelled[name] = Part(array, np.full(len(array), word))
    parts.said.append(f"each file is taken for a class: {listed(list(names.values()))}")


def _take_listed(names: list[str], listed: Mapping[str, str], loose: Loose, parts: Parts) -> None:
    """Take pictures with the classes that a table lists, and others without."""
    known = [name for name in names if stem(name) in listed]
    labels = tidied(np.array([listed[stem(name)] for name in known]))
    parts.labelled[_source(known)] = Part(loose.of(known), labels, tuple(known))
    if rest := [name for name in names if stem(name) not in listed]:
        parts.unlabelled[_source(rest)] = Part(loose.of(rest), None, tuple(rest))


def _take_loose(names: list[str], others: list[str], loose: Loose, parts: Parts) -> None:
    pictures = loose.of(names)
    classes = classes_by_name(names)
    if classes is None and others:
        # All of one class, which is one of those that are for the other purpose.
        all_ = classes_by_name([*names, *others]) or []
        if set(all_[: len(names)]) <= set(all_[len(names) :]):
            classes = all_[: len(names)] or None
    source = _source(names)
    if classes is None:
        parts.unlabelled[source] = Part(pictures, None, tuple(names))
        return
    labels = tidied(np.array(classes))
    parts.labelled[source] = Part(pictures, labels, tuple(names))
    where = "folder" if all(f"{c}/" in n for c, n in zip(classes, names, strict=True)) else "name"
    parts.said.append(f"the class of each picture is taken from its {where}")


def _source(names: list[str]) -> str:
    """Return where picture files come from: a folder, or so many files."""
    folders = {name.split("/", 1)[0] for name in names if "/" in name}
    if len(folders) == 1 and all("/" in name for name in names):
        return folders.pop()
    return names[0] if len(names) == 1 else f"{len(names):,} files"


def listed(names: list[str]) -> str:
    """Return names with "and" between them; of many, the first and how many more there are.

    >>> listed(["a", "b"]), listed(["a", "b", "c", "d", "e"])
    ('a and b', 'a, b, c and 2 more')
    """
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3:,} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 2 else names)
