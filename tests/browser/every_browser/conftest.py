"""Each test of this folder runs in Chromium, in Firefox and in WebKit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser

from tests.browser.every_browser.in_chromium import Chromium
from tests.browser.every_browser.in_firefox import Firefox
from tests.browser.every_browser.in_webkit import WebKit
from tests.browser.every_browser.visitor import Visitor
from tools import browsers


def missing(name: str) -> NoReturn:
    """Leave out what needs a browser that is not there; where CI is set, that is a failure."""
    advice = "`make test` installs it where it may"
    if os.environ.get("CI"):
        pytest.fail(f"{name} is missing: {advice}")
    pytest.skip(f"{name} is missing: {advice}")


@pytest.fixture(scope="session")
def start(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Visitor]:
    """A function that starts a browser by its name."""

    def start(name: str) -> Visitor:
        downloads = tmp_path_factory.mktemp("downloads")
        if name == "Firefox":
            path = browsers.find_firefox() or missing(name)
            log = tmp_path_factory.mktemp("firefox") / "log"
            return Firefox(downloads, log, path)
        if name == "WebKit":
            programs = browsers.find_webkit() or missing(name)
            home: Path = tmp_path_factory.mktemp("webkit")
            return WebKit(downloads, home, programs)
        return Chromium(downloads, browser)

    return start


@pytest.fixture(scope="module", params=["Chromium", "Firefox", "WebKit"])
def visitor(
    request: pytest.FixtureRequest, start: Callable[..., Visitor], site: str
) -> Iterator[Visitor]:
    """A browser with the page open and ready; pytest runs all tests in one before the next."""
    visitor = start(request.param)
    try:
        visitor.open(site)
        visitor.wait("ready")
        yield visitor
    finally:
        visitor.quit()
