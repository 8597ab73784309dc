"""How large a picture is, from the first bytes of its file."""

from __future__ import annotations

import struct

MOST_PIXELS = 100_000_000
"""A picture of more pixels is refused before any of them is decoded."""

HEAD_BYTES = 1 << 18
"""So many bytes of a file are enough, but for rare ones with much before the size."""


def check_size(name: str, head: bytes) -> None:
    """Raise a ValueError for a picture file of more than 100 megapixels.

    Args:
        name: the file's, for the message.
        head: its first bytes.

    Example:
        >>> check_size("a.gif", b"GIF89a" + bytes([255, 255, 255, 255]))
        Traceback (most recent call last):
        ValueError: a.gif: its 4,295 megapixels are too many; up to 100 can be read
    """
    size = picture_size(head)
    if size is not None and size[0] * size[1] > MOST_PIXELS:
        raise ValueError(
            f"{name}: its {size[0] * size[1] / 1e6:,.0f} megapixels are too many; "
            f"up to {MOST_PIXELS / 1e6:.0f} can be read"
        )


def picture_size(head: bytes) -> tuple[int, int] | None:
    """Return the width and height of a PNG, JPEG, GIF, WebP or BMP; None if they are not found.

    Args:
        head: the first bytes of the file.

    Example:
        >>> picture_size(b"GIF89a" + bytes([44, 1, 200, 0]))
        (300, 200)
    """
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return _pair(">II", head, 16)
        if head.startswith((b"GIF87a", b"GIF89a")):
            return _pair("<HH", head, 6)
        if head.startswith(b"BM"):
            width, height = _pair("<ii", head, 18)
            return abs(width), abs(height)
        if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            return _webp(head)
        if head.startswith(b"\xff\xd8"):
            return _jpeg(head)
    except struct.error:
        # The file ends before its size is said.
        pass
    return None


def _pair(layout: str, head: bytes, place: int) -> tuple[int, int]:
    first, second = struct.unpack_from(layout, head, place)
    return int(first), int(second)


def _webp(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8 ":
        width, height = _pair("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", head, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        low, high = struct.unpack_from("<IH", head, 24)
        both = low | high << 32
        return (both & 0xFFFFFF) + 1, (both >> 24) + 1
    return None


def _jpeg(head: bytes) -> tuple[int, int] | None:
    """From the frame's header, which follows segments of other kinds."""
    place = 2
    while True:
        mark, kind, length = struct.unpack_from(">BBH", head, place)
        if mark != 0xFF:
            return None
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = _pair(">HH", head, place + 5)
            return width, height
        # A mark may be preceded by any number of bytes 255.
        place += 1 if kind == 0xFF else 2 + length
