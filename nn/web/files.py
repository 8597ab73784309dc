"""Files that a visitor opens, and those that come with the page."""

from __future__ import annotations

from typing import Any

from pyodide.ffi import JsException
from pyscript.js_modules import glue

from nn.formats import together
from nn.formats.weights import MAX_BYTES


class NotFetched(ValueError):
    """A part of the page that is needed cannot be fetched now."""


def only(files: list[Any], expected: str) -> Any:
    """Return the one file there is.

    Raises:
        ValueError: there are more, or none; its text says that one ``expected`` is needed.
    """
    if len(files) != 1:
        raise ValueError(f"expected one {expected}, not {len(files)} files")
    return files[0]


def check_size(name: str, size: int, most: int) -> None:
    """Raise a ValueError for a file of more than ``most`` bytes."""
    if size > most:
        raise ValueError(
            f"{name}: {size / 1e6:,.0f} MB are too many; up to {most / 1e6:.0f} MB can be read"
        )


async def complete_python() -> None:
    """Wait for the rest of Python's library: what a file holds may take any part of it to read.

    Raises:
        NotFetched: it cannot be fetched.
    """
    try:
        await glue.completePython()
    except JsException:
        raise NotFetched(
            "the code that reads files could not be fetched: try again once you are connected"
        ) from None


async def content(file: Any) -> bytes:
    """Return what is in a ``File`` of the browser, when all that may read it is there.

    Raises:
        ValueError: what reads files cannot be fetched.
    """
    await complete_python()
    data: bytes = (await glue.fileBytes(file)).to_bytes()
    return data


async def network(chosen: list[Any]) -> tuple[bytes, str]:
    """Return what is in the files of a network, which is one file mostly, and what to call it.

    Raises:
        ValueError: they are too large, or not of one network.
    """
    name = ", ".join(file.name for file in chosen)
    check_size(name, sum(file.size for file in chosen), MAX_BYTES)
    return together({file.name: await content(file) for file in chosen}), name


async def shipped(address: str) -> bytes:
    """Return what is in a file that comes with the page, when all that may read it is there.

    Raises:
        ValueError: it cannot be fetched.
    """
    await complete_python()
    try:
        data: bytes = (await glue.fetchBytes(f"./{address}")).to_bytes()
    except JsException as error:
        raise ValueError(f"{address} cannot be fetched: {error}") from None
    return data
