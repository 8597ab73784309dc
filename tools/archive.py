"""nn.zip: the package `nn`, as one file that the page fetches and PyScript unpacks."""

import io
import zipfile
from pathlib import Path

from tools import files

NAME = "nn.zip"

_TIME = (1980, 1, 1, 0, 0, 0)
"""The same for all files, so that equal sources make equal archives."""


def fill(root: Path) -> None:
    """Make `root/nn.zip` hold what is in `root/nn` now, unless it does.

    Raises:
        SetupError: it cannot be written.
    """
    data = _archive(root)
    target = root / NAME
    if not (target.is_file() and target.read_bytes() == data):
        files.write(target, data)


def _archive(root: Path) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((root / "nn").rglob("*.py")):
            name = path.relative_to(root).as_posix()
            archive.writestr(zipfile.ZipInfo(name, _TIME), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return memory.getvalue()
