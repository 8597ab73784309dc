"""Many small PNG pictures decoded at once: one by one, opening each would take most of the time.

Plain ones only, as programs write data sets: grey, of a palette or in colours, with or without a
channel of alpha, not interlaced. Source: Portable Network Graphics (PNG) Specification, Third
Edition, W3C.
"""

from __future__ import annotations

import struct
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from nn.data.gzipped import Slices
from nn.data.picture_files import all_flattened
from nn.progress import exhaust

_FEWEST = 16  # of one form: fewer are sooner decoded one by one
LARGEST = 128  # pixels a side
_GREY, _PALETTE = 0, 3
_CHANNELS = {_GREY: 1, 2: 3, _PALETTE: 1, 4: 2, 6: 4}
_DEPTHS = {_GREY: (1, 2, 4, 8, 16), _PALETTE: (1, 2, 4, 8)}
_PLAIN_START = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
_TOGETHER = 2**24  # bytes that are unfiltered at a time
_AT_A_TIME = 50  # files that are unpacked
_LOOKED_AT = 1_000  # files at a time

_Predict = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
_SUB, _UP, _AVERAGE, _PAETH = 1, 2, 3, 4


class _Form(NamedTuple):
    """How the pixels of a PNG are written: ``depth`` bits a value, of ``colours`` by number."""

    height: int
    width: int
    depth: int
    colours: int

    @property
    def bits(self) -> int:
        """Of a pixel."""
        return _CHANNELS[self.colours] * self.depth

    @property
    def row(self) -> int:
        """Bytes of a row, without the one that says how it is filtered."""
        return (self.width * self.bits + 7) // 8


def decoded(contents: Iterable[bytes]) -> dict[bytes, np.ndarray]:
    """Return plain PNGs among files as `flattened` returns them, by their contents.

    What is damaged, or anything but plain, is left out.
    """
    return exhaust(decoding(contents))


def decoding(contents: Iterable[bytes], largest: int = LARGEST) -> Slices[dict[bytes, np.ndarray]]:
    """Do the same as :func:`decoded`, a slice each time that the generator is pulled.

    Pictures of more than ``largest`` pixels a side are left out too.
    """
    found: dict[bytes, np.ndarray] = {}
    groups = yield from _grouping(contents, largest)
    count, done = sum(map(len, groups.values())), 0
    for form, group in groups.items():
        at_a_time = max(1, _TOGETHER // (form.height * (1 + form.row)))
        for start in range(0, len(group), at_a_time):
            rows: dict[bytes, bytes] = {}
            palettes = []
            for place, content in enumerate(group[start : start + at_a_time]):
                unpacked = _unpacked(content, form)
                if unpacked is not None:
                    rows[content], palette = unpacked
                    palettes.append(palette)
                if place % _AT_A_TIME == 0:
                    # Unpacked: about half of the way.
                    yield (done + place / 2) / count
            if rows:
                values = yield from _unfiltering(b"".join(rows.values()), form)
                pixels = all_flattened(_in_colours(values, form, palettes))
                found.update(zip(rows, pixels, strict=True))
            done += len(group[start : start + at_a_time])
            yield done / count
    return found


def _grouping(contents: Iterable[bytes], largest: int) -> Slices[dict[_Form, list[bytes]]]:
    """Return those that are plain by their forms, where there are enough of one."""
    groups: defaultdict[_Form, dict[bytes, None]] = defaultdict(dict)
    for place, content in enumerate(contents):
        form = _plain_form(content)
        if form is not None and max(form.height, form.width) <= largest:
            groups[form][content] = None
        if place % _LOOKED_AT == 0:
            yield None
    return {form: list(group) for form, group in groups.items() if len(group) >= _FEWEST}


def _plain_form(content: bytes) -> _Form | None:
    """Return how a plain PNG says that its pixels are written."""
    if len(content) < 33 or not content.startswith(_PLAIN_START):
        return None
    width, height, depth, colours, _, _, interlaced = struct.unpack_from(">IIBBBBB", content, 16)
    if interlaced or colours not in _CHANNELS or depth not in _DEPTHS.get(colours, (8, 16)):
        return None
    if not 0 < width <= LARGEST or not 0 < height <= LARGEST:
        return None
    return _Form(height, width, depth, colours)


def _unpacked(content: bytes, form: _Form) -> tuple[bytes, bytes] | None:
    """Return the filtered rows of a PNG and its palette, or None if there are not just those."""
    size = form.height * (1 + form.row)
    place, packed, palette = 8, b"", b""
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        if kind == b"IDAT":
            packed += content[place + 8 : place + 8 + length]
        elif kind == b"PLTE" and form.colours == _PALETTE:
            palette = content[place + 8 : place + 8 + min(length, 3 * 256)]
        elif kind in (b"tRNS", b"acTL", b"eXIf"):
            return None
        place += 12 + length
    try:
        data = zlib.decompressobj().decompress(packed, size + 1)
    except zlib.error:
        return None
    return (data, palette) if len(data) == size else None


def _unfiltering(data: bytes, form: _Form) -> Slices[np.ndarray]:
    """Return (n, height, bytes of a row) from rows that say how each was filtered."""
    # What a filter looks at is a pixel before, or a byte where a byte holds several.
    bytes_ = max(1, form.bits // 8)
    filtered = np.frombuffer(data, np.uint8).reshape(-1, form.height, 1 + form.row)
    kinds = filtered[:, :, 0]
    rows = filtered[:, :, 1:].reshape(-1, form.height, form.row // bytes_, bytes_).copy()
    above = np.zeros_like(rows[:, 0])
    for row in range(form.height):
        for kind in np.unique(kinds[:, row]):
            chosen = np.flatnonzero(kinds[:, row] == kind)
            if kind == _SUB:
                rows[chosen, row] = np.cumsum(rows[chosen, row], axis=1, dtype=np.uint8)
            elif kind == _UP:
                rows[chosen, row] += above[chosen]
            elif kind in (_AVERAGE, _PAETH):
                predict = _average if kind == _AVERAGE else _paeth
                rows[chosen, row] = _along(rows[chosen, row], above[chosen], predict)
        above = rows[:, row]
        yield None
    return rows.reshape(-1, form.height, form.row)


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


def _in_colours(rows: np.ndarray, form: _Form, palettes: list[bytes]) -> np.ndarray:
    """Return rows of bytes as grey, or as red, green, blue and, where they have it, alpha."""
    if form.depth < 8:
        shifts = np.arange(8 - form.depth, -1, -form.depth, dtype=np.uint8)
        values = rows[..., np.newaxis] >> shifts & np.uint8(2**form.depth - 1)
        rows = values.reshape(*rows.shape[:2], -1)[..., : form.width]
    elif form.depth == 16:
        # The upper eight bits of each value.
        rows = rows[..., ::2]
    if form.colours == _PALETTE:
        colours = np.zeros((len(rows), 256, 3), np.uint8)
        for place, palette in enumerate(palettes):
            given = np.frombuffer(palette, np.uint8, len(palette) // 3 * 3).reshape(-1, 3)
            colours[place, : len(given)] = given
        chosen: np.ndarray = colours[np.arange(len(rows))[:, np.newaxis, np.newaxis], rows]
        return chosen
    if form.depth < 8:
        rows = rows * np.uint8(255 // (2**form.depth - 1))
    channels = _CHANNELS[form.colours]
    pixels = rows.reshape(*rows.shape[:2], form.width, channels)
    return pixels if channels != 2 else pixels[..., [0, 0, 0, 1]]
