"""The panel that trains one experiment after another and shows them side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from pyscript.js_modules import glue

from nn.data import Dataset
from nn.elsewhere import of_file
from nn.experiment import comparison_file
from nn.experiment.comparison import (
    Run,
    comparing,
    differences,
    scores,
    to_csv,
    without_seed,
)
from nn.experiment.comparison_file import Plan
from nn.experiment.fields import SettingsError
from nn.experiment.search import MOST_RUNS, VARIED, read_variations
from nn.experiment.task import Task
from nn.labs.kept import pack_runs, unpack_runs
from nn.labs.subjects import columns_of
from nn.web import dom, files
from nn.web.charts import Chart
from nn.web.compare_row import Row, line_of, name_of
from nn.web.job import BUDGET
from nn.web.lab import Lab
from nn.web.painter import Painter
from nn.web.panels import Panel, S

_CHART_POINTS = 200
_HIGHEST_LOSS = 1_000.0

_LARGEST_FILE = 1_000_000
"""Bytes of a file of experiments."""


def open_panel(lab: Lab[S]) -> Compare[S]:
    """Return the panel of ``lab``."""
    return Compare(lab)


class Compare(Panel[S]):
    """A queue of runs, their table and their curves."""

    def __init__(self, lab: Lab[S]) -> None:
        super().__init__(lab)
        self._runs: list[Run[S]] = []
        self._rows: dict[Run[S], Row] = {}
        self._queue: Iterator[Run[S]] | None = None
        self._current: Run[S] | None = None
        self._table = self.parts.element("compareRows")
        self._curve = self.parts.element("compareCurve")
        self._chart = Chart(self.parts.element("compareChart"), [line_of(0)])
        self._painter = Painter()
        self._painter.add(0.2, self._show_current)
        self._painter.add(0.5, self._paint_chart)
        self.parts.click("compareRun", self._run_or_stop)
        self.parts.click("compareAdd", lambda: self._add([Run(lab.form.read())]))
        self.parts.click("compareVary", self._add_variations)
        self.parts.click("compareKnown", self._add_known)
        self.parts.click("compareSave", self._save)
        self.parts.click("compareExport", self._export)
        self.parts.click("compareOpen", lambda: self.parts.element("compareFile").click())
        self.parts.on_files("compareFile", self._open)
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
            dom.announce("The data has changed: all rows of Compare will be trained again")

    # ---- What is kept.

    def moment(self) -> object:
        return [(run, run.state) for run in self._runs]

    def kept(self) -> bytes:
        return pack_runs(self._runs) if self._runs else b""

    def bring_back(self, data: bytes) -> None:
        self._drop_queue()
        self._runs.clear()
        self._rows.clear()
        self._add(unpack_runs(data, self.lab.defaults))

    @property
    def _classes(self) -> bool:
        return self.lab.test_data.classes is not None

    # ---- The queue.

    def _add(self, runs: list[Run[S]]) -> None:
        if len(self._runs) + len(runs) > MOST_RUNS:
            raise ValueError(f"at most {MOST_RUNS} rows fit in the table")
        for run in runs:
            taken = {row.look for row in self._rows.values()}
            self._rows[run] = Row(min(set(range(MOST_RUNS)) - taken))
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

    def _export(self) -> None:
        found = self.lab.learnt_table()
        table = None if found is None else columns_of(*found)
        settings = [run.settings for run in self._runs]
        text = comparison_file.dumps(self.lab.name, settings, table)
        glue.download("experiments.toml", text, "application/toml")
        dom.announce("Saved experiments.toml: python -m nn compare experiments.toml trains it")

    async def _open(self, chosen: list[Any]) -> None:
        file = files.only(chosen, "file of experiments")
        files.check_size(file.name, file.size, _LARGEST_FILE)
        content = await files.content(file)
        try:
            plan = self._read(content)
            self._add([Run(settings) for settings in plan.runs])
        except ValueError as error:
            raise of_file(file.name, error) from None
        halved = plan.halving is not None
        left = "; here all of them are trained to the end, not halved" if halved else ""
        dom.announce(f"Added {len(plan.runs)} rows of {file.name}{left}")

    def _read(self, content: bytes) -> Plan[S]:
        """Return what a file asks for; raises a ValueError where that cannot be done here."""
        try:
            found = comparison_file.outline(content.decode())
        except UnicodeDecodeError:
            raise ValueError("this is no text; expected experiments in TOML") from None
        if found.lab != self.lab.name:
            raise ValueError(f"it is for the lab {found.lab!r:.20}: open it there")
        here = self.lab.learnt_table()
        if found.table is not None and (
            here is None or columns_of(found.table.file, here[1]) != found.table
        ):
            raise ValueError(
                f"it learns from columns of {found.table.file:.60}: open that table first, and "
                "choose the same columns"
            )
        presets = {name.lower(): settings for name, settings in self.lab.presets.items()}
        if found.preset is not None and found.preset not in presets:
            raise ValueError(f"preset: expected one of {', '.join(presets)}")
        base = presets[found.preset] if found.preset is not None else self.lab.defaults
        return comparison_file.plan(found, base)

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
            self._show_scores()
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
        found = scores(self._runs)
        if not found:
            return "Compared: no run came to its end"
        best = max(found, key=lambda key: found[key].better)
        run = next(run for run in self._runs if without_seed(run.settings) == best)
        seeds = f" ({found[best].seeds} seeds)" if found[best].seeds > 1 else ""
        return f"Compared: best is {name_of(run)} with {found[best].said(1)}{seeds}"

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
        self._show_scores()
        waiting = any(run.state in ("waiting", "training") for run in self._runs)
        self.parts.allow("compareRun", self.busy or waiting, "Add settings first")
        for name in ("compareSave", "compareExport", "compareClear"):
            self.parts.allow(name, bool(self._runs), "The table is empty")

    def _show_scores(self) -> None:
        """Say below each row what its setting comes to with all its seeds, if they are several."""
        found = scores(self._runs)
        for run in self._runs:
            score = found.get(without_seed(run.settings))
            several = score is not None and score.seeds > 1
            said = f"{score.seeds} seeds: {score.said(1)}" if score and several else ""
            self._rows[run].add(said)

    def _show_current(self) -> None:
        if self._current in self._rows:
            self._rows[self._current].show(self._current, self.busy)

    def _paint_chart(self) -> None:
        by_accuracy = self._classes and self._curve.value == "accuracy"
        drawn = [run for run in self._runs if run.curve.samples]
        end = max((run.curve.samples[-1] for run in drawn), default=0)
        x = np.linspace(end / _CHART_POINTS, end, _CHART_POINTS if drawn else 0)
        self._chart.draw(
            [line_of(self._rows[run].look) for run in drawn] or [line_of(0)],
            x.tolist(),
            [_heights(run, x, by_accuracy) for run in drawn] or [[]],
            logarithmic=not by_accuracy,
        )


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
