"""What the inputs and outputs of a network stand for, so that it reads raw rows and answers them.

A column of a table becomes one or several features: a number is itself, true and false are 1 and 0,
a category is one feature a value (one-hot), a date its year, month, day and day of the week. What
is missing is filled with what the training rows say. All of this is kept in the weights file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from nn.data.tables import Column, Table, shown
from nn.data.tables.cells import Numbers
from nn.data.tables.dates import days_of_numbers
from nn.data.tables.readable import dates_among, numbers_among
from nn.data.tables.readings import fits, without
from nn.metrics import predicted_classes

MAX_CATEGORIES = 50
"""One-hot features of a category; its rarer values share one, "other"."""

OTHER, NOTHING = "other", "missing"
PARTS = ("year", "month", "day", "day of week", "hour")
"""What a date is made into."""

_PLACES = 18
"""More decimal digits than a number has."""

InputKind = Literal["number", "category", "true/false", "date"]


@dataclass(frozen=True)
class Input:
    """A column that is given.

    Attributes:
        name: of the column.
        kind: what its values are.
        fill: what stands for a missing number or date, the training rows' median; None where
            there is no telling.
        values: of a category, each of which is a feature; the texts of false and true; or which
            :data:`PARTS` of a date are used.
        other, missing: whether a category has a feature for any other value, and for none.
        reading: how the training rows were read where there were two ways, as in "day first" of
            dates, or in "-999 as missing" of numbers: others are read so too, unless they tell.
    """

    name: str
    kind: InputKind = "number"
    fill: float | None = None
    values: tuple[str, ...] = ()
    other: bool = False
    missing: bool = False
    reading: str = ""

    @classmethod
    def of(cls, column: Column) -> Input:
        """Return what training rows say of a column.

        Raises:
            ValueError: it has no values.
        """
        if column.missing.all():
            raise ValueError(f"the column {shown(column.name)} has no values: leave it out")
        missing = bool(column.missing.any())
        reading = column.reading if fits(column.reading, column.kind) else ""
        if column.kind in ("category", "text"):
            codes, texts = column.categories
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            order = np.argsort(-counts, kind="stable")
            often = order[: MAX_CATEGORIES if len(texts) > MAX_CATEGORIES else len(texts)]
            values = tuple(texts[code] for code in sorted(often.tolist()) if counts[code])
            more = len(texts) > MAX_CATEGORIES
            return cls(column.name, "category", None, values, more, missing, reading)
        assert column.numbers is not None
        median = float(np.median(column.numbers[~column.missing]))
        if column.kind == "true/false":
            texts = column.texts or ("0", "1")
            return cls(column.name, "true/false", float(median > 0.5), texts, reading=reading)
        if column.kind == "date":
            parts = date_parts(column.numbers[~column.missing])
            varied = [i for i, name in enumerate(PARTS) if np.ptp(parts[:, i]) > 0]
            used = tuple(PARTS[i] for i in varied) or PARTS[:1]
            if "day" not in used:
                # Always the same day of the month: that of the week means nothing.
                used = tuple(part for part in used if part != "day of week")
            return cls(column.name, "date", median, used, reading=reading)
        return cls(column.name, "number", median, reading=reading)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of its features."""
        if self.kind == "category":
            extra = (OTHER,) * self.other + (NOTHING,) * self.missing
            return tuple(f"{self.name} = {value}" for value in (*self.values, *extra))
        if self.kind == "date":
            return tuple(f"{self.name}: {part}" for part in self.values)
        return (self.name,)

    @property
    def timed(self) -> bool:
        """Whether it is a date whose hour matters."""
        return self.kind == "date" and PARTS[-1] in self.values

    def encode(self, column: Column) -> np.ndarray:
        """Return (n, features) numbers; NaN where a value is missing that nothing stands for.

        Raises:
            ValueError: the column holds something else than this input takes.
        """
        if self.kind == "category":
            return self._one_hot(column)
        numbers = self.numbers(column)
        if self.fill is not None:
            numbers = np.where(np.isnan(numbers), self.fill, numbers)
        if self.kind == "date":
            places = [PARTS.index(part) for part in self.values]
            return np.asarray(date_parts(numbers)[:, places])
        return numbers[:, np.newaxis]

    def features_of(self, value: float) -> np.ndarray:
        """Return (features,) numbers for one value.

        Args:
            value: a number, 0 or 1, days since 1970-01-01, or which of a category's features is 1.
        """
        if self.kind == "category":
            return np.asarray(np.arange(len(self.features)) == round(value), np.float64)
        if self.kind == "date":
            places = [PARTS.index(part) for part in self.values]
            return np.asarray(date_parts(np.array([value]))[0, places])
        return np.array([value])

    def value_of(self, features: np.ndarray) -> float:
        """Return the value whose features are nearest to ``features``, as far as they tell."""
        if self.kind == "category":
            return float(features.argmax())
        if self.kind != "date":
            return float(features[0])
        parts = dict(zip(self.values, features.tolist(), strict=True))
        usual = dict(zip(PARTS, date_parts(np.array([self.fill or 0.0]))[0].tolist(), strict=True))
        year, month, day = (round(parts.get(part, usual[part])) for part in PARTS[:3])
        first = np.datetime64(f"{year:04}-{min(max(month, 1), 12):02}-01")
        return float(first.astype(int) + day - 1 + parts.get("hour", 0.0) / 24)

    def _one_hot(self, column: Column) -> np.ndarray:
        codes, texts = self.read(column).categories
        places = {value: place for place, value in enumerate(self.values)}
        other = len(self.values) if self.other else -1
        nothing = len(self.values) + self.other if self.missing else -1
        table = np.array([*(places.get(text, other) for text in texts), nothing], dtype=np.intp)
        found = table[codes]
        return np.asarray(np.equal.outer(found, np.arange(len(self.features))), np.float64)

    def read(self, column: Column) -> Column:
        """Return a column of other rows, read as that of the training rows was."""
        return column.in_reading(self.reading)

    def numbers(self, column: Column) -> np.ndarray:
        """Return (n,) numbers, 0 and 1, or days; NaN where a value is missing or cannot be read.

        Raises:
            ValueError: most of the column is something else than this input takes.
        """
        column = self.read(column)
        if column.missing.all():
            return np.full(len(column), np.nan)
        if self.kind == "true/false" and column.codes is not None:
            small = {text.casefold(): float(place) for place, text in enumerate(self.values)}
            table = np.array(
                [*(small.get(text.casefold(), np.nan) for text in column.texts), np.nan]
            )
            known: np.ndarray = table[column.codes]
            if 2 * np.isfinite(known).sum() <= (~column.missing).sum():
                wrong = next(text for text in column.texts if text.casefold() not in small)
                raise ValueError(self._refusal(wrong, " or ".join(self.values)))
            return known
        dates = self.kind == "date"
        if column.numbers is not None and (column.kind == "date") == dates:
            return column.numbers
        if dates and column.numbers is not None:
            days = days_of_numbers(column.numbers, least=1)
            if days is not None:
                return days
        if column.numbers is None:
            among = dates_among(column, self.reading) if dates else numbers_among(column)
            if among is not None:
                return without(among, self.reading)
        texts = column.categories[1]
        strange = [text for text in texts if Numbers.of([text]) is None]
        found = (strange or texts)[0] if not dates or column.numbers is None else "a number"
        raise ValueError(self._refusal(found, "dates" if dates else "numbers"))

    def _refusal(self, found: str, expected: str) -> str:
        return f"the column {shown(self.name)} has {shown(found)}; the network takes {expected}"


