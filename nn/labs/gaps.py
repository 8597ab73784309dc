"""Cells that a network cannot take as they stand, and what stands for them."""

from __future__ import annotations

import numpy as np

from nn.data.columns import OTHER, Columns, Input
from nn.data.tables import Column, Table, shown

_MOST_TOLD = 5
"""Columns that a sentence names."""


def told_gaps(table: Table, columns: Columns, rows: str = "") -> list[str]:
    """Return a sentence on the cells of a table for which something else is taken; or nothing.

    These are missing or unreadable numbers and dates, and categories that the network never saw.

    Args:
        table: rows that the network is given.
        columns: what its inputs stand for.
        rows: which these are, for people: "of the rows to test with".

    >>> from nn.data.tables import read_table
    >>> age = Input("age", fill=30.0)
    >>> told_gaps(read_table(b"age,x\\n1.5,0\\n?,1\\n"), Columns((age,), ()))
    ["1 cell is filled: 1 in 'age' without a number, by the median of the training rows"]
    """
    found = [gap for one in columns.inputs for gap in _gaps(one, table.column(one.name))]
    if not found:
        return []
    cells = sum(count for count, _ in found)
    parts = [f"{count:,} in {told}" for count, told in found[:_MOST_TOLD]]
    if len(found) > _MOST_TOLD:
        parts.append(f"{sum(count for count, _ in found[_MOST_TOLD:]):,} in other columns")
    which = f" {rows}" if rows else ""
    counted = "1 cell" if cells == 1 else f"{cells:,} cells"
    return [f"{counted}{which} {'is' if cells == 1 else 'are'} filled: {'; '.join(parts)}"]


def told_merged(table: Table, columns: Columns) -> list[str]:
    """Return a sentence for each input whose rarer values are one, in the rows of ``table``."""
    sentences = []
    for one in columns.inputs:
        if one.kind == "category" and one.other:
            texts, rows = _never_seen(one, one.read(table.column(one.name)))
            if rows:
                sentences.append(
                    f"{shown(one.name)} has {texts + len(one.values):,} values: all but the "
                    f'{len(one.values)} most frequent are merged as "{OTHER}", in {rows:,} rows'
                )
    return sentences


def _gaps(one: Input, column: Column) -> list[tuple[int, str]]:
    """Return counts of cells, each with where they are and what is taken for them."""
    name, column = shown(one.name), one.read(column)
    if one.kind != "category":
        lost = int(np.isnan(one.numbers(column)).sum()) if one.fill is not None else 0
        what = "date" if one.kind == "date" else "number"
        if one.kind == "true/false":
            return (
                [
                    (
                        lost,
                        f"{name} that are neither {one.values[0]} nor {one.values[1]}, by the "
                        "median of the training rows",
                    )
                ]
                if lost
                else []
            )
        return (
            [(lost, f"{name} without a {what}, by the median of the training rows")] if lost else []
        )
    found = []
    _, strange = _never_seen(one, column)
    if strange and not one.other:
        found.append((strange, f"{name} that training never showed, as none of its values"))
    elif strange:
        found.append((strange, f'{name} that training rarely or never showed, as "{OTHER}"'))
    if (lost := int(column.missing.sum())) and not one.missing:
        found.append((lost, f"{name} without a value, as none of its values"))
    return found


def _never_seen(one: Input, column: Column) -> tuple[int, int]:
    """Return how many values of a category have no feature of their own, and in how many rows."""
    codes, texts = column.categories
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    known = set(one.values)
    lacking = [i for i, text in enumerate(texts) if counts[i] and text not in known]
    return len(lacking), int(counts[lacking].sum())
