""".venv/: the Python that runs the tests, and pip."""

import importlib.metadata
import importlib.util
import shutil
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tools import command, debian


def create(root: Path) -> Path:
    """Make the virtual environment `.venv`, unless it is there; returns its Python.

    Raises:
        SetupError: it cannot be made.
    """
    folder = root / ".venv"
    python = folder / "bin/python"
    if python.exists() and "pip" in _installed(folder):
        return python
    if importlib.util.find_spec("ensurepip") is None:
        debian.install("python3-venv", "Python's venv module lacks pip")
    print("Making .venv ...", flush=True)
    try:
        command.run(
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            "Making the virtual environment .venv",
            "Check the free space and the permissions, then run the same command again.",
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return python


FOR_TESTS = ("cluster", "docs", "test")
"""Extras of `pyproject.toml` whose versions are exact."""


def install_packages(root: Path, extras: Sequence[str] = FOR_TESTS) -> None:
    """Install extras of `pyproject.toml` into `.venv`, unless they are there already.

    Raises:
        SetupError: pip fails.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = [pin for extra in extras for pin in project["optional-dependencies"][extra]]
    python = create(root)
    installed = {f"{name}=={version}" for name, version in _installed(root / ".venv").items()}
    if installed.issuperset(pins):
        return
    print(f"Installing packages for {', '.join(extras)} ...", flush=True)
    try:
        command.run(
            [str(python), "-m", "pip", "install", "--quiet", *pins],
            "Installing packages with pip",
            "Check the network and the free space, then run the same command again.",
        )
    except BaseException:
        # pip may have left a package in part, and would take it for a whole one next time.
        shutil.rmtree(root / ".venv", ignore_errors=True)
        raise


def download(root: Path, pin: str, folder: str, *options: str) -> Path:
    """Download the wheel of one package from PyPI into an empty folder; none of it is run.

    Raises:
        SetupError: pip fails.
    """
    command.run(
        [str(create(root)), "-m", "pip", "download", "--quiet", "--no-deps"]
        + ["--only-binary=:all:", *options, f"--dest={folder}", pin],
        f"Downloading {pin} from PyPI",
        "Check the network and the free space, then run the same command again.",
    )
    (wheel,) = Path(folder).iterdir()
    return wheel


def _installed(folder: Path) -> dict[str, str]:
    """Version of each package in a virtual environment that this Python could have made."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site_packages = folder / "lib" / version / "site-packages"
    packages = importlib.metadata.distributions(path=[str(site_packages)])
    # What was removed in part may have none, and another finder raises when it is asked then.
    return {each.name: each.version for each in packages if each.read_text("METADATA")}
