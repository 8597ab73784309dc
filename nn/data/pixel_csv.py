"""CSV files of pictures, a picture a line, in all the dialects that programs write."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

import numpy as np

from nn.data.csv_layout import Layout, is_header, is_number, layout_of
from nn.data.gzipped import Content, Slices
from nn.data.image_csv import WrongLabel, reading_image_csv
from nn.data.labels import tidied
from nn.data.part import Part
from nn.data.pixels import arranged, to_pixels
from nn.data.whole_numbers import whole_numbers
from nn.elsewhere import BelongsElsewhere
from nn.progress import exhaust

_CHUNK = 2**16  # bytes of text taken at a time
_LONGEST_LINE = 2**20
_SAMPLE_PLACES = 8  # parts of the file that are looked at first
_SAMPLE_LINES = 12  # of each
_SEPARATORS = (b"\t", b";", b"|", b",", b" ")
_FEWEST = 24  # in a line: pictures of 5 x 5
_MARK = b"\xef\xbb\xbf"
_TEXT = re.compile(rb"""[\w"' .,;|+\t\r\n-]""")
_PLAIN_COLUMNS = 785
_HIGHEST = 255


def looks_like_text(content: Content) -> bool:
    """Whether content may be CSV: it begins as text does, and holds no byte that text has not."""
    head = bytes(content[:4096])
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    head = head.removeprefix(_MARK)
    return _TEXT.match(head) is not None and not re.search(rb"[\0-\x08\x0e-\x1f]", head)


def read_csv(content: Content) -> Part:
    """Read pictures from the content of a CSV file: a picture a line, with or without a label.

    The label is the column with a usual name, or the first or last one, whichever is less like
    pixels. Pixels are 0 to 255, or fractions. Fields are parted by commas, semicolons, tabs, bars
    or spaces; blank lines and empty columns at the end are left out.

    Raises:
        ValueError: it holds no pictures, or a value is wrong; the message says in which line, from
            1, and in which column.

    >>> read_csv(b"a;0" + b";0" * 63 + b"\\nb;255" + b";9" * 63).labels.tolist()
    ['a', 'b']
    """
    return exhaust(reading_csv(content))


def reading_csv(content: Content) -> Slices[Part]:
    """Do the same as :func:`read_csv`, a slice each time that the generator is pulled."""
    text = _usual(content)
    separator, skipped, layout = _look(text)
    is_usual = layout.columns == _PLAIN_COLUMNS and layout.label == 0 and not layout.words
    if is_usual and separator == b",":
        # The strict reader is the fastest; what it does not know is left to this one.
        try:
            data = yield from reading_image_csv(text)
            pixels, said = to_pixels(data.inputs)
            return Part(pixels, data.targets, said=_all_said(layout, said))
        except WrongLabel:
            pass
        except ValueError as error:
            try:
                return (yield from _reading(text, separator, skipped, layout))
            except ValueError:
                # Neither can read it, and the strict reader says better why.
                raise error from None
    return (yield from _reading(text, separator, skipped, layout))


def _all_said(layout: Layout, *more: str) -> tuple[str, ...]:
    return (*layout.said, *(text for text in more if text))


def _usual(content: Content) -> memoryview:
    """Return text in UTF-8 without a byte order mark, whose lines end in \\n or \\r\\n."""
    head = bytes(content[:_LONGEST_LINE])
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            content = bytes(content).decode("utf-16").encode()
        except UnicodeDecodeError:
            raise ValueError("the text is damaged: it begins as UTF-16 but is not") from None
        head = content[:_LONGEST_LINE]
    if head.startswith(_MARK):
        content = memoryview(content)[len(_MARK) :]
    if b"\r" in head and b"\n" not in head:
        content = bytes(content).replace(b"\r", b"\n")
    return memoryview(content)


def _look(text: memoryview) -> tuple[bytes, int, Layout]:
    """Return the separator, how many lines come before the pictures, and what the columns are."""
    head = bytes(text[:_LONGEST_LINE])
    complete = len(head) == len(text)
    lines = head.split(b"\n") if complete else head.split(b"\n")[:-1]
    if not complete and not lines:
        raise ValueError(f"line 1: longer than {_LONGEST_LINE:,} bytes; expected pixels")
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    if start < len(lines) and re.fullmatch(rb'"?sep=.\s*"?\s*', lines[start]):
        start += 1
    usual = [line for line in lines[start : start + _SAMPLE_LINES] if line.strip()]
    if not usual:
        raise ValueError("the file is empty; expected a label and pixels a line")
    separator = _separator(usual[-1])
    first = fields(usual[0], separator)
    header = first if is_header(first) else None
    rows = [fields(line, separator) for line in usual[header is not None :]]
    rows += [fields(line, separator) for line in (_spread(lines) if complete else _elsewhere(text))]
    counts = [len(row) for row in rows if row]
    if not counts:
        raise ValueError("there is only a header; expected lines of a label and pixels")
    columns = max(set(counts), key=counts.count)
    if _is_prose(rows, columns):
        raise BelongsElsewhere("this is text, not pictures: it opens in the lab Text", "text")
    rows = [row for row in rows if len(row) == columns]
    if header is not None and len(header) == columns - 1:
        # As R writes it: the names of the rows have no name themselves.
        header = ["", *header]
    if header is not None and len(header) != columns:
        if columns < _FEWEST:
            # No pictures, whatever the names: the layout says what it is.
            return separator, start + 1, layout_of(None, rows)
        raise ValueError(
            f"line {start + 1}: the header has {len(header):,} names, but the lines below it "
            f"{columns:,} values"
        )
    return separator, start + (header is not None), layout_of(header, rows)


