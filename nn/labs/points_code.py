"""The part of a program in which it gets points to train on and to test with."""

from __future__ import annotations

from nn.experiment.task import DataCode
from nn.labs.edits import Edits
from nn.labs.own_points import OwnPoints
from nn.labs.points import PointsSettings

_IMPORTS = ["import numpy as np", "from nn import Dataset"]


def data_code(
    settings: PointsSettings,
    own: OwnPoints | None = None,
    edits: Edits | None = None,
    file: str = "",
) -> DataCode:
    """Return how a program gets what :func:`nn.labs.points.data` returns.

    Args:
        settings, own, edits: as for :func:`nn.labs.points.data`.
        file: the name of the table's file.
    """
    if own is not None:
        return _own_code(settings, edits or Edits(), file, own.chosen)
    imports = [*_IMPORTS, "from nn.data.points import SHAPES, features"]
    lines = [
        f"rng = np.random.default_rng({settings.seed})",
        f'points = SHAPES["{settings.shape}"]({settings.points}, {settings.noise!r}, rng)',
    ]
    edits = settings.edits
    if edits.moved:
        rows = [point.row for point in edits.moved if point.row < settings.points]
        places = [(point.x, point.y) for point in edits.moved if point.row < settings.points]
        lines.append(f"points.inputs[{rows}] = {places}  # moved")
    if edits.removed:
        rows = [row for row in edits.removed if row < settings.points]
        lines.append(f"points.inputs[{rows}] = np.nan  # removed")
    if settings.test_share:
        imports.append("from nn.data import hold_out")
        lines.append(f"train, test = hold_out(points, {settings.test_share} / 100, rng)")
    else:
        lines.append("train = test = points")
    if edits.removed:
        lines += [
            "train, test = (",
            "    part.take(np.flatnonzero(np.isfinite(part.inputs[:, 0])))",
            "    for part in (train, test)",
            ")",
        ]
    if edits.added:
        added = [f"    ({point.x!r}, {point.y!r}, {point.label})," for point in edits.added]
        lines += ["added = [", *added, "]"]
        lines += [
            "places = np.array([(x, y) for x, y, _ in added], dtype=np.float32)",
            "labels = np.array([label for _, _, label in added], dtype=np.uint8)",
            "inputs = np.concatenate([train.inputs, places])",
            "train = Dataset(inputs, np.concatenate([train.targets, labels]), 2)",
        ]
        if not settings.test_share:
            lines.append("test = train")
    return DataCode(imports, [*lines, *_told(settings)])


def _own_code(
    settings: PointsSettings, edits: Edits, file: str, chosen: tuple[str, ...]
) -> DataCode:
    imports = [
        *_IMPORTS,
        "from pathlib import Path",
        "from nn.data.points import features",
        "from nn.data.tables import read_table",
        "from nn.labs.own_points import OwnPoints",
    ]
    lines = [
        "# The file that you opened in the page: put it beside this program.",
        f"table = read_table(Path({file!r}).read_bytes())",
        f"rng = np.random.default_rng({settings.seed})",
    ]
    arguments = f"{settings.test_share} / 100, rng"
    if edits != Edits():
        imports.append("from nn.labs.edits import AddedPoint, Edits, MovedPoint")
        lines += ["edits = Edits("]
        lines += [f"    {name}={value!r}," for name, value in vars(edits).items() if value]
        lines += [")"]
        arguments += ", edits"
    columns = ", ".join(["table", *map(repr, chosen)])
    lines += [
        f"points = OwnPoints.of({columns}).placed({arguments})",
        "train, test = points.train, points.test",
    ]
    return DataCode(imports, [*lines, *_told(settings)])


def _told(settings: PointsSettings) -> list[str]:
    names = ", ".join(f'"{name}"' for name in settings.inputs)
    return [
        f"inputs = [{names}]",
        "train, test = (",
        "    Dataset(features(points.inputs, inputs), points.targets, points.classes)",
        "    for points in (train, test)",
        ")",
    ]


def missing_code(columns: str) -> DataCode:
    """Return what stands in a program where the points are unknown that a network learnt from."""
    return DataCode(
        [],
        [f"# Here {columns}.", "# Make train and test, two Datasets, from a table with these."],
    )
