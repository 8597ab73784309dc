"""JSON parsed some records at a time, so that a page stays alive while it reads a large file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_AT_A_TIME = 200
_LEVELS = 2
"""Lists and objects are parsed entry by entry: the outermost, and those in it."""

Pairs = Callable[[list[tuple[str, Any]]], Any]


class _Irregular(Exception):
    """What was parsed is not JSON, or may not be."""


def parsing(text: str, pairs: Pairs = dict) -> Generator[float, None, Any]:
    """Return what a JSON text holds, as :func:`json.loads` does; after some entries yield how far.

    Args:
        text: of a file.
        pairs: makes an object of its names and values.

    Raises:
        json.JSONDecodeError: it is not JSON.

    >>> work = parsing('{"rows": [{"a": 1}, {"a": 2}]}')
    >>> try:
    ...     while True:
    ...         _ = next(work)
    ... except StopIteration as done:
    ...     done.value
    {'rows': [{'a': 1}, {'a': 2}]}
    """
    parser = _Parser(text, pairs)
    try:
        content, end = yield from parser.value(parser.after(0), _LEVELS)
        if end == len(text):
            return content
    except (_Irregular, StopIteration, IndexError, json.JSONDecodeError):
        pass
    # The one that knows JSON says what is wrong.
    return json.loads(text, object_pairs_hook=pairs)


class _Parser:
    def __init__(self, text: str, pairs: Pairs) -> None:
        self._text, self._pairs = text, pairs
        self._whole = json.JSONDecoder(object_pairs_hook=pairs).raw_decode
        self._entries = 0

    def after(self, place: int) -> int:
        """Return where something stands after ``place``, or the end."""
        found = _SPACE.match(self._text, place)
        assert found
        return found.end()

    def value(self, place: int, levels: int) -> Generator[float, None, tuple[Any, int]]:
        """Return the value at a place, and where what comes after it stands."""
        text = self._text
        opening = text[place]
        inner = text[self.after(place + 1)] if opening in "[{" else ""
        if levels == 0 or (opening == "[" and inner not in "[{") or opening not in "[{":
            # Lists of plain values are parsed soonest at once.
            content, end = self._whole(text, place)
            return content, self.after(end)
        closing = "]" if opening == "[" else "}"
        names, values = [], []
        place = self.after(place + 1)
        while text[place] != closing:
            if closing == "}":
                name, place = self._whole(text, place)
                place = self.after(place)
                if not isinstance(name, str) or text[place] != ":":
                    raise _Irregular
                names.append(name)
                place = self.after(place + 1)
            one, place = yield from self.value(place, levels - 1)
            values.append(one)
            self._entries += 1
            if self._entries % _AT_A_TIME == 0:
                yield place / len(text)
            if text[place] == ",":
                place = self.after(place + 1)
                if text[place] == closing:
                    raise _Irregular
            elif text[place] != closing:
                raise _Irregular
        content = values if closing == "]" else self._pairs(list(zip(names, values, strict=True)))
        return content, self.after(place + 1)
