"""A visitor with WebKit, Safari's engine, driven by Selenium on a screen that nobody sees."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.browser.every_browser.driven import Driven
from tests.browser.every_browser.visitor import HEIGHT, WIDTH, Point
from tools import browsers

SECONDS = 120


class WebKit(Driven):
    """As the name says.

    Args:
        downloads: an empty folder, where the browser leaves what is saved.
        home: a folder for all that the browser keeps.
        programs: what runs it.
    """

    name = "WebKit"

    def __init__(self, downloads: Path, home: Path, programs: browsers.WebKit) -> None:
        super().__init__(downloads)
        (home / "user-dirs.dirs").write_text(f'XDG_DOWNLOAD_DIR="{downloads}"\n')
        self._screen, display = _start_screen(programs.screen)
        environment = {
            **os.environ,
            "DISPLAY": display,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home),
            # Of most languages that are not installed WebKit makes "C", which `Intl` rejects.
            "LANG": "C",
            # As root and in containers its sandbox does not start; it visits only our own page.
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        }
        for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
            environment.pop(name, None)
        options = Options()
        options.binary_location = programs.browser
        options.add_argument("--automation")
        try:
            service = Service(programs.driver, env=environment)
            self.driver = webdriver.WebKitGTK(options=options, service=service)
        except BaseException:
            self._screen.kill()
            raise
        self.driver.set_script_timeout(SECONDS)
        self.driver.set_window_size(WIDTH, HEIGHT)

    def open(self, address: str) -> None:
        self.driver.get(address)

    def ask(self, function: str, *arguments: Any) -> Any:
        return self.driver.execute_script(f"return ({function})(...arguments)", *arguments)

    def drag(self, points: Sequence[Point]) -> None:
        actions = ActionBuilder(self.driver, duration=20)
        mouse = actions.pointer_action
        places = [(round(x), round(y)) for x, y in points]
        mouse.move_to_location(*places[0]).pointer_down()
        for place in places[1:]:
            mouse.move_to_location(*place)
        mouse.pointer_up()
        actions.perform()

    def give(self, selector: str, file: Path) -> None:
        self.find(selector).send_keys(str(file))

    def quit(self) -> None:
        try:
            self.driver.quit()
        finally:
            self._screen.kill()
            self._screen.wait()


def _start_screen(program: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start a screen that nobody sees; return it and its name, for DISPLAY."""
    readable, writable = os.pipe()
    screen = subprocess.Popen(
        [program, "-displayfd", str(writable), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[writable],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writable)
    with os.fdopen(readable) as pipe:
        number = pipe.readline().strip()
    assert number, "Xvfb did not start"
    return screen, f":{number}"
