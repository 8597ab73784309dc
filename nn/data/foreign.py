"""Files of other tools, known by how they begin, to be refused by name."""

from __future__ import annotations

import re

from nn.data.gzipped import Content

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
        return "a safetensors file: weights, without pictures"
    if head[:1] == b"\x08" and re.search(rb"pytorch|onnx|tf2onnx|keras", head):
        return "an ONNX model"
    if head.lstrip()[:1] in (b"{", b"[") and head.lstrip()[:1]:
        return "JSON"
    if head.lstrip()[:1] == b"<":
        return "a web page or XML"
    return None


def tool_of_members(names: list[str]) -> str | None:
    """Return what a zip archive with such files is, if it is another tool's.

    >>> tool_of_members(["config.json", "model.weights.h5"])
    'a Keras model'
    """
    for end, tool in _MEMBERS:
        if any(name == end or name.endswith(f"/{end}") for name in names):
            return tool
    return None
