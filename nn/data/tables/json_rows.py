"""Rows from JSON in the shapes in which tables come: records, columns, lists, and pairs of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import chain
from typing import Any

from nn import checks
from nn.data.tables.rows import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_VALUES,
    Rows,
    table_of,
    unique_names,
)

_MARKS = 4 * MAX_VALUES
_RECORDS_FOR = ("data", "entries", "rows", "records")
"""Keys that are looked under first."""

# What is not closed goes on to the end, and names begin where words do: no text is looked at twice.
_TOKENS = re.compile(
    r'"(?:\\.|[^"\\])*+(?:"|\Z)' + r"|'(?P<single>(?:\\.|[^'\\])*+)(?:'|\Z)"
    r"|(?P<comma>,)(?=\s*[}\]])|(?<![\w$])(?P<key>[A-Za-z_$][\w$]*+)(?=\s*:)"
)
_ASSIGNED = re.compile(r"\s*(?:export\s+default|(?:const|let|var)\s+[\w$]+\s*=|[\w$.]+\s*=)\s*")
PAIRS = (("xs", "ys"), ("input", "output"), ("inputs", "outputs"))
"""Keys of a record that say what is given and what is to be predicted."""

LISTED_PAIRS = (
    *(*PAIRS, ("X", "y"), ("x", "y"), ("data", "target"), ("data", "labels")),
    *(("features", "labels"), ("features", "targets"), ("features", "target")),
)
"""Keys of two lists that say it too, one with lists of inputs."""


def rows_of_json(text: str, header: bool | None = None) -> Rows:
    """Return the rows of a table in JSON.

    It may be a list of objects or of lists, one object a line, an object with such a list under any
    one key, an object of columns, or what pandas writes. Objects in cells are told apart by a dot:
    ``{"a": {"b": 1}}`` is a column "a.b".

    Args:
        text: JSON, or an object as JavaScript writes it.
        header: of a list of lists, whether the first has the names; None to see for oneself.

    Raises:
        ValueError: it is not JSON, or no table.

    >>> rows_of_json('{"rows": [{"a": {"b": 1}, "c": "x"}]}').names
    ['a.b', 'c']
    """
    notes: list[str] = []
    content = _records(_parsed(text, notes))
    if isinstance(content, dict):
        names = list(content)
        _check_size(max(map(len, content.values()), default=0), len(names))
        return _named(names, [list(column) for column in content.values()], notes)
    if content and all(isinstance(entry, list) for entry in content):
        lines = [[_cell(value) for value in entry] for entry in content]
        _check_size(len(lines), max(map(len, lines)))
        return table_of(lines, header, notes=notes)
    if content and not any(isinstance(entry, dict) for entry in content):
        return Rows(["value"], [content], notes=notes)
    for row, entry in enumerate(content, start=1):
        if not isinstance(entry, dict):
            raise ValueError(f"row {row} is {checks.shown(entry)}; expected an object")
    # An object without anything in it is no row.
    records = [_flat(entry) for entry in _answered([entry for entry in content if entry])]
    names = list(dict.fromkeys(chain.from_iterable(records)))
    _check_size(len(records), len(names))
    absent = [0 if _counts(name, names) else None for name in names]
    cells = [
        [record.get(name, nothing) for record in records]
        for name, nothing in zip(names, absent, strict=True)
    ]
    return _named(names, cells, notes)


def _named(names: list[str], cells: list[list[Any]], notes: list[str]) -> Rows:
    """Return rows under names without spaces around them, all different."""
    given = [name.strip() or f"column {place}" for place, name in enumerate(names, start=1)]
    return Rows(unique_names(given, cells, notes), cells, notes=notes)


def _parsed(text: str, notes: list[str]) -> Any:
    data = text.encode("utf-8", "replace")
    try:
        return checks.parse_json(data, "a table", MAX_VALUES, _MARKS)
    except ValueError as error:
        problem = error
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.lstrip()[0] in "{[" for line in lines[:20]):
        try:
            wrapped = f"[{','.join(lines)}]".encode("utf-8", "replace")
            return checks.parse_json(wrapped, "a table", MAX_VALUES, _MARKS)
        except ValueError:
            pass
    plain = _ASSIGNED.sub("", text, count=1) if _ASSIGNED.match(text) else text
    plain = _TOKENS.sub(_as_json, plain.strip().rstrip("; \r\n"))
    if plain == text:
        raise problem
    try:
        content = checks.parse_json(plain.encode("utf-8", "replace"), "a table", MAX_VALUES, _MARKS)
    except ValueError:
        raise problem from None
    notes.append("read as JavaScript, as it is not quite JSON")
    return content


def _as_json(match: re.Match[str]) -> str:
    if match["comma"]:
        return ""
    if match["single"] is not None:
        return json.dumps(match["single"].replace("\\'", "'"))
    return json.dumps(match["key"]) if match["key"] else match[0]


def _records(content: Any) -> list[Any] | dict[str, list[Any]]:
    """Return a list of records or lines, or columns by name."""
    if isinstance(content, list):
        return content
    if not isinstance(content, dict) or not content:
        raise ValueError("the file is JSON, but not a table: expected a list of objects")
    if content.keys() >= {"columns", "data"} and isinstance(content["data"], list):
        # As pandas writes it with orient="split".
        return [content["columns"], *content["data"]]
    lists = {key: value for key, value in content.items() if isinstance(value, list)}
    tables = {
        key: value for key, value in lists.items() if value and isinstance(value[0], dict | list)
    }
    for pair in LISTED_PAIRS:
        if content.keys() >= set(pair) and len(lists) >= 2:
            given, wanted = (lists.get(key, []) for key in pair)
            if len(given) == len(wanted) > 0:
                given = _named_features(given, content.get("feature_names"))
                records = zip(given, wanted, strict=True)
                return [dict(zip(pair, both, strict=True)) for both in records]
    if len(tables) == 1:
        return next(iter(tables.values()))
    for key in _RECORDS_FOR:
        if key in tables:
            return tables[key]
    if len(lists) > 1 and not tables and len(set(map(len, lists.values()))) == 1:
        return lists
    if len(lists) == len(content) == 1:
        return lists
    inner = [value for value in content.values() if isinstance(value, dict)]
    if len(inner) == len(content) == 1 and any(isinstance(v, list) for v in inner[0].values()):
        return _records(inner[0])
    if all(isinstance(value, dict) for value in content.values()):
        return _by_index(content)
    raise ValueError(
        "the file is JSON, but not a table: expected a list of objects, under one key or none"
    )


def _named_features(given: list[Any], names: Any) -> list[Any]:
    """Return lists of inputs as objects, where there are names for them."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return given
    if not all(isinstance(one, list) and len(one) == len(names) for one in given):
        return given
    return [dict(zip(names, one, strict=True)) for one in given]


