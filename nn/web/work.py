"""What the network of a lab is busy with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from pyscript.js_modules import glue

from nn.progress import Progress
from nn.web.dom import Parts
from nn.web.job import Job


class Work:
    """Training or a test, one at a time, and what the lab's buttons say of it.

    Args:
        parts: the lab's elements.
        shown: set while the lab is shown; otherwise work pauses.

    Attributes:
        state: "ready", "training" or "testing".
    """

    def __init__(self, parts: Parts, shown: asyncio.Event) -> None:
        self.state = "ready"
        self._parts = parts
        self._slow = parts.element("slow")
        self._testing = False
        self._job = Job(shown, self.slow)

    @property
    def busy(self) -> bool:
        """Whether there is any."""
        return self._job.busy

    def slow(self) -> bool:
        """Whether a visitor wants to watch it in slow motion; there is nothing to see of a test."""
        return bool(self._slow.checked) and not self._testing

    def start(
        self,
        state: str,
        chunks: Iterator[Progress],
        each: Callable[[Progress], None],
        ended: Callable[[], None],
        over: Callable[[], None],
    ) -> None:
        """Pull ``chunks`` from now on, until they end or work is stopped.

        Args:
            state: "training" or "testing".
            chunks: the work, done as it is pulled.
            each: takes in what they yield.
            ended: called when there are no more.
            over: called then too, and when one has failed; not when work was stopped.
        """
        self._show(state)

        def taken_in(progress: Progress) -> None:
            self._testing = progress.testing
            each(progress)

        self._job.start(chunks, taken_in, ended, over)

    def stop(self) -> None:
        """Do no more of it, if there is any."""
        self._job.stop()
        self._show("ready")

    def _show(self, state: str) -> None:
        self.state = state
        glue.setState(self._parts.lab, state)
        training, testing = state == "training", state == "testing"
        self._parts.show("train", "Stop" if training else "Train")
        self._parts.show("test", "Stop" if testing else "Test")
        self._parts.allow("train", not testing, "Stop the test first")
        self._parts.allow("test", not training, "Stop training first")
        self._parts.allow("reset", state == "ready", "Stop first")
