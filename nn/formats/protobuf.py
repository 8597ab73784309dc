"""Protocol Buffers, as far as ONNX needs them: fields by number, out and in.

A message is fields one after another, each a tag and a value. The tag, a varint, is the field's
number and how the value is written: as a varint (0), as eight bytes (1), as a size and so many
bytes (2: texts, arrays, messages), or as four bytes (5).
https://protobuf.dev/programming-guides/encoding

>>> message = Message(field(1, 150) + field(2, "testing"))
>>> message.integers(1), message.text(2)
([150], 'testing')
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

MAX_FIELDS = 20_000
"""Most fields in the outermost messages, and most whole numbers in a list."""

_MAX_INNER_FIELDS = 200
"""Most fields in a message within another: there may be thousands of those."""

_VARINT, _EIGHT_BYTES, _SIZED, _FOUR_BYTES = 0, 1, 2, 5
_BITS = (1 << 64) - 1


def varint(value: int) -> bytes:
    """Return a whole number, seven bits a byte, the lowest first.

    >>> varint(300).hex(), len(varint(-1))
    ('ac02', 10)
    """
    value &= _BITS
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def field(number: int, value: int | float | str | bytes) -> bytes:
    """Return a field: a whole number, a float32, a text, or bytes such as a message."""
    if isinstance(value, float):
        return varint(number << 3 | _FOUR_BYTES) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3 | _VARINT) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | _SIZED) + varint(len(content)) + content


class Message:
    """The fields of a message that anyone may have written; nothing in them is copied.

    Args:
        data: bytes, or a part of them.
        most: fields that it may have.

    Raises:
        ValueError: here and in all methods: the bytes are no such message.
    """

    def __init__(self, data: bytes | memoryview, most: int = MAX_FIELDS) -> None:
        self._fields: dict[int, list[int | memoryview]] = {}
        view = memoryview(data)
        count = start = 0
        while start < len(view):
            count += 1
            if count > most:
                raise ValueError("a message in the file has too many fields")
            tag, start = _varint_at(view, start)
            value: int | memoryview
            kind = tag & 7
            if kind == _VARINT:
                value, start = _varint_at(view, start)
            else:
                if kind == _SIZED:
                    size, start = _varint_at(view, start)
                elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
                    size = 8 if kind == _EIGHT_BYTES else 4
                else:
                    raise ValueError("the file is damaged: a field in it is of no known kind")
                if size > len(view) - start:
                    raise ValueError("the file is damaged or cut short: a field reaches beyond it")
                value = view[start : start + size]
                start += size
            self._fields.setdefault(tag >> 3, []).append(value)

    def put(self, number: int, *values: memoryview) -> None:
        """Have bytes in a field, or nothing, whatever the file has there."""
        self._fields[number] = list(values)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def integers(self, number: int) -> list[int]:
        """Return the whole numbers of a field, from -2⁶³ to 2⁶³ - 1, packed together or not."""
        found: list[int] = []
        for value in self._fields.get(number, []):
            found.extend([value] if isinstance(value, int) else _varints(value))
            if len(found) > MAX_FIELDS:
                raise ValueError("a list of numbers in the file is too long")
        return [value - (1 << 64) if value >> 63 else value for value in found]

    def integer(self, number: int, default: int = 0) -> int:
        """Return a whole number: the last one, as the format has it."""
        return (self.integers(number) or [default])[-1]

    def bytes(self, number: int) -> memoryview:
        """Return the bytes of a field; none if it is not there."""
        return (self._sized(number) or [memoryview(b"")])[-1]

    def texts(self, number: int) -> list[str]:
        """Return all texts of a field."""
        try:
            return [str(value, "utf-8") for value in self._sized(number)]
        except UnicodeDecodeError:
            raise ValueError("the file is damaged: a name in it is not UTF-8") from None

    def text(self, number: int) -> str:
        """Return the text of a field; an empty one if it is not there."""
        return (self.texts(number) or [""])[-1]

    def messages(self, number: int) -> Iterator[Message]:
        """Yield the messages of a field."""
        return (Message(part, _MAX_INNER_FIELDS) for part in self._sized(number))

    def numbers(self, number: int, dtype: np.dtype[Any]) -> np.ndarray:
        """Return the float32 or float64 numbers of a field, packed together or not."""
        parts = self._sized(number)
        if any(len(part) % dtype.itemsize for part in parts):
            raise ValueError("the file is damaged: numbers in it are cut short")
        found = [np.frombuffer(part, dtype) for part in parts]
        return found[0] if len(found) == 1 else np.concatenate([np.empty(0, dtype), *found])

    def _sized(self, number: int) -> list[memoryview]:
        found = self._fields.get(number, [])
        parts = [value for value in found if isinstance(value, memoryview)]
        if len(parts) != len(found):
            raise ValueError("the file is damaged: a field in it is of another kind than expected")
        return parts


def _varint_at(view: memoryview, start: int) -> tuple[int, int]:
    """Return the number that begins at a place, and the place after it."""
    value = 0
    for place, byte in enumerate(view[start : start + 10]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value & _BITS, start + place + 1
    raise ValueError("the file is damaged or cut short: a number in it does not end")


def _varints(view: memoryview) -> Iterator[int]:
    start = 0
    while start < len(view):
        # Those that are too many are noticed before they have been decoded.
        if len(view) > 10 * MAX_FIELDS:
            raise ValueError("a list of numbers in the file is too long")
        value, start = _varint_at(view, start)
        yield value