def shortest(features: np.ndarray) -> np.ndarray:
    """Return float32 numbers as float64 ones that were written down: 16.2, not 16.200000762939453.

    >>> shortest(np.float32([16.2, 1e30])).tolist()
    [16.2, 1e+30]
    """
    return np.array([float(str(one)) for one in features.astype(np.float32)])


def date_parts(days: np.ndarray) -> np.ndarray:
    """Return (n, 5) :data:`PARTS` of (n,) days since 1970-01-01; the week begins on Monday, with 1.

    >>> date_parts(np.array([0.5])).tolist()
    [[1970.0, 1.0, 1.0, 4.0, 12.0]]
    """
    whole = np.floor(np.nan_to_num(days))
    dates = whole.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years = dates.astype("datetime64[Y]")
    parts = (
        years.astype(int) + 1970,
        (months - years).astype(int) + 1,
        (dates - months).astype(int) + 1,
        (whole + 3) % 7 + 1,
        (days - whole) * 24,
    )
    found = np.stack([np.asarray(part, np.float64) for part in parts], axis=1)
    return np.where(np.isnan(days)[:, np.newaxis], np.nan, found)


@dataclass(frozen=True)
class Output:
    """A column that is predicted.

    Attributes:
        name: of the column.
        classes: a name for each class; None for a number.
        scale, offset: an output ``y`` stands for the number ``scale · y + offset``.
    """

    name: str
    classes: tuple[str, ...] | None = None
    scale: float = 1.0
    offset: float = 0.0

    @property
    def width(self) -> int:
        """How many outputs of the network it takes."""
        return 1 if self.classes is None else len(self.classes)

    def targets(self, column: Column, strict: bool = True) -> np.ndarray:
        """Return (n,) positions among the classes, or numbers; -1 or NaN where there is no answer.

        Args:
            column: the answers.
            strict: whether classes that the network does not know are refused; else they are -1.

        Raises:
            ValueError: the column has a class that the network does not know, or no numbers.
        """
        if self.classes is None:
            if column.numbers is None:
                text = shown(column.texts[0] if column.texts else "")
                raise ValueError(
                    f"the column {shown(self.name)} has {text}; the network predicts numbers"
                )
            return column.numbers
        codes, texts = column.categories
        places = {name: place for place, name in enumerate(self.classes)}
        if strict and (unknown := self.unknown(column)):
            raise ValueError(f"the network does not know the class {shown(next(iter(unknown)))}")
        table = np.array([*(places.get(text, -1) for text in texts), -1], dtype=np.intp)
        found: np.ndarray = table[codes]
        return found

    def unknown(self, column: Column) -> dict[str, int]:
        """Return the classes in a column that the network does not know, and their rows."""
        if self.classes is None:
            return {}
        codes, texts = column.categories
        counts = np.bincount(codes[codes >= 0], minlength=len(texts)).tolist()
        rows = dict(zip(texts, counts, strict=True))
        return {text: count for text, count in rows.items() if count and text not in self.classes}

    def numbers(self, outputs: np.ndarray) -> np.ndarray:
        """Return the numbers that outputs stand for."""
        return outputs * self.scale + self.offset

    def truth(self, target: np.float32) -> float:
        """Return the number that a target was made from: of all that give it, the shortest.

        >>> output = Output("rain", scale=0.3, offset=0.7)
        >>> target = np.float32((0.2 - 0.7) / 0.3)
        >>> float(output.numbers(np.float64(target))), output.truth(target)
        (0.20000001192092892, 0.2)
        """
        number = float(target) * self.scale + self.offset
        if not (self.scale and math.isfinite(number)):
            return number
        least = -math.ceil(math.log10(max(abs(number), abs(self.scale))))
        shorter = (round(number, places) + 0.0 for places in range(least, least + _PLACES))
        made = ((one, (one - self.offset) / self.scale) for one in shorter)
        with np.errstate(over="ignore"):
            return next((one for one, scaled in made if np.float32(scaled) == target), number)


