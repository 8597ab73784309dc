"""What a visitor opens in a lab that learns from tables: a table, or weights."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from nn.data.tables import MAX_BYTES, is_workbook
from nn.elsewhere import of_file
from nn.formats import FORMATS, are_model_names
from nn.formats.recognition import is_brain, is_onnx
from nn.labs.table_source import Opened
from nn.web import dom, files
from nn.web.reading import Reading, done
from nn.web.workbooks import load_reader

_OF_NETWORKS = tuple(suffix for suffix in FORMATS if suffix != ".json")
_WEIGHTS = re.compile(rb'"format"\s*:\s*"nn-weights"|"wih"\s*:|"who"\s*:|"weightsManifest"\s*:')


async def open_table(
    chosen: list[Any], reading: Reading, load: Callable[[bytes, str], None] | None
) -> Opened | None:
    """Return the table in the one file that was chosen, unless it has weights or is stopped.

    Args:
        chosen: files of the browser.
        reading: shows that the table is being read, and stops it.
        load: called with the content and the name of a file that has weights; None to refuse it.

    Raises:
        ValueError: there are more files, or it is neither.
    """
    if load is not None and len(chosen) > 1 and are_model_names([file.name for file in chosen]):
        load(*await files.network(chosen))
        return None
    file = files.only(chosen, "file, a table or weights")
    files.check_size(file.name, file.size, MAX_BYTES)
    dom.log(f"Reading {file.name}")
    content = await files.content(file)
    # What a table may be called, such as .json and .zip, is decided by what is in it.
    named = file.name.lower().endswith(_OF_NETWORKS)
    if named or _WEIGHTS.search(content) or is_brain(content) or is_onnx(content):
        if load is None:
            raise ValueError(f"{file.name}: these are weights; expected a table")
        load(content, file.name)
        return None
    if is_workbook(content):
        try:
            await load_reader()
        except ValueError as error:
            raise of_file(file.name, error) from None
    return await reading.of(
        file.name, lambda going: done(Opened.reading(content, file.name), going)
    )
