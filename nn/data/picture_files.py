"""Picture files, such as PNG and JPEG: what they declare, and what a decoder makes of them."""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from nn.data.gzipped import Content, Slices
from nn.data.pixels import LARGEST
from nn.data.resize import fitted, framed, resized

Decode: TypeAlias = Callable[[bytes], np.ndarray]
"""What makes a picture file's bytes (height, width, 4) uint8: red, green, blue and alpha."""

MAX_PIXELS = 100_000_000
"""Of a picture: so many, unpacked, would fill a browser tab."""

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
)
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
HEIC = "a HEIC photo: save it as JPEG or PNG"
"""What is said of one."""

_COLOURED = 32  # of 255, between the channels of a pixel that is not grey
_SHARE = 0.01  # of pixels that make a picture coloured
_ENOUGH = 4 * LARGEST  # pixels a side, to be brought down to LARGEST
_AT_A_TIME = 500  # pictures
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601


def kind_of(content: Content) -> str | None:
    """Return "PNG", "JPEG", "GIF", "WebP" or "BMP" for a picture file's content, else None.

    >>> kind_of(b"GIF89a"), kind_of(b"label,pixel0")
    ('GIF', None)
    """
    head = bytes(content[:16])
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    for start, kind in _STARTS:
        if head.startswith(start) and (kind != "BMP" or head[6:10] == bytes(4)):
            return kind
    return None


def is_heic(content: Content) -> bool:
    """Tell whether a file's content is a photo as iPhones keep it, which few programs can read.

    >>> is_heic(b"....ftypheic"), is_heic(b"GIF89a")
    (True, False)
    """
    head = bytes(content[:12])
    return head[4:8] == b"ftyp" and head[8:] in _HEIC


def declared_size(content: Content) -> tuple[int, int]:
    """Return height and width that a picture file declares.

    Raises:
        ValueError: it declares none, or :data:`MAX_PIXELS` or more.

    >>> declared_size(b"GIF89a" + bytes([5, 0, 4, 0]))
    (4, 5)
    """
    kind = kind_of(content)
    try:
        width, height = _SIZES[kind](bytes(content[: 2**20])) if kind else (0, 0)
    except (struct.error, IndexError):
        width = height = 0
    if width < 1 or height < 1:
        raise ValueError(f"the {kind or 'picture'} is damaged: it does not say how large it is")
    if width * height >= MAX_PIXELS:
        raise ValueError(
            f"the picture has {width:,} x {height:,} pixels; only fewer than "
            f"{MAX_PIXELS // 10**6} million can be read"
        )
    return height, width


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _bmp(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<ii", data, 18)
    return abs(width), abs(height)


def _jpeg(data: bytes) -> tuple[int, int]:
    place = 2
    while data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        else:
            place += 2 + struct.unpack_from(">H", data, place + 2)[0]
    return 0, 0


def _webp(data: bytes) -> tuple[int, int]:
    if data[12:16] == b"VP8X":
        return (
            1 + int.from_bytes(data[24:27], "little"),
            1 + int.from_bytes(data[27:30], "little"),
        )
    if data[12:16] == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


_SIZES = {"PNG": _png, "JPEG": _jpeg, "GIF": _gif, "WebP": _webp, "BMP": _bmp}


def decode_with_pillow(content: bytes) -> np.ndarray:
    """Return a picture file as (height, width, 4) uint8, turned as its camera says.

    Raises:
        ValueError: it is damaged, or Pillow is not there.
    """
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise ValueError('reading a picture needs Pillow: pip install ".[images]"') from None
    import io

    try:
        with Image.open(io.BytesIO(content)) as opened:
            # Of a JPEG much larger than that, a smaller picture is decoded at once.
            opened.draft("RGB", (_ENOUGH, _ENOUGH))
            turned = ImageOps.exif_transpose(opened) if "exif" in opened.info else opened
            if turned.mode[0] == "I":
                # Sixteen bits of grey: conversion would cut off instead of scaling.
                turned = Image.fromarray((np.asarray(turned) >> 8).astype(np.uint8))
            return np.array(turned.convert("RGBA"))
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError) as error:
        raise ValueError(f"the picture is damaged: {error}") from None


