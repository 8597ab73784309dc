"""The panel that trains one experiment after another and shows them side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from pyscript.js_modules import glue

from nn.data import Dataset
from nn.experiment.comparison import (
    MOST_RUNS,
    VARIED,
    Run,
    comparing,
    described,
    differences,
    read_variations,
    to_csv,
)
from nn.experiment.fields import SettingsError
from nn.experiment.layer_text import write_size
from nn.experiment.task import Task
from nn.web import dom
from nn.web.charts import Chart, Line
from nn.web.job import BUDGET
from nn.web.lab import Lab
from nn.web.painter import Painter
from nn.web.panels import Panel, S
from nn.web.text import figure, percent

_COLOURS = 8
_DASHES: tuple[tuple[int, ...], ...] = ((), (7, 3), (2, 3))
"""Past the last colour they begin again, in another dash."""

_CHART_POINTS = 200
_HIGHEST_LOSS = 1_000.0


def open_panel(lab: Lab[S]) -> Compare[S]:
    """Return the panel of ``lab``."""
    return Compare(lab)


class Compare(Panel[S]):
    """A queue of runs, their table and their curves."""

    def __init__(self, lab: Lab[S]) -> None:
        super().__init__(lab)
        self._runs: list[Run[S]] = []
        self._rows: dict[Run[S], _Row] = {}
        self._queue: Iterator[Run[S]] | None = None
        self._current: Run[S] | None = None
        self._table = self.parts.element("compareRows")
        self._curve = self.parts.element("compareCurve")
        self._chart = Chart(self.parts.element("compareChart"), [_line(0)])
        self._painter = Painter()
        self._painter.add(0.2, self._show_current)
        self._painter.add(0.5, self._paint_chart)
        self.parts.click("compareRun", self._run_or_stop)
        self.parts.click("compareAdd", lambda: self._add([Run(lab.form.read())]))
        self.parts.click("compareVary", self._add_variations)
        self.parts.click("compareKnown", self._add_known)
        self.parts.click("compareSave", self._save)
        self.parts.click("compareClear", self._clear)
        self.parts.element("compareKnown").hidden = not lab.known_comparison
        dom.on(self._curve, "input", lambda event: self._paint_chart())
        dom.on(self._table, "click", lambda event: self._clicked(event.target))
        self._show_table()

    def refresh(self) -> None:
        self.parts.show("compareResult", "Accuracy" if self._classes else "Test loss")
        self._curve.parentElement.hidden = not self._classes

    def restyle(self) -> None:
        self._chart.restyle()

    def resize(self) -> None:
        self._chart.resize()

    def data_changed(self) -> None:
        # Rows trained on different data cannot be compared.
        begun = [run for run in self._runs if run.state != "waiting"]
        self._drop_queue()
        for run in begun:
            run.start_over()
        self._show_table()
        if begun:
            dom.announce("Other data: all rows of Compare wait to be trained anew")

    @property
    def _classes(self) -> bool:
        return self.lab.test_data.classes is not None

    # ---- The queue.

    def _add(self, runs: list[Run[S]]) -> None:
        if len(self._runs) + len(runs) > MOST_RUNS:
            raise ValueError(f"at most {MOST_RUNS} rows fit in the table")
        for run in runs:
            taken = {row.look for row in self._rows.values()}
            self._rows[run] = _Row(min(set(range(MOST_RUNS)) - taken))
            self._runs.append(run)
        self._show_table()

    def _add_variations(self) -> None:
        base = self.lab.form.read()
        fields = {name: self.parts.element(_field(name)) for name in VARIED}
        problems: dict[str, str] = {}
        try:
            settings = read_variations(base, {name: str(fields[name].value) for name in VARIED})
        except SettingsError as error:
            problems = error.problems
            raise
        finally:
            for name, field in fields.items():
                field.setAttribute("aria-invalid", str(name in problems).lower())
                self.parts.show(f"{_field(name)}Problem", problems.get(name, ""))
        self._add([Run(one) for one in settings])

    def _add_known(self) -> None:
        seed = self.lab.form.read().seed
        known = self.lab.known_comparison
        self._add([Run(replace(settings, seed=seed), accuracy) for settings, accuracy in known])
        dom.announce(
            f"Added the known comparison with seed {seed}; what was published is of another, "
            "unknown one, and the deepest networks diverge with some"
        )

    def _clicked(self, target: Any) -> None:
        button = target.closest("button")
        if not button:
            return
        index = next(i for i, run in enumerate(self._runs) if self._rows[run].remove == button)
        del self._rows[self._runs.pop(index)]
        self._show_table()
        if self._runs:
            self._rows[self._runs[min(index, len(self._runs) - 1)]].remove.focus()
        else:
            self.parts.element("compareAdd").focus()

    def _clear(self) -> None:
        self._drop_queue()
        self._runs.clear()
        self._rows.clear()
        self._show_table()
        self.parts.element("compareAdd").focus()

    def _save(self) -> None:
        glue.download("comparison.csv", to_csv(self._runs), "text/csv")
        dom.announce("Saved comparison.csv")

    # ---- Training.

    def _run_or_stop(self) -> None:
        if self.busy:
            self.stop()
            return
        if self._queue is None:
            self._queue = self._all_runs()
        self.start(self._queue, self._take_in)
        self.parts.show("compareRun", "Stop")
        self.parts.element("comparePanel").dataset.state = "comparing"
        dom.announce("Comparing")

    def _drop_queue(self) -> None:
        """Stop for good: the next Run begins with the first row that waits."""
        self._job.stop()
        self._queue = self._current = None
        self._show_ready()

    def _all_runs(self) -> Iterator[Run[S]]:
        yield from comparing(self._runs, self._prepare, BUDGET)
        self._queue = None

    def _prepare(self, settings: S) -> tuple[Task, Dataset, Dataset]:
        return self.lab.task(settings), *self.lab.data_for(settings)

    def _take_in(self, run: Run[S]) -> None:
        if self._current is not run:
            self._show_current()
            self._current = run
        self._painter.paint_one()

    def _show_ready(self) -> None:
        self.parts.show("compareRun", "Run")
        self.parts.element("comparePanel").dataset.state = "ready"

    def stopped(self) -> None:
        self._show_ready()
        self._show_results()
        self._paint_chart()
        if self._queue is None:
            dom.announce(self._conclusion())
        else:
            dom.announce("Comparison stopped; Run goes on from here")

    def _conclusion(self) -> str:
        done = [run for run in self._runs if run.state == "done"]
        if not done:
            return "Compared: no run came to its end"
        best = max(done, key=lambda run: (run.accuracy or 0.0, -(run.loss or 0.0)))
        return f"Compared: best is {_name(best)} with {_result(best)}"

    # ---- The table and the chart.

    def _show_table(self) -> None:
        rows = [self._rows[run] for run in self._runs]
        self._table.replaceChildren(*(node for row in rows for node in (row.node, row.details)))
        for run, difference in zip(self._runs, differences(self._runs), strict=True):
            self._rows[run].name(run, difference)
        published = any(run.published is not None for run in self._runs)
        self.parts.element("compareTable").classList.toggle("published", published)
        self.parts.element("compareEmpty").hidden = bool(self._runs)
        self.parts.element("compareTable").hidden = not self._runs
        self._show_results()
        self._paint_chart()

    def _show_results(self) -> None:
        for run in self._runs:
            self._rows[run].show(run, self.busy)
        waiting = any(run.state in ("waiting", "training") for run in self._runs)
        self.parts.allow("compareRun", self.busy or waiting, "Add settings first")
        for name in ("compareSave", "compareClear"):
            self.parts.allow(name, bool(self._runs), "The table is empty")

    def _show_current(self) -> None:
        if self._current in self._rows:
            self._rows[self._current].show(self._current, self.busy)

    def _paint_chart(self) -> None:
        by_accuracy = self._classes and self._curve.value == "accuracy"
        drawn = [run for run in self._runs if run.curve.samples]
        end = max((run.curve.samples[-1] for run in drawn), default=0)
        x = np.linspace(end / _CHART_POINTS, end, _CHART_POINTS if drawn else 0)
        self._chart.draw(
            [_line(self._rows[run].look) for run in drawn] or [_line(0)],
            x.tolist(),
            [_heights(run, x, by_accuracy) for run in drawn] or [[]],
            logarithmic=not by_accuracy,
        )


class _Row:
    """A run's line of the table, and below it ``details`` for what has no column.

    ``look`` is the number of its colour and dash.
    """

    def __init__(self, look: int) -> None:
        self.look = look
        self.node = dom.new("tr")
        self._swatch = dom.new("i")
        self._swatch.className = f"run-{look % _COLOURS}"
        self._swatch.dataset.dash = str(_dash(look))
        self._name = dom.new("span")
        self._difference = dom.new("small")
        self._head = dom.new("th", scope="row")
        self._head.append(self._swatch, self._name)
        self._batch, self._optimizer, self._parameters = (dom.new("td") for _ in range(3))
        self._result, self._published, self._seconds = (dom.new("td") for _ in range(3))
        self._published.className = "published"
        self.remove = dom.new("button", "×", type="button")
        self._last = dom.new("td")
        self._last.append(self.remove)
        across = dom.new("td", colspan="7")
        across.append(self._difference)
        self.details = dom.new("tr")
        self.details.className = "details"
        self.details.append(across)
        self.node.append(self._head, self._batch, self._optimizer, self._parameters)
        self.node.append(self._result, self._published, self._seconds, self._last)

    def name(self, run: Run[S], difference: str) -> None:
        """Say which settings the run has; ``difference`` has those for which there is no column."""
        fields = run.settings.fields()
        self._name.textContent = _sizes(run)
        self._head.title = described(run.settings)
        self._difference.title = self._head.title
        self._tell(difference)
        self._batch.textContent = fields["batchSize"]
        self._optimizer.textContent = f"{fields['optimizer']} {fields['learningRate']}"
        self._published.textContent = percent(run.published, 0)
        self.remove.title = "Remove"
        self.remove.setAttribute("aria-label", f"Remove {_name(run)}")

    def show(self, run: Run[S], busy: bool) -> None:
        """Say how the run gets on."""
        self.node.dataset.state = run.state
        self._parameters.textContent = "–" if run.parameters is None else f"{run.parameters:,}"
        self._seconds.textContent = f"{run.seconds:.2f}" if run.samples else "–"
        self._result.title = run.problem
        if run.state == "training":
            share = percent(run.samples / max(1, run.planned), 0)
            self._result.textContent = f"{'at' if busy else 'paused'} {share}"
        elif run.state == "diverged":
            self._result.textContent = "diverged"
            self._result.title = f"The loss was not a number after {run.samples:,} samples"
        else:
            self._result.textContent = _result(run) if run.state == "done" else run.state
        if run.problem:
            self._tell(run.problem)

    def _tell(self, details: str) -> None:
        self._difference.textContent = details
        self.details.hidden = not details
        self._last.rowSpan = 2 if details else 1


def _sizes(run: Run[S]) -> str:
    return ",".join(map(write_size, run.settings.hidden)) or "none"


def _name(run: Run[S]) -> str:
    fields = run.settings.fields()
    return (
        f"{_sizes(run)}, batch {fields['batchSize']}, "
        f"{fields['optimizer']} {fields['learningRate']}"
    )


def _result(run: Run[S]) -> str:
    return percent(run.accuracy, 1) if run.accuracy is not None else figure(run.loss or 0.0)


def _line(look: int) -> Line:
    return Line(f"--run-{look % _COLOURS}", dash=_DASHES[_dash(look)])


def _dash(look: int) -> int:
    return look // _COLOURS % len(_DASHES)


def _heights(run: Run[S], x: np.ndarray, by_accuracy: bool) -> list[float | None]:
    """Return a curve's values at ``x``, None where it has none that can be drawn."""
    curve = run.curve
    values = 100 * np.array(curve.accuracy) if by_accuracy else np.array(curve.loss)
    heights = np.interp(x, curve.samples, values)
    known = (x >= curve.samples[0]) & (x <= curve.samples[-1])
    if not by_accuracy:
        known &= (heights > 0) & (heights < _HIGHEST_LOSS)
    return [
        height if shown else None for height, shown in zip(heights.tolist(), known, strict=True)
    ]


def _field(name: str) -> str:
    return f"compare{name[0].upper()}{name[1:]}"
