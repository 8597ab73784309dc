"""Work that shares the tab with everything else: a little of it each animation frame."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from pyscript.js_modules import glue

T = TypeVar("T")

BUDGET = 0.0048
"""Seconds of work in one go."""

_MOST, _LEAST = 0.015, 0.005
"""Seconds of work a frame: 60 frames a second leave 16.7 ms for each, if nobody else needs them."""

_LATE = 0.025
"""Seconds from frame to frame that show that somebody does: a frame was missed."""

_SLOW_FRAMES = 4
"""Frames from chunk to chunk in slow motion: 15 steps a second."""


async def pull(
    run: Iterator[T],
    each: Callable[[T], None],
    wanted: Callable[[], bool],
    shown: asyncio.Event,
    slow: Callable[[], bool] = lambda: False,
) -> bool:
    """Pull ``run`` each frame and hand what it yields to ``each``, for as long as it is wanted.

    Another chunk follows in the same frame if one as long as the last still fits. When frames come
    late, as on a machine that is busy otherwise, there is less work in each, until they do not.
    While ``shown`` is not set it pauses: another lab has the frames. While it shall be ``slow``,
    there is one chunk in a few frames.

    Returns:
        Whether ``run`` came to its end.
    """
    room, last = _MOST, time.perf_counter()
    while True:
        for _ in range(_SLOW_FRAMES if slow() else 1):
            await glue.nextFrame()
        await shown.wait()
        now = time.perf_counter()
        late = now - last > _LATE and not slow()
        room = max(_LEAST, 0.7 * room) if late else min(_MOST, 1.02 * room)
        last, end = now, now + (0.0 if slow() else room)
        took = 0.0
        while now + took <= end:
            if not wanted():
                return False
            try:
                progress = next(run)
            except StopIteration:
                return True
            each(progress)
            before, now = now, time.perf_counter()
            took = now - before


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