@dataclass(frozen=True)
class Columns:
    """What the inputs and outputs of a network stand for, kept in its weights file."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]

    @classmethod
    def plain(
        cls, inputs: Sequence[str], output: str, classes: tuple[str, ...] | None = None
    ) -> Columns:
        """Return columns of numbers, one a feature, and one output."""
        return cls(tuple(map(Input, inputs)), (Output(output, classes),))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that are given."""
        return tuple(column.name for column in self.inputs)

    @cached_property
    def features(self) -> tuple[str, ...]:
        """The name of each feature."""
        return tuple(name for column in self.inputs for name in column.features)

    @property
    def width(self) -> int:
        """How many outputs the network has."""
        return sum(output.width for output in self.outputs)

    @property
    def classes(self) -> tuple[str, ...] | None:
        """The classes of the only output; None where it is a number or there are several."""
        return self.outputs[0].classes if len(self.outputs) == 1 else None

    @property
    def of_series(self) -> bool:
        """Whether a column of numbers is foretold from itself, of which windows are given."""
        numbers = self.outputs[0].classes is None and self.inputs[0].kind == "number"
        return numbers and self.names == tuple(output.name for output in self.outputs)

    def encode(self, table: Table) -> np.ndarray:
        """Return (n, features) float32 inputs; NaN where nothing stands for a missing value.

        Raises:
            ValueError: a column is missing, or holds something else.
        """
        parts = [column.encode(table.column(column.name)) for column in self.inputs]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def of_each(self, outputs: np.ndarray) -> list[np.ndarray]:
        """Return the part of (n, width) ``outputs``, or targets, that belongs to each output."""
        if len(self.outputs) == 1:
            # Two classes may share one output.
            return [outputs]
        ends = np.cumsum([output.width for output in self.outputs])
        return np.split(outputs, ends[:-1], axis=1)

    def answers(self, outputs: np.ndarray) -> list[np.ndarray]:
        """Return what (n, width) outputs say: for each (n,) classes by position, or numbers."""
        return [
            output.numbers(part[:, 0].astype(np.float64))
            if output.classes is None
            else predicted_classes(part)
            for output, part in zip(self.outputs, self.of_each(outputs), strict=True)
        ]

    def truths(self, target: np.ndarray) -> tuple[float, ...]:
        """Return the right answer of each output for one row: a class's place, or a number.

        Args:
            target: of the row, as :class:`nn.data.Dataset` has it.
        """
        if self.classes is not None:
            return (float(target),)
        parts = self.of_each(target[np.newaxis])
        answers = self.answers(target[np.newaxis])
        return tuple(
            output.truth(part[0, 0]) if output.classes is None else float(answer[0])
            for output, part, answer in zip(self.outputs, parts, answers, strict=True)
        )
