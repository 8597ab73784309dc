"""How a run gets on: figures, bars, charts and lines in the messages."""

from __future__ import annotations

import math
import time
from collections import deque
from typing import Any

from nn.progress import Evaluation, Progress
from nn.web import dom
from nn.web.charts import Chart
from nn.web.dom import Parts
from nn.web.figures import duration, figure, percent

_CHATTY_EPOCHS = 2
_LINE_SAMPLES = 1_000
_LATER_LINE_SAMPLES = 10_000
_ANNOUNCED_EPOCHS = 100
_SPEED_SECONDS = 3.0
_HIGHEST_LOSS = 1_000.0
_HIGHEST_LOGARITHMIC_LOSS = 1e9
_FIGURES = ("epoch", "loss", "trainAccuracy", "accuracy", "throughput", "timeLeft")
_BARS = ("progress", "runProgress")
_NAMES = ("training", "test")


class _Mean:
    """Loss and accuracy over the samples since it was last emptied."""

    def __init__(self) -> None:
        self.samples = 0
        self._loss = 0.0
        self._correct = 0.0

    def add(self, progress: Progress) -> None:
        self.samples += progress.samples
        self._loss += progress.loss * progress.samples
        self._correct += (progress.accuracy or 0.0) * progress.samples

    @property
    def loss(self) -> float:
        return self._loss / self.samples

    @property
    def accuracy(self) -> float:
        return self._correct / self.samples


