"""Zip archives, unpacked within limits: what they declare is looked at first, then what comes."""

from __future__ import annotations

import io
import zipfile
import zlib

from nn.data import gzipped
from nn.data.gzipped import Content, Slices
from nn.progress import exhaust

MAX_MEMBERS = 100_000

_BLOCK = 2**20


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
            _check_size(sum(entry.file_size for entry in entries))
            if any(entry.flag_bits & 1 for entry in entries):
                raise ValueError("the zip archive needs a password: not opened")
            total = 0
            for entry in entries:
                parts = []
                with archive.open(entry) as stream:
                    while part := stream.read(_BLOCK):
                        parts.append(part)
                        total += len(part)
                        _check_size(total)
                        yield
                if parts:
                    found[entry.filename] = b"".join(parts)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        OverflowError,
    ) as error:
        raise ValueError(f"the zip archive is damaged or cut short ({error})") from None
    return found


def _hidden(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.replace("\\", "/").split("/")
    return entry.is_dir() or any(part.startswith((".", "__MACOSX")) for part in parts if part)


def _check_size(size: int) -> None:
    if size > gzipped.MAX_UNPACKED:
        raise ValueError(f"the zip archive unpacks to more than {gzipped.MAX_UNPACKED // 2**20} MB")