def _separator(line: bytes) -> bytes:
    """Return what parts the fields of a line: what can be a decimal mark counts last."""
    usual = [each for each in _SEPARATORS if line.count(each) >= _FEWEST]
    few = [each for each in _SEPARATORS if each in line and each != b" "]
    return [*usual, *few, b","][0]


def _is_prose(rows: list[list[str]], columns: int) -> bool:
    """Whether lines are running text, or a word each: nothing is a number, nothing parts them."""
    if any(is_number(cell) for row in rows for cell in row):
        return False
    uneven = sum(len(row) != columns for row in rows)
    return columns == 1 or uneven > len(rows) // 4


def _spread(lines: list[bytes]) -> list[bytes]:
    """Return some lines from all over a short text."""
    return lines[_SAMPLE_LINES + 2 :: max(1, len(lines) // (_SAMPLE_PLACES * _SAMPLE_LINES))]


def _elsewhere(text: memoryview) -> Iterator[bytes]:
    """Give some lines from all over a long text."""
    for place in range(1, _SAMPLE_PLACES):
        start = len(text) * place // _SAMPLE_PLACES
        block = bytes(text[start : start + _CHUNK])
        yield from [line for line in block.split(b"\n")[1:-1] if line.strip()][:_SAMPLE_LINES]


def fields(line: bytes, separator: bytes) -> list[str]:
    """Return the fields of a line, without quotes and spaces around them; empty ones at its end go.

    >>> fields(b'"a";1;2;;\\r', b";")
    ['a', '1', '2']
    """
    text = line.decode("utf-8", "replace").strip(" \r")
    sep = separator.decode()
    parts = text.split() if sep == " " else text.split(sep)
    found = [part.strip().strip('"').strip() for part in parts]
    if sep in ";\t|":
        found = [_decimal_point(field) for field in found]
    while found and not found[-1]:
        found.pop()
    return found


def _decimal_point(field: str) -> str:
    return field.replace(",", ".") if field.count(",") == 1 else field


def _reading(text: memoryview, separator: bytes, skipped: int, layout: Layout) -> Slices[Part]:
    found: list[_Rows] = []
    line, read = 1, 0
    for block in _blocks(text):
        read += len(block)
        lines = block.count(b"\n")
        if line <= skipped:
            before = min(lines, skipped - line + 1)
            block = block.split(b"\n", before)[-1]
        else:
            before = 0
        if block and (rows := _rows(block, separator, layout, line + before)):
            found.append(rows)
        line += lines
        yield min(1.0, read / len(text))
    if not found:
        raise ValueError("there is only a header; expected lines of a label and pixels")
    pixels, range_said = to_pixels(np.concatenate([rows[0] for rows in found]))
    pictures, colours_said = arranged(pixels, layout.shape)
    labels = None
    if layout.label is not None or layout.one_hot:
        labels = tidied(_joined([rows[1] for rows in found]))
    ids = tuple(name for rows in found for name in rows[2])
    return Part(pictures, labels, ids, _all_said(layout, range_said, colours_said))


def _joined(labels: list[np.ndarray]) -> np.ndarray:
    if any(part.dtype.kind == "U" for part in labels):
        labels = [tidied(part).astype(str) for part in labels]
    return np.concatenate(labels)


def _blocks(text: memoryview) -> Iterator[bytes]:
    """Give the text in parts of whole lines."""
    position, size = 0, _CHUNK
    while position < len(text):
        block = bytes(text[position : position + size])
        if position + len(block) < len(text):
            end = block.rfind(b"\n") + 1
            if end == 0 and size < _LONGEST_LINE:
                size *= 2
                continue
            if end == 0:
                raise ValueError(f"a line is longer than {_LONGEST_LINE:,} bytes; expected pixels")
            block = block[:end]
        position += len(block)
        size = _CHUNK
        yield block if block.endswith(b"\n") else block + b"\n"


_Rows = tuple[np.ndarray, np.ndarray, list[str]]
"""Pixels, labels and names of some lines."""


def _rows(block: bytes, separator: bytes, layout: Layout, line: int) -> _Rows | None:
    """Return what is in whole lines, the first of which has a number; None if all are blank."""
    found = _all_at_once(_with_commas(block, separator), layout)
    if found is not None and found[0].max(initial=0) <= _HIGHEST:
        return found
    each = [
        _one(fields(text, separator), layout, line + i)
        for i, text in enumerate(block.split(b"\n")[:-1])
        if text.strip(separator + b' \r"')
    ]
    if not each:
        return None
    values = np.array([row for row, _, _ in each], np.float32)
    return values, np.array([label for _, label, _ in each]), [name for _, _, name in each if name]


def _with_commas(block: bytes, separator: bytes) -> bytes:
    """Return lines without quotes and empty ends, their fields parted by commas."""
    plain = block.replace(b"\r\n", b"\n").replace(b'"', b"")
    if separator == b" ":
        return b"".join(b",".join(line.split()) + b"\n" for line in plain.split(b"\n")[:-1])
    if separator != b",":
        plain = plain.replace(b",", b".")
    while separator + b"\n" in plain:
        plain = plain.replace(separator + b"\n", b"\n")
    return plain.replace(separator, b",").replace(b", ", b",")


def _all_at_once(text: bytes, layout: Layout) -> _Rows | None:
    """Return what is in lines parted by commas; None if anything in them is unusual."""
    columns, count = layout.columns, text.count(b"\n")
    if text.count(b",") != count * (columns - 1):
        return None
    texts: dict[int, list[str]] = {}
    wanted = set(layout.words)
    if layout.ids is not None:
        wanted.add(layout.ids)
    if wanted:
        tokens = text[:-1].replace(b"\n", b",").split(b",")
        for i in wanted:
            texts[i] = [token.strip().decode("utf-8", "replace") for token in tokens[i::columns]]
            tokens[i::columns] = [b"0"] * count
        if layout.label in texts and "" in texts[layout.label]:
            return None
        lines = [b",".join(tokens[i : i + columns]) for i in range(0, len(tokens), columns)]
        text = b"\n".join(lines) + b"\n"
    separators = np.frombuffer(b"," * (columns - 1) + b"\n", np.uint8)
    values = whole_numbers(text, separators)
    if values is None:
        values = _fractions(text, separators)
    if values is None:
        return None
    pixels = values[:, layout.pixels[0] : layout.pixels[-1] + 1]
    if pixels.shape[1] > len(layout.pixels):
        pixels = values[:, layout.pixels]
    if values.dtype == np.uint16 and pixels.max(initial=0) <= _HIGHEST:
        pixels = pixels.astype(np.uint8)
    if layout.label is None:
        labels = values[:, layout.one_hot].argmax(axis=1) if layout.one_hot else np.zeros(count)
    elif layout.label in texts:
        labels = np.array(texts[layout.label])
    else:
        labels = values[:, layout.label]
    return pixels, labels, texts[layout.ids] if layout.ids is not None else []


def _fractions(text: bytes, separators: np.ndarray) -> np.ndarray | None:
    """Return the numbers, of any sort, in lines of as many; None if there is anything else."""
    if text.translate(None, b"0123456789+-.eE,\n"):
        return None
    characters = np.frombuffer(text, np.uint8)
    found = characters[(characters == ord(",")) | (characters == ord("\n"))]
    if found.size % separators.size or (found.reshape(-1, separators.size) != separators).any():
        return None
    with warnings.catch_warnings():
        # NumPy warns of, or later refuses, text that it can only read in part.
        warnings.simplefilter("error", DeprecationWarning)
        try:
            values = np.fromstring(text.replace(b"\n", b",").decode(), np.float64, sep=",")
        except (DeprecationWarning, ValueError):
            return None
    if values.size != found.size:
        return None
    return values.astype(np.float32).reshape(-1, separators.size)


def _one(row: list[str], layout: Layout, line: int) -> tuple[list[float], str, str | None]:
    """Return the pixels, the label and the name of one line.

    Raises:
        ValueError: it has another number of values, or one of them is wrong.
    """
    if len(row) != layout.columns:
        what = "a label and pixels" if layout.label is not None else "pixels"
        raise ValueError(
            f"line {line}: expected {layout.columns:,} values, {what}; found {len(row):,}"
        )
    for i in layout.pixels:
        if not is_number(row[i]) or float(row[i]) > _HIGHEST:
            found = repr(row[i][:20]) if row[i] else "nothing"
            raise ValueError(
                f"line {line}, column {i + 1}: found {found} where a pixel belongs; expected a "
                "number from 0 to 255, or from 0 to 1"
            )
    label = "0" if layout.label is None else row[layout.label]
    if layout.one_hot:
        label = str(_which(row, layout, line))
    if not label:
        raise ValueError(f"line {line}: it has no label")
    name = None if layout.ids is None else row[layout.ids]
    return [float(row[i]) for i in layout.pixels], label, name


def _which(row: list[str], layout: Layout, line: int) -> int:
    """Return which of the columns of a label is 1."""
    values = [row[i] for i in layout.one_hot]
    found = [i for i, text in enumerate(values) if is_number(text) and float(text) == 1]
    if len(found) != 1:
        raise ValueError(f"line {line}: expected one 1 among the columns of its label")
    return found[0]
