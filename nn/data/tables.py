"""Tables: columns with names, some of which become inputs and one of which is to be predicted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.data.dataset import Dataset
from nn.layers import Rescaling

MAX_CLASSES = 1_000
"""Most different texts in an output: a column with more names its rows rather than classes."""

_LONGEST_NUMBER = 100  # characters; more digits are a code, not a quantity
_SHOWN = 40  # characters of a name or value in a message


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table, with numbers or with texts.

    It has numbers if every value is one, or is a text that reads as one. Where there is any other
    text, all values are texts, without the spaces around them.

    Attributes:
        name: as the file has it, without spaces around it; "column 3" for a third without a name.
        values: (n,) float64 for numbers; (n,) whole numbers for texts, positions in `texts`. A row
            without a value has NaN or -1.
        texts: the different texts, sorted; None for numbers.
        problem: a sentence on the first row that has no value, or one of no use, such as a list or
            an infinite number; None if there is no such row.
    """

    name: str
    values: np.ndarray
    texts: tuple[str, ...] | None
    problem: str | None

    @classmethod
    def of(cls, name: str, cells: Sequence[Any]) -> Column:
        """Return a column of values as JSON has them, or as the texts of a CSV file."""
        numbers = _all_numbers(cells)
        if numbers is not None:
            return cls(name, numbers, None, None)
        cells = [_plain(cell) for cell in cells]
        positions = {cell: i for i, cell in enumerate(dict.fromkeys(cells))}
        places = np.fromiter(map(positions.__getitem__, cells), np.intp, len(cells))
        texts, distinct, usable = _read(list(positions))
        problem = None
        if not usable.all():
            row = int(usable[places].argmin())
            expected = "a number from -3.4e38 to 3.4e38" if texts is None else "a text"
            problem = _problem(name, row, cells[row], expected)
        return cls(name, distinct[places], texts, problem)

    def as_input(self) -> np.ndarray:
        """Return (n,) float64 numbers.

        Raises:
            ValueError: naming the first row that has no number.
        """
        if self.texts is not None:
            wrong = [code for code, text in enumerate(self.texts) if _number(text) is None]
            row = int(np.isin(self.values, wrong).argmax())
            text = self.texts[self.values[row]]
            raise ValueError(_problem(self.name, row, text, "a number, as in every input"))
        if self.problem:
            raise ValueError(self.problem)
        return self.values

    def as_output(self) -> tuple[np.ndarray, tuple[str, ...] | None]:
        """Return (n,) numbers and None, or (n,) classes and the names of the classes.

        Raises:
            ValueError: naming the first row without a value; or there is one class only, more
                than :data:`MAX_CLASSES`, or as many as rows.
        """
        if self.problem:
            raise ValueError(self.problem)
        if self.texts is not None:
            if len(self.texts) == 1:
                raise ValueError(
                    f"the column {shown(self.name)} has one class only, "
                    f"{shown(self.texts[0])}; expected at least two"
                )
            if len(self.texts) > MAX_CLASSES or len(self.texts) == len(self.values):
                raise ValueError(
                    f"the column {shown(self.name)} has {len(self.texts):,} different texts in "
                    f"{len(self.values):,} rows; expected classes that several rows share, "
                    f"{MAX_CLASSES:,} at most"
                )
        return self.values, self.texts


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of equal length by name, in the file's order; at least one, with at least one row."""

    columns: dict[str, Column]

    def __len__(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values())).values)

    def dataset(self, inputs: Sequence[str], output: str) -> tuple[Dataset, tuple[str, ...] | None]:
        """Return all rows to train on, and the names of their classes.

        Args:
            inputs: names of columns with numbers.
            output: name of another column. Texts are classes, numbers are values to predict.

        Returns:
            Inputs (n, k) float32 in the order asked for. For an output of texts, targets (n,) are
            positions among the names of classes; for one of numbers, targets are (n, 1) float32,
            and there are no names.

        Raises:
            ValueError: a column does not exist, is chosen twice, or cannot be what it is chosen
                for; or no input is chosen.
        """
        if not inputs:
            raise ValueError("no input is chosen; expected at least one column")
        for position, name in enumerate(inputs):
            if name in inputs[:position]:
                raise ValueError(f"the column {shown(name)} is chosen twice as an input")
        if output in inputs:
            raise ValueError(f"the output, {shown(output)}, is among the inputs")
        columns = [self._column(name).as_input() for name in inputs]
        targets, classes = self._column(output).as_output()
        x = np.stack(columns, axis=1, dtype=np.float32, casting="same_kind")
        if classes is None:
            return Dataset(x, targets.astype(np.float32)[:, np.newaxis]), None
        return Dataset(x, targets, len(classes)), classes

    def _column(self, name: str) -> Column:
        if name not in self.columns:
            names = [shown(known) for known in self.columns]
            listed = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
            raise ValueError(f"there is no column {shown(name)}; expected one of {listed}")
        return self.columns[name]


