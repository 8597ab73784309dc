"""The part of a program that gets what the lab of tables learns from."""

from __future__ import annotations

from nn.data.columns import Columns
from nn.data.tables import Table
from nn.experiment.task import DataCode
from nn.labs.colours import ColoursSettings, described, parts_of
from nn.labs.selection import Selection, changed_kinds, changed_readings
from nn.labs.split import HELD_OUT


def missing_data_code(columns: Columns) -> DataCode:
    """Return what stands in a program where the data is unknown that a network learnt from."""
    return DataCode(
        [],
        [
            f"# Here {described(columns)}.",
            "# Make train and test, two Datasets, from a table with these columns.",
        ],
    )


def data_code(
    settings: ColoursSettings,
    selection: Selection | None = None,
    reading: str = "",
    test: Table | None = None,
    reading_test: str = "",
) -> DataCode:
    """Return the lines of a program that make what :func:`nn.labs.colours.data` returns.

    Args:
        settings, selection, test: as there.
        reading, reading_test: what reads the table, and the one to test with.
    """
    imports = ["import numpy as np", "from nn.data import hold_out"]
    draw = f"rng = np.random.default_rng({settings.seed})"
    if selection is None:
        imports.append("from nn.data.colours import labelled_colours")
        make = f"labelled_colours({settings.colours}, rng)"
        return DataCode(imports, [draw, f"train, test = hold_out({make}, {HELD_OUT}, rng)"])
    imports = [
        "import numpy as np",
        "from pathlib import Path",
        f"from nn.data.tables import {'beside, ' * ('beside(' in reading_test)}read_table",
        "from nn.labs.selection import Selection",
        "from nn.labs.split import split",
    ]
    found = parts_of(settings, selection, test)
    share, tested = f"{found.held_out / found.used:.4g}", ""
    if test is not None:
        share, tested = "0", f", {reading_test}"
    one = test is None or "beside(" in reading_test
    opened, them = ("file", "it") if one else ("files", "them")
    lines = [
        f"# The {opened} that you opened in the page: put {them} beside this program.",
        f"table = {reading}",
        *(f"table = table.with_reading{change!r}" for change in changed_readings(selection.table)),
        *(f"table = table.with_kind{change!r}" for change in changed_kinds(selection.table)),
        f"inputs = {list(selection.choice.inputs)!r}",
        f"outputs = {list(selection.choice.outputs)!r}",
        f"sorts = {list(selection.choice.sorts)!r}",
        draw,
        "rows = Selection.of(table, inputs, outputs, sorts)",
        f"parts = split(rows, rng, {share}, {settings.missing!r}{tested})",
        "train, test = parts.train, parts.test",
    ]
    return DataCode(imports, lines)
