"""Which columns of a table a network learns from, and why the others cannot be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nn.data import Dataset
from nn.data.colours import CHANNELS
from nn.data.tables import Table, shown

_ONE_ROW = "the table has one row only; expected some to learn from and to test"


@dataclass(frozen=True, eq=False)
class Selection:
    """Columns of a table, chosen to learn from.

    Attributes:
        rows: all of them, with classes or (n, 1) numbers as targets.
        inputs: names of the columns that are given.
        output: the name of the column to predict.
        classes: names of its classes; None for numbers.
    """

    rows: Dataset
    inputs: tuple[str, ...]
    output: str
    classes: tuple[str, ...] | None

    @classmethod
    def of(cls, table: Table, inputs: Sequence[str], output: str) -> Selection:
        """Choose columns.

        Raises:
            ValueError: a column cannot be what it is chosen for, or there is nothing to learn.
        """
        rows, classes = table.dataset(inputs, output)
        if len(rows) < 2:
            raise ValueError(_ONE_ROW)
        if classes is None and rows.targets.min() == rows.targets.max():
            raise ValueError(
                f"the column {shown(output)} has one number only, {rows.targets[0, 0]:g}; "
                "expected at least two"
            )
        return cls(rows, tuple(inputs), output, classes)


def first_choice(table: Table) -> tuple[list[str], str]:
    """Return the names of inputs and output to begin with.

    A table with columns r, g, b and label is one of colours. In any other the output is the last
    column that can be one, and every other column of numbers is an input.

    Raises:
        ValueError: no choice of columns can be learnt from.
    """
    if {*CHANNELS, "label"} <= table.columns.keys() and not problem_of_output(table, "label"):
        return list(CHANNELS), "label"
    if len(table) < 2:
        raise ValueError(_ONE_ROW)
    inputs = [name for name in table.columns if not problem_of_input(table, name)]
    if not inputs:
        first = problem_of_input(table, _numbers_first(table)[0])
        raise ValueError(f"no column has numbers in all rows, to be an input; {first}")
    problems = []
    for output in reversed(table.columns):
        others = [name for name in inputs if name != output]
        problem = problem_of_output(table, output)
        if others and not problem:
            return others, output
        problems.append(problem)
    alone = "the table has one column only; expected one to predict and another one with numbers"
    raise ValueError(next(filter(None, problems), alone))


def left_out(table: Table, output: str) -> str:
    """Return sentences on columns that the choice to begin with passes over; empty if none.

    Args:
        table: what is chosen from.
        output: the column that :func:`first_choice` predicts.
    """
    names = list(table.columns)
    unpredicted = {}
    if not (output == "label" and {*CHANNELS} <= table.columns.keys()):
        later = names[: names.index(output) : -1]
        unpredicted = {name: problem_of_output(table, name) for name in later}
    told = [problem for problem in unpredicted.values() if problem]
    rest = [name for name in _numbers_first(table) if name not in (output, *unpredicted)]
    problems = [problem_of_input(table, name) for name in rest]
    return _listed("Not predicted", told) + _listed("Left out", [*filter(None, problems)])


def _listed(what: str, problems: list[str]) -> str:
    if not problems:
        return ""
    more = len(problems) - 1
    ending = f" (and {more:,} more column{'s' * (more > 1)})" if more else ""
    return f". {what}: {problems[0]}{ending}"


def _numbers_first(table: Table) -> list[str]:
    """The names of columns, those of numbers before those of texts."""
    return sorted(table.columns, key=lambda name: table.columns[name].texts is not None)


def problem_of_input(table: Table, name: str) -> str:
    """Return why a column cannot be an input, or an empty text."""
    try:
        table.columns[name].as_input()
    except ValueError as error:
        return str(error)
    return ""


def problem_of_output(table: Table, name: str) -> str:
    """Return why a column cannot be the output, or an empty text."""
    try:
        values, classes = table.columns[name].as_output()
    except ValueError as error:
        return str(error)
    if classes is None and values.min() == values.max():
        return f"the column {shown(name)} has one number only, {values[0]:g}; expected at least two"
    return ""
