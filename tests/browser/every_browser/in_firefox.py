"""A visitor with Firefox, driven by Marionette, its own protocol."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from marionette_driver.marionette import ActionSequence, Marionette

from tests.browser.every_browser.driven import Driven
from tests.browser.every_browser.visitor import HEIGHT, WIDTH, Point

SECONDS = 120

_SHOW = """(selector, hidden) => {
  const field = document.querySelector(selector);
  const before = field.hidden;
  field.hidden = hidden;
  return before;
}"""


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Firefox(Driven):
    name = "Firefox"

    def __init__(self, downloads: Path, log: Path, path: str) -> None:
        super().__init__(downloads)
        self.driver = Marionette(
            bin=path,
            port=_free_port(),
            headless=True,
            gecko_log=str(log),
            startup_timeout=SECONDS,
            socket_timeout=SECONDS,
            prefs={
                "browser.download.folderList": 2,
                "browser.download.dir": str(downloads),
                "browser.download.useDownloadDir": True,
                "browser.download.alwaysOpenPanel": False,
            },
        )
        self.driver.start_session()
        self.driver.timeout.script = SECONDS
        bars = HEIGHT + self.ask("() => outerHeight - innerHeight")
        self.driver.set_window_rect(width=WIDTH, height=bars)

    def open(self, address: str) -> None:
        self.driver.navigate(address)

    def ask(self, function: str, *arguments: Any) -> Any:
        script = f"return ({function})(...arguments)"
        return self.driver.execute_script(script, arguments, sandbox=None)

    def drag(self, points: Sequence[Point]) -> None:
        mouse = ActionSequence(self.driver, "pointer", "mouse", {"pointerType": "mouse"})
        places = [(round(x), round(y)) for x, y in points]
        mouse.pointer_move(*places[0]).pointer_down()
        for place in places[1:]:
            mouse.pointer_move(*place)
        mouse.pointer_up().perform()

    def give(self, selector: str, file: Path) -> None:
        # Marionette types into no field that is hidden behind a button of the page's own.
        hidden = self.ask(_SHOW, selector, False)
        self.find(selector).send_keys(str(file))
        self.ask(_SHOW, selector, hidden)

    def quit(self) -> None:
        self.driver.quit()
