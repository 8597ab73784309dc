"""Files that are read in slices, so that the page stays alive, and can be stopped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TypeVar

from pyscript.js_modules import glue

from nn.data.gzipped import Slices
from nn.web import dom
from nn.web.dom import Parts
from nn.web.turn import Turn

_BUDGET = 0.012
"""Seconds of work without a breath: a frame that is due meanwhile comes no later than the next."""

R = TypeVar("R")


@dataclass(frozen=True)
class Going:
    """Whether reading goes on, which it is asked, and how far it is, which it is told.

    Attributes:
        wanted: says whether to go on.
        tell: told which share is read, from 0 to 1.
        start, end: the part of the whole that is being done.
    """

    wanted: Callable[[], bool]
    tell: Callable[[float], None]
    start: float = 0.0
    end: float = 1.0

    def __call__(self) -> bool:
        """Whether to go on."""
        return self.wanted()

    def reached(self, share: float) -> None:
        """Tell that such a share of this part is done."""
        self.tell(self.start + (self.end - self.start) * share)

    def stage(self, start: float, end: float) -> Going:
        """Return the same for a part of this part."""
        size = self.end - self.start
        return replace(self, start=self.start + size * start, end=self.start + size * end)


WHATEVER = Going(lambda: True, lambda share: None)
"""For what is read to its end, and so small that nobody asks how far it is."""


class Reading:
    """What is being read and how far it is, beside a button that stops it; one thing at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = Turn()
        parts.click("stopReading", self._stop)

    async def of(self, names: str, read: Callable[[Going], Awaitable[R | None]]) -> R | None:
        """Return what files hold, unless that is stopped or others are opened meanwhile.

        Args:
            names: of the files, for people.
            read: reads them; it is given what says whether to go on, and returns None if it did
                not.
        """
        wanted = self._turn.begin()
        self._parts.show("dataReadingShare", "")
        self._parts.show("dataReadingNames", f"Reading {names} …")
        self._parts.element("dataReading").hidden = False
        try:
            return await read(Going(wanted, self._tell))
        finally:
            if wanted() or not self._turn.taken:
                self._turn.end()
                self._parts.element("dataReading").hidden = True

    def _tell(self, share: float) -> None:
        self._parts.show("dataReadingShare", f"{min(int(100 * share), 99)} %")

    def _stop(self) -> None:
        self._turn.end()
        dom.announce("Stopped reading; nothing has changed")


async def done(work: Slices[R], going: Going) -> R | None:
    """Return what work gives in the end, done in slices between which the page stays alive.

    It goes on as soon as the browser lets it: a slice a frame would leave the rest of each unused.
    """
    while going():
        end = perf_counter() + _BUDGET
        share = None
        try:
            while perf_counter() < end:
                found = next(work)
                share = share if found is None else found
        except StopIteration as done:
            result: R = done.value
            return result
        if share is not None:
            going.reached(share)
        await glue.breath()
    return None
