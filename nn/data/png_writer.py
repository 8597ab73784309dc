"""Small grey pictures written as PNG files.

Source: Portable Network Graphics (PNG) Specification, Third Edition, W3C.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np


def png_of(image: np.ndarray) -> bytes:
    """Return a grey picture as the content of a PNG file.

    Args:
        image: (height, width) uint8.

    Raises:
        ValueError: it has another shape or dtype, or no pixels.

    Example:
        >>> png_of(np.zeros((28, 28), np.uint8))[:4]
        b'\\x89PNG'
    """
    if image.ndim != 2 or image.dtype != np.uint8 or not image.size:
        raise ValueError(f"expected (height, width) uint8, not {image.dtype} {image.shape}")
    height, width = image.shape
    # Eight bits, grey, nothing interlaced; each row begins with its filter, 0 for none.
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = np.pad(image, ((0, 0), (1, 0))).tobytes()
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
