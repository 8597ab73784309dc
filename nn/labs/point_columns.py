"""Which columns of a table are the axes of points, and which is their answer."""

from __future__ import annotations

from dataclasses import dataclass

from nn.data.tables import Column, Table, shown
from nn.elsewhere import BelongsElsewhere
from nn.labs.selection import Sort, first_choice, problem_of_output, suggested_sort

MOST_CLASSES = 6
"""More can hardly be told from each other by their colours."""

_COLOURS_LAB = "open it in Colours"


@dataclass(frozen=True, eq=False)
class PointColumns:
    """Two columns of numbers, and one that is predicted.

    Attributes:
        x, y: the axes.
        answer: what is predicted.
        sort: as classes or as a number.
    """

    x: Column
    y: Column
    answer: Column
    sort: Sort

    @classmethod
    def first(cls, table: Table) -> PointColumns:
        """Choose columns by their names and kinds.

        The axes are those called x and y, or else the first two of numbers. Where there are more
        numbers than two, an answer with few classes goes before a number.

        Raises:
            ValueError: there are no such columns.
        """
        if len(table.columns) < 3:
            raise ValueError(
                f"the table has {len(table.columns)} columns; for Points expected two of numbers "
                "and one with a class or a number to predict"
            )
        answer = _first_answer(table)
        x, y = _first_axes(table, answer)
        return cls(x, y, answer, _sort(answer))

    @classmethod
    def chosen(cls, table: Table, x: str, y: str, answer: str) -> PointColumns:
        """Choose columns by name.

        Raises:
            ValueError: there is no such column, one is chosen twice, an axis holds no numbers, or
                the answer is not to be predicted by Points.

        >>> from nn.data.tables import read_table
        >>> table = read_table(b"a,b,c,kind\\n1,5,9,u\\n2,7,7,v\\n3,6,8,u\\n4,8,6,v\\n")
        >>> PointColumns.chosen(table, "c", "a", "kind").sort
        'classes'
        """
        across, upwards, predicted = (table.column(name) for name in (x, y, answer))
        if len({x, y, answer}) < 3:
            raise ValueError("x, y and the answer must be three different columns")
        for column in (across, upwards):
            if not can_be_axis(column):
                raise ValueError(
                    f"the column {shown(column.name)} cannot be an axis; expected one with "
                    "different numbers"
                )
        sort = _sort(predicted)
        if problem := problem_of_output(predicted, sort):
            raise ValueError(problem)
        return cls(across, upwards, predicted, sort)


def can_be_axis(column: Column) -> bool:
    """Whether a column has numbers, and not always the same one."""
    if column.numbers is None or column.missing.all():
        return False
    values = column.numbers[~column.missing]
    return bool(values.min() < values.max())


def can_be_answer(column: Column) -> bool:
    """Whether Points can show what a column holds, as classes or as numbers."""
    try:
        return not problem_of_output(column, _sort(column))
    except ValueError:
        return False


def _sort(column: Column) -> Sort:
    """Return what a column is predicted as; raises a ValueError if it has too many classes."""
    sort = suggested_sort(column)
    if sort == "number":
        return sort
    classes = len(column.categories[1])
    if classes <= MOST_CLASSES:
        return sort
    if column.numbers is None:
        raise BelongsElsewhere(
            f"the column {shown(column.name)} has {classes:,} classes; Points shows up to "
            f"{MOST_CLASSES}: {_COLOURS_LAB}",
            "colours",
        )
    return "number"


def _called_axes(columns: list[Column]) -> list[Column]:
    """Return the columns of numbers that are called x and y; nothing unless there are both."""
    called = {one.name.strip().lower(): one for one in columns if one.numbers is not None}
    return [called["x"], called["y"]] if {"x", "y"} <= called.keys() else []


def _first_answer(table: Table) -> Column:
    outputs = first_choice(table)[0].choice.outputs
    if len(outputs) > 1:
        raise BelongsElsewhere(
            f"several columns of it are to be predicted: {_COLOURS_LAB}", "colours"
        )
    first = table.column(outputs[0])
    columns = list(table.columns.values())
    numbers = [one for one in columns if one.kind == "number" and one is not first]
    if _called_axes(columns) or len(numbers) <= 2:
        return first
    possible = [one for one in (first, *columns) if can_be_answer(one)]
    classes = [one for one in possible if _sort(one) == "classes"]
    # Names of classes go before few numbers, which may count something.
    named = [one for one in classes if one.kind != "number"]
    if first in classes:
        return first
    return next(iter([*named, *classes, *possible[:1]]), first)


def _first_axes(table: Table, answer: Column) -> list[Column]:
    others = [one for one in table.columns.values() if one is not answer]
    if called := _called_axes(others):
        return called
    numbers = [one for one in others if one.kind == "number"]
    if len(numbers) < 2:
        found = f"only {shown(numbers[0].name)} holds numbers" if numbers else "none holds numbers"
        raise BelongsElsewhere(
            f"beside {shown(answer.name)}, which is predicted, {found}; Points needs two such "
            f"columns: {_COLOURS_LAB}",
            "colours",
        )
    # Few different numbers lie in rows above each other, and equal ones are no axis.
    order = sorted(numbers, key=lambda one: (not can_be_axis(one), one.few_classes))
    return sorted(order[:2], key=numbers.index)
