"""Which columns of a table a network learns from, what it predicts, and with which rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from nn.data.colours import CHANNELS
from nn.data.columns import MAX_CATEGORIES, Columns
from nn.data.tables import Column, Kind, Table, shown
from nn.data.tables.json_rows import LISTED_PAIRS, PAIRS

MAX_CLASSES = 1_000
"""Most classes of an output: a column with more names its rows rather than classes."""

MAX_FEATURES = 20_000

Sort = Literal["classes", "number"]
"""Of what is predicted."""

_FIRST_NAMES = (
    *("target", "label", "labels", "species", "survived", "outcome", "diagnosis", "class", "y"),
    *("mpg", "medv", "saleprice"),
)
_COUNTS = "which only counts rows"
_NAMES = "texts that hardly ever repeat"
_FEW_CLASSES = 5
_ROWS_A_CLASS = 5


@dataclass(frozen=True)
class Choice:
    """Columns by name.

    Attributes:
        inputs: those that are given.
        outputs: those to predict.
        sorts: of what is predicted, for each output.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    sorts: tuple[Sort, ...]


@dataclass(frozen=True, eq=False)
class Selection:
    """A table, and the columns of it that are learnt from.

    Attributes:
        table: all rows, with the kinds of columns that were chosen.
        choice: the columns.
    """

    table: Table
    choice: Choice

    @classmethod
    def of(
        cls,
        table: Table,
        inputs: Sequence[str],
        outputs: Sequence[str],
        sorts: Sequence[Sort] | None = None,
    ) -> Selection:
        """Choose columns.

        Args:
            table: what to choose from.
            inputs, outputs: names of columns.
            sorts: of what is predicted; what each column suggests by default.

        Raises:
            ValueError: a column cannot be what it is chosen for, or there is nothing to learn.
        """
        if not inputs:
            raise ValueError("no input is chosen; expected at least one column")
        if not outputs:
            raise ValueError("nothing to predict is chosen; expected at least one column")
        for names, what in ((inputs, "an input"), (outputs, "an output")):
            for position, name in enumerate(names):
                if name in names[:position]:
                    raise ValueError(f"the column {shown(name)} is chosen twice as {what}")
        for name in outputs:
            if name in inputs:
                raise ValueError(f"the output, {shown(name)}, is among the inputs")
        for name in inputs:
            if problem := problem_of_input(table.column(name)):
                raise ValueError(problem)
        if sorts is None:
            sorts = [suggested_sort(table.column(name)) for name in outputs]
        for name, sort in zip(outputs, sorts, strict=True):
            if problem := problem_of_output(table.column(name), sort):
                raise ValueError(problem)
        selection = cls(table, Choice(tuple(inputs), tuple(outputs), tuple(sorts)))
        if len(selection.answered) < 2:
            raise ValueError(
                f"only {len(selection.answered)} of {len(table):,} rows has an answer; expected "
                "several to learn from"
            )
        return selection

    @classmethod
    def like(cls, table: Table, columns: Columns) -> Selection:
        """Choose the columns of a network; raises as :meth:`of` does."""
        outputs = [output.name for output in columns.outputs]
        sorts: list[Sort] = [
            "number" if output.classes is None else "classes" for output in columns.outputs
        ]
        return cls.of(table, columns.names, outputs, sorts)

    @cached_property
    def answered(self) -> np.ndarray:
        """(m,) the rows that have an answer in every output."""
        missing = [self.table.column(name).missing for name in self.choice.outputs]
        return np.flatnonzero(~np.any(missing, axis=0))


def can_test(table: Table, selection: Selection) -> bool:
    """Whether a table has all columns that are chosen of another one, and answers."""
    choice = selection.choice
    if not {*choice.inputs, *choice.outputs} <= table.columns.keys():
        return False
    return not any(table.columns[name].missing.all() for name in choice.outputs)


def changed_kinds(table: Table) -> list[tuple[str, Kind]]:
    """Return names and kinds of the columns that were taken for another kind than at first."""
    return [
        (column.name, column.kind)
        for column in table.columns.values()
        if column.kind != column.first_kind
    ]


def changed_readings(table: Table) -> list[tuple[str, str]]:
    """Return names and readings of the columns that were read in another way at first."""
    return [
        (column.name, column.reading)
        for column in table.columns.values()
        if column.reading != column.first_reading
    ]


def suggested_sort(column: Column) -> Sort:
    """Return whether a column is predicted as classes or as a number, unless someone says so.

    Texts, true and false, and few different whole numbers are classes.
    """
    if column.numbers is None or column.kind in ("category", "text", "true/false"):
        return "classes"
    return "classes" if column.few_classes else "number"


def problem_of_input(column: Column) -> str:
    """Return why a column cannot be an input; nothing if it can."""
    if column.missing.all():
        return f"the column {shown(column.name)} has no values: leave it out"
    return ""


def problem_of_output(column: Column, sort: Sort) -> str:
    """Return why a column cannot be predicted; nothing if it can."""
    name = shown(column.name)
    if column.missing.all():
        return f"the column {name} has no values to learn from"
    if sort == "number":
        if column.numbers is None:
            return f"the column {name} holds {shown(column.texts[0])}, which is no number"
        values = column.numbers[~column.missing]
        if values.min() == values.max():
            return f"the column {name} has one number only, {values[0]:g}; expected at least two"
        return ""
    codes, texts = column.categories
    classes, present = len(texts), int((codes >= 0).sum())
    if classes == 1:
        return f"the column {name} has one class only, {shown(texts[0])}; expected at least two"
    if classes > MAX_CLASSES or (classes == present and classes > 2):
        return (
            f"the column {name} has {classes:,} different values in {present:,} rows; expected "
            f"classes that several rows share, {MAX_CLASSES:,} at most"
        )
    return ""


