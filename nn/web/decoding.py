"""Files that a visitor opens, read as pictures: the browser decodes what is PNG, JPEG and such."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from pyodide.ffi import to_js
from pyscript.js_modules import glue

from nn.data import png
from nn.data.gzipped import Content, Slices
from nn.data.image_files import ends_known, expanding
from nn.data.images import Images, reading_images
from nn.data.picture_files import all_flattened, common_size, declared_size, kind_of
from nn.data.pixels import LARGEST
from nn.data.resize import fitted
from nn.elsewhere import of_file
from nn.web import files
from nn.web.reading import Going, done

_FETCHED, _UNPACKED, _DECODED = 0.1, 0.4, 0.8
"""How far reading an archive of pictures is when each of these is done, by the time they take."""

_AT_A_TIME = 50  # files that are read
_BATCH = 250  # pictures
_MOST_PIXELS = 4_000_000
"""Of pictures that are decoded at a time, each of which is unpacked as a whole."""


async def read(chosen: list[Any], going: Going) -> Images | None:
    """Return the pictures in files of the browser, a part of which is read each frame.

    Args:
        chosen: the files.
        going: says whether to go on, and is told how far this is.

    Returns:
        None if they were no longer wanted.

    Raises:
        ValueError: they hold none, or cannot be read.
    """
    named: dict[str, Content] = {}
    taken = list(_wanted({_name(file): file for file in chosen}).items())
    for part in _parts(taken):
        contents = await asyncio.gather(*(files.content(file) for _, file in part))
        named.update(zip((name for name, _ in part), contents, strict=True))
        if not going():
            return None
        going.reached(_FETCHED * len(named) / len(taken))
    unpacked = await done(expanding(named), going.stage(_FETCHED, _UNPACKED))
    if unpacked is None:
        return None
    pictures = [(name, bytes(data)) for name, data in unpacked.items() if kind_of(data)]
    # What is no picture file is read at last: the more of that, the more there is to do then.
    share = sum(len(data) for _, data in pictures) / max(1, sum(map(len, unpacked.values())))
    last = _UNPACKED + (_DECODED - _UNPACKED) * share
    decoded = await _decoded(pictures, going.stage(_UNPACKED, last))
    return await done(reading_images(unpacked, ready=decoded), going.stage(last, 1))


def _name(file: Any) -> str:
    """Return a file's name, with its folders where a whole folder was opened."""
    return str(getattr(file, "webkitRelativePath", "") or file.name)


def _wanted(chosen: dict[str, Any]) -> dict[str, Any]:
    """Return the files without what else lies in folders."""
    return {
        name: file
        for name, file in chosen.items()
        if "/" not in name or ends_known(name) and "/." not in f"/{name}"
    }


async def _decoded(pictures: list[tuple[str, bytes]], going: Going) -> dict[bytes, np.ndarray]:
    """Return the pixels of picture files, by their contents.

    The browser brings what it decodes to the size that all will have: of thousands of sizes each
    would be work for Python.
    """
    # Unfiltering larger pictures takes longer than all that the browser does with them.
    work = png.decoding((content for _, content in pictures), LARGEST)
    found = (await done(work, going.stage(0, 0.5))) or {}
    sizes = {content: _declared(name, content) for name, content in pictures}
    names = {content: name for name, content in pictures if content not in found}
    height, width = common_size([fitted(*size) for size in sizes.values()] or [(1, 1)])
    before: tuple[list[bytes], Any] | None = None
    for part in _batches({content: sizes[content] for content in names}):
        if not going():
            break
        lengths = to_js([len(content) for content in part])
        types = to_js([_type(content) for content in part])
        # The browser decodes these while Python looks at those before.
        coming = glue.decode(b"".join(part), lengths, types, height, width)
        if before is not None:
            await _taken(found, names, *before, going)
            going.reached(max(0.5, len(found) / len(sizes)))
        before = part, coming
    if before is not None:
        await _taken(found, names, *before, going)
    return found


async def _taken(
    found: dict[bytes, np.ndarray],
    names: dict[bytes, str],
    part: list[bytes],
    coming: Any,
    going: Going,
) -> None:
    """Add the pictures that the browser is decoding to those that were found."""
    result = await coming
    decoded = np.array(result.sizes.to_py(), np.intp).reshape(-1, 2)
    if not decoded.all():
        damaged = int(np.flatnonzero(~decoded.all(axis=1))[0])
        raise ValueError(f"{names[part[damaged]]}: the picture is damaged")
    await done(_into(found, part, decoded, result.pixels.to_bytes()), going)


def _declared(name: str, content: bytes) -> tuple[int, int]:
    # Not naming(), which takes longer than looking: there may be tens of thousands.
    try:
        return declared_size(content)
    except ValueError as error:
        raise of_file(name, error) from None


def _type(content: bytes) -> str:
    """Return what browsers call a kind of picture; "" for one that may say how it is turned."""
    turned = any(mark in content for mark in (b"Exif", b"eXIf", b"EXIF"))
    return "" if turned else f"image/{str(kind_of(content)).lower()}"


def _into(
    found: dict[bytes, np.ndarray], part: list[bytes], sizes: np.ndarray, pixels: bytes
) -> Slices[None]:
    """Add decoded pictures, whose RGBA bytes follow each other, to those that were found."""
    same: defaultdict[tuple[int, int], list[tuple[bytes, int]]] = defaultdict(list)
    start = 0
    for content, (width, height) in zip(part, sizes.tolist(), strict=True):
        same[height, width].append((content, start))
        start += 4 * height * width
    flat = np.frombuffer(pixels, np.uint8)
    for (height, width), places in same.items():
        stack = np.stack([flat[at : at + 4 * height * width] for _, at in places])
        made = all_flattened(stack.reshape(-1, height, width, 4))
        found.update(zip((content for content, _ in places), made, strict=True))
        yield None


def _batches(sizes: dict[bytes, tuple[int, int]]) -> Iterator[list[bytes]]:
    """Yield picture files, no more at a time than memory and a frame have room for."""
    part: list[bytes] = []
    pixels = 0
    for content, (height, width) in sizes.items():
        if part and (len(part) == _BATCH or pixels + height * width > _MOST_PIXELS):
            yield part
            part, pixels = [], 0
        part.append(content)
        pixels += height * width
    if part:
        yield part


def _parts(items: list[Any]) -> list[list[Any]]:
    return [items[i : i + _AT_A_TIME] for i in range(0, len(items), _AT_A_TIME)]
