"""`python3 -m tools.publish`: the page as a static host serves it, made in site/.

The page's own styles and scripts become one file each (`bundle.mjs`), what brings Python up lies
beside them, and every name that may be kept for ever carries the hash of its content.
"""

import os
import shutil
import tempfile
from pathlib import Path

from tools import command, documentation, source_list, start
from tools.errors import SetupError, told_in_one_line

ROOT = Path(__file__).resolve().parent.parent
SITE = "site"
SOURCES = ("index.html", "glue.js", "how-it-works.html", "how-it-works.js", "pyscript.toml")
MANIFEST = "manifest.webmanifest"
FOLDERS = ("nn", "dist", "icons", "vendor/python")
"""What is copied as it is: to be read, or fetched by the page when it is asked for."""

KEPT_FOR_EVER = ("/files/", "/start/")
"""Folders whose files never change: where they would, they have another name."""

_NOT_PUBLISHED = ("__pycache__", ".*", "*.md", "py.typed")
_HEADERS = "".join(
    f"{folder}*\n  Cache-Control: public, max-age=31536000, immutable\n" for folder in KEPT_FOR_EVER
)
_NOT_BUILT = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Documentation of nn</title>
    <style>:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }</style>
  </head>
  <body>
    <main>
      <h1>Documentation of <code>nn</code></h1>
      <p>It has not been built here: <code>make docs</code> does that, in about a minute, and then
      this address has it. <a href="../">Back to the page</a></p>
    </main>
  </body>
</html>
"""
_BUNDLE = Path(__file__).parent / "bundle.mjs"


def publish(root: Path) -> Path:
    """Make `root/site` of what is in `root`, replacing what was there.

    Raises:
        SetupError: a part of the page is missing, or it cannot be written.
    """
    site = root / SITE
    start.fill(root)
    # A folder of its own, for another one may be at it too.
    unfinished = Path(tempfile.mkdtemp(prefix=f".{SITE}-", dir=root))
    unfinished.chmod(0o755)
    try:
        for name in FOLDERS:
            unwanted = shutil.ignore_patterns(*_NOT_PUBLISHED)
            shutil.copytree(root / name, unfinished / name, ignore=unwanted)
        listed = unfinished / source_list.PACKAGE
        (listed / "index.html").write_text(source_list.listing(listed), encoding="utf-8")
        shutil.copyfile(root / MANIFEST, unfinished / MANIFEST)
        assets = unfinished / start.FOLDER
        # They are never written to, so one file on the disk may have two names.
        shutil.copytree(root / start.FOLDER, assets, copy_function=_linked)
        for name in start.NOT_PUBLISHED:
            (assets / name).unlink(missing_ok=True)
        for licence in sorted((root / "vendor").glob("*/LICENSE*")):
            target = unfinished / "licences" / f"{licence.parent.name}.txt"
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(licence, target)
        (unfinished / "_headers").write_text(_HEADERS, encoding="utf-8")
        command.run(
            ["node", str(_BUNDLE), str(root), str(unfinished)],
            "Putting the page's files together with esbuild",
            "Check Node.js and node_modules, then run the same command again.",
        )
        # After the bundle: nothing of it is part of the page, nor kept for use offline.
        put_documentation(root, unfinished / "docs")
        shutil.rmtree(site, ignore_errors=True)
        os.replace(unfinished, site)
    except (OSError, shutil.Error) as error:
        raise SetupError(f"Cannot make {site}: {error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return site


def put_documentation(root: Path, target: Path) -> None:
    """Copy the documentation; where it has not been built, a page says how it is."""
    if (root / documentation.FOLDER / "index.html").is_file():
        shutil.copytree(root / documentation.FOLDER, target, copy_function=_linked)
    else:
        target.mkdir()
        (target / "index.html").write_text(_NOT_BUILT, encoding="utf-8")


def sources(root: Path) -> dict[Path, int]:
    """What the site is made of: when each file was last changed, in nanoseconds."""
    paths = [root / name for name in (*SOURCES, MANIFEST)]
    paths += (root / documentation.FOLDER).glob("index.html")
    for name in (*FOLDERS, "glue", "styles", "vendor", "mnist"):
        paths += (path for path in (root / name).rglob("*") if path.is_file())
    return {path: path.stat().st_mtime_ns for path in paths if "__pycache__" not in path.parts}


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def main() -> None:
    """Make site/ and say where it is."""
    with told_in_one_line():
        print(f"The page is in {publish(ROOT)}")


if __name__ == "__main__":
    main()
