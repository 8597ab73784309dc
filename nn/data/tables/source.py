"""The text of a table's file: unpacked and decoded, or refused by what it is."""

from __future__ import annotations

import codecs
import io
import zipfile
from dataclasses import dataclass

from nn.data.foreign import tool_of, tool_of_members
from nn.data.gzipped import Content, unpack
from nn.elsewhere import BelongsElsewhere

MAX_BYTES = 256 * 2**20
"""Of a table's text: more would fill a browser tab."""

_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat", ".json", ".jsonl", ".ndjson", ".arff")
_NAMED = {
    b"ARROW1": "an Arrow file: save it as CSV",
    b"\x93NUMPY": "an array of NumPy: save it as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save it as CSV",
    b"\x89PNG": "a picture, not a table",
    b"\xff\xd8\xff": "a picture, not a table",
    b"GIF8": "a picture, not a table",
    b"RIFF": "a picture or a sound, not a table",
    b"BM": "a picture, not a table",
}
_TEXT = ("JSON", "an ARFF", "a web page")
"""How tools are called whose files are text, and read or refused as such."""

_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
"""Byte order marks; those of UTF-32 begin like those of UTF-16."""


@dataclass(frozen=True)
class Source:
    """What a file holds.

    Attributes:
        text: of a file of text; empty for a workbook.
        workbook: the bytes of an Excel workbook, or none.
        notes: sentences on what was assumed.
    """

    text: str
    workbook: bytes = b""
    notes: tuple[str, ...] = ()


def open_source(data: Content) -> Source:
    r"""Return the text of a file: as it is, gzipped, or the only table in a zip.

    UTF-8, UTF-16 and UTF-32 are told by byte order marks and zeros; what is none of them is taken
    for Windows-1252, and that is noted.

    Raises:
        ValueError: the file is too large, empty, or no text; the message names what it is.

    >>> open_source("größe\n1,5".encode("cp1252")).text
    'größe\n1,5'
    """
    content = unpack(data)
    if bytes(content[:4]) == b"PK\x03\x04":
        return _from_zip(bytes(content))
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"the file has {len(content) / 2**20:,.0f} MB; "
            f"tables of up to {MAX_BYTES // 2**20} MB can be read"
        )
    return _decoded(bytes(content))


def _from_zip(content: bytes) -> Source:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise ValueError("the zip is damaged: pack it again") from None
    names = [name for name in archive.namelist() if not name.endswith("/")]
    if any(name.startswith("xl/") for name in names):
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
    seen = [name for name in names if "__MACOSX" not in name and not _last(name).startswith(".")]
    tables = [name for name in seen if name.lower().endswith(_ENDINGS)]
    if len(tables) != 1:
        listed = ", ".join(map(_last, (tables or seen)[:5])) or "nothing"
        raise ValueError(f"the zip holds {listed}; expected one table: unpack it and choose one")
    info = archive.getinfo(tables[0])
    if info.file_size > MAX_BYTES:
        raise ValueError(
            f"{_last(tables[0])} has {info.file_size / 2**20:,.0f} MB; "
            f"tables of up to {MAX_BYTES // 2**20} MB can be read"
        )
    try:
        # Never more than was declared: the rest is not unpacked.
        inner = archive.read(info)
    except Exception:
        raise ValueError(f"{_last(tables[0])} in the zip is damaged or has a password") from None
    source = _decoded(inner)
    return Source(source.text, notes=(f"read {_last(tables[0])} from the zip", *source.notes))


def _last(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _decoded(content: bytes) -> Source:
    for start, kind in _NAMED.items():
        if content.startswith(start) and (start != b"BM" or b"\0" in content[:32]):
            if kind.startswith("a picture"):
                raise BelongsElsewhere(f"this is {kind}: it opens in the lab Digits", "digits")
            raise ValueError(f"this is {kind}")
    tool = tool_of(content)
    if tool is not None and not tool.startswith(_TEXT):
        unsafe = ": not opened" if "run programs" in tool else ""
        raise ValueError(f"this is {tool}{unsafe}")
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return Source(_text(content[len(mark) :], encoding))
    start = content[:4096]
    zeros = [start[i::2].count(0) for i in (0, 1)]
    for place, encoding in enumerate(("utf-16-be", "utf-16-le")):
        if zeros[place] > len(start) // 8 and not zeros[1 - place]:
            return Source(_text(content, encoding), notes=("read as UTF-16",))
    if b"\0" in start:
        raise ValueError("the file is not a table: it is not text")
    try:
        return Source(content.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    text = _text(content, "cp1252")
    if any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text[:4096]):
        raise ValueError("the file is not a table: it is not text")
    return Source(text, notes=("read as Windows-1252, as it is not UTF-8",))


def _text(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("the file is not a table: it is not text") from None
