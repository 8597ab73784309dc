"""Numbers and dates in a column of texts, most of which read as such."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from nn.data.tables.cells import Decimal, Numbers, number
from nn.data.tables.column import Column
from nn.data.tables.dates import Dates


def numbers_among(column: Column) -> np.ndarray | None:
    """Return (n,) the numbers in a column of texts, NaN for what is none; None if most are not.

    >>> from nn.data.tables import column_of
    >>> numbers_among(column_of("size", ["1,5", "2,5", "tall"])).tolist()
    [1.5, 2.5, nan]
    """
    usual = [text for text in column.texts if Numbers.of([text]) is not None]
    found = Numbers.of(usual) if usual else None
    if found is None:
        return None
    decimal: Decimal = "." if "." in found.decimals else ","
    return _placed(column, {text: number(text, decimal) for text in usual})


def dates_among(column: Column, order: str = "") -> np.ndarray | None:
    """Return (n,) days since 1970-01-01, NaN for what is no date; None if most are not.

    ``order`` is "day first" or "month first", to be taken where the dates do not tell.

    >>> from nn.data.tables import column_of
    >>> dates_among(column_of("day", ["1970-01-01", "1970-01-03", "soon"])).tolist()
    [0.0, 2.0, nan]
    """
    usual = [text for text in column.texts if Dates.of([text]) is not None]
    found = Dates.of(usual, order) if usual else None
    return None if found is None else _placed(column, found.days)


def _placed(column: Column, values: Mapping[str, float]) -> np.ndarray | None:
    table = np.array([*(values.get(text, math.nan) for text in column.texts), math.nan])
    found: np.ndarray = table[column.codes]
    read = int(np.isfinite(found).sum())
    return found if 2 * read > int((~column.missing).sum()) else None