def flattened(rgba: np.ndarray) -> np.ndarray:
    """Return (h, w, 3 or 4) uint8 as (height, width, 3) of at most 64 pixels a side.

    What is transparent shows paper: black under light ink, white under any other.

    >>> flattened(np.zeros((128, 64, 4), np.uint8)).shape
    (64, 32, 3)
    """
    alpha = rgba[..., 3:]
    if alpha.size and alpha.min() < 255:
        share = alpha / np.float32(255)
        total = share.sum()
        light = total > 0 and (rgba[..., :3] * share).sum() / (3 * total) > 127
        paper = 0 if light else 255
        rgb = np.rint(rgba[..., :3] * share + paper * (1 - share)).astype(np.uint8)
    else:
        rgb = rgba[..., :3]
    small: np.ndarray = resized(rgb[np.newaxis], *fitted(*rgb.shape[:2]))[0]
    return small


def all_flattened(pictures: np.ndarray) -> np.ndarray:
    """Return (n, h, w, 1, 3 or 4) pictures as :func:`flattened` returns each, at once if it can.

    What is grey, of one channel, stays so.

    >>> all_flattened(np.zeros((2, 128, 64, 3), np.uint8)).shape
    (2, 64, 32, 3)
    """
    if pictures.shape[3] > 3 and pictures[..., 3].min() < 255:
        return np.stack([flattened(picture) for picture in pictures])
    return resized(pictures[..., :3], *fitted(*pictures.shape[1:3]))


def common_size(sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the height and width that pictures take together: of most, or else of a square.

    >>> common_size([(9, 5), (9, 5), (4, 4)]), common_size([(9, 5), (7, 6), (8, 8)])
    ((9, 5), (8, 8))
    """
    counts = Counter(sizes)
    size = max(counts, key=lambda each: (counts[each], each))
    if 2 * counts[size] >= len(sizes):
        return size
    side = round(float(np.median([max(each) for each in sizes])))
    return side, side


def together(pictures: Sequence[np.ndarray]) -> Slices[tuple[np.ndarray, list[str]]]:
    """Return (h, w, 1 or 3) pictures as (n, height, width, 1 or 3) uint8, and what was done.

    They are grey if hardly a pixel of them is not. Pictures of several sizes take the size of most
    of them or, where no size has most, that of a square. A slice is done each turn.
    """
    said = []
    sizes = [picture.shape[:2] for picture in pictures]
    size = common_size(sizes)
    if set(sizes) != {size}:
        said.append(f"pictures of several sizes were scaled to {size[1]}x{size[0]}")
    channels = max(picture.shape[2] for picture in pictures)
    same = np.empty((len(pictures), *size, channels), np.uint8)
    places: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, picture in enumerate(pictures):
        places[picture.shape].append(place)
    for each, all_ in places.items():
        for part in (all_[i : i + _AT_A_TIME] for i in range(0, len(all_), _AT_A_TIME)):
            # Not np.stack, which makes a view of each picture first.
            rows = np.concatenate([pictures[place] for place in part])
            stack = rows.reshape(len(part), *each)
            same[part] = stack if each[:2] == size else framed(stack, *size)
            yield None
    if channels == 1:
        return same, said
    coloured = 0
    for several in _parts(same):
        coloured += _coloured(several)
        yield None
    if coloured > _SHARE * same[..., 0].size:
        return same, said
    grey = np.empty((*same.shape[:3], 1), np.uint8)
    for made, several in zip(_parts(grey), _parts(same), strict=True):
        made[..., 0] = np.rint(several @ _LUMA)
        yield None
    return grey, said


def _coloured(pictures: np.ndarray) -> int:
    """Return how many pixels are not grey."""
    red, green, blue = (pictures[..., i] for i in range(3))
    # Channel by channel: along so short an axis NumPy is ten times as slow.
    highest = np.maximum(np.maximum(red, green), blue)
    lowest = np.minimum(np.minimum(red, green), blue)
    return int((highest - lowest > _COLOURED).sum())


def _parts(pictures: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(pictures), _AT_A_TIME):
        yield pictures[start : start + _AT_A_TIME]
