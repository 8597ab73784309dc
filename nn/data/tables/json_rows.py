"""Rows from JSON in the shapes in which tables come: records, columns, lists, and pairs of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import chain
from typing import Any

from nn import checks
from nn.data.gzipped import Slices, stage
from nn.data.tables.names import unique_names
from nn.data.tables.rows import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_VALUES,
    Rows,
    making_table,
)
from nn.progress import exhaust

_MARKS = 4 * MAX_VALUES
_PARSED = 0.6
"""Of the time that JSON takes, the share of parsing; flattening records takes the rest."""

_AT_A_TIME = 500  # records
_START = 10_000  # characters that are looked at for what a text is
_RECORDS_FOR = ("data", "entries", "rows", "records")
"""Keys that are looked under first."""

# What is not closed goes on to the end, and names begin where words do: no text is looked at twice.
_TOKENS = re.compile(
    r'"(?:\\.|[^"\\])*+(?:"|\Z)' + r"|'(?P<single>(?:\\.|[^'\\])*+)(?:'|\Z)"
    r"|(?P<comma>,)(?=\s*[}\]])|(?<![\w$])(?P<key>[A-Za-z_$][\w$]*+)(?=\s*:)"
    r"|(?<![\w$])(?P<word>True|False|None|undefined)(?![\w$])"
)
_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_COMMENTS = re.compile(
    r'"(?:\\.|[^"\\])*+(?:"|\Z)' + r"|'(?:\\.|[^'\\])*+(?:'|\Z)"
    r"|(?P<comment>//[^\r\n]*|/\*.*?(?:\*/|\Z))",
    re.DOTALL,
)
_ASSIGNED = re.compile(
    r"\s*(?:export\s+default|(?:export\s+)?(?:const|let|var)\s+[\w$]+\s*=|[\w$.]+\s*=)\s*(?=[\[{])"
)
PAIRS = (("xs", "ys"), ("input", "output"), ("inputs", "outputs"))
"""Keys of a record that say what is given and what is to be predicted."""

LISTED_PAIRS = (
    *(*PAIRS, ("X", "y"), ("x", "y"), ("data", "target"), ("data", "labels")),
    *(("features", "labels"), ("features", "targets"), ("features", "target")),
    *(("inputs", "targets"), ("inputs", "labels"), ("X_train", "y_train"), ("x_train", "y_train")),
    *(("trainX", "trainY"), ("samples", "labels")),
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
    return exhaust(making_rows_of_json(text, header))


def making_rows_of_json(text: str, header: bool | None = None) -> Slices[Rows]:
    """Do the same as :func:`rows_of_json`, a slice each time that the generator is pulled."""
    notes: list[str] = []
    content = _records((yield from stage(_parsing(text, notes), 0, _PARSED)))
    if isinstance(content, dict):
        names = list(content)
        _check_size(max(map(len, content.values()), default=0), len(names))
        return _named(names, [list(column) for column in content.values()], notes)
    if content and all(isinstance(entry, list) for entry in content):
        lines = [[_cell(value) for value in entry] for entry in content]
        _check_size(len(lines), max(map(len, lines)))
        return (yield from stage(making_table(lines, header, notes=notes), _PARSED, 1))
    if content and not any(isinstance(entry, dict) for entry in content):
        return Rows(["value"], [content], notes=notes)
    for row, entry in enumerate(content, start=1):
        if not isinstance(entry, dict):
            raise ValueError(f"row {row} is {checks.shown(entry)}; expected an object")
    # An object without anything in it is no row.
    filled = _answered([entry for entry in content if entry])
    records = []
    for entry in filled:
        records.append(_flat(entry))
        if len(records) % _AT_A_TIME == 0:
            yield _PARSED + (1 - _PARSED) / 2 * len(records) / len(filled)
    names = list(dict.fromkeys(chain.from_iterable(records)))
    _check_size(len(records), len(names))
    cells: list[list[Any]] = []
    for name in names:
        nothing = 0 if _counts(name, names) else None
        cells.append([record.get(name, nothing) for record in records])
        yield (1 + _PARSED) / 2 + (1 - _PARSED) / 2 * len(cells) / len(names)
    return _named(names, cells, notes)


def _named(names: list[str], cells: list[list[Any]], notes: list[str]) -> Rows:
    """Return rows under names without spaces around them, all different."""
    given = [name.strip() or f"column {place}" for place, name in enumerate(names, start=1)]
    return Rows(unique_names(given, cells, notes), cells, notes=notes)


def _parsing(text: str, notes: list[str]) -> Slices[Any]:
    data = text.encode("utf-8", "replace")
    try:
        return (yield from checks.parsing_json(data, "a table", MAX_VALUES, _MARKS))
    except ValueError as error:
        problem = error
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.lstrip()[0] in "{[" for line in lines[:20]):
        try:
            wrapped = f"[{','.join(lines)}]".encode("utf-8", "replace")
            return (yield from checks.parsing_json(wrapped, "a table", MAX_VALUES, _MARKS))
        except ValueError:
            pass
    plain = without_comments(text)
    plain = _ASSIGNED.sub("", plain, count=1) if _ASSIGNED.match(plain) else plain
    plain = _TOKENS.sub(_as_json, plain.strip().rstrip("; \r\n"))
    if plain == text:
        raise problem
    try:
        data = plain.encode("utf-8", "replace")
        content = yield from checks.parsing_json(data, "a table", MAX_VALUES, _MARKS)
    except ValueError:
        raise problem from None
    notes.append("read as JavaScript, as it is not quite JSON")
    return content


def looks_like_json(text: str) -> bool:
    """Whether a text is JSON, or a program's list or object, which may have a name.

    >>> [looks_like_json(each) for each in ("[1]", "const a = [1]", "// a\\n{}", "a,b")]
    [True, True, True, False]
    """
    start = text[:_START]
    if start.startswith(("//", "/*")):
        start = without_comments(start).lstrip()
    return start.startswith(("[", "{")) or _ASSIGNED.match(start) is not None


def without_comments(text: str) -> str:
    """Return JavaScript without its comments."""
    return _COMMENTS.sub(lambda match: "" if match["comment"] else match[0], text)


def _as_json(match: re.Match[str]) -> str:
    if match["comma"]:
        return ""
    if match["word"]:
        return _WORDS[match["word"]]
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
        return [*_header_lines(content["columns"]), *content["data"]]
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
        ((name, table),) = tables.items()
        beside = [key for key, each in lists.items() if key != name and len(each) == len(table)]
        if len(beside) == 1:
            # Answers beside what is given, whatever they are called.
            return [{name: a, beside[0]: b} for a, b in zip(table, lists[beside[0]], strict=True)]
        return table
    for key in _RECORDS_FOR:
        if key in tables:
            return tables[key]
    if len(lists) > 1 and not tables and len(set(map(len, lists.values()))) == 1:
        return lists
    if len(lists) == len(content) == 1:
        return lists
    inner = [value for value in content.values() if isinstance(value, dict)]
    deeper = [value for value in inner if not lists and _holds_records(value)]
    if len(deeper) == 1:
        return _records(deeper[0])
    if len(inner) == len(content) == 1 and any(isinstance(v, list) for v in inner[0].values()):
        return _records(inner[0])
    if all(isinstance(value, dict) for value in content.values()):
        return _by_index(content)
    raise ValueError(
        "the file is JSON, but not a table: expected a list of objects, under one key or none"
    )


def _header_lines(names: Any) -> list[Any]:
    """Return the lines above rows: one, or of names in several levels one each."""
    listed = isinstance(names, list) and names and all(isinstance(name, list) for name in names)
    if not listed or len(set(map(len, names))) > 1:
        return [names]
    return [list(level) for level in zip(*names, strict=True)]


def _holds_records(content: dict[str, Any]) -> bool:
    """Whether an object has a list of objects under one of its keys, or of theirs."""
    return any(
        _holds_records(value)
        if isinstance(value, dict)
        else isinstance(value, list) and len(value) > 1 and isinstance(value[0], dict)
        for value in content.values()
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
    fields = set(chain.from_iterable(content.values()))
    if (outer and not inner) or (not inner and len(content) > len(fields)):
        # Records under what names each: there are more of them than they have fields.
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
