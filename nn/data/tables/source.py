"""The text of a table's file: unpacked and decoded, or refused by what it is."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from dataclasses import dataclass, replace

from nn.data.foreign import refuse_binary, tool_of_members
from nn.data.gzipped import Content, unpack
from nn.data.purpose import for_testing, words
from nn.data.tables.encodings import ENCODINGS, guess

MAX_BYTES = 256 * 2**20
"""Of a table's text: more would fill a browser tab."""

_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat", ".json", ".jsonl", ".ndjson", ".arff")
_EXAMPLES = {"submission", "sample", "names", "readme"}
"""Words in the names of tables that only show how something is written."""

_SHEETS = "xl/"
"""The folder in a workbook."""

_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
"""Byte order marks; those of UTF-32 begin like those of UTF-16."""


_UNUSUAL = re.compile("[\u0080-\ufffc]+")
_WHOLE_PER_LOST = 20
"""Whole characters for each damaged one that make a text UTF-8 still."""


@dataclass(frozen=True)
class Source:
    """What a file holds.

    Attributes:
        text: of a file of text; empty for a workbook.
        workbook: the bytes of an Excel workbook, or none.
        notes: sentences on what was assumed.
        encoding: of the text, one of :data:`~nn.data.tables.encodings.ENCODINGS`, where it could be
            another one; else nothing.
    """

    text: str
    workbook: bytes = b""
    notes: tuple[str, ...] = ()
    encoding: str = ""


def open_source(data: Content, encoding: str = "") -> Source:
    r"""Return the text of a file: as it is, gzipped, or the only table in a zip.

    UTF-8, UTF-16 and UTF-32 are told by byte order marks, zeros and by being possible at all; in
    which other encoding a text is has to be guessed, and that is noted.

    Args:
        data: the file's bytes.
        encoding: one of :data:`~nn.data.tables.encodings.ENCODINGS`, to be used where the text is
            in none of those surely.

    Raises:
        ValueError: the file is too large, empty, or no text; the message names what it is.

    >>> open_source("größe\n1,5".encode("cp1252")).text
    'größe\n1,5'
    """
    content = unpack(data)
    if bytes(content[:4]) == b"PK\x03\x04":
        return _from_zip(bytes(content), encoding)
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"the file has {len(content) / 2**20:,.0f} MB; "
            f"tables of up to {MAX_BYTES // 2**20} MB can be read"
        )
    return _decoded(bytes(content), encoding)


def is_workbook(content: Content) -> bool:
    """Whether a file is an Excel workbook."""
    if bytes(content[:4]) != b"PK\x03\x04":
        return False
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    return any(name.startswith(_SHEETS) for name in names)


def _from_zip(content: bytes, encoding: str) -> Source:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise ValueError("the zip is damaged: pack it again") from None
    names = [name for name in archive.namelist() if not name.endswith("/")]
    if any(name.startswith(_SHEETS) for name in names):
        if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
            raise ValueError("the Excel workbook is too large: save it as CSV")
        return Source("", content)
    for start, kind in (
        ("word/", "a Word document: save its table as CSV"),
        ("ppt/", "a presentation, not a table"),
        ("META-INF/manifest.xml", "an OpenDocument file: save its table as CSV"),
    ):
        if any(name.startswith(start) or name.endswith(f"/{start}") for name in names):
            raise ValueError(f"this is {kind}")
    tool = tool_of_members(names)
    if tool is not None:
        raise ValueError(f"this is {tool}, not a table")
    table, test = _tables_in(names)
    note = f"read {_last(table)} from the zip"
    note += f"; {_last(test)} is in it to test with or to be answered" if test else ""
    source = _decoded(_member(archive, table), encoding)
    return replace(source, notes=(note, *source.notes))


