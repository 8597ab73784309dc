"""What the network of a lab is busy with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

from pyscript.js_modules import glue

from nn.experiment.pace import Pace
from nn.progress import Progress
from nn.web.dom import Parts
from nn.web.job import Job


class Work:
    """Training or a test, one at a time, and what the lab's buttons say of it.

    Args:
        parts: the lab's elements.
        shown: set while the lab is shown; otherwise work pauses.
        pace: holds training back, but no test: there is nothing to see of one.

    Attributes:
        state: "ready", "training" or "testing".
    """

    def __init__(self, parts: Parts, shown: asyncio.Event, pace: Pace) -> None:
        self.state = "ready"
        self._parts = parts
        self._pace = pace
        self._testing = False
        self._job = Job(shown, self._due)

    @property
    def busy(self) -> bool:
        """Whether there is any."""
        return self._job.busy

    def _due(self) -> bool:
        # Asked in any case, so that the time of a test is not made up for.
        due = self._pace.due(time.perf_counter())
        return due or self._testing or self.state != "training"

    def start(
        self,
        state: str,
        chunks: Iterator[Progress | None],
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
        self._testing = False

        def taken_in(progress: Progress) -> None:
            self._testing = progress.testing and progress.evaluation is None
            if not progress.testing:
                self._pace.took(progress.samples)
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
        if training:
            self._parts.show("train", "Stop")
        self._parts.show("test", "Stop" if testing else "Test")
        self._parts.allow("train", not testing, "Stop the test first")
        self._parts.allow("test", not training, "Stop training first")
        for name in ("reset", "stepBatch", "step"):
            self._parts.allow(name, state == "ready", "Stop first")
