"""Files that a visitor opens, read as pictures: the browser decodes what is PNG, JPEG and such."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from pyodide.ffi import JsException
from pyscript.js_modules import glue

from nn.data import png
from nn.data.gzipped import Content
from nn.data.image_files import ends_known, expanding, naming
from nn.data.images import Images, reading_images
from nn.data.picture_files import declared_size, flattened, kind_of
from nn.web import files
from nn.web.reading import done

_AT_A_TIME = 50
R = TypeVar("R")


async def read(chosen: list[Any], wanted: Callable[[], bool]) -> Images | None:
    """Return the pictures in files of the browser, a part of which is read each frame.

    Args:
        chosen: the files.
        wanted: says whether to go on.

    Returns:
        None if they were no longer wanted.

    Raises:
        ValueError: they hold none, or cannot be read.
    """
    named: dict[str, Content] = {}
    for part in _parts(list(_wanted({_name(file): file for file in chosen}).items())):
        contents = await asyncio.gather(*(files.content(file) for _, file in part))
        named.update(zip((name for name, _ in part), contents, strict=True))
    unpacked = await done(expanding(named), wanted)
    if unpacked is None:
        return None
    decoded = await _decoded(unpacked, wanted)
    return await done(reading_images(unpacked, ready=decoded), wanted)


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


async def _decoded(
    unpacked: dict[str, Content], wanted: Callable[[], bool]
) -> dict[bytes, np.ndarray]:
    """Return the pixels of the picture files among some, by their contents."""
    pictures = [(name, bytes(data)) for name, data in unpacked.items() if kind_of(data)]
    found = (await done(png.decoding(content for _, content in pictures), wanted)) or {}
    pictures = [(name, content) for name, content in pictures if content not in found]
    for part in _parts(pictures):
        for name, content in part:
            with naming(name):
                declared_size(content)
        results = await asyncio.gather(
            *(glue.decode(content) for _, content in part), return_exceptions=True
        )
        for (name, content), result in zip(part, results, strict=True):
            if isinstance(result, JsException):
                raise ValueError(f"{name}: the picture is damaged")
            if isinstance(result, BaseException):
                raise result
            flat = np.frombuffer(result.data.to_bytes(), np.uint8)
            found[content] = flattened(flat.reshape(result.height, result.width, 4))
    return found


def _parts(items: list[Any]) -> list[list[Any]]:
    return [items[i : i + _AT_A_TIME] for i in range(0, len(items), _AT_A_TIME)]
