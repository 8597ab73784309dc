"""Pictures that are kept up to date during work."""

from __future__ import annotations

import time
from collections.abc import Callable


class Painter:
    """Keeps pictures up to date during work, one a frame at most so that frames stay short."""

    def __init__(self) -> None:
        self._pictures: list[_Picture] = []

    def add(self, interval: float, paint: Callable[[], None]) -> None:
        """Have ``paint`` called about every ``interval`` seconds."""
        self._pictures.append(_Picture(interval, paint))

    def paint_one(self) -> None:
        """Paint what is most overdue, if anything is."""
        now = time.perf_counter()
        most = max(self._pictures, key=lambda picture: picture.overdue(now))
        if most.overdue(now) >= 0:
            most.paint(now)

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
