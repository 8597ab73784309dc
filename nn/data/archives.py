"""Zip archives, unpacked within limits: what they declare is looked at first, then what comes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from nn.data import gzipped
from nn.data.gzipped import Content, Slices
from nn.progress import exhaust

MAX_MEMBERS = 100_000

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    UnicodeDecodeError,
)
"""What reading a zip archive may raise where it is damaged, or made to be."""

_BLOCK = 2**20
_AT_A_TIME = 50  # small files that are unpacked
_SMALL = 2**18
_HEAD = struct.Struct("<4s22xHH")
"""What stands before a file: a mark, and the lengths of its name and of more.

Source: .ZIP File Format Specification, PKWARE, section 4.3.7.
"""


def looks_like_zip(content: Content) -> bool:
    """Whether content starts the way a zip archive does."""
    return bytes(content[:4]) in (b"PK\x03\x04", b"PK\x05\x06")


def members(content: Content) -> dict[str, bytes]:
    """Return what is in a zip archive, by name; folders, hidden files and empty ones are left out.

    Raises:
        ValueError: it is damaged or encrypted, has too many files or unpacks to too much.

    >>> file = io.BytesIO()
    >>> with zipfile.ZipFile(file, "w") as archive:
    ...     archive.writestr("cat/1.png", b"?")
    >>> members(file.getvalue())
    {'cat/1.png': b'?'}
    """
    return exhaust(unpacking_members(content))


def unpacking_members(content: Content) -> Slices[dict[str, bytes]]:
    """Do the same as :func:`members`, a slice each time that the generator is pulled."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not _hidden(entry)]
            if len(entries) > MAX_MEMBERS:
                raise ValueError(
                    f"the zip archive holds {len(entries):,} files; up to {MAX_MEMBERS:,} can be "
                    "read"
                )
            declared = sum(entry.file_size for entry in entries)
            _check_size(declared)
            if any(entry.flag_bits & 1 for entry in entries):
                raise ValueError("the zip archive needs a password: not opened")
            total = 0
            for entry in entries:
                small = _small_member(content, entry)
                if small is not None:
                    total += len(small)
                    _check_size(total)
                    found[entry.filename] = small
                    if len(found) % _AT_A_TIME == 0:
                        yield total / declared
                    continue
                parts = []
                with archive.open(entry) as stream:
                    while part := stream.read(_BLOCK):
                        parts.append(part)
                        total += len(part)
                        _check_size(total)
                        yield min(1.0, total / declared) if declared else None
                if parts:
                    found[entry.filename] = b"".join(parts)
    except DAMAGED:
        raise ValueError("the zip archive is damaged or cut short: pack it again") from None
    return found


def _small_member(content: Content, entry: zipfile.ZipInfo) -> bytes | None:
    """Return a small file without the detours by which an archive opens any file; None if it fails.

    Of tens of thousands of pictures these take most of the time.
    """
    if not 0 < entry.file_size <= _SMALL or entry.compress_size > _SMALL:
        return None
    head = bytes(content[entry.header_offset : entry.header_offset + _HEAD.size])
    if len(head) < _HEAD.size:
        return None
    start, name, extra = _HEAD.unpack(head)
    first = entry.header_offset + _HEAD.size + name + extra
    data = bytes(content[first : first + entry.compress_size])
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        try:
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, entry.file_size + 1)
        except zlib.error:
            return None
    whole = start == b"PK\x03\x04" and len(data) == entry.file_size
    return data if whole and zlib.crc32(data) == entry.CRC else None


def _hidden(entry: zipfile.ZipInfo) -> bool:
    # Not entry.is_dir(), which fails for a file without a name.
    name = "/" + entry.filename.replace("\\", "/")
    return entry.filename.endswith("/") or "/." in name or "/__MACOSX" in name


def _check_size(size: int) -> None:
    if size > gzipped.MAX_UNPACKED:
        raise ValueError(f"the zip archive unpacks to more than {gzipped.MAX_UNPACKED // 2**20} MB")
