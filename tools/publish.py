"""`python3 -m tools.publish`: what a static host needs, copied into site/."""

import os
import shutil
from pathlib import Path

from tools import archive
from tools.errors import SetupError, told_in_one_line

ROOT = Path(__file__).resolve().parent.parent
FILES = ("index.html", "glue.js", "pyscript.toml")
FOLDERS = ("nn", "glue", "styles", "vendor", "mnist", "dist")


def publish(root: Path) -> Path:
    """Copy the page and what it loads from `root` into `root/site`, replacing what was there.

    Raises:
        SetupError: a part of the page is missing, or it cannot be written.
    """
    site, unfinished = root / "site", root / ".site"
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for name in FILES:
            shutil.copyfile(root / name, unfinished / name)
        for name in FOLDERS:
            unwanted = shutil.ignore_patterns("__pycache__", ".*", "*.md", "py.typed")
            shutil.copytree(root / name, unfinished / name, ignore=unwanted)
        archive.fill(unfinished)
        shutil.rmtree(site, ignore_errors=True)
        os.replace(unfinished, site)
    except (OSError, shutil.Error) as error:
        raise SetupError(f"Cannot make {site}: {error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return site


def main() -> None:
    """Make site/ and say where it is."""
    with told_in_one_line():
        print(f"Copied the page into {publish(ROOT)}")


if __name__ == "__main__":
    main()
