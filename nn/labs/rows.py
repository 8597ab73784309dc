"""The rows of a table as a network has them: inputs and answers, to learn from or to test with."""

from __future__ import annotations

import numpy as np

from nn.data import Dataset
from nn.data.columns import Columns
from nn.data.tables import Table, shown
from nn.labs.gaps import told_gaps

_MOST_CLASSES = 3
"""Unknown classes that a sentence names."""


def rows_to_test(table: Table, columns: Columns) -> tuple[Dataset, list[str]]:
    """Return the rows of a table that can test a network, and sentences on the others.

    Rows of a class that the network does not know stay in the count, as wrong.

    Raises:
        ValueError: the table lacks a column, has no answers, or only such as the network does not
            know.
    """
    rows, reasons = answered(table, columns)
    told = [f"of the rows to test with, {sentence}" for sentence in told_left_out(reasons)]
    told += _told_unknown(rows, columns)
    told += told_gaps(rows, columns, "of the rows to test with")
    return as_dataset(rows, columns, strict=False), told


def told_left_out(reasons: dict[str, int]) -> list[str]:
    """Return a sentence on how many rows are left out and why; nothing where there are none.

    >>> told_left_out({"no answer in 'y'": 3, "missing input": 2})
    ["5 rows are left out (no answer in 'y': 3; missing input: 2)"]
    """
    count = sum(reasons.values())
    if not count:
        return []
    listed = "; ".join(f"{reason}: {rows:,}" for reason, rows in reasons.items() if rows)
    return [f"{counted(count, 'is', 'are')} left out ({listed})"]


def counted(rows: int, one: str, several: str) -> str:
    """Return how many rows do something, with the verb that suits."""
    return f"1 row {one}" if rows == 1 else f"{rows:,} rows {several}"


def answered(table: Table, columns: Columns) -> tuple[Table, dict[str, int]]:
    """Return the rows of a table that have an answer in every output, and why others are left out.

    Raises:
        ValueError: there are none, or no such columns.
    """
    names = [output.name for output in columns.outputs]
    reasons = unanswered(table, names)
    missing = np.any([table.column(name).missing for name in names], axis=0)
    if missing.all():
        raise ValueError(f"no row has an answer in {' and '.join(map(shown, names))}")
    return table.take(np.flatnonzero(~missing)), reasons


def unanswered(table: Table, names: list[str]) -> dict[str, int]:
    """Return why rows of a table cannot be used whatever the inputs: counts by reasons."""
    reasons = {"too many or too few values": table.left_out} if table.left_out else {}
    before = np.zeros(len(table), np.bool_)
    for name in names:
        missing = table.column(name).missing
        if count := int((missing & ~before).sum()):
            reasons[f"no answer in {shown(name)}"] = count
        before |= missing
    return reasons


def as_dataset(table: Table, columns: Columns, strict: bool = True) -> Dataset:
    """Return the rows of a table, all of which have answers, as a network has them.

    Args:
        table: the rows.
        columns: what the network takes and predicts.
        strict: whether a class that the network does not know is refused; or else only counted,
            and 0 in all outputs where there are several.

    Raises:
        ValueError: the table lacks a column, or holds something that the network does not know.
    """
    x = columns.encode(table)
    if not np.isfinite(x).all():
        row = int(np.flatnonzero(~np.isfinite(x).all(axis=1))[0])
        raise ValueError(f"row {row + 1} lacks a value that nothing can stand for")
    targets = [output.targets(table.column(output.name), strict) for output in columns.outputs]
    if columns.classes is not None:
        known = targets[0] >= 0
        if not known.any():
            name = shown(columns.outputs[0].name)
            raise ValueError(f"no row has a class in {name} that the network knows")
        unknown = len(known) - int(known.sum())
        classes = columns.classes
        return Dataset(x[known], targets[0][known], len(classes), classes, unknown)
    parts = [
        (values[:, np.newaxis] - output.offset) / output.scale
        if output.classes is None
        else values[:, np.newaxis] == np.arange(output.width)
        for output, values in zip(columns.outputs, targets, strict=True)
    ]
    return Dataset(x, np.concatenate(parts, axis=1).astype(np.float32))


def _told_unknown(table: Table, columns: Columns) -> list[str]:
    """Return sentences on classes that the network does not know."""
    sentences = []
    for output in columns.outputs:
        found = output.unknown(table.column(output.name))
        if not found:
            continue
        listed = ", ".join(map(shown, list(found)[:_MOST_CLASSES]))
        if len(found) > _MOST_CLASSES:
            listed += f" and {len(found) - _MOST_CLASSES} more"
        count = sum(found.values())
        classes = "the class" if len(found) == 1 else "the classes"
        verb = "it counts" if count == 1 else "they count"
        sentences.append(
            f"{counted(count, 'has', 'have')} {classes} {listed}, which the training rows never "
            f"show: {verb} as wrong"
        )
    return sentences
