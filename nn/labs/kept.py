"""What a visitor brought to a lab and found out there, as bytes that a browser keeps, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from nn.data.columns import Output
from nn.data.dataset import Dataset
from nn.data.gzipped import Slices
from nn.experiment.comparison import Curve, Run
from nn.experiment.settings import Settings, parse
from nn.formats import packed
from nn.labs.edits import AddedPoint, Edits, MovedPoint
from nn.labs.own_classes import Deleted, OwnClasses
from nn.labs.own_points import Axis, OwnPoints
from nn.labs.pictures import Pictures
from nn.labs.points_source import PointsSource
from nn.labs.selection import Selection, changed_kinds, changed_readings
from nn.labs.table_source import Opened, TableSource
from nn.model import Sequential
from nn.progress import Evaluation

S = TypeVar("S", bound=Settings)

# ---- Data sets.


def _facts(data: Dataset) -> dict[str, Any]:
    return {"classes": data.classes, "names": data.names}


def _arrays(data: Dataset, prefix: str) -> dict[str, np.ndarray]:
    return {f"{prefix} inputs": data.inputs, f"{prefix} targets": data.targets}


def _dataset(facts: dict[str, Any], arrays: dict[str, np.ndarray], prefix: str) -> Dataset:
    inputs, targets = arrays[f"{prefix} inputs"], arrays[f"{prefix} targets"]
    return Dataset(inputs, targets, facts["classes"], _texts(facts["names"]))


def _texts(texts: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if texts is None else tuple(texts)


# ---- Pictures, and classes of one's own.


def pack_pictures(pictures: Pictures) -> bytes:
    """Return pictures as bytes."""
    train, test = pictures.original
    facts = {
        "data": [_facts(train), _facts(test)],
        "description": pictures.description,
        "assumed": pictures.assumed,
        "turns": pictures.turns,
        "mirrored": pictures.mirrored,
        "names": pictures.names,
    }
    return packed.pack(facts, {**_arrays(train, "train"), **_arrays(test, "test")})


def unpack_pictures(data: bytes) -> Pictures:
    """Return pictures again."""
    facts, arrays = packed.unpack(data)
    train, test = (
        _dataset(entry, arrays, prefix)
        for entry, prefix in zip(facts["data"], ("train", "test"), strict=True)
    )
    return Pictures(
        (train, test),
        facts["description"],
        tuple(facts["assumed"]),
        facts["turns"],
        facts["mirrored"],
        _texts(facts["names"]),
    )


def pack_classes(own: OwnClasses) -> bytes:
    """Return named classes with their examples, and those that were deleted, as bytes."""
    groups = [own.examples, *(each.examples for each in own.deleted)]
    pictures = [picture for group in groups for each in group for picture in each]
    facts = {
        **_counted(own.names, own.examples),
        "learnt": own.learnt,
        "deleted": [
            {"what": each.what, "place": each.place, "index": each.index}
            | _counted(each.names, each.examples)
            for each in own.deleted
        ],
    }
    return packed.pack(facts, {"examples": np.array(pictures, np.uint8)})


def _counted(names: list[str], examples: list[list[np.ndarray]]) -> dict[str, Any]:
    return {"names": names, "counts": [len(pictures) for pictures in examples]}


def unpack_classes(data: bytes) -> OwnClasses:
    """Return named classes again."""
    facts, arrays = packed.unpack(data)
    pictures = iter(arrays["examples"])

    def taken(counts: list[int]) -> list[list[np.ndarray]]:
        return [list(islice(pictures, count)) for count in counts]

    own = OwnClasses()
    for name, group in zip(facts["names"], taken(facts["counts"]), strict=True):
        place = own.add_class(name)
        for picture in group:
            own.add(place, picture)
    own.learnt = facts.get("learnt", False)
    for each in facts.get("deleted", ()):
        own.deleted.append(Deleted(examples=taken(each.pop("counts")), **each))
    return own


# ---- Tables.


def tables(data: bytes) -> list[memoryview]:
    """Return the contents of the files of tables in what a lab learns from, which may be none."""
    _, arrays = packed.unpack(data)
    return [arrays[name].data for name in ("content", "test") if name in arrays]


def pack_table(source: TableSource) -> bytes:
    """Return what the lab of tables learns from as bytes; a network without data is kept apart."""
    opened, selection = source.opened, source.selection
    facts: dict[str, Any] = {"without": source.without is not None, "notes": source.notes}
    arrays = {}
    if opened is not None:
        table = opened.table
        facts |= {"file": opened.name, "header": table.header, "encoding": opened.encoding}
        facts |= {"kinds": changed_kinds(table), "readings": changed_readings(table)}
        arrays["content"] = np.frombuffer(opened.content, np.uint8)
    if selection is not None:
        facts["choice"] = asdict(selection.choice)
    if source.test is not None:
        facts |= {"testFile": source.test.name, "testHeader": source.test.table.header}
        facts["testEncoding"] = source.test.encoding
        arrays["test"] = np.frombuffer(source.test.content, np.uint8)
    return packed.pack(facts, arrays)


def unpacking_table(data: bytes, model: Sequential) -> Slices[TableSource]:
    """Read what the lab of tables learns from again, a slice a turn; ``model`` learns from it."""
    facts, arrays = packed.unpack(data)
    opened = selection = test = None
    if "test" in arrays:
        content = arrays["test"].tobytes()
        how = facts["testHeader"], facts.get("testEncoding", "")
        test = yield from Opened.reading(content, facts["testFile"], *how)
    if "content" in arrays:
        content = arrays["content"].tobytes()
        how = facts["header"], facts.get("encoding", "")
        opened = yield from Opened.reading(content, facts["file"], *how)
        table = opened.table
        # Only the order of dates was kept at first.
        for name, reading in facts.get("readings", facts.get("orders", ())):
            table = table.with_reading(name, reading)
        for name, kind in facts["kinds"]:
            table = table.with_kind(name, kind)
        opened = replace(opened, table=table)
        if "choice" in facts:
            selection = Selection.of(table, **facts["choice"])
    without = model if facts["without"] else None
    return TableSource(opened, selection, tuple(facts["notes"]), without, test)


# ---- Points.


def pack_points(source: PointsSource) -> bytes:
    """Return what the lab of points learns from as bytes."""
    edits, own = source.edits, source.own
    facts: dict[str, Any] = {
        "file": source.file,
        "edits": asdict(edits),
        "without": source.without and asdict(source.without),
    }
    if own is None:
        return packed.pack(facts, {})
    facts["own"] = {
        "axes": [asdict(axis) for axis in own.axes],
        "output": asdict(own.output),
        "left_out": own.left_out,
        "notes": own.notes,
        "drawn": _facts(own.drawn),
        "chosen": own.chosen,
    }
    arrays = _arrays(own.drawn, "drawn")
    if source.opened:
        facts["header"] = source.opened.table.header
        arrays["content"] = np.frombuffer(source.opened.content, np.uint8)
    return packed.pack(facts, arrays)


def unpacking_points(data: bytes) -> Slices[PointsSource]:
    """Read what the lab of points learns from again, a slice a turn."""
    facts, arrays = packed.unpack(data)
    edits = Edits(
        tuple(AddedPoint(**point) for point in facts["edits"]["added"]),
        tuple(MovedPoint(**point) for point in facts["edits"]["moved"]),
        tuple(facts["edits"]["removed"]),
    )
    own = None
    if entry := facts.get("own"):
        x, y = (Axis(**axis) for axis in entry["axes"])
        own = OwnPoints(
            (x, y),
            _output(entry["output"]),
            _dataset(entry["drawn"], arrays, "drawn"),
            entry["left_out"],
            tuple(entry["notes"]),
            tuple(entry.get("chosen", ())),
        )
    without = _output(facts["without"]) if facts["without"] else None
    opened = None
    if "content" in arrays:
        content = arrays["content"].tobytes()
        opened = yield from Opened.reading(content, facts["file"], facts["header"])
    return PointsSource(own, edits, facts["file"], without, opened)


def _output(entry: dict[str, Any]) -> Output:
    return Output(**{**entry, "classes": _texts(entry["classes"])})


# ---- Results.


def pack_test(evaluation: Evaluation, samples: int) -> bytes:
    """Return the result of a test as bytes; ``samples`` had been trained on until then."""
    facts = {**vars(evaluation), "samples": samples}
    return packed.pack(facts, {"outputs": facts.pop("outputs")})


def unpack_test(data: bytes) -> tuple[Evaluation, int]:
    """Return the result of a test again."""
    facts, arrays = packed.unpack(data)
    span = tuple(facts["target_range"])
    found = Evaluation(facts["loss"], facts["accuracy"], arrays["outputs"], span)
    return found, facts["samples"]


def pack_runs(runs: Iterable[Run[S]]) -> bytes:
    """Return the rows of a comparison as bytes: one that is not over begins anew."""
    rows, curves = [], {}
    for i, run in enumerate(runs):
        row = vars(run if run.over else Run(run.settings, run.published)).copy()
        curve = row.pop("curve")
        rows.append({**row, "settings": run.settings.fields()})
        lines = [line for line in (curve.samples, curve.loss, curve.accuracy) if line]
        curves[f"curve {i}"] = np.array(lines, np.float64)
    return packed.pack({"rows": rows}, curves)


def unpack_runs(data: bytes, base: S) -> list[Run[S]]:
    """Return the rows of a comparison again; ``base`` has what the text of settings leaves out."""
    facts, curves = packed.unpack(data)
    runs = []
    for i, row in enumerate(facts["rows"]):
        samples, *lines = curves[f"curve {i}"].tolist() or [[]]
        curve = Curve([int(count) for count in samples], *lines)
        runs.append(Run(**{**row, "settings": parse(row["settings"], base), "curve": curve}))
    return runs
