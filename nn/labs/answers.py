"""What a network says of the rows of a table, in words and as CSV."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass

import numpy as np

from nn.data.columns import Columns
from nn.data.spreadsheets import harmless
from nn.data.tables import Table
from nn.data.tables.column import plain_number
from nn.labs.gaps import told_gaps
from nn.model import Sequential

_DIGITS = 6
"""Of a number that was predicted: more would say what nobody knows."""


@dataclass(frozen=True)
class Answers:
    """What a network says of the rows of a table.

    Attributes:
        columns: of the network.
        texts: for each output, an answer a row; "" for a row that lacks an input.
        sure: for each output of classes, (n,) how sure the network is, from 0 to 1; else None.
        notes: sentences on cells that are not taken as they stand.
    """

    columns: Columns
    texts: list[list[str]]
    sure: list[np.ndarray | None]
    notes: tuple[str, ...] = ()


def answer_rows(model: Sequential, table: Table) -> Answers:
    """Predict every row of a table with a network that knows its columns.

    Raises:
        ValueError: the table lacks a column, or holds something that the network does not take.
    """
    columns = model.columns
    assert columns
    if table.left_out:
        raise ValueError(
            f"{table.left_out:,} of its rows have too many or too few values: fix them, so that "
            "each row gets an answer"
        )
    x = columns.encode(table)
    known = np.isfinite(x).all(axis=1)
    outputs = np.full((len(x), model.outputs), np.nan, model.dtype)
    if known.any():
        outputs[known] = model.predict(x[known])
    texts: list[list[str]] = []
    sure: list[np.ndarray | None] = []
    parts = columns.of_each(outputs)
    for output, part, found in zip(columns.outputs, parts, columns.answers(outputs), strict=True):
        classes = output.classes
        if classes is None:
            texts.append([_rounded(value) for value in found.tolist()])
            sure.append(None)
        else:
            named = zip(found.tolist(), known.tolist(), strict=True)
            texts.append([classes[place] if whole else "" for place, whole in named])
            sure.append(part.max(axis=1) if part.shape[1] > 1 else np.maximum(part, 1 - part)[:, 0])
    return Answers(columns, texts, sure, tuple(told_gaps(table, columns)))


def _rounded(value: float) -> str:
    return plain_number(float(f"{value:.{_DIGITS}g}")) if math.isfinite(value) else ""


def answers_csv(table: Table, answers: Answers) -> str:
    """Return CSV with the columns of a table, and beside them what was predicted."""
    names = list(table.columns)
    outputs = [output.name for output in answers.columns.outputs]
    titles = [f"{name} (predicted)" if name in table.columns else name for name in outputs]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    # A visitor's own cells are copied as they stand.
    writer.writerow([*names, *map(harmless, titles)])
    columns = [column.as_written() for column in table.columns.values()]
    for row in zip(*columns, *answers.texts, strict=True):
        writer.writerow([*row[: len(columns)], *map(harmless, row[len(columns) :])])
    return text.getvalue()
