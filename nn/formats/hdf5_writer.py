"""Arrays in groups written as HDF5, in the form that every version of its library reads.

A group is an object header that points to a B-tree and a heap: the heap has the names of what is in
the group, the leaves of the tree say where each name's object header is. An array is an object
header with its shape, its type and the place of its numbers.
https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html (version 0 of the superblock)
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

SIGNATURE = b"\x89HDF\r\n\x1a\n"
UNDEFINED = 2**64 - 1
SHAPE, TYPE, LAYOUT, TABLE = 0x0001, 0x0003, 0x0008, 0x0011
"""Kinds of messages in an object header."""

FLOATS = {
    2: (0, 16, 10, 5, 0, 10, 15),
    4: (0, 32, 23, 8, 0, 23, 127),
    8: (0, 64, 52, 11, 0, 52, 1023),
}
"""Of a floating-point number with so many bytes: where its bits begin, how many there are, place
and size of exponent and mantissa, and the exponent's bias."""

FLOAT_PROPERTIES = "<HHBBBBI"

_HEAD = 96
_LEAF, _NODE = 4, 16
"""Half of the entries that a leaf, and a node of the tree, has room for."""

Groups = dict[str, dict[str, np.ndarray]]


def dumps(groups: Groups) -> bytes:
    """Return a file with arrays by name, by the path of their group; a group may be empty.

    Raises:
        ValueError: a group has more entries than is provided for.

    >>> dumps({"layers/dense": {"0": np.zeros(2, np.float32)}})[1:4]
    b'HDF'
    """
    root: dict[str, Any] = {}
    for path, arrays in groups.items():
        place = root
        for name in path.split("/"):
            place = place.setdefault(name, {})
        place.update(arrays)
    file = _File()
    tree, heap, header = file.group(root)
    head = struct.pack("<8s8BHHI", SIGNATURE, 0, 0, 0, 0, 0, 8, 8, 0, _LEAF, _NODE, 0)
    head += struct.pack("<4Q", 0, UNDEFINED, len(file.content), UNDEFINED)
    head += struct.pack("<QQIIQQ", 0, header, 1, 0, tree, heap)
    file.content[:_HEAD] = head
    return bytes(file.content)


class _File:
    """What is written so far: each object after those that it points to."""

    def __init__(self) -> None:
        self.content = bytearray(_HEAD)

    def _put(self, data: bytes) -> int:
        """Add bytes, made up to a multiple of 8, and return their address."""
        address = len(self.content)
        self.content += data + bytes(-len(data) % 8)
        return address

    def group(self, entries: dict[str, Any]) -> tuple[int, int, int]:
        """Write a group and all in it; return the addresses of its tree, heap and header."""
        places = {}
        for name, entry in entries.items():
            inside = isinstance(entry, dict)
            places[name] = self.group(entry)[2] if inside else self._array(entry)
        names = sorted(places, key=str.encode)
        # The empty name comes first.
        segment = bytearray(8)
        offsets = {}
        for name in names:
            offsets[name] = len(segment)
            text = name.encode() + b"\0"
            segment += text + bytes(-len(text) % 8)
        place = self._put(bytes(segment))
        heap = self._put(struct.pack("<4sB3xQQQ", b"HEAP", 0, len(segment), 1, place))
        leaves = [names[i : i + 2 * _LEAF] for i in range(0, len(names), 2 * _LEAF)]
        if len(leaves) > 2 * _NODE:
            raise ValueError(f"{len(names):,} layers are more than a file of HDF5 is written with")
        keys = [0]
        node = b""
        for leaf in leaves:
            symbols = [struct.pack("<QQ24x", offsets[name], places[name]) for name in leaf]
            content = struct.pack("<4sBxH", b"SNOD", 1, len(leaf)) + b"".join(symbols)
            address = self._put(content.ljust(8 + 2 * _LEAF * 40, b"\0"))
            node += struct.pack("<QQ", keys[-1], address)
            keys.append(offsets[leaf[-1]])
        node += struct.pack("<Q", keys[-1])
        start = struct.pack("<4sBBHQQ", b"TREE", 0, 0, len(leaves), UNDEFINED, UNDEFINED)
        tree = self._put((start + node).ljust(24 + (4 * _NODE + 1) * 8, b"\0"))
        return tree, heap, self._header([(TABLE, struct.pack("<QQ", tree, heap))])

    def _array(self, array: np.ndarray) -> int:
        little_endian = array.astype(array.dtype.newbyteorder("<"))
        raw = little_endian.tobytes()
        place = self._put(raw) if raw else UNDEFINED
        size = array.dtype.itemsize
        shape = struct.pack("<BBB5x", 1, array.ndim, 0) + struct.pack(
            f"<{array.ndim}Q", *array.shape
        )
        # A number with a sign in its last bit, and a mantissa whose first bit is left out.
        kind = struct.pack("<BBBBI", 0x11, 0x20, 8 * size - 1, 0, size)
        kind += struct.pack(FLOAT_PROPERTIES, *FLOATS[size])
        layout = struct.pack("<BBQQ", 3, 1, place, len(raw))
        return self._header([(SHAPE, shape), (TYPE, kind), (LAYOUT, layout)])

    def _header(self, messages: Sequence[tuple[int, bytes]]) -> int:
        content = b""
        for kind, data in messages:
            padded = data + bytes(-len(data) % 8)
            content += struct.pack("<HHB3x", kind, len(padded), 0) + padded
        return self._put(struct.pack("<BxHII4x", 1, len(messages), 1, len(content)) + content)
