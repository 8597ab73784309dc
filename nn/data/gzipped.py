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
Slices: TypeAlias = Generator[float | None, None, R]
"""Work in slices of a few milliseconds, so that a page stays alive meanwhile, and its result.

After each it yields which share of it is done, from 0 to 1, where it knows.
"""

MAX_UNPACKED = 512 * 2**20
"""Bytes. MNIST as CSV is 110 MB; hostile gzip can unpack to a thousand times its own size."""

_GZIP_MAGIC = b"\x1f\x8b"  # RFC 1952, section 2.3.1
_BLOCK = 2**20


def stage(work: Slices[R], start: float, end: float) -> Slices[R]:
    """Do work that takes the whole from one share to another.

    >>> def half() -> Slices[None]:
    ...     yield 0.5
    >>> list(stage(half(), 0.5, 1))
    [0.75]
    """
    while True:
        try:
            share = next(work)
        except StopIteration as done:
            result: R = done.value
            return result
        yield None if share is None else start + (end - start) * share


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
        packed = io.BytesIO(content)
        with gzip.GzipFile(fileobj=packed) as stream:
            while block := stream.read(_BLOCK):
                unpacked += block
                yield packed.tell() / len(content)
                if len(unpacked) > MAX_UNPACKED:
                    raise ValueError(
                        f"the gzip data unpacks to more than {MAX_UNPACKED // 2**20} MB"
                    )
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError("the gzip data is damaged or cut short: pack it again") from error
    return memoryview(unpacked)
