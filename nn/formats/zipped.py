"""Zip archives that hold a model: a few files that are small enough, and always the same bytes."""

from __future__ import annotations

import io
import zipfile

from nn.data.archives import DAMAGED

MAX_MEMBERS = 1000
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(members: dict[str, bytes]) -> bytes:
    """Return an archive in which files lie as they are, which has no date.

    >>> unpack(pack({"a": b"1"}), ["a", "b"], 10)
    {'a': b'1'}
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return file.getvalue()


def models(data: bytes) -> list[str]:
    """Return the names of the ONNX models in an archive; none if it cannot be read.

    >>> models(pack({"one/model.onnx": b"", "__MACOSX/one/._model.onnx": b"", "one/b.data": b""}))
    ['one/model.onnx']
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (*DAMAGED, ValueError):
        return []
    # Of hidden files, what macOS adds are no models.
    shown = (name for name in names if not name.rpartition("/")[2].startswith("."))
    return [name for name in shown if name.lower().endswith(".onnx")]


def unpack(data: bytes, names: list[str] | None, most: int) -> dict[str, bytes]:
    """Return those of an archive's files that are asked for, by name.

    Args:
        data: of the archive.
        names: of the files; None for all.
        most: bytes that they may have together.

    Raises:
        ValueError: it is damaged, encrypted or too large.
    """
    found: dict[str, bytes] = {}
    left = most
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_MEMBERS:
                raise ValueError(f"the zip archive has more than {MAX_MEMBERS:,} files")
            for entry in entries:
                if entry.filename.endswith("/") or (
                    names is not None and entry.filename not in names
                ):
                    continue
                if entry.flag_bits & 1:
                    raise ValueError("the zip archive needs a password: not opened")
                if entry.filename in found:
                    raise ValueError("the zip archive has a file twice")
                # What it declares may be wrong, so no more is unpacked than there may be.
                with archive.open(entry) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise ValueError(f"the zip archive unpacks to more than {most / 1e6:,.0f} MB")
                found[entry.filename] = content
    except DAMAGED as error:
        shown = "".join(letter for letter in str(error) if letter.isprintable())
        raise ValueError(f"the zip archive is damaged or cut short ({shown:.100})") from None
    return found
