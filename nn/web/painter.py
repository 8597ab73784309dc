"""Pictures that are kept up to date during work."""

from __future__ import annotations

import time
from collections.abc import Callable

from nn.web import dom

_SLOW = 0.045
"""Seconds from a picture to the next frame that show that the browser paints slowly, as without a
graphics card."""

_SURE = 3
"""Slow ones, more than others, that are not chance: another program may have had the processor."""

_SHARE = 0.04
"""How much of the time pictures take at most where they are slow: most frames have none then."""

_LONGEST_REST = 3.0
"""Seconds without pictures, however slow one was."""

_SHORTEST_REST = 0.1
"""Seconds: after each that was not slow the rest is half as long, and less than this is none."""


class Painter:
    """Keeps pictures up to date during work, one a frame at most so that frames stay short.

    Where the browser paints slowly, frames with pictures are few, and each has all that are due.
    """

    def __init__(self) -> None:
        self._pictures: list[_Picture] = []
        self._waiting = False
        self._begun = self._rest = self._next = 0.0
        self._slow = 0
        # No coroutine: each wait for a promise would leave some bytes behind.
        self._follow_soon = dom.before_frame(self._follow)

    def add(self, interval: float, paint: Callable[[], None]) -> None:
        """Have ``paint`` called about every ``interval`` seconds."""
        self._pictures.append(_Picture(interval, paint))

    def paint_one(self) -> None:
        """Paint what is most overdue, if anything is."""
        now = time.perf_counter()
        due = [picture for picture in self._pictures if picture.overdue(now) >= 0]
        if self._waiting or now < self._next or not due:
            return
        if not self._rest:
            due = [max(due, key=lambda picture: picture.overdue(now))]
        self._waiting, self._begun = True, now
        self._follow_soon()
        for picture in due:
            picture.paint(now)

    def _follow(self) -> None:
        """Learn from the next frame how long one with a picture takes."""
        now = time.perf_counter()
        took = now - self._begun
        if took > _SLOW:
            self._slow = min(self._slow + 1, _SURE)
            if self._slow == _SURE:
                self._rest = min(took / _SHARE, _LONGEST_REST)
        else:
            self._slow = max(self._slow - 1, 0)
            self._rest = self._rest / 2 if self._rest > 2 * _SHORTEST_REST else 0.0
        self._next, self._waiting = now + self._rest, False

    def paint_all(self) -> None:
        """Paint everything now."""
        for picture in self._pictures:
            picture.paint(time.perf_counter())


class _Picture:
    def __init__(self, interval: float, paint: Callable[[], None]) -> None:
        self._interval, self._paint = interval, paint
        self._due = 0.0

    def overdue(self, now: float) -> float:
        return now - self._due

    def paint(self, now: float) -> None:
        self._due = now + self._interval
        self._paint()