def beside(data: Content) -> tuple[str, bytes] | None:
    """Return the name and the bytes of a table to test with that a zip holds beside another one.

    Raises:
        ValueError: it is too large or damaged.
    """
    if bytes(data[:4]) != b"PK\x03\x04":
        return None
    archive = zipfile.ZipFile(io.BytesIO(data))
    names = [name for name in archive.namelist() if not name.endswith("/")]
    if any(name.startswith(_SHEETS) for name in names):
        return None
    _, test = _tables_in(names)
    return (_last(test), _member(archive, test)) if test else None


def _tables_in(names: list[str]) -> tuple[str, str]:
    """Return the table among the files of a zip, and one to test with, or nothing.

    Raises:
        ValueError: there is no telling which one it is.
    """
    seen = [name for name in names if "__MACOSX" not in name and not _last(name).startswith(".")]
    tables = [name for name in seen if name.lower().removesuffix(".gz").endswith(_ENDINGS)]
    if len(tables) > 1:
        # A text beside a table says what it is.
        tables = [name for name in tables if not name.lower().endswith(".txt")] or tables
    chosen = [name for name in tables if not {*words(_last(name))} & _EXAMPLES] or tables
    tests = [name for name in chosen if for_testing(name)]
    others = [name for name in chosen if name not in tests]
    if len(others) == 1 and len(tests) == 1:
        return others[0], tests[0]
    if len(chosen) != 1:
        listed = ", ".join(map(_last, (tables or seen)[:5])) or "nothing"
        raise ValueError(f"the zip holds {listed}; expected one table: unpack it and choose one")
    return chosen[0], ""


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a table's file in a zip, within limits."""
    info = archive.getinfo(name)
    if info.file_size > MAX_BYTES:
        raise ValueError(
            f"{_last(name)} has {info.file_size / 2**20:,.0f} MB; "
            f"tables of up to {MAX_BYTES // 2**20} MB can be read"
        )
    try:
        # Never more than was declared: the rest is not unpacked.
        inner = archive.read(info)
    except Exception:
        raise ValueError(f"{_last(name)} in the zip is damaged or has a password") from None
    return bytes(unpack(inner))


def _last(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _decoded(content: bytes, encoding: str) -> Source:
    refuse_binary(content, "a table")
    for mark, marked in _MARKS:
        if content.startswith(mark):
            return Source(_text(content[len(mark) :], marked))
    start = content[:4096]
    zeros = [start[i::2].count(0) for i in (0, 1)]
    for place, unmarked in enumerate(("utf-16-be", "utf-16-le")):
        if zeros[place] > len(start) // 8 and not zeros[1 - place]:
            return Source(_text(content, unmarked), notes=("read as UTF-16",))
    if b"\0" in start:
        raise ValueError("the file is not a table: it is not text")
    try:
        return Source(content.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    return _guessed(content, encoding)


def _guessed(content: bytes, encoding: str) -> Source:
    """Return the text of bytes that are not Unicode, in ``encoding`` or what they seem to be in."""
    if encoding:
        text = content.decode(encoding, "replace")
        lost = text.count("\ufffd")
        note = f"read as {ENCODINGS[encoding]}"
        note += f"; of its characters damaged: {lost:,}" if lost else ""
        return Source(text, notes=(note,), encoding=encoding)
    text = content.decode("utf-8", "replace")
    lost, unusual = text.count("\ufffd"), sum(map(len, _UNUSUAL.findall(text)))
    if unusual > _WHOLE_PER_LOST * lost:
        note = f"read as UTF-8; of its characters damaged: {lost:,}"
        return Source(text, notes=(note,), encoding="utf-8")
    found = guess(content)
    text = content.decode(found.encoding, "replace")
    if any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text[:4096]):
        raise ValueError("the file is not a table: it is not text")
    note = f"read as {ENCODINGS[found.encoding]}"
    note += ", as it is not UTF-8" if found.certain else ", as it seems: letters may be wrong"
    return Source(text, notes=(note,), encoding=found.encoding)


def _text(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("the file is not a table: it is not text") from None
