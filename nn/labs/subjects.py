"""What a comparison learns, lab by lab: the settings it begins with, and its data.

A subject can be pickled: each worker of a cluster is sent one, once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nn.data.dataset import Dataset
from nn.data.images import read_folder, with_test_set
from nn.data.tables import KINDS, read_table
from nn.experiment.comparison_file import Outline, TableColumns
from nn.experiment.settings import Settings
from nn.experiment.task import Task
from nn.labs import colours, curve, digits, points, temperature, text
from nn.labs.curve_source import CurveSource
from nn.labs.selection import Selection, Sort, changed_kinds, first_choice, suggested_sort
from nn.labs.text_source import TextSource

Prepared = tuple[Task, Dataset, Dataset]


@dataclass(frozen=True, eq=False)
class Subject:
    """What is learnt.

    Attributes:
        name: the lab's.
        defaults: settings to begin with.
        prepare: returns what settings are for, what to train on and what to test with.
        presets: other settings to begin with, by name.
        key: tells data apart: results of other data are not comparable.
        notes: what was assumed, a sentence each.
    """

    name: str
    defaults: Any
    prepare: Callable[[Any], Prepared]
    presets: dict[str, Any] = field(default_factory=dict)
    key: str = "built in"
    notes: tuple[str, ...] = ()

    def base(self, preset: str | None) -> Settings:
        """Return the settings of a preset, or those that the lab begins with.

        Raises:
            ValueError: there is no such preset.
        """
        known = {name.lower(): settings for name, settings in self.presets.items()}
        if preset is not None and preset not in known:
            raise ValueError(f"preset: expected one of {', '.join(known)}, not {preset!r:.40}")
        settings: Settings = self.defaults if preset is None else known[preset]
        return settings


@dataclass(frozen=True, eq=False)
class _Pictures:
    train: Dataset
    test: Dataset

    def __call__(self, settings: digits.DigitsSettings) -> Prepared:
        return digits.task_for(settings, self.train), self.train, self.test


@dataclass(frozen=True, eq=False)
class _Rows:
    selection: Selection | None

    def __call__(self, settings: colours.ColoursSettings) -> Prepared:
        parts = colours.parts_of(settings, self.selection)
        return colours.task_for(settings, parts), parts.train, parts.test


def _points(settings: points.PointsSettings) -> Prepared:
    return points.task(settings), *points.data(settings)


def _temperature(settings: temperature.TemperatureSettings) -> Prepared:
    return temperature.task(settings), *temperature.data(settings)


def _curve(settings: curve.CurveSettings) -> Prepared:
    source = CurveSource()
    parts = source.data(settings)
    return source.task(settings), parts.train, parts.test


def _text(settings: text.TextSettings) -> Prepared:
    source = TextSource()
    learnt = source.data(settings, source.alphabet(settings))
    return source.task(settings), *learnt.parts


def subject_of(found: Outline, pictures: Path, beside: Path) -> Subject:
    """Return what a comparison's file asks for, with its data read.

    Args:
        found: the file.
        pictures: a folder, for Digits.
        beside: the folder that a table's path begins at.

    Raises:
        ValueError: there is no such lab, or its data cannot be read.
        OSError: the same.
    """
    if found.table is not None and found.lab != "colours":
        raise ValueError('a [table] goes with lab = "colours"')
    if found.lab == "digits":
        return _digits(pictures)
    if found.lab == "colours" and found.table is not None:
        return _of_table(found.table, beside)
    if found.lab == "colours":
        return Subject("colours", colours.DEFAULTS, _Rows(None), colours.PRESETS)
    if found.lab == "points":
        return Subject("points", points.DEFAULTS, _points, points.PRESETS)
    if found.lab == "temperature":
        return Subject("temperature", temperature.DEFAULTS, _temperature, temperature.PRESETS)
    if found.lab == "curve":
        return Subject("curve", curve.DEFAULTS, _curve, curve.PRESETS)
    if found.lab == "text":
        return Subject("text", text.DEFAULTS, _text, text.PRESETS)
    known = "digits, colours, points, temperature, curve or text"
    raise ValueError(f"lab: expected {known}, not {found.lab!r:.40}")


def columns_of(file: str, selection: Selection) -> TableColumns:
    """Return how a comparison's file names a table and its columns."""
    choice = selection.choice
    sorts = list(zip(choice.outputs, choice.sorts, strict=True))
    return TableColumns(
        file,
        choice.inputs,
        choice.outputs,
        tuple(name for name, sort in sorts if sort == "classes"),
        tuple(name for name, sort in sorts if sort == "number"),
        dict(changed_kinds(selection.table)),
    )


def _digits(folder: Path) -> Subject:
    images = read_folder(folder)
    train, test = with_test_set(images)
    presets = digits.presets_for(train.inputs.shape[1:])
    held_out = "" if images.test else f", of which {len(test):,} are held out to test with"
    notes = (f"{images.description}{held_out}", *images.assumed)
    key = _hash(train.inputs, train.targets, test.inputs, test.targets)
    defaults = presets["Classic"]
    return Subject("digits", defaults, _Pictures(train, test), presets, key, notes)


def _of_table(asked: TableColumns, beside: Path) -> Subject:
    path = beside / asked.file
    content = path.read_bytes()
    try:
        table = read_table(content)
        for name, kind in asked.kinds.items():
            if kind not in KINDS:
                raise ValueError(f"kinds: expected one of {', '.join(KINDS)}, not {kind!r:.40}")
            table = table.with_kind(name, kind)
        first, notes = first_choice(table, asked.outputs)
        outputs = asked.outputs or first.choice.outputs
        inputs = asked.inputs or first.choice.inputs
        said: dict[str, Sort] = {
            **dict.fromkeys(asked.classes, "classes"),
            **dict.fromkeys(asked.numbers, "number"),
        }
        sorts = [said.get(name) or suggested_sort(table.column(name)) for name in outputs]
        selection = Selection.of(table, inputs, outputs, sorts)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
    base = colours.suggested(colours.DEFAULTS, selection)
    key = hashlib.sha256(content + repr(selection.choice).encode()).hexdigest()[:12]
    return Subject("colours", base, _Rows(selection), {}, key, (*table.notes, *notes))


def _hash(*arrays: Any) -> str:
    found = hashlib.sha256()
    for array in arrays:
        found.update(repr((array.shape, array.dtype.str)).encode())
        found.update(array.tobytes())
    return found.hexdigest()[:12]