def normalisation(inputs: np.ndarray) -> Rescaling:
    """Return what gives each column of (n, features) ``inputs`` mean 0 and variance 1.

    With the mean μ and the standard deviation σ of a column (dividing by n), its scale is 1/σ and
    its offset -μ/σ. A column whose values are all equal becomes 0.

    Raises:
        ValueError: there are no rows.
    """
    if len(inputs) == 0:
        raise ValueError("normalising needs at least one row")
    mean = inputs.mean(axis=0, dtype=np.float64)
    deviation = inputs.std(axis=0, dtype=np.float64)
    # Rounding gives equal values a tiny deviation, and float32 cannot hold 1/σ of a tinier one.
    equal = inputs.min(axis=0) == inputs.max(axis=0)
    equal |= deviation < np.finfo(np.float32).tiny
    scale = 1 / np.where(equal, 1, deviation)
    return Rescaling(scale, -mean * scale)


def decimal_points(cells: list[str]) -> list[str]:
    """Return a column of numbers with decimal commas with points, and any other as it is.

    Every cell must be empty, or a number with at most one comma and no point: in "1.234,5" the
    point separates thousands, and what "1.234" means beside it is anyone's guess.
    """
    text = "".join(cells)
    if "," not in text or "." in text:
        return cells
    pointed = [cell.replace(",", ".") for cell in cells]
    if _all_numbers(pointed) is not None:
        return pointed
    numbers = all(_number(cell) is not None for cell in set(pointed) if cell.strip())
    return pointed if numbers else cells


def shown(value: Any) -> str:
    """Return a name or a value of a table for a message, on one line and cut short."""
    if value in (list, dict):
        return "a list" if value is list else "an object"
    if isinstance(value, str) and not value.strip():
        return "nothing"
    if isinstance(value, str):
        value = value[:_SHOWN] + "..." * (len(value) > _SHOWN)
    return repr(value)


def _problem(name: str, row: int, cell: Any, expected: str) -> str:
    found = shown(cell)
    problem = (
        "the value is missing" if found == "nothing" else f"found {found}; expected {expected}"
    )
    return f"row {row + 1}, column {shown(name)}: {problem}"


def _all_numbers(cells: Sequence[Any]) -> np.ndarray | None:
    """The usual column at once, as value by value a million take seconds; None for any other."""
    try:
        if set(map(type, cells)) <= {int, float}:
            numbers = np.array(cells, np.float64)
        else:
            text = "".join(cells)
            if not text.isascii() or "_" in text or max(map(len, cells)) > _LONGEST_NUMBER:
                return None
            numbers = np.fromiter(map(float, cells), np.float64, len(cells))
    except (OverflowError, TypeError, ValueError):
        return None
    return numbers if _usable(numbers).all() else None


def _usable(numbers: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return np.isfinite(numbers.astype(np.float32))


def _read(cells: list[Any]) -> tuple[tuple[str, ...] | None, np.ndarray, np.ndarray]:
    """Texts (None for numbers), a column's value for each different cell, and whether it is one."""
    numbers = [_number(cell) for cell in cells]
    texts = [_text(cell) for cell in cells]
    if all(number is not None or not text for number, text in zip(numbers, texts, strict=True)):
        values = np.array([math.nan if number is None else number for number in numbers])
        return None, values, _usable(values)
    known = tuple(sorted({text for text in texts if text}))
    codes = {text: code for code, text in enumerate(known)}
    values = np.array([codes.get(text, -1) for text in texts])
    return known, values, values >= 0


def _plain(cell: Any) -> Any:
    """A cell that can be a key: text, number, or the type of what is neither."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()  # not True, which as a key is the same as 1
    return type(cell) if isinstance(cell, (list, dict)) else cell


def _text(cell: Any) -> str:
    """A cell of a column of texts, empty for what is none."""
    if isinstance(cell, type):
        return ""
    return str(cell).strip() if isinstance(cell, str) else str(cell).removesuffix(".0")


def _number(cell: Any) -> float | None:
    if isinstance(cell, str):
        # float alone would let "1_000" and other scripts' digits through.
        if len(cell) > _LONGEST_NUMBER or not cell.isascii() or "_" in cell:
            return None
    elif isinstance(cell, type):
        return None
    try:
        return float(cell)
    except ValueError:
        return None
    except OverflowError:
        return math.inf
