"""Arrays read from HDF5 as Keras keeps weights, without a library: in Python, as in the page.

Read is what h5py writes unless it is told otherwise, see :mod:`nn.formats.hdf5_writer`: groups with
a B-tree, a heap and leaves, and arrays in one piece. Anyone may have written a file, so each
address is checked, and only so many steps are taken.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from nn import checks
from nn.formats.hdf5_writer import (
    FLOAT_PROPERTIES,
    FLOATS,
    LAYOUT,
    SHAPE,
    SIGNATURE,
    TABLE,
    TYPE,
    UNDEFINED,
)
from nn.formats.hdf5_writer import dumps as dumps

_LINK, _EXTERNAL, _FILTERS, _MORE = 0x0006, 0x0007, 0x000B, 0x0010
_MOST_STEPS = 100_000
_SOFT = 2
"""Of an entry in a leaf: it is a name for a path."""


class Reader:
    """A file that anyone may have written: only arrays that lie in it are read, up to so many.

    Args:
        data: of the file.
        most: numbers that may be read in all.

    Raises:
        ValueError: here and in all methods: it is damaged, or not as h5py writes files.

    >>> file = dumps({"layers/dense": {"0": np.array([1, 2], np.float32)}})
    >>> [array.tolist() for array in Reader(file, 10).arrays("layers/dense", 5)]
    [[1.0, 2.0]]
    """

    def __init__(self, data: bytes, most: int) -> None:
        self._data = data
        self._left = most
        self._steps = 0
        if not data.startswith(SIGNATURE):
            raise ValueError("the weights of the file are damaged, or not in HDF5")
        (version, *_, offsets, lengths) = self._unpack("<7B", 8)[:7]
        if version > 1 or (offsets, lengths) != (8, 8):
            raise ValueError("the weights of the file are in a form of HDF5 that is not read here")
        start = 24 if version == 0 else 28
        (base,) = self._unpack("<Q", start)
        if base:
            raise _damaged("it does not begin where it should")
        (self._root,) = self._unpack("<Q", start + 40)

    def arrays(self, path: str, most: int) -> list[np.ndarray]:
        """Return the arrays "0", "1" and so on of a group; none where there is no such group."""
        group, within = self._root, "the file"
        for name in path.split("/"):
            place = self._inner(group, name, within)
            if place is None:
                return []
            group, within = place, name
        found = []
        for index in range(most):
            place = self._inner(group, str(index), within)
            if place is None:
                break
            found.append(self._read(place, f"{path}/{index}"))
        return found

    # ---- Bytes.

    def _unpack(self, form: str, address: int) -> tuple[Any, ...]:
        """Return the numbers at an address."""
        return struct.unpack(form, self._bytes(address, struct.calcsize(form)))

    def _bytes(self, address: int, size: int) -> bytes:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise _damaged("it has no end")
        if address + size > len(self._data):
            raise _damaged("it is cut short")
        return self._data[address : address + size]

    def _messages(self, header: int) -> Iterator[tuple[int, bytes]]:
        """Yield kind and content of the messages of an object header."""
        version, count, size = self._unpack("<BxH4xI", header)
        if version != 1:
            raise ValueError("the weights of the file are in a form of HDF5 that is not read here")
        blocks = [(header + 16, size)]
        while blocks:
            address, left = blocks.pop(0)
            while left >= 8 and count:
                kind, length = self._unpack("<HH", address)
                content = self._bytes(address + 8, length)
                if kind == _MORE and length >= 16:
                    more = struct.unpack_from("<QQ", content)
                    blocks.append((more[0], more[1]))
                yield kind, content
                address, left, count = address + 8 + length, left - 8 - length, count - 1

    # ---- Groups.

    def _inner(self, group: int, name: str, within: str) -> int | None:
        """Return the address of what is called ``name`` in a group, called ``within``, or None."""
        for kind, content in self._messages(group):
            if kind == TABLE and len(content) >= 16:
                tree, heap = struct.unpack_from("<QQ", content)
                signature, names = self._unpack("<4s20xQ", heap)
                if signature != b"HEAP":
                    raise _damaged("a heap is not where it should be")
                return self._in_tree(tree, names, name.encode() + b"\0")
            if kind == _LINK and name.encode() in content:
                raise _elsewhere(name)
            if kind == SHAPE:
                raise ValueError(f"{within!r} is not a group")
        return None

    def _in_tree(self, tree: int, names: int, name: bytes) -> int | None:
        header: int
        nodes = [tree]
        while nodes:
            address = nodes.pop()
            signature, kind, _, count = self._unpack("<4sBBH", address)
            if signature == b"TREE" and kind == 0:
                # A key before each place, and one after the last.
                nodes += [
                    self._unpack("<Q", address + 32 + 16 * place)[0] for place in range(count)
                ]
                continue
            if signature != b"SNOD":
                raise _damaged("a group is not where it should be")
            (count,) = self._unpack("<H", address + 6)
            for place in range(count):
                offset, header, cached = self._unpack("<QQI", address + 8 + 40 * place)
                if self._data[names + offset : names + offset + len(name)] == name:
                    if cached == _SOFT:
                        raise _elsewhere(name[:-1].decode())
                    return header
        return None

    # ---- Arrays.

    def _read(self, header: int, name: str) -> np.ndarray:
        messages = dict(self._messages(header))
        if _EXTERNAL in messages:
            raise ValueError(f"{name} lies in another file: not opened")
        if missing := {SHAPE, TYPE, LAYOUT} - messages.keys():
            what = "has no numbers" if len(missing) < 3 else "is not an array"
            raise ValueError(f"{name} {what}")
        shape = _shape(messages[SHAPE], name)
        dtype = _dtype(messages[TYPE], name)
        size = math.prod(shape)
        self._left -= size
        if size > checks.MAX_VALUES or self._left < 0:
            raise ValueError(f"{name} has too many numbers")
        if _FILTERS in messages:
            raise ValueError(f"{name} is compressed, which Keras does not do: not read here")
        raw = self._numbers(messages[LAYOUT], size * dtype.itemsize, name)
        return np.frombuffer(raw, dtype).reshape(shape)

    def _numbers(self, layout: bytes, size: int, name: str) -> bytes:
        if len(layout) >= 4 and layout[0] in (3, 4) and layout[1] == 0:
            raw = layout[4 : 4 + size]
            if len(raw) < size:
                raise _damaged("it is cut short")
            return raw
        if len(layout) < 18 or layout[0] not in (3, 4) or layout[1] != 1:
            raise ValueError(f"{name} is in several pieces, which Keras does not do: not read here")
        address, there = struct.unpack_from("<QQ", layout, 2)
        if not size:
            return b""
        if address == UNDEFINED or there < size:
            raise ValueError(f"{name} has no numbers")
        return self._bytes(address, size)


def _shape(message: bytes, name: str) -> tuple[int, ...]:
    version, rank = message[:2].ljust(2, b"\0")
    start = {1: 8, 2: 4}.get(version, 0)
    if not start or rank > 8 or len(message) < start + 8 * rank:
        raise ValueError(f"{name} has too many axes, or a shape that is not read here")
    return struct.unpack_from(f"<{rank}Q", message, start)


def _dtype(message: bytes, name: str) -> np.dtype[np.generic]:
    refused = ValueError(f"{name} does not hold numbers that nn knows")
    if len(message) < 12:
        raise refused
    kind, order, size = message[0] & 15, ">" if message[1] & 1 else "<", message[4]
    if kind == 0 and size in (4, 8) and message[1] & 8:
        return np.dtype(f"{order}i{size}")
    # Others of as many bytes have other exponents, such as bfloat16.
    usual = kind == 1 and size in FLOATS and len(message) >= 20
    if usual and struct.unpack_from(FLOAT_PROPERTIES, message, 8) == FLOATS[size]:
        return np.dtype(f"{order}f{size}")
    raise refused


def _damaged(what: str) -> ValueError:
    return ValueError(f"the weights of the file are damaged: {what}")


def _elsewhere(name: str) -> ValueError:
    return ValueError(f"{name!r} leads to another place, or another file: not opened")
