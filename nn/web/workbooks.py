"""What reads Excel workbooks: fetched from beside the page once a visitor opens one."""

from __future__ import annotations

import importlib
import importlib.util
import io
import sysconfig
import zipfile
from collections.abc import Iterable

from nn.data.tables import is_workbook
from nn.labs.kept import tables
from nn.web import dom, files

_WHEELS = ("vendor/python/et_xmlfile.whl", "vendor/python/openpyxl.whl")


async def load_readers_of(kept: bytes) -> None:
    """Make importable whatever reads the tables that a lab kept.

    Raises:
        ValueError: it cannot be fetched, or is damaged.
    """
    found = tables(kept)
    if found:
        # Of Python's library only a part is there at first, without archives and old encodings.
        await files.complete_python()
    if any(map(is_workbook, found)):
        await load_reader()


async def readers_of(contents: Iterable[bytes]) -> dict[str, bytes]:
    """Return the archives, by name, that read the workbooks in ``contents``, if there are any.

    Raises:
        ValueError: they cannot be fetched.
    """
    if not any(map(is_workbook, contents)):
        return {}
    return {address.rpartition("/")[2]: await files.shipped(address) for address in _WHEELS}


async def load_reader() -> None:
    """Make openpyxl importable.

    Raises:
        ValueError: it cannot be fetched, or is damaged.
    """
    if importlib.util.find_spec("openpyxl") is not None:
        return
    dom.log("Fetching the reader for Excel workbooks")
    try:
        archives = [
            zipfile.ZipFile(io.BytesIO(await files.shipped(address))) for address in _WHEELS
        ]
        for archive in archives:
            archive.extractall(sysconfig.get_path("purelib"))
    except (ValueError, OSError, zipfile.BadZipFile):
        raise files.NotFetched(
            "this is an Excel workbook, and its reader could not be fetched: try again, or save it "
            "as CSV"
        ) from None
    importlib.invalidate_caches()
