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
from nn.labs.gaps import told_merged
from nn.labs.rows import as_dataset, counted, rows_to_test, told_left_out, unanswered
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
        reasons: why rows are left out, and how many: those without an answer, or those that lack
            an input and were to be dropped.
        filled: how many rows lack an input that was filled.
        notes: sentences on rows and values that are not taken as they stand.
    """

    train: Dataset
    test: Dataset
    columns: Columns
    inputs: Rescaling
    held_out: int
    reasons: dict[str, int]
    filled: int
    notes: tuple[str, ...] = ()

    @property
    def left_out(self) -> int:
        """How many rows are not used."""
        return sum(self.reasons.values())

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
    reasons = unanswered(table, list(choice.outputs))
    if missing == "drop":
        reasons["missing input"] = int(lacking.sum())
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
    notes = told_merged(table.take(rows), columns)
    if test is not None:
        try:
            answers = test.read_as(table, choice.outputs)
            tested, told_test = rows_to_test(answers, columns)
        except ValueError as error:
            raise ValueError(f"the table to test with: {error}") from None
        notes += told_test
    else:
        tested = as_dataset(table.take(test_rows), columns) if len(test_rows) else train
    held_out = len(tested) + tested.unknown if tested is not train else 0
    scaling, filled = _scaling(train.inputs, columns), int(lacking.sum())
    return Split(train, tested, columns, scaling, held_out, reasons, filled, tuple(notes))


def outline_of(selection: Selection) -> Columns:
    """Return columns as of all rows: less work than a split, and of the same size or nearly so."""
    rows = selection.answered
    inputs = tuple(Input.of(selection.table.column(name)) for name in selection.choice.inputs)
    return Columns(inputs, tuple(_outputs(selection, rows)))


def told(parts: Split, tested: str | None = None) -> list[str]:
    """Return sentences on which rows are used and how; ``tested`` names a file to test with."""
    sentences = told_left_out(parts.reasons)
    if parts.filled:
        sentences.append(
            f"{counted(parts.filled, 'lacks', 'lack')} an input: numbers are filled with the "
            'median of the others, categories with "missing"'
        )
    sentences += parts.notes
    if tested is not None:
        sentences.append(f"tested with {parts.held_out:,} rows of {tested}")
    elif not parts.held_out:
        sentences.append(f"all {parts.used:,} rows are learnt from, none is held out")
    return sentences


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
