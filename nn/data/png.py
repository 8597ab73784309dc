"""Many small PNG pictures decoded at once: one by one, opening each would take most of the time.

Plain ones only, as programs write data sets: eight bits, grey or in colours, with or without alpha,
not interlaced. Source: Portable Network Graphics (PNG) Specification, Third Edition, W3C.
"""

from __future__ import annotations

import struct
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np

from nn.data.gzipped import Slices
from nn.progress import exhaust

_FEWEST = 16  # of one size: fewer are sooner decoded one by one
_LARGEST = 128  # pixels a side
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
_PLAIN_START = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
_Shape = tuple[int, int, int]
"""Height, width and channels."""

_Predict = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
_SUB, _UP, _AVERAGE, _PAETH = 1, 2, 3, 4


def decoded(contents: Iterable[bytes]) -> dict[bytes, np.ndarray]:
    """Return plain PNGs among files as (height, width, 3 or 4) uint8, by their contents.

    What is damaged, or anything but plain, is left out.
    """
    return exhaust(decoding(contents))


def decoding(contents: Iterable[bytes]) -> Slices[dict[bytes, np.ndarray]]:
    """Do the same as :func:`decoded`, a slice each time that the generator is pulled."""
    found: dict[bytes, np.ndarray] = {}
    for shape, group in _groups(contents).items():
        rows = {}
        for content in group:
            data = _unpacked(content, shape)
            if data is not None:
                rows[content] = data
            yield
        if rows:
            pixels = yield from _unfiltering(b"".join(rows.values()), shape)
            found.update(zip(rows, _in_colours(pixels), strict=True))
    return found


def _groups(contents: Iterable[bytes]) -> dict[_Shape, list[bytes]]:
    """Return those that are plain by their shapes, where there are enough of one."""
    groups: defaultdict[_Shape, list[bytes]] = defaultdict(list)
    for content in contents:
        shape = _plain_shape(content)
        if shape is not None:
            groups[shape].append(content)
    return {shape: group for shape, group in groups.items() if len(group) >= _FEWEST}


def _plain_shape(content: bytes) -> _Shape | None:
    """Return height, width and channels that a plain PNG declares."""
    if len(content) < 33 or not content.startswith(_PLAIN_START):
        return None
    width, height, depth, colours, _, _, interlaced = struct.unpack_from(">IIBBBBB", content, 16)
    if depth != 8 or interlaced or colours not in _CHANNELS:
        return None
    if not 0 < width <= _LARGEST or not 0 < height <= _LARGEST:
        return None
    return height, width, _CHANNELS[colours]


def _unpacked(content: bytes, shape: _Shape) -> bytes | None:
    """Return the filtered rows of a PNG, or None if there are not just those."""
    height, width, channels = shape
    size = height * (1 + width * channels)
    place, packed = 8, b""
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        if kind == b"IDAT":
            packed += content[place + 8 : place + 8 + length]
        elif kind in (b"tRNS", b"acTL", b"eXIf"):
            return None
        place += 12 + length
    try:
        data = zlib.decompressobj().decompress(packed, size + 1)
    except zlib.error:
        return None
    return data if len(data) == size else None


def _unfiltering(data: bytes, shape: _Shape) -> Slices[np.ndarray]:
    """Return (n, height, width, channels) from rows that say how each was filtered."""
    height, width, channels = shape
    filtered = np.frombuffer(data, np.uint8).reshape(-1, height, 1 + width * channels)
    kinds = filtered[:, :, 0]
    pixels = filtered[:, :, 1:].reshape(-1, height, width, channels).copy()
    above = np.zeros_like(pixels[:, 0])
    for row in range(height):
        for kind in np.unique(kinds[:, row]):
            chosen = np.flatnonzero(kinds[:, row] == kind)
            if kind == _SUB:
                pixels[chosen, row] = np.cumsum(pixels[chosen, row], axis=1, dtype=np.uint8)
            elif kind == _UP:
                pixels[chosen, row] += above[chosen]
            elif kind in (_AVERAGE, _PAETH):
                predict = _average if kind == _AVERAGE else _paeth
                pixels[chosen, row] = _along(pixels[chosen, row], above[chosen], predict)
        above = pixels[:, row]
        yield
    return pixels


def _average(left: np.ndarray, up: np.ndarray, corner: np.ndarray) -> np.ndarray:
    mean: np.ndarray = (left + up) >> 1
    return mean


def _paeth(left: np.ndarray, up: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """Return whichever of three neighbours is nearest to left + up - corner."""
    to_left, to_up = np.abs(up - corner), np.abs(left - corner)
    to_corner = np.abs(left + up - 2 * corner)
    other = np.where(to_up <= to_corner, up, corner)
    nearest: np.ndarray = np.where((to_left <= to_up) & (to_left <= to_corner), left, other)
    return nearest


def _along(row: np.ndarray, above: np.ndarray, predict: _Predict) -> np.ndarray:
    """Return (n, width, channels) of a row each, in which each pixel depends on the one before."""
    made, up = row.astype(np.int16), above.astype(np.int16)
    left = corner = np.zeros_like(made[:, 0])
    for x in range(made.shape[1]):
        left = (made[:, x] + predict(left, up[:, x], corner)) & 255
        made[:, x], corner = left, up[:, x]
    return made.astype(np.uint8)


def _in_colours(pixels: np.ndarray) -> np.ndarray:
    """Return pixels of one to four channels as red, green, blue and, where they have it, alpha."""
    channels = pixels.shape[3]
    if channels == 1:
        return np.broadcast_to(pixels, (*pixels.shape[:3], 3))
    return pixels if channels > 2 else pixels[..., [0, 0, 0, 1]]
