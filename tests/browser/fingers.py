"""A finger on the screen: touches as Chromium gets them from a phone."""

from __future__ import annotations

import time
from collections.abc import Sequence

from playwright.sync_api import Page

Place = tuple[float, float]


class Finger:
    """One finger on a page of Chromium.

    Args:
        page: where it is.
        pause: seconds between two places of a stroke, as a hand has them.
    """

    def __init__(self, page: Page, pause: float = 0.008) -> None:
        self._session = page.context.new_cdp_session(page)
        self._pause = pause

    def stroke(self, places: Sequence[Place]) -> None:
        """Touch the first place, move to the others, and lift."""
        self._send("touchStart", places[:1])
        for place in places[1:]:
            self._send("touchMove", [place])
            time.sleep(self._pause)
        self._send("touchEnd", [])

    def tap(self, place: Place) -> None:
        """Touch a place and lift at once."""
        self._send("touchStart", [place])
        self._send("touchEnd", [])

    def _send(self, kind: str, places: Sequence[Place]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
