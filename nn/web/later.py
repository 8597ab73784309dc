"""Modules that the page fetches when they are first needed, so that it starts without them.

``pyscript.toml`` lists them: ``[later.points]`` names the files of the lab Points.
"""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path

from pyodide.ffi import JsException
from pyscript import config
from pyscript.js_modules import glue


async def load(group: str) -> None:
    """Fetch the files of a group that are not here yet; then they can be imported.

    Raises:
        ValueError: a file cannot be fetched.
    """
    files = config.get("later", {}).get(group, {})
    missing = {address: Path(path) for address, path in files.items() if not Path(path).exists()}
    try:
        contents = await asyncio.gather(*map(glue.fetchBytes, missing))
    except JsException as error:
        raise ValueError(f"a part of the page cannot be fetched: {error}") from None
    for path, content in zip(missing.values(), contents, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.to_bytes())
    importlib.invalidate_caches()
