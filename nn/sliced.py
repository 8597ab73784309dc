"""Several things along the outputs of one layer, each over a slice of its own.

A network that answers several questions at once has its answers side by side in its last layer:
three shares of a class, say, and then a number. Its activation is then called
"softmax(3)+linear(1)", and its loss "categorical_crossentropy(3)+mean_squared_error(1)": what
applies, and to how many outputs of each sample, from the first one on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate

MAX_PARTS = 1_000
"""A name from a file may not make a tab busy for seconds."""

_PART = re.compile(r"([a-z_]+)\(([1-9]\d{0,6})\)", re.ASCII)


def written(parts: Iterable[tuple[str, int]]) -> str:
    """Return the name of parts, each a name and how many outputs it is of.

    >>> written([("softmax", 3), ("linear", 1)])
    'softmax(3)+linear(1)'
    """
    return "+".join(f"{name}({width})" for name, width in parts)


def parts_of(name: str) -> list[tuple[str, int]]:
    """Return the parts that :func:`written` has made a name of; none of any other name.

    >>> parts_of("softmax(3)+linear(1)"), parts_of("softmax")
    ([('softmax', 3), ('linear', 1)], [])
    """
    if name.count("+") >= MAX_PARTS:
        return []
    found = [_PART.fullmatch(part) for part in name.split("+")]
    return [(one[1], int(one[2])) for one in found if one] if all(found) else []


def slices(widths: Iterable[int]) -> list[slice]:
    """Return where along the outputs each of so many lies.

    >>> slices([3, 1])
    [slice(0, 3, None), slice(3, 4, None)]
    """
    ends = list(accumulate(widths))
    return [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
