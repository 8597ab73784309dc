"""Firefox and WebKit, Safari's engine: the page is tried in them besides Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import debian
from tools.errors import SetupError

FIREFOX_NAMES = ("firefox-esr", "firefox")
LIBRARIES = Path("/usr/lib")


@dataclass(frozen=True)
class WebKit:
    """Paths of what runs WebKit: its driver, a small browser, and a screen that nobody sees."""

    driver: str
    browser: str
    screen: str


def find_firefox() -> str | None:
    """Path of the first of `FIREFOX_NAMES` on PATH."""
    return next((path for name in FIREFOX_NAMES if (path := shutil.which(name))), None)


def find_webkit() -> WebKit | None:
    """What runs WebKit, if all of it is there."""
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    browsers = sorted(LIBRARIES.glob("*/webkit2gtk-4.*/MiniBrowser"))
    if driver is None or screen is None or not browsers:
        return None
    return WebKit(driver, str(browsers[-1]), screen)


def ensure() -> None:
    """Install through apt what is missing of both; where that cannot be, say so and go on.

    Raises:
        SetupError: the same where the variable CI is set: there no test may be skipped.
    """
    _ensure("Firefox", find_firefox, ["firefox-esr"])
    _ensure("WebKit", find_webkit, ["webkit2gtk-driver", "xvfb"])


def _ensure(name: str, find: Callable[[], object], packages: list[str]) -> None:
    if find() is not None:
        return
    try:
        debian.install(" ".join(packages), f"The tests in {name} need it")
    except SetupError as error:
        if os.environ.get("CI"):
            raise
        print(f"The tests in {name} are left out. {error}", flush=True)
