"""start/: what brings Python up in the page, made once by set-up so that a visit need not.

Pyodide's memory with NumPy and `nn` imported (`make.mjs`, run by Node), the files that go with it,
and `assets.js`, which tells the page their names. Each name carries the hash of its content.
"""

import hashlib
from pathlib import Path

from tools import command, wheels

FOLDER = "start"
_KEY = "key.txt"
NOT_PUBLISHED = (_KEY, "assets.js")
"""What only set-up needs: the page has the names in its own files."""
_ENDINGS = ("py", "json", "html", "css", "js", "txt")  # of the package: its code, and what it reads
_HERE = Path(__file__).parent
_MADE_BY = ("*.mjs", "compile.py", "warm.py")


def fill(root: Path) -> None:
    """Make `root/start` anew where it does not belong to what is in `nn/` and `vendor/` now.

    Raises:
        SetupError: Node cannot make it, or it cannot be written.
    """
    key = _key(root)
    kept = root / FOLDER / _KEY
    if kept.is_file() and kept.read_text(encoding="utf-8") == key:
        return
    print("Starting Python once, for all visits ...", flush=True)
    kept.unlink(missing_ok=True)
    (numpy,) = wheels.expected(root, ["numpy"])
    command.run(
        ["node", str(_HERE / "make.mjs"), str(root), str(root / wheels.FOLDER / numpy)],
        f"Making {FOLDER}/ with Node",
        "Check Node.js and the free space, then run the same command again.",
    )
    kept.write_text(key, encoding="utf-8")


def _key(root: Path) -> str:
    """A hash of all that the content of `start/` follows from."""
    sources = sorted(path for pattern in _MADE_BY for path in _HERE.glob(pattern))
    sources += sorted((root / wheels.FOLDER).iterdir())
    sources += sorted((root / "vendor/pyscript").iterdir())
    sources += sorted(path for ending in _ENDINGS for path in (root / "nn").rglob(f"*.{ending}"))
    sources += sorted((root / "mnist").glob("*.gz"))
    digest = hashlib.sha256()
    for path in sources:
        name = path.name if path.parent == _HERE else path.relative_to(root).as_posix()
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
