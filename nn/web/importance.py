"""The panel that measures which inputs matter."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.labs.importance import Importance, importances
from nn.web import dom
from nn.web.bars import Bars
from nn.web.figures import percent
from nn.web.job import Job
from nn.web.lab import Lab

_MOST_BARS = 30


class ImportancePanel:
    """Bars, the longest first, filled as they are measured."""

    def __init__(self, lab: Lab[Any]) -> None:
        self._lab, self._parts = lab, lab.parts
        self._bars = Bars(self._parts.element("importances"))
        self._job = Job(lab.shown)
        self._found: list[Importance] = []
        self._parts.click("measureImportance", self._measure_or_stop)

    def begin(self) -> None:
        """Show nothing yet, for another network."""
        self._stop()
        self._found = []
        self._bars.show([], [], -1)
        self._parts.show("importanceSummary", "")

    def _measure_or_stop(self) -> None:
        if self._job.busy:
            self._stop()
            return
        if not len(self._lab.test_data):
            raise ValueError("there are no rows to measure with: open a table with these columns")
        self._found = []
        self._parts.show("measureImportance", "Stop")
        run = importances(self._lab.experiment.model, self._lab.test_data, np.random.default_rng(0))
        self._job.start(run, self._take_in, ended=self._told, over=self._stop)

    def _stop(self) -> None:
        self._job.stop()
        self._parts.show("measureImportance", "Measure")

    def _take_in(self, found: Importance) -> None:
        self._found.append(found)
        ranked = sorted(self._found, key=lambda one: -one.drop)[:_MOST_BARS]
        most = max(ranked[0].drop, 1e-9)
        self._bars.show([one.name for one in ranked], [one.drop / most for one in ranked], -1)
        self._parts.show(
            "importanceSummary",
            f"{ranked[0].name} matters most: without it the score falls by "
            f"{percent(max(ranked[0].drop, 0.0), 1)}. Bars are shares of that.",
        )

    def _told(self) -> None:
        dom.announce(f"Measured {len(self._found)} inputs")
