"""MNIST as it is widely shared in CSV: a picture a line, its label first, then its 784 pixels."""

from __future__ import annotations

import re

import numpy as np

from nn.data.dataset import Dataset
from nn.data.gzipped import Content, Slices, unpacking
from nn.data.whole_numbers import whole_numbers
from nn.progress import exhaust

SIDE = 28
CLASSES = 10

_COLUMNS = 1 + SIDE * SIDE
_HIGHEST = [CLASSES - 1] + [255] * (_COLUMNS - 1)
_SEPARATORS = np.frombuffer(b"," * (_COLUMNS - 1) + b"\n", np.uint8)
_SHORTEST_LINE = 2 * _COLUMNS  # one digit and one separator a value
_CHUNK = 2**18  # bytes of text taken at a time: some 150 lines, which fit a processor cache
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FIRST_LINE = re.compile(rb"""(?:\xef\xbb\xbf)?(?=[\w"' .,+-])[^\0-\x1f]*,""")


class WrongLabel(ValueError):
    """A label is none of the ten digits; other readers may know it."""


def looks_like_csv(content: Content) -> bool:
    """Whether uncompressed content starts with a line of text with commas that is not JSON."""
    return _FIRST_LINE.match(content) is not None


def read_image_csv(data: Content) -> Dataset:
    r"""Read labelled 28x28 pictures from the content of a CSV file, gzipped or not.

    Each line is a label, 0 to 9, and 784 pixels, 0 to 255, row by row. A first line without a
    single whole number is taken as a header. Lines end in \n or \r\n, the last one in neither,
    either or several; spaces around values and a UTF-8 byte order mark are allowed.

    Returns:
        inputs (n, 28, 28, 1) uint8, targets (n,) uint8, 10 classes, n at least 1.

    Raises:
        ValueError: naming the line (from 1, the header included) and, where it applies, the
            column (from 1) that is wrong, and what was expected there.

    Example:
        >>> data = read_image_csv(b"5" + b",0" * 784 + b"\n")
        >>> data.inputs.shape, data.targets.tolist(), data.classes
        ((1, 28, 28, 1), [5], 10)
    """
    return exhaust(reading_image_csv(data))


def reading_image_csv(data: Content) -> Slices[Dataset]:
    """Do the same as :func:`read_image_csv`, a slice each time that the generator is pulled."""
    content = yield from unpacking(data)
    if content[: len(_BYTE_ORDER_MARK)] == _BYTE_ORDER_MARK:
        content = content[len(_BYTE_ORDER_MARK) :]
    content = content[: _length_without_blank_end(content)]
    if not content:
        raise ValueError("the file is empty; expected lines of a label and 784 pixels")

    # No line is shorter than _SHORTEST_LINE, so this is room enough, taken once.
    room = len(content) // _SHORTEST_LINE + 1
    inputs = np.empty((room, _COLUMNS - 1), np.uint8)
    targets = np.empty(room, np.uint8)

    count = 0
    position, header = _skip_header(content)
    while position < len(content):
        text = _whole_lines(content, position, first_line=1 + header + count)
        position += len(text)
        rows = _parse(text, first_line=1 + header + count)
        inputs[count : count + len(rows)] = rows[:, 1:]
        targets[count : count + len(rows)] = rows[:, 0]
        count += len(rows)
        yield position / len(content)
    if count == 0:
        raise ValueError("there is only a header; expected lines of a label and 784 pixels")
    return Dataset(inputs[:count].reshape(count, SIDE, SIDE, 1), targets[:count], CLASSES)


def _length_without_blank_end(content: memoryview) -> int:
    # A chunk at a time: byte by byte, half a gigabyte would take half a minute.
    length = len(content)
    while length:
        start = max(0, length - _CHUNK)
        if kept := len(bytes(content[start:length]).rstrip(b" \r\n")):
            return start + kept
        length = start
    return 0


def _skip_header(content: memoryview) -> tuple[int, int]:
    """Where the pictures start, and how many lines come before them: 0 or 1."""
    line = _whole_lines(content, 0, first_line=1).partition(b"\n")[0]
    if any(field.strip().isdigit() for field in _split(line, 1)):
        return 0, 0
    return len(line) + 1, 1


def _whole_lines(content: memoryview, position: int, first_line: int) -> bytes:
    text = bytes(content[position : position + _CHUNK])
    if position + len(text) == len(content):
        return text
    end = text.rfind(b"\n") + 1
    if end == 0:
        raise ValueError(
            f"line {first_line}: longer than {_CHUNK:,} bytes; expected a label and 784 pixels"
        )
    return text[:end]


def _parse(text: bytes, first_line: int) -> np.ndarray:
    """Whole lines to (lines, 785), every value checked."""
    text = text.replace(b"\r\n", b"\n").replace(b", ", b",")
    if not text.endswith(b"\n"):
        text += b"\n"
    rows = _parse_plain(text)
    if rows is None:
        lines = text[:-1].split(b"\n")
        rows = np.array([_parse_line(line, first_line + i) for i, line in enumerate(lines)])
    return rows


def _parse_plain(text: bytes) -> np.ndarray | None:
    """What _parse_line makes of every line, all at once; None if there is anything unusual."""
    rows = whole_numbers(text, _SEPARATORS)
    return rows if rows is not None and (rows <= _HIGHEST).all() else None


def _parse_line(line: bytes, number: int) -> list[int]:
    fields = [field.strip() for field in _split(line, number)]
    for column, (field, highest) in enumerate(zip(fields, _HIGHEST, strict=True), start=1):
        if not field.isdigit() or len(field) > 3 or int(field) > highest:
            found = repr(field[:20].decode("utf-8", "replace")) if field else "nothing"
            wrong = WrongLabel if column == 1 else ValueError
            raise wrong(
                f"line {number}, column {column}: found {found} "
                f"where a {'label' if column == 1 else 'pixel'} belongs; "
                f"expected a whole number from 0 to {highest}"
            )
    return [int(field) for field in fields]


def _split(line: bytes, number: int) -> list[bytes]:
    if not line.strip():
        raise ValueError(f"line {number}: it is blank; expected a label and 784 pixels")
    fields = line.split(b",")
    if len(fields) != _COLUMNS:
        raise ValueError(
            f"line {number}: expected {_COLUMNS} values separated by commas, "
            f"a label and 784 pixels; found {len(fields)}"
        )
    return fields
