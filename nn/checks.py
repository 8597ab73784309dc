"""Values from a file that anyone may have written, checked before they are believed.

Every function returns the value as what it has to be, or raises a ValueError that begins with
``name``, which says where in the file the value stands.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections import Counter
from collections.abc import Generator
from itertools import chain
from typing import Any

import numpy as np

from nn import sliced_json
from nn.progress import exhaust

MAX_VALUES = 2_000_000
"""Most values in one array, and most of anything counted: more would fill a browser tab."""

_MOST_MARKS = 2_000_000
_DEEPEST = 20

_JSON_MARKS = b'[]{}"'
_NO_JSON_MARKS = bytes(set(range(256)) - set(_JSON_MARKS))
_STEPS = np.zeros(256, np.int8)
_STEPS[list(b"[{")] = 1
_STEPS[list(b"]}")] = -1


def parse_json(
    data: bytes, kind: str, values: int = 4 * MAX_VALUES, marks: int = _MOST_MARKS
) -> Any:
    """Return what the JSON text ``data`` of a file holds.

    Args:
        data: UTF-8, with or without a byte order mark.
        kind: what the file should be, for messages: "weights".
        values: most values there may be.
        marks: most brackets and quotes there may be.

    Raises:
        ValueError: it is not JSON, is too large or too deep, or an object has a key twice, which
            every reader of JSON understands in its own way.
    """
    return exhaust(parsing_json(data, kind, values, marks))


def parsing_json(
    data: bytes, kind: str, values: int = 4 * MAX_VALUES, marks: int = _MOST_MARKS
) -> Generator[float | None, None, Any]:
    """Do the same as :func:`parse_json`, some records each time that the generator is pulled."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the file is not JSON: it is not even text in UTF-8") from None
    refuse_hostile_json(data, kind, values, marks)
    yield None
    repeated = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            repeated.append([key for key, _ in pairs])
        return members

    if not text.strip():
        raise ValueError("the file is empty")
    try:
        content = yield from sliced_json.parsing(text, unique)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"the file is not JSON: {error.msg.removesuffix(' at')} at line {error.lineno}, "
            f"column {error.colno}"
        ) from None
    except ValueError:
        # Python's own limit, which keeps the conversion from taking minutes.
        raise ValueError("the file holds a number of thousands of digits") from None
    except MemoryError:
        raise ValueError(f"the file is not {kind}: it needs too much memory") from None
    if repeated:
        key, _ = Counter(repeated[0]).most_common(1)[0]
        raise ValueError(f"the file has an object with the key {shown(key)} twice")
    return content


def refuse_hostile_json(
    data: bytes, kind: str = "weights", values: int = 4 * MAX_VALUES, marks: int = _MOST_MARKS
) -> None:
    """Raise a ValueError for text that would fill memory, or the stack, before it is parsed.

    Under Pyodide deep nesting ends the interpreter, where CPython raises a RecursionError. The
    limits are far above what a weights file needs: a list a row of a kernel, five levels deep.
    """
    if data.count(b",") > values:
        raise ValueError(f"the file is not {kind}: it has too many values")
    if sum(data.count(mark) for mark in (b"[", b"]", b"{", b"}", b'"')) > marks:
        raise ValueError(f"the file is not {kind}: it has too many lists or texts")
    plain = data.replace(rb"\\", b"").replace(rb"\"", b"")
    found = np.frombuffer(plain.translate(None, _NO_JSON_MARKS), np.uint8)
    in_text = np.logical_xor.accumulate(found == ord('"'))
    depths = np.where(in_text, 0, _STEPS[found]).cumsum(dtype=np.int32)
    if depths.max(initial=0) > _DEEPEST:
        raise ValueError(f"the file is not {kind}: its lists are nested too deeply")


_FLOAT32: np.dtype[Any] = np.dtype(np.float32)


def matrix(
    value: Any, name: str, shape: tuple[int, int] | None, dtype: np.dtype[Any] = _FLOAT32
) -> np.ndarray:
    """Return ``value`` as a finite matrix of ``shape``, or of any shape for None."""
    if isinstance(value, dict) and shape is not None:
        return _decoded(value, name, shape, dtype)
    if not isinstance(value, list) or not value or not isinstance(value[0], list):
        raise ValueError(f"{name} must be a list of rows of numbers")
    rows, columns = shape or (len(value), len(value[0]))
    if len(value) != rows:
        raise ValueError(f"{name} has {len(value):,} rows, expected {rows:,}")
    if not columns or rows * columns > MAX_VALUES:
        raise ValueError(
            f"{name} has {rows:,} rows of {columns:,} values; expected 1 to "
            f"{MAX_VALUES:,} values in all"
        )
    for number, row in enumerate(value, start=1):
        if not isinstance(row, list) or len(row) != columns:
            raise ValueError(f"row {number} of {name} must be a list of {columns:,} numbers")
    # All at once: two million rows of one value each would take a quarter of a minute.
    values = list(chain.from_iterable(value))
    return vector(values, name, rows * columns, dtype).reshape(rows, columns)