def _by_index(content: dict[str, dict[str, Any]]) -> list[Any] | dict[str, list[Any]]:
    """Return the table in an object of objects: of columns, as pandas writes it, or of rows."""
    outer = all(key.isdecimal() for key in content)
    inner = all(key.isdecimal() for value in content.values() for key in value)
    if outer and not inner:
        return list(content.values())
    rows = list(dict.fromkeys(chain.from_iterable(content.values())))
    return {name: [column.get(row) for row in rows] for name, column in content.items()}


def _answered(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return records whose answers, each like ``{"red": 1}``, are texts like "red"."""
    for _, wanted in PAIRS:
        answers = [record.get(wanted) for record in records]
        if all(isinstance(one, dict) and list(one.values()) == [1] for one in answers):
            names = [next(iter(one)) for one in answers if one]
            if len(set(names)) > 1:
                return [
                    {**record, wanted: name} for record, name in zip(records, names, strict=True)
                ]
    return records


def _counts(name: str, names: Iterable[str]) -> bool:
    """Whether what a record does not have is 0: one of several outputs by their names."""
    start = name.split(".", 1)[0]
    given = {key for pair in PAIRS for key in pair}
    return "." in name and start in given and start not in names


def _flat(entry: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Return a record whose values are neither objects nor lists."""
    found: dict[str, Any] = {}
    for key, value in entry.items():
        inner = (
            dict(zip(map(str, range(len(value))), value, strict=True))
            if isinstance(value, list)
            else value
        )
        if isinstance(inner, dict):
            if len(inner) > MAX_COLUMNS:
                raise ValueError(
                    f"{before}{key} has {len(inner):,} values; expected a number or a text"
                )
            found |= _flat(inner, f"{before}{key}.")
        else:
            found[f"{before}{key}"] = value
    return found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        raise ValueError(f"a cell holds {checks.shown(value)}; expected a number or a text")
    return str(value)


def _check_size(rows: int, columns: int) -> None:
    if rows == 0 or columns == 0:
        raise ValueError("the table has no rows; expected at least one")
    if rows > MAX_ROWS:
        raise ValueError(f"the table has more than {MAX_ROWS:,} rows, which is the limit")
    if columns > MAX_COLUMNS:
        raise ValueError(f"there are {columns:,} columns; up to {MAX_COLUMNS:,} can be read")
    if rows * columns > MAX_VALUES:
        raise ValueError(f"the table has more than {MAX_VALUES:,} values, which is the limit")
