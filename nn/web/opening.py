"""What a visitor opens in a lab that learns from tables: a table, or weights."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from nn.data.tables import MAX_BYTES
from nn.labs.table_source import Opened
from nn.web import dom, files
from nn.web.reading import Reading, done

_WEIGHTS = re.compile(rb'"format"\s*:\s*"nn-weights"|"wih"\s*:|"who"\s*:')


async def open_table(
    chosen: list[Any], reading: Reading, load: Callable[[bytes, str], None]
) -> Opened | None:
    """Return the table in the one file that was chosen, unless it has weights or is stopped.

    Args:
        chosen: files of the browser.
        reading: shows that the table is being read, and stops it.
        load: called with the content and the name of a file that has weights.

    Raises:
        ValueError: there are more files, or it is neither.
    """
    file = files.only(chosen, "file, a table or weights")
    files.check_size(file.name, file.size, MAX_BYTES)
    dom.log(f"Reading {file.name}")
    content = await files.content(file)
    if _WEIGHTS.search(content):
        load(content, file.name)
        return None
    return await reading.of(
        file.name, lambda wanted: done(Opened.reading(content, file.name), wanted)
    )
