"""The rows of a table made into what a network is trained on and tested with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from nn.data import Dataset
from nn.data.columns import Columns, Input, Output
from nn.data.scaling import normalisation
from nn.data.tables import Table, shown
from nn.labs.selection import MAX_FEATURES, Selection
from nn.layers import Rescaling

Missing = Literal["fill", "drop"]
"""What is done with rows in which an input is missing."""

FEW_ROWS = 30
"""Of smaller tables nothing is held out at first."""

HELD_OUT = 0.2
"""The share of the rows that a network is tested with, of larger ones."""


@dataclass(frozen=True, eq=False)
class Split:
    """What is trained on and tested with.

    Attributes:
        train, test: the rows; the same ones where nothing is held out.
        columns: what inputs and outputs stand for, as the training rows say.
        inputs: the scaling of inputs.
        held_out: how many rows are tested with and not trained on.
        left_out: how many rows have no answer, or lack an input and were to be dropped.
        filled: how many rows lack an input that was filled.
    """

    train: Dataset
    test: Dataset
    columns: Columns
    inputs: Rescaling
    held_out: int
    left_out: int
    filled: int

    @property
    def used(self) -> int:
        """How many rows are trained on or tested with."""
        return len(self.train) + self.held_out


def suggested_share(rows: int) -> float:
    """Return the share to hold out of so many rows at first.

    >>> suggested_share(4), suggested_share(150)
    (0.0, 0.2)
    """
    return HELD_OUT if rows >= FEW_ROWS else 0.0


def split(
    selection: Selection,
    rng: np.random.Generator,
    share: float | None = None,
    missing: Missing = "fill",
    test: Table | None = None,
    columns: Columns | None = None,
) -> Split:
    """Return rows to train on and to test with.

    Classes are held out in proportion, so that the rarest of them are in both parts where they can.

    Args:
        selection: the table and its columns.
        rng: draws the rows.
        share: of the rows to hold out, up to a half; by default what suits their number.
        missing: whether missing inputs are filled, by medians and by "missing", or their rows
            dropped.
        test: rows of another table to test with; then none are held out.
        columns: of a network that is to learn from these rows; by default what the training rows
            say.

    Raises:
        ValueError: too few rows are left, ``test`` has other columns, or ``columns`` has others.
    """
    table, choice = selection.table, selection.choice
    rows = selection.answered
    lacking = np.any([table.column(name).missing[rows] for name in choice.inputs], axis=0)
    left_out = table.left_out + len(table) - len(rows)
    if missing == "drop":
        left_out += int(lacking.sum())
        rows, lacking = rows[~lacking], lacking[~lacking]
        if len(rows) < 2:
            raise ValueError(
                "hardly a row has all inputs: fill what is missing, or leave out columns"
            )
    outputs = list(columns.outputs) if columns else _outputs(selection, rows)
    share = suggested_share(len(rows)) if share is None else share
    groups = _groups(selection, outputs, rows)
    held = rows_to_hold_out(groups, 0.0 if test is not None else share, rng)
    train_rows, test_rows = rows[~held], rows[held]
    part = table.take(train_rows)
    if columns is None:
        inputs = tuple(Input.of(part.column(name)) for name in choice.inputs)
        columns = Columns(inputs, tuple(_scaled(output, part) for output in outputs))
    if len(columns.features) > MAX_FEATURES:
        raise ValueError(f"the inputs have {len(columns.features):,} values a row, too many")
    train = as_dataset(part, columns)
    if test is not None:
        try:
            tested = as_dataset(answered(test, columns), columns)
        except ValueError as error:
            raise ValueError(f"the table to test with: {error}") from None
    else:
        tested = as_dataset(table.take(test_rows), columns) if len(test_rows) else train
    held_out = len(tested) if tested is not train else 0
    return Split(
        train,
        tested,
        columns,
        _scaling(train.inputs, columns),
        held_out,
        left_out,
        int(lacking.sum()),
    )


def outline_of(selection: Selection) -> Columns:
    """Return columns as of all rows: less work than a split, and of the same size or nearly so."""
    rows = selection.answered
    inputs = tuple(Input.of(selection.table.column(name)) for name in selection.choice.inputs)
    return Columns(inputs, tuple(_outputs(selection, rows)))


def told(parts: Split, tested: int | None = None) -> list[str]:
    """Return sentences on which rows are used and how; ``tested`` is the size of a test table."""
    sentences = []
    if parts.left_out:
        sentences.append(f"{_counted(parts.left_out, 'is', 'are')} left out")
    if parts.filled:
        sentences.append(
            f"{_counted(parts.filled, 'lacks', 'lack')} an input: numbers are filled with the "
            'median of the others, categories with "missing"'
        )
    if tested is not None:
        sentences.append(f"tested with {parts.held_out:,} rows of the other table")
    elif not parts.held_out:
        sentences.append(f"all {parts.used:,} rows are learnt from, none is held out")
    return sentences


def _counted(rows: int, one: str, several: str) -> str:
    return f"1 row {one}" if rows == 1 else f"{rows:,} rows {several}"


def answered(table: Table, columns: Columns) -> Table:
    """Return the rows of a table that have an answer in every output.

    Raises:
        ValueError: there are none, or no such columns.
    """
    missing = np.any([table.column(output.name).missing for output in columns.outputs], axis=0)
    if missing.all():
        names = " and ".join(shown(output.name) for output in columns.outputs)
        raise ValueError(f"no row has an answer in {names}")
    return table.take(np.flatnonzero(~missing))


def as_dataset(table: Table, columns: Columns) -> Dataset:
    """Return the rows of a table, all of which have answers, as a network has them.

    Raises:
        ValueError: the table lacks a column, or holds something that the network does not know.
    """
    x = columns.encode(table)
    if not np.isfinite(x).all():
        row = int(np.flatnonzero(~np.isfinite(x).all(axis=1))[0])
        raise ValueError(f"row {row + 1} lacks a value that nothing can stand for")
    targets = [output.targets(table.column(output.name)) for output in columns.outputs]
    if columns.classes is not None:
        return Dataset(x, targets[0], len(columns.classes), columns.classes)
    parts = [
        (values[:, np.newaxis] - output.offset) / output.scale
        if output.classes is None
        else values[:, np.newaxis] == np.arange(output.width)
        for output, values in zip(columns.outputs, targets, strict=True)
    ]
    return Dataset(x, np.concatenate(parts, axis=1).astype(np.float32))


def _outputs(selection: Selection, rows: np.ndarray) -> list[Output]:
    found = []
    for name, sort in zip(selection.choice.outputs, selection.choice.sorts, strict=True):
        if sort == "number":
            found.append(Output(name))
            continue
        codes, texts = selection.table.column(name).categories
        used = np.unique(codes[rows])
        found.append(Output(name, tuple(texts[code] for code in used.tolist())))
        if len(used) < 2:
            raise ValueError(
                f"the column {shown(name)} has one class only in the rows that are left"
            )
    return found


def _scaled(output: Output, table: Table) -> Output:
    """Return the output of a number scaled to mean 0 and variance 1 in the training rows."""
    if output.classes is not None:
        return output
    values = table.column(output.name).numbers
    assert values is not None
    scaling = normalisation(values[:, np.newaxis])
    scale = 1 / float(np.asarray(scaling.scale)[0])
    return replace(output, scale=scale, offset=float(values.mean(dtype=np.float64)))


def _scaling(inputs: np.ndarray, columns: Columns) -> Rescaling:
    """Return the scaling of inputs; what is 0 or 1 stays so, however rare the 1 is."""
    scaling = normalisation(inputs)
    scale, offset = np.array(scaling.scale), np.array(scaling.offset)
    place = 0
    for column in columns.inputs:
        width = len(column.features)
        if column.kind in ("category", "true/false"):
            scale[place : place + width], offset[place : place + width] = 1, 0
        place += width
    return Rescaling(scale, offset)


def _groups(selection: Selection, outputs: Sequence[Output], rows: np.ndarray) -> np.ndarray:
    """Return (m,) the class of each row, of the first output that has any."""
    for output in outputs:
        if output.classes is not None:
            codes = output.targets(selection.table.column(output.name))
            return np.asarray(codes[rows])
    return np.zeros(len(rows), np.intp)


def rows_to_hold_out(groups: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return which rows are held out, of each group in proportion; of each at least one is not.

    Args:
        groups: (m,) the class of each row, or the same for all.
        share: of the rows to hold out, 0 to below 1; above 0 it is one row at least.
        rng: draws them.

    Returns:
        (m,) whether each row is held out.

    >>> rows_to_hold_out(np.array([0, 1, 0, 1]), 0.5, np.random.default_rng(0)).sum()
    np.int64(2)
    """
    held = np.zeros(len(groups), np.bool_)
    order = rng.permutation(len(groups))
    # Every so many-th row, of rows sorted by group: each group gives its share, to a row.
    order = order[np.argsort(groups[order], kind="stable")]
    count = round(share * len(groups))
    if share > 0:
        count = min(max(count, 1), len(groups) - 1)
    chosen = ((np.arange(count) + 0.5) * len(groups) / max(1, count)).astype(np.intp)
    held[order[chosen]] = True
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        if held[members].all():
            held[members[0]] = False
    return held
