"""build/docs/: the documentation as a site, made by MkDocs."""

import hashlib
import os
import shutil
from pathlib import Path

from tools import command

FOLDER = Path("build/docs")
_KEY = Path("build/docs-key.txt")
_SOURCES = ("mkdocs.yml", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml", "icons/icon.svg")


def fill(root: Path) -> None:
    """Build the documentation, unless it is that of the sources as they are.

    Raises:
        SetupError: MkDocs fails or warns of something, such as a link that leads nowhere.
    """
    key = _key(root)
    if (root / _KEY).is_file() and (root / _KEY).read_text(encoding="utf-8") == key:
        return
    print("Building the documentation ...", flush=True)
    (root / _KEY).unlink(missing_ok=True)
    shutil.rmtree(root / FOLDER, ignore_errors=True)
    # It would say on the terminal that MkDocs may change.
    os.environ["NO_MKDOCS_2_WARNING"] = "true"
    command.run(
        [str(root / ".venv/bin/python"), "-m", "mkdocs", "build", "--strict", "--quiet"]
        + ["--config-file", str(root / "mkdocs.yml")],
        "Building the documentation",
        "`.venv/bin/python -m mkdocs build --strict` says more.",
    )
    (root / _KEY).write_text(key, encoding="utf-8")


def _key(root: Path) -> str:
    """A hash of all that the documentation follows from."""
    paths = [root / name for name in _SOURCES]
    for folder, pattern in (("docs", "*"), ("nn", "*.py"), ("tools/documentation", "*.py")):
        paths += sorted(path for path in (root / folder).rglob(pattern) if path.is_file())
    digest = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()
