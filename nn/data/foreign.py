"""Files of other tools, known by how they begin, to be refused by name."""

from __future__ import annotations

import re

from nn.data.gzipped import Content
from nn.elsewhere import BelongsElsewhere

_STARTS = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras models are"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file: save it as CSV"),
    (b"%PDF", "a PDF"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it, or pack it as zip"),
    (b"Rar!", "a RAR archive: unpack it, or pack it as zip"),
    (b"BZh", "a bzip2 archive: unpack it, or pack it as zip"),
    (b"\xfd7zXZ\0", "an xz archive: unpack it, or pack it as zip"),
    (b"MATLAB 5.0", "a Matlab file: save it as npz or CSV"),
    (b"@relation", "an ARFF file: save it as CSV"),
    (b"@RELATION", "an ARFF file: save it as CSV"),
    (b"II*\0", "a TIFF picture: save it as PNG"),
    (b"MM\0*", "a TIFF picture: save it as PNG"),
)
_PICTURE = "a picture"
_BINARY = {
    b"ARROW1": "an Arrow file: save it as CSV",
    b"\x93NUMPY": "an array of NumPy: save it as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save it as CSV",
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF8": _PICTURE,
    b"RIFF": "a picture or a sound",
    b"BM": _PICTURE,
}
"""Files that some lab or tool can read, but nobody as text."""

_TEXT = ("JSON", "an ARFF", "a web page")
"""How tools are called whose files are text."""

_MEMBERS = (
    ("xl/workbook.xml", "an Excel workbook: save it as CSV"),
    ("model.weights.h5", "a Keras model"),
    ("metadata.json", "a Keras model"),
    ("data.pkl", "a PyTorch model, which is a pickle and can run programs"),
)
_OLD_PICKLE = re.compile(rb"\((dp|lp)?\d*\n|[cd]\w+\n\w+\n")


def tool_of(content: Content) -> str | None:
    """Return what a file of another tool is, with an article, or None if that is not known.

    >>> tool_of(b"\\x80\\x04\\x95")
    'a pickle, which can run programs'
    >>> tool_of(b"1,2,3") is None
    True
    """
    head = bytes(content[:4096])
    for start, tool in _STARTS:
        if head.startswith(start):
            return tool
    if head[:1] == b"\x80" and head[1:2] in b"\2\3\4\5" or _OLD_PICKLE.match(head):
        return "a pickle, which can run programs"
    if head[257:262] == b"ustar":
        return "a tar archive: unpack it, or pack it as zip"
    if head[4:8] in (b"ftyp",):
        return "a HEIC or AVIF picture, or a film: save it as PNG or JPEG"
    if head[8:9] == b"{" and b'"dtype"' in head:
        return "a safetensors file of weights"
    if head[:1] == b"\x08" and re.search(rb"pytorch|onnx|tf2onnx|keras", head):
        return "an ONNX model"
    if head.lstrip()[:1] in (b"{", b"[") and head.lstrip()[:1]:
        return "JSON"
    if head.lstrip()[:1] == b"<":
        return "a web page or XML"
    return None


def refuse_binary(content: bytes, wanted: str) -> None:
    """Raise a ValueError that names what a file is, if it is known and not text.

    Args:
        content: of the file.
        wanted: what it should have been, with an article.

    >>> refuse_binary(b"GIF89a", "a table")
    Traceback (most recent call last):
    ...
    nn.elsewhere.BelongsElsewhere: this is a picture, not a table: it opens in the lab Digits
    """
    for start, kind in _BINARY.items():
        if content.startswith(start) and (start != b"BM" or b"\0" in content[:32]):
            if kind == _PICTURE:
                message = f"this is {kind}, not {wanted}: it opens in the lab Digits"
                raise BelongsElsewhere(message, "digits")
            raise ValueError(f"this is {kind}{'' if ':' in kind else f', not {wanted}'}")
    tool = tool_of(content)
    if tool is not None and not tool.startswith(_TEXT):
        unsafe = ": not opened" if "run programs" in tool else ""
        raise ValueError(f"this is {tool}{unsafe}")


def tool_of_members(names: list[str]) -> str | None:
    """Return what a zip archive with such files is, if it is another tool's.

    >>> tool_of_members(["config.json", "model.weights.h5"])
    'a Keras model'
    """
    for end, tool in _MEMBERS:
        if any(name == end or name.endswith(f"/{end}") for name in names):
            return tool
    return None
