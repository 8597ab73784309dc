"""Work that shares the tab with everything else: a little of it each animation frame."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from pyscript.js_modules import glue

from nn.web import dom
from nn.web.turn import Turn

T = TypeVar("T")

BUDGET = 0.0048
"""Seconds of work in one go."""

_MOST, _LEAST = 0.015, 0.005
"""Seconds of work a frame: 60 frames a second leave 16.7 ms for each, if nobody else needs them."""

_IDLE = 0.004
"""Seconds without a look at work that is not due yet."""

_LATE = 0.025
"""Seconds from frame to frame that show that somebody does: a frame was missed."""


class Job:
    """Work in small chunks that is done a few of them a frame, and can be stopped; one at a time.

    Args:
        shown: while it is not set, work pauses: another lab has the frames.
        due: whether there may be another chunk by now.
    """

    def __init__(self, shown: asyncio.Event, due: Callable[[], bool] = lambda: True) -> None:
        self._shown, self._due = shown, due
        self._turn = Turn()

    @property
    def busy(self) -> bool:
        """Whether there is any work."""
        return self._turn.taken

    def start(
        self,
        run: Iterator[T | None],
        each: Callable[[T], None],
        ended: Callable[[], None],
        over: Callable[[], None],
    ) -> None:
        """Pull ``run`` from now on, instead of what was pulled before, until it ends or is stopped.

        Args:
            run: the work, done as it is pulled; it yields None while it waits for something.
            each: takes in what it yields.
            ended: called when it has come to its end.
            over: called then too, and when it has failed; not when it was stopped. Stops this.
        """
        wanted = self._turn.begin()

        async def work_on() -> None:
            try:
                if await self._pull(run, each, wanted):
                    ended()
            finally:
                if wanted():
                    over()

        dom.start(work_on)

    def stop(self) -> None:
        """Do no more of it, if there is any."""
        self._turn.end()

    async def _pull(
        self, run: Iterator[T | None], each: Callable[[T], None], wanted: Callable[[], bool]
    ) -> bool:
        """Pull ``run`` while it is wanted; return whether it came to its end.

        Another chunk follows in the same frame if one as long as the last still fits. When frames
        come late, as on a machine that is busy otherwise, there is less work in each, until they
        do not.
        """
        room, last = _MOST, time.perf_counter()
        while True:
            await glue.nextFrame()
            await self._shown.wait()
            now = time.perf_counter()
            late = now - last > _LATE
            room = max(_LEAST, 0.7 * room) if late else min(_MOST, 1.02 * room)
            last, end = now, now + room
            took = 0.0
            while now + took <= end:
                if not wanted():
                    return False
                if not self._due():
                    # A hidden tab has no frames to wait for, and is not to spin.
                    await asyncio.sleep(_IDLE)
                    break
                try:
                    progress = next(run)
                except StopIteration:
                    return True
                if progress is None:
                    break
                each(progress)
                before, now = now, time.perf_counter()
                took = now - before