def first_choice(table: Table, outputs: Sequence[str] = ()) -> tuple[Selection, list[str]]:
    """Return what to begin with, and sentences on it.

    The output is the column with a name such as target, species or outcome, else the last one that
    can be predicted sensibly. All columns are inputs but those that only name or count rows.

    Args:
        table: what to choose from.
        outputs: what to predict, if that has been said.

    Raises:
        ValueError: no choice of columns can be learnt from.
    """
    columns = list(table.columns.values())
    if len(columns) < 2:
        raise ValueError("the table has one column only; expected one to predict and another one")
    for name in outputs:
        table.column(name)
    predicted = list(outputs) or _paired(columns) or _numbered(columns) or _one_hot(columns)
    predicted = predicted or [_first_output(columns)]
    others = [column for column in columns if column.name not in predicted]
    if {*CHANNELS, "label"} <= table.columns.keys() and predicted == ["label"]:
        others = [table.columns[name] for name in CHANNELS]
    reasons = {column.name: _left_out(column) for column in others}
    inputs = [name for name, reason in reasons.items() if not reason]
    if not inputs:
        # What counts rows, or texts, may be all there is.
        inputs = [name for name, reason in reasons.items() if reason in (_COUNTS, _NAMES)]
        if not inputs:
            names = ", ".join(map(shown, list(reasons)[:3]))
            raise ValueError(
                f"there is nothing to learn {shown(predicted[0])} from: without values, or "
                f"always the same, is {names}"
            )
        reasons = {name: reason for name, reason in reasons.items() if name not in inputs}
    notes = []
    for reason in dict.fromkeys(filter(None, reasons.values())):
        left = [shown(name) for name, found in reasons.items() if found == reason]
        listed = ", ".join(left[:5]) + (f" and {len(left) - 5} more" if len(left) > 5 else "")
        notes.append(f"left out at first: {listed}, {reason}")
    return Selection.of(table, inputs, predicted), notes


def _paired(columns: Sequence[Column]) -> list[str]:
    """Return the outputs of a file that tells them from inputs by name."""
    names = [column.name for column in columns]
    for given, wanted in LISTED_PAIRS:
        inputs = [name for name in names if re.split(r"\.", name)[0] == given]
        outputs = [name for name in names if re.split(r"\.", name)[0] == wanted]
        usable = [c.name for c in columns if c.name in outputs and _can_be_output(c)]
        nested = any("." in name for name in inputs)
        if inputs and usable and (nested or (given, wanted) in PAIRS):
            return usable
    return []


def _numbered(columns: Sequence[Column]) -> list[str]:
    """Return outputs that are called target1, target2 and so on."""
    for stem in ("target", "label", "output", "out", "y"):
        pattern = re.compile(rf"{stem}[ _]?(\d+|[a-z])", re.IGNORECASE)
        found = [one.name for one in columns if pattern.fullmatch(one.name.strip())]
        usable = [one.name for one in columns if one.name in found and _can_be_output(one)]
        if 1 < len(usable) == len(found) < len(columns):
            return usable
    return []


def _one_hot(columns: Sequence[Column]) -> list[str]:
    """Return the last columns if exactly one of them is 1 in every row, and the others 0."""
    total = np.zeros(len(columns[0]))
    for count, column in enumerate(reversed(columns[1:]), start=1):
        values = column.numbers
        if values is None or not np.isin(values, (0, 1)).all():
            break
        total = total + values
        if count > 2 and (total == 1).all():
            return [one.name for one in columns[-count:]]
    return []


def _first_output(columns: Sequence[Column]) -> str:
    usable = [column for column in columns if _can_be_output(column)]
    if not usable:
        problems = [problem_of_output(c, suggested_sort(c)) for c in reversed(columns)]
        raise ValueError(next(filter(None, problems), "no column can be predicted"))
    words = {
        column.name: re.sub(r"[^a-z0-9]+", " ", column.name.lower()).split() for column in usable
    }
    # Beside x and before others, y is a place and not an answer.
    names = [one.name.strip().lower() for one in columns]
    places = "x" in names and names[-1] != "y"
    for known in _FIRST_NAMES:
        if known == "y" and places:
            continue
        for column in usable:
            if "".join(words[column.name]) == known:
                return column.name
    for known in ("target", "label", "outcome", "churn", "fraud"):
        for column in usable:
            if known in words[column.name]:
                return column.name
    sensible = [column for column in usable if _sensible(column)]
    return (sensible or usable)[-1].name


def _can_be_output(column: Column) -> bool:
    return not problem_of_output(column, suggested_sort(column))


def _sensible(column: Column) -> bool:
    """Whether people would predict it: neither a date, nor a name, nor one of very many classes."""
    if column.kind in ("date", "identifier"):
        return False
    if suggested_sort(column) == "number":
        return True
    codes, texts = column.categories
    return len(texts) <= max(_FEW_CLASSES, int((codes >= 0).sum()) // _ROWS_A_CLASS)


def _left_out(column: Column) -> str:
    """Return why a column is no input at first."""
    if column.missing.all():
        return "without values"
    if column.kind == "identifier":
        return _COUNTS
    if column.kind == "text":
        return _NAMES
    if column.numbers is not None and np.ptp(column.numbers[~column.missing]) == 0:
        return "always the same"
    if column.numbers is not None and column.kind != "category":
        # What follows writes every different number as a text: of a million that takes seconds.
        return ""
    _, texts = column.categories
    if column.numbers is None and len(texts) == 1 and not column.missing.any():
        return "always the same"
    if column.kind == "category" and len(texts) > 4 * MAX_CATEGORIES:
        return _NAMES
    return ""
