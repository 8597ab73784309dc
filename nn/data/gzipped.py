"""File contents as they come: bytes of some kind, gzipped or not."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Generator
from typing import TypeAlias, TypeVar

from nn.progress import exhaust

Content: TypeAlias = bytes | bytearray | memoryview

R = TypeVar("R")
Slices: TypeAlias = Generator[None, None, R]
"""Work in slices of a few milliseconds, so that a page stays alive meanwhile, and its result."""

MAX_UNPACKED = 512 * 2**20
"""Bytes. MNIST as CSV is 110 MB; hostile gzip can unpack to a thousand times its own size."""

_GZIP_MAGIC = b"\x1f\x8b"  # RFC 1952, section 2.3.1
_BLOCK = 2**20


def is_gzip(content: Content) -> bool:
    """Whether content starts the way every gzip file does."""
    return content[:2] == _GZIP_MAGIC


def unpack(data: Content) -> memoryview:
    """The bytes of a file, decompressed if they are gzip, otherwise without a copy.

    Raises:
        ValueError: the gzip data is damaged, cut short or unpacks to more than MAX_UNPACKED.
    """
    return exhaust(unpacking(data))


def unpacking(data: Content) -> Slices[memoryview]:
    """Do the same as :func:`unpack`, a slice of it each time that the generator is pulled."""
    content = memoryview(data).cast("B")
    if not is_gzip(content):
        return content
    unpacked = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            while block := stream.read(_BLOCK):
                unpacked += block
                yield
                if len(unpacked) > MAX_UNPACKED:
                    raise ValueError(
                        f"the gzip data unpacks to more than {MAX_UNPACKED // 2**20} MB"
                    )
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"the gzip data is damaged or cut short ({error})") from error
    return memoryview(unpacked)
