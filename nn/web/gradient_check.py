"""The panel that checks backpropagation against nudging."""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator

import numpy as np

from nn.experiment.experiment import Experiment
from nn.gradcheck import GradientCheck, Perturbed, checking
from nn.web import dom
from nn.web.figures import figure, work_time
from nn.web.job import BUDGET
from nn.web.lab import Lab
from nn.web.panels import Panel, S

_MOST_SAMPLES = 32
"""Of a mini-batch: more would only take longer."""


def open_panel(lab: Lab[S]) -> GradientPanel[S]:
    """Return the panel of ``lab``."""
    return GradientPanel(lab)


class GradientPanel(Panel[S]):
    """A button that checks the gradients of the network as it is now, and what came of it."""

    def __init__(self, lab: Lab[S]) -> None:
        super().__init__(lab)
        self._rng = np.random.default_rng()
        self._result: GradientCheck | None = None
        self._checked = ""
        # Weak: a network that has been replaced need not stay for what was found about it.
        self._experiment: weakref.ref[Experiment] | None = None
        self._samples_seen = 0
        self._intro = self.parts.element("gradientSummary").textContent
        self.parts.click("checkGradients", self._check_or_stop)
        lab.painter.add(0.5, self._mark_if_old)

    def refresh(self) -> None:
        if self._experiment is not None and self._experiment() is not self.lab.experiment:
            # It was about a network that is no longer there.
            self.stop()
            self._experiment = self._result = None
            self.parts.show("gradientSummary", self._intro)
            self.parts.element("gradientTable").hidden = True
        self._mark_if_old()

    def _mark_if_old(self) -> None:
        """Say of a result if the network has learnt since."""
        if self._result is not None and not self.busy:
            old = self.lab.experiment.history.samples != self._samples_seen
            mark = "Checked before the latest training. " if old else ""
            self.parts.show("gradientSummary", mark + _verdict(self._result))

    def _check_or_stop(self) -> None:
        if self.busy:
            self.stop()
            return
        self.lab.check_data()
        settings = self.lab.form.read()
        data = self.lab.data
        samples = min(settings.batch_size, _MOST_SAMPLES, len(data))
        batch = data.draw(samples, self._rng)
        counted = "1 sample" if samples == 1 else f"{samples} samples"
        self._checked = f"{self.lab.shape} with {counted}"

        def check() -> Iterator[Perturbed]:
            self._result = yield from checking(
                self.lab.experiment.model, batch, self._rng, budget=BUDGET
            )

        self._result = None
        self._experiment = weakref.ref(self.lab.experiment)
        self._samples_seen = self.lab.experiment.history.samples
        self.parts.show("gradientSummary", f"Checking {self._checked} …")
        self.parts.element("gradientTable").hidden = True
        self.parts.element("gradientProgress").value = 0
        self.parts.element("gradientProgress").hidden = False
        self.start(check(), self._show_progress)
        self.parts.show("checkGradients", "Stop")
        self.parts.element("gradientsPanel").dataset.state = "checking"

    def _show_progress(self, progress: Perturbed) -> None:
        self.parts.element("gradientProgress").value = progress.done / max(1, progress.total)

    def stopped(self) -> None:
        self.parts.show("checkGradients", "Check gradients")
        self.parts.element("gradientProgress").hidden = True
        self.parts.element("gradientsPanel").dataset.state = "ready"
        result = self._result
        if result is None:
            self.parts.show("gradientSummary", "Stopped before it was done.")
            return
        verdict = _verdict(result)
        self.parts.show("gradientSummary", verdict)
        dom.announce(verdict)
        if result.checked:
            self._show_table(result)

    def _show_table(self, result: GradientCheck) -> None:
        times = result.numerical_seconds / result.backpropagation_seconds
        told = f"{times:,.0f}" if times >= 10 else f"{times:.1f}"
        rows = {
            "Network and mini-batch": self._checked,
            "Largest difference": f"{figure(result.largest)}, in {_place(result)}",
            "Relative difference": figure(result.relative),
            "Parameters checked": f"{result.checked:,} of {result.parameters:,}",
            "One gradient by backpropagation": work_time(result.backpropagation_seconds),
            "The same by nudging": f"{work_time(result.numerical_seconds)} ({told} times as long)",
        }
        if result.kinks:
            rows["At a kink of the loss, not compared"] = f"{result.kinks:,}"
        table = self.parts.element("gradientTable")
        table.replaceChildren(*(dom.row(name, value) for name, value in rows.items()))
        table.hidden = False


def _verdict(result: GradientCheck) -> str:
    if not math.isfinite(result.loss):
        return "The loss is not a number, so there are no gradients to check: Reset the network."
    if not result.checked:
        return "Nothing could be compared: the loss has a kink at every parameter tried."
    if result.passed:
        return "Backpropagation is right: nudging finds the same gradients."
    return "The gradients differ: backpropagation and nudging do not agree."


def _place(result: GradientCheck) -> str:
    return "no layer" if result.layer is None else f"the {result.kind} of layer {result.layer + 1}"
