"""Files that are either whole or not there."""

import hashlib
import os
from pathlib import Path

from tools.errors import SetupError


def write(target: Path, data: bytes) -> None:
    """Write `data` to `target`, making its folder; whatever interrupts leaves `target` as it was.

    Raises:
        SetupError: the disk is full, or the folder cannot be written.
    """
    temporary = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise SetupError(
            f"Cannot write {target}: {error.strerror}. "
            "Check the free space and the permissions, then run the same command again."
        ) from error


def sha256(data: bytes) -> str:
    """SHA-256 of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
