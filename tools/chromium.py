"""Chromium, for the browser tests, and what Playwright needs to drive it."""

import ctypes
import os
import shutil
import sys

from tools import debian
from tools.errors import SetupError

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Those with which it runs for any user and on any machine, and asks nobody for anything."""


def find() -> str | None:
    """Path of the browser: what the variable CHROMIUM names, else the first of `NAMES` on PATH.

    Raises:
        SetupError: CHROMIUM is set and names no program.
    """
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        path = shutil.which(chosen)
        if path is None:
            raise SetupError(f"CHROMIUM is `{chosen}`, not a program. Correct it or unset it.")
        return path
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure_browser() -> None:
    """Install Chromium through apt where none is found.

    Raises:
        SetupError: there is none and this user may not install it, or apt fails.
    """
    if find() is None:
        debian.install("chromium", "The browser tests need Chromium")


def ensure_driver() -> None:
    """Install through apt the one library that Playwright's driver needs and does not bring.

    Raises:
        SetupError: it is not there and this user may not install it, or apt fails.
    """
    if sys.platform != "linux":
        return
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        debian.install("libatomic1", "Playwright needs the library libatomic.so.1")
