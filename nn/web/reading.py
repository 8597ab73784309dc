"""Files that are read a slice a frame, so that the page stays alive, and can be stopped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

from pyscript.js_modules import glue

from nn.data.gzipped import Slices
from nn.web import dom
from nn.web.dom import Parts
from nn.web.turn import Turn

_BUDGET = 0.012
"""Seconds of work a frame."""

R = TypeVar("R")


class Reading:
    """What is being read, beside a button that stops it; one thing at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = Turn()
        parts.click("stopReading", self._stop)

    async def of(
        self, names: str, read: Callable[[Callable[[], bool]], Awaitable[R | None]]
    ) -> R | None:
        """Return what files hold, unless that is stopped or others are opened meanwhile.

        Args:
            names: of the files, for people.
            read: reads them; it is given a function that says whether to go on, and returns None
                if it did not.
        """
        wanted = self._turn.begin()
        self._parts.show("dataReadingNames", f"Reading {names} …")
        self._parts.element("dataReading").hidden = False
        try:
            return await read(wanted)
        finally:
            if wanted() or not self._turn.taken:
                self._turn.end()
                self._parts.element("dataReading").hidden = True

    def _stop(self) -> None:
        self._turn.end()
        dom.announce("Reading is stopped; everything stays as it was")


async def done(work: Slices[R], wanted: Callable[[], bool]) -> R | None:
    """Return what work gives in the end, of which each frame does a part."""
    while wanted():
        end = perf_counter() + _BUDGET
        try:
            while perf_counter() < end:
                next(work)
        except StopIteration as done:
            result: R = done.value
            return result
        await glue.nextFrame()
    return None