class Meter:
    """Shows the progress of one run after another.

    Args:
        parts: the lab's elements.
        logarithmic: whether the loss is drawn on a logarithmic scale.

    Attributes:
        changes: a count of them.
    """

    def __init__(self, parts: Parts, logarithmic: bool = False) -> None:
        self.changes = 0
        self._parts = parts
        self._logarithmic = logarithmic
        self._loss = Chart(parts.element("lossChart"), logarithmic=logarithmic, names=_NAMES)
        self._accuracy = Chart(parts.element("accuracyChart"), names=_NAMES)
        self._styled = False
        self.clear()

    def clear(self) -> None:
        """Forget everything, for a network that is new or was loaded."""
        self.changes += 1
        self._loss.clear()
        self._accuracy.clear()
        self._progress: Progress | None = None
        self._seconds = 0.0  # spent on training
        self._latest = 0.0
        self._speed: deque[tuple[float, int]] = deque()
        self.begin()
        for name in _FIGURES:
            self._parts.show(name, "–")
        for name in _BARS:
            self._parts.element(name).value = 0
        self._parts.show("progressLabel", "Epoch")
        self.paint_charts()

    def begin(self) -> None:
        """Forget the means of the run before: a new one begins."""
        self._line = _Mean()
        self._point = _Mean()
        self._recent = _Mean()
        self._next_line = 1

    def start(self) -> None:
        """Begin to measure speed: a run starts, or goes on after it was stopped or paused."""
        self._latest = time.perf_counter()
        self._speed.clear()
        self._speed.append((self._seconds, 0))

    def add(self, progress: Progress, seen: int) -> None:
        """Take in a chunk of work; ``seen`` counts the samples the network was trained on."""
        if progress.testing and self._progress is not None and not self._progress.testing:
            self.paint_figures()  # the last ones of training: a test leaves them as they are
        self._progress = progress
        self.changes += 1
        now = time.perf_counter()
        if not progress.testing:
            # The speed shown is that of training: the time of a test does not count.
            self._seconds += now - self._latest
        self._latest = now
        if progress.evaluation is not None:
            self.show_evaluation(progress.evaluation, seen)
            if progress.epoch:
                self._log_epoch(progress, progress.evaluation)
        elif not progress.testing:
            self._add_training(progress, seen)

    def _add_training(self, progress: Progress, seen: int) -> None:
        self._speed.append((self._seconds, progress.samples))
        while self._seconds - self._speed[1][0] > _SPEED_SECONDS:
            self._speed.popleft()
        for mean in (self._line, self._point, self._recent):
            mean.add(progress)
        before = max(progress.done - progress.samples, 0)
        ended = progress.done == progress.total
        if self._point.samples >= max(min(100, progress.total), progress.total // 100):
            self._loss.add(seen, self._drawable(self._point.loss), None)
            if progress.accuracy is not None:
                self._accuracy.add(seen, 100 * self._point.accuracy, None)
            self._point = _Mean()
        step = _LINE_SAMPLES if progress.epoch <= _CHATTY_EPOCHS else _LATER_LINE_SAMPLES
        told = progress.total >= _LINE_SAMPLES or progress.epoch >= self._next_line
        if progress.done // step > before // step or (ended and told):
            accuracy = ""
            if progress.accuracy is not None:
                accuracy = f", accuracy {percent(self._line.accuracy, 1)}"
            dom.log(
                f"Epoch {progress.epoch}, {progress.done:,} samples: "
                f"loss {figure(self._line.loss)}{accuracy}",
                repeated=True,
            )
            self._line = _Mean()
            self._next_line = _round_after(progress.epoch)

    def _log_epoch(self, progress: Progress, evaluation: Evaluation) -> None:
        last = progress.epoch == progress.epochs or progress.best is not None
        if (progress.epochs or _ANNOUNCED_EPOCHS + 1) > _ANNOUNCED_EPOCHS and not last:
            return
        accuracy = ""
        if evaluation.accuracy is not None:
            accuracy = f", test accuracy {percent(evaluation.accuracy, 2)}"
        done = f"Epoch {progress.epoch:,} of {progress.epochs or 0:,} done"
        if progress.best is not None:
            done = f"Back to the best epoch, {progress.best:,}"
        text = f"{done}: test loss {figure(evaluation.loss)}{accuracy}"
        dom.announce(text, repeated=progress.best is None)

    def show_evaluation(self, evaluation: Evaluation, seen: int) -> None:
        """Show the result of a test of a network trained on ``seen`` samples."""
        if evaluation.accuracy is not None:
            self.show_accuracy(evaluation.accuracy)
            self._accuracy.add(seen, None, 100 * evaluation.accuracy)
        self._loss.add(seen, None, self._drawable(evaluation.loss))
        self.paint_charts()

    def kept(self) -> dict[str, Any]:
        """Return all that is shown, as JSON can hold it."""
        self.paint_figures()
        return {
            "texts": {n: self._parts.element(n).textContent for n in (*_FIGURES, "progressLabel")},
            "bars": {name: self._parts.element(name).value for name in _BARS},
            "loss": self._loss.points,
            "accuracy": self._accuracy.points,
        }

    def bring_back(self, kept: dict[str, Any]) -> None:
        """Show what :meth:`kept` returned."""
        for name, text in kept["texts"].items():
            self._parts.show(name, text)
        for name, value in kept["bars"].items():
            self._parts.element(name).value = value
        for chart, name in ((self._loss, "loss"), (self._accuracy, "accuracy")):
            chart.points = kept[name]
        self.paint_charts()

    def mark_untrained(self, untrained: bool) -> None:
        """Mark answers as guesses, or no longer: the network has not learnt yet."""
        mark = self._parts.element("guessing")
        if mark.hidden == untrained:
            mark.hidden = not untrained
            mark.closest("main").toggleAttribute("data-untrained", untrained)

    def show_accuracy(self, accuracy: float) -> None:
        """Show an accuracy on the test set, between 0 and 1."""
        self.changes += 1
        self._parts.show("accuracy", percent(accuracy, 2))

    def paint_figures(self) -> None:
        """Write the latest figures and bars."""
        progress = self._progress
        if progress is None:
            return
        self._parts.element("progress").value = progress.done / progress.total
        self._parts.show(
            "progressLabel",
            f"{'Test' if progress.testing else 'Epoch'}: {progress.done:,} of {progress.total:,}",
        )
        speed = self._samples_per_second()
        if progress.testing:
            return
        self._parts.show("throughput", f"{speed:,.0f}")
        epochs = "until stopped" if progress.epochs is None else f"{progress.epochs:,}"
        self._parts.show("epoch", f"{progress.epoch:,} / {epochs}")
        in_run = (progress.epochs or 0) * progress.total
        done = (progress.epoch - 1) * progress.total + progress.done
        self._parts.element("runProgress").value = done / in_run if in_run else 0
        known = speed and in_run
        self._parts.show("timeLeft", duration((in_run - done) / speed) if known else "–")
        if self._recent.samples:
            loss = self._recent.loss
            self._parts.show("loss", figure(loss) if math.isfinite(loss) else "NaN")
            if progress.accuracy is not None:
                self._parts.show("trainAccuracy", percent(self._recent.accuracy, 1))
            if self._recent.samples >= _LINE_SAMPLES:
                self._recent = _Mean()

    def paint_charts(self) -> None:
        """Draw the charts with all that has come in, once they have been shown."""
        if self._styled:
            self._loss.paint()
            self._accuracy.paint()

    def resize(self) -> None:
        """Fit the charts to the page."""
        self._loss.resize()
        self._accuracy.resize()

    def restyle(self) -> None:
        """Draw the charts in the colours the page has now."""
        self._styled = True
        self._loss.restyle()
        self._accuracy.restyle()

    def _samples_per_second(self) -> float:
        since = self._speed[0][0]
        seconds = self._speed[-1][0] - since
        samples = sum(samples for _, samples in self._speed) - self._speed[0][1]
        return samples / seconds if seconds > 0 else 0.0

    def _drawable(self, loss: float) -> float | None:
        """Return ``loss``, or None where it has left every scale on which others could be seen."""
        if self._logarithmic:
            return loss if 0 < loss < _HIGHEST_LOGARITHMIC_LOSS else None
        return loss if loss < _HIGHEST_LOSS else None


def _round_after(epoch: int) -> int:
    """Return the first of 1, 2, 5, 10, 20, 50 ... after ``epoch``.

    >>> [_round_after(epoch) for epoch in (1, 7, 20, 99)]
    [2, 10, 50, 100]
    """
    ten: int = 10 ** (len(str(epoch)) - 1)
    return next(ten * first for first in (1, 2, 5, 10) if ten * first > epoch)
