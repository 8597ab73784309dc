"""Files that a visitor opens, and those that come with the page."""

from __future__ import annotations

from typing import Any

from pyodide.ffi import JsException
from pyscript.js_modules import glue


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


async def content(file: Any) -> bytes:
    """Return what is in a ``File`` of the browser."""
    data: bytes = (await glue.fileBytes(file)).to_bytes()
    return data


async def shipped(address: str) -> bytes:
    """Return what is in a file that comes with the page.

    Raises:
        ValueError: it cannot be fetched.
    """
    try:
        data: bytes = (await glue.fetchBytes(f"./{address}")).to_bytes()
    except JsException as error:
        raise ValueError(f"{address} cannot be fetched: {error}") from None
    return data
