"""vendor/python/: Python packages that the page loads only when it needs them."""

import tempfile
from pathlib import Path

from tools import environment, files
from tools.errors import SetupError

PACKAGES = {
    "openpyxl==3.1.5": "5282c12b107bffeef825f4617dc029afaf41d0ea60823bbb665ef3079dc79de2",
    "et_xmlfile==2.0.0": "7a91720bc756843502c3b7504c77b8fe44217c85c537d85037f0f536151b2caa",
}
"""SHA-256 of each package's wheel on PyPI. Together they read Excel workbooks."""


def names() -> dict[str, str]:
    """The package in each file of `vendor/`."""
    return {f"python/{pin.partition('==')[0]}.whl": pin for pin in PACKAGES}


def fill(root: Path) -> None:
    """Put the wheels into `vendor/`, unless they are there already.

    Raises:
        SetupError: PyPI does not give the right file, or it cannot be written.
    """
    for name, pin in names().items():
        target, sha256 = root / "vendor" / name, PACKAGES[pin]
        if not (target.is_file() and files.sha256(target.read_bytes()) == sha256):
            print(f"Fetching {pin} ...", flush=True)
            files.write(target, _fetched(root, pin, sha256))


def _fetched(root: Path, pin: str, sha256: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        data = environment.download(root, pin, folder).read_bytes()
    if files.sha256(data) != sha256:
        raise SetupError(f"PyPI's wheel of {pin} has the wrong SHA-256. Run the command again.")
    return data
