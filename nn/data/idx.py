"""IDX, the format in which MNIST was published.

Two zero bytes, a byte for the type of the values, a byte for the number of dimensions, each
dimension as a big-endian 32-bit number, then the values, the last dimension changing fastest.
Source: the MNIST database, http://yann.lecun.com/exdb/mnist/, "File formats".
"""

from __future__ import annotations

import math
import struct

import numpy as np

from nn.data.gzipped import Content, unpack

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4"}
_MOST_DIMENSIONS = 4


def looks_like_idx(content: Content) -> bool:
    """Whether uncompressed content starts the way every IDX file does."""
    return content[:2] == b"\0\0"


def read_idx(data: Content) -> np.ndarray:
    """Read images or labels from the content of an IDX file, gzipped or not.

    Returns:
        whole numbers, (n, rows, columns) or (n, rows, columns, channels) for images, and (n,) or,
        with more than the class of each, (n, columns) for labels, with at least one value. Bytes
        share their memory with uncompressed `data`, and can be written to only if `data` can.

    Raises:
        ValueError: the content is empty, is not IDX, has another type or number of dimensions,
            or is shorter or longer than its header says.

    Example:
        >>> read_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3]) + bytes([7, 2, 1]))
        array([7, 2, 1], dtype=uint8)
    """
    content = unpack(data)
    if not content:
        raise ValueError("the file is empty; expected IDX")
    if len(content) < 4 or not looks_like_idx(content):
        raise ValueError(
            f"this is not IDX: it starts with the bytes {content[:4].hex(' ')}; "
            "expected 00 00 08 03 for images or 00 00 08 01 for labels"
        )
    value_type, dimensions = content[2:4]
    if value_type not in _TYPES:
        raise ValueError(
            f"the IDX values have the type 0x{value_type:02x}; expected whole numbers: 0x08 for "
            "bytes, or 0x09, 0x0b or 0x0c"
        )
    if not 1 <= dimensions <= _MOST_DIMENSIONS:
        raise ValueError(
            f"the IDX data has {dimensions} dimensions; expected 3 for images or 1 for labels"
        )
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise ValueError(
            f"the IDX header is cut short: {len(content)} bytes; expected at least {start}"
        )
    shape = struct.unpack_from(f">{dimensions}I", content, 4)
    dtype = np.dtype(_TYPES[value_type])
    expected, (found, rest) = math.prod(shape), divmod(len(content) - start, dtype.itemsize)
    if expected == 0:
        raise ValueError("the IDX header announces no values; expected at least one")
    if found != expected or rest:
        sizes = " x ".join(f"{size:,}" for size in shape)
        problem = "is cut short" if found < expected else "has bytes left over"
        raise ValueError(f"the IDX data {problem}: {found:,} values; the header announces {sizes}")
    values = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return values.astype(dtype.newbyteorder("="), copy=False)
