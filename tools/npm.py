"""node_modules/, as package-lock.json says."""

import json
import shutil
from pathlib import Path

from tools import command

_QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund")


def install(root: Path, tests: bool = False) -> None:
    """Install the npm packages of `root`, unless they are there already.

    Args:
        root: has `package.json` and the lock file.
        tests: whether to bring the packages that only tests need too: they are large.

    Raises:
        SetupError: npm is missing or fails.
    """
    if _installed(root, tests):
        return
    which = [] if tests else ["--omit=dev"]
    print("Installing npm packages ...", flush=True)
    try:
        command.run(
            ["npm", "ci", *which, "--prefix", str(root), *_QUIETLY],
            "Installing npm packages",
            "Check Node.js, the network and the free space, then run the same command again.",
        )
    except BaseException:
        shutil.rmtree(root / "node_modules", ignore_errors=True)
        raise


def _installed(root: Path, tests: bool) -> bool:
    """Whether every wanted package of the lock file is there; npm writes its own list last."""
    modules = root / "node_modules"
    try:
        found = _versions(modules / ".package-lock.json", tests=True)
    except (OSError, ValueError):
        return False
    wanted = _versions(root / "package-lock.json", tests)
    return wanted.items() <= found.items() and all(
        (root / path / "package.json").is_file() for path in wanted
    )


def _versions(lock: Path, tests: bool) -> dict[str, str]:
    """The version of each package that a lock file lists, keyed by the package's folder.

    Optional ones are left out: most of them are for other machines.
    """
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {
        path: package["version"]
        for path, package in packages.items()
        if path and not package.get("optional") and (tests or not package.get("dev"))
    }