def array(
    value: Any, name: str, shape: tuple[int, ...], dtype: np.dtype[Any] = _FLOAT32
) -> np.ndarray:
    """Return ``value`` as a finite array of ``shape``, of any rank from 1 on.

    >>> array([[[1, 2]], [[3, 4]]], "it", (2, 1, 2)).tolist()
    [[[1.0, 2.0]], [[3.0, 4.0]]]
    """
    if isinstance(value, np.ndarray):
        if value.shape != shape:
            raise ValueError(f"{name} has the shape {list(value.shape)}, expected {list(shape)}")
        return _finite(value, name, dtype)
    if isinstance(value, dict):
        return _decoded(value, name, shape, dtype)
    if len(shape) == 1:
        return vector(value, name, shape[0], dtype)
    if len(shape) == 2:
        return matrix(value, name, (shape[0], shape[1]), dtype)
    # An axis at a time: half a million lists one by one would take a quarter of a minute.
    level = [value]
    for size in shape:
        for part in level:
            if not isinstance(part, list):
                raise ValueError(f"{name} must be lists of numbers, found {shown(part)}")
            if len(part) != size:
                raise ValueError(
                    f"{name} must have the shape {list(shape)}; a list in it has {len(part):,} "
                    f"items, expected {size:,}"
                )
        level = list(chain.from_iterable(level))
    return vector(level, name, len(level), dtype).reshape(shape)


def keys(value: dict[str, Any], name: str, expected: set[str]) -> None:
    """Raise a ValueError unless an object has just the ``expected`` keys."""
    missing, unknown = sorted(expected - value.keys()), sorted(value.keys() - expected)
    if missing:
        raise ValueError(f"{missing[0]} of {name} is missing")
    if unknown:
        raise ValueError(f"{name} has {shown(unknown[0])}, which is not known here")


def vector(value: Any, name: str, length: int, dtype: np.dtype[Any] = _FLOAT32) -> np.ndarray:
    """Return ``value`` as a finite array of ``length``."""
    if isinstance(value, dict):
        return _decoded(value, name, (length,), dtype)
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list of numbers, found {shown(value)}")
    if len(value) != length:
        raise ValueError(f"{name} has {len(value):,} values, expected {length:,}")
    if not set(map(type, value)) <= {int, float}:
        wrong = next(item for item in value if type(item) not in (int, float))
        raise ValueError(f"{name} holds {shown(wrong)}, where a number is expected")
    try:
        return _finite(np.array(value, dtype=np.float64), name, dtype)
    except OverflowError:
        raise _not_finite(name) from None


def _decoded(
    value: dict[str, Any], name: str, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> np.ndarray:
    if value.get("shape") != list(shape):
        raise ValueError(f"{name} must have the shape {list(shape)}")
    try:
        raw = base64.b64decode(value.get("base64", ""), validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError(f"{name} is not valid base64") from None
    size = dtype.itemsize * math.prod(shape)
    if len(raw) != size:
        raise ValueError(f"{name} has {len(raw):,} bytes, expected {size:,} for {list(shape)}")
    return _finite(np.frombuffer(raw, dtype.newbyteorder("<")), name, dtype).reshape(shape)


def _finite(array: np.ndarray, name: str, dtype: np.dtype[Any]) -> np.ndarray:
    with np.errstate(over="ignore"):
        array = array.astype(dtype)
    if not np.isfinite(array).all():
        raise _not_finite(name)
    return array


def _not_finite(name: str) -> ValueError:
    return ValueError(f"{name} holds a number that is not finite, or too large")


def number(value: Any, name: str) -> float:
    """Return ``value`` as a float that a float32 can hold."""
    if type(value) not in (int, float):
        raise ValueError(f"{name} must be a number, found {shown(value)}")
    vector([value], name, 1)
    return float(value)


def texts(value: Any, name: str, length: int) -> tuple[str, ...]:
    """Return ``value`` as ``length`` texts, all different."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name} must be a list of texts")
    if len(value) != length:
        raise ValueError(f"{name} has {len(value):,} texts, expected {length:,}")
    if len(set(value)) != length:
        raise ValueError(f"{name} has a text twice")
    return tuple(value)


def count(value: Any, name: str) -> int:
    """Return ``value`` as a whole number from 1 to :data:`MAX_VALUES`."""
    if type(value) is not int or not 1 <= value <= MAX_VALUES:
        raise ValueError(
            f"{name} must be a whole number from 1 to {MAX_VALUES:,}, found {shown(value)}"
        )
    return value


def shown(value: Any) -> str:
    """Return ``value`` for a message, cut short: it may be as long as the file."""
    if value is None:
        return "nothing"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    text = json.dumps(value)
    return text if len(text) <= 30 else text[:27] + "..."
