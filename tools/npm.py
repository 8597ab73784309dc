"""node_modules/, as package-lock.json says."""

import json
import shutil
from pathlib import Path

from tools import command


def install(root: Path) -> None:
    """Install the npm packages of `root`, unless they are there already.

    Raises:
        SetupError: npm is missing or fails.
    """
    if _installed(root):
        return
    print("Installing npm packages ...", flush=True)
    try:
        command.run(
            ["npm", "ci", "--prefix", str(root), "--ignore-scripts", "--no-audit", "--no-fund"],
            "Installing npm packages",
            "Check Node.js, the network and the free space, then run the same command again.",
        )
    except BaseException:
        shutil.rmtree(root / "node_modules", ignore_errors=True)
        raise


def _installed(root: Path) -> bool:
    """Whether every package of the lock file is there. npm writes its own list last of all."""
    modules = root / "node_modules"
    try:
        found = _versions(modules / ".package-lock.json")
    except (OSError, ValueError):
        return False
    return found == _versions(root / "package-lock.json") and all(
        (root / path / "package.json").is_file() for path in found
    )


def _versions(lock: Path) -> dict[str, str]:
    """The version of each package that a lock file lists, keyed by the package's folder."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {path: package["version"] for path, package in packages.items() if path}
