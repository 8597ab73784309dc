"""The Colours lab: a network that names colours, or learns any table that a visitor brings."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
from pyscript.js_modules import glue

from nn.data import Dataset
from nn.data.columns import Columns
from nn.data.tables import MAX_BYTES, Table
from nn.elsewhere import of_file
from nn.experiment.experiment import Experiment, check
from nn.experiment.settings import SettingsError
from nn.experiment.task import DataCode, Task
from nn.labs import colours
from nn.labs.colours import ColoursSettings
from nn.labs.selection import Choice, Selection, first_choice
from nn.labs.split import Split, told
from nn.model import Sequential
from nn.progress import Evaluation, exhaust
from nn.web import dom, files
from nn.web.ask import Ask
from nn.web.importance import ImportancePanel
from nn.web.inputs import Inputs
from nn.web.lab import Lab
from nn.web.opened import Former, Opened, told_choice
from nn.web.reading import Reading, done
from nn.web.source_view import SourceView
from nn.web.strip import Strip
from nn.web.table_choice import TableChoice
from nn.web.table_results import TableResults
from nn.web.table_rows import TableRows

_WEIGHTS = re.compile(rb'"format"\s*:\s*"nn-weights"')


async def open_lab() -> ColoursLab:
    """Open the lab."""
    return ColoursLab()


class ColoursLab(Lab[ColoursSettings]):
    """The lab.

    What it learns from is one of three: the built-in colours, columns of a visitor's table, or
    nothing, when the network came from a weights file and the table that it learnt from did not.
    """

    name = "colours"
    defaults = colours.DEFAULTS
    presets = colours.PRESETS
    greeting = "Ready: press Train, and move the sliders meanwhile"

    def __init__(self) -> None:
        super().__init__()
        self._table: Table | None = None
        self._file = ""
        self._selection: Selection | None = None
        self._source: tuple[Table | None, Choice | None, Sequential | None] = (None, None, None)
        self._without_data: Sequential | None = None
        self._tested_after: int | None = None
        self._inputs = Inputs(self.parts, self._keep_colour)
        self._strip = Strip(self.parts)
        self._results = TableResults(self.parts)
        self._choice = TableChoice(self.parts, self._choose_columns)
        self._rows = TableRows(self.parts, self._learn_rows)
        self._importance = ImportancePanel(self)
        self._ask = Ask(self.parts)
        self._reading = Reading(self.parts)
        self._source_view = SourceView(self.parts)
        self._waiting: Opened | None = None
        self._content = b""
        self._notes: list[str] = []
        self._split: Split | None = None
        self._former: Former | None = None
        self.begin()
        self.painter.add(0.1, self._inputs.predict)
        self.painter.add(0.2, self._strip.paint_some)
        self.painter.add(0.4, self._paint_fit)
        self.parts.on_files("dataFiles", self.open_files)
        self.parts.click("builtIn", self._back_to_built_in)
        self.parts.click("headerSwitch", self._switch_header)
        self.parts.click("undo", self._undo)
        self.parts.click("example", lambda: self._inputs.put_example(self.test_data))

    # ---- What is learnt.

    def task(self, settings: ColoursSettings) -> Task:
        if self._without_data is not None:
            return colours.task_of(settings, self._without_data)
        return colours.task(settings, self._selection)

    def _check(self, settings: ColoursSettings) -> None:
        # With each key that is pressed in the form: making the rows each time would be felt.
        if self._without_data is not None:
            super()._check(settings)
        else:
            check(settings, colours.outline(settings, self._selection))

    def data_for(self, settings: ColoursSettings) -> tuple[Dataset, Dataset]:
        self.check_data()
        found = colours.data(settings, self._selection)
        return found.train, found.test

    def data_code(self, settings: ColoursSettings) -> DataCode:
        """Return the part of a program that gets the data."""
        if self._without_data is not None:
            return colours.missing_data_code(self._columns)
        return colours.data_code(settings, self._selection, self._file)

    def check_data(self) -> None:
        if self._without_data is not None:
            columns = self._without_data.columns
            assert columns
            raise ValueError(f"{colours.described(columns)}: open a table with these columns first")

    def validation_freq(self, settings: ColoursSettings) -> int:
        # A test costs a frame at least, and many small epochs fit in one.
        return max(1, settings.epochs // 25)

    @property
    def _columns(self) -> Columns:
        columns = self.experiment.model.columns
        assert columns
        return columns

    # ---- Another network.

    def check_loaded(self, model: Sequential) -> None:
        colours.check_loaded(model)

    def settings_of(self, experiment: Experiment) -> ColoursSettings:
        """Return the settings to go on with, and find the data to go on with."""
        model = experiment.model
        task = colours.task_of(replace(self.defaults, loss=model.loss.name), model)
        settings = experiment.settings(self.defaults, task)
        self._find_data(settings, model)
        return settings

    def _find_data(self, settings: ColoursSettings, model: Sequential) -> None:
        columns = model.columns
        assert columns
        for selection in (self._selected(columns), None):
            try:
                colours.data(settings, selection, columns)
            except ValueError:
                continue
            self._selection, self._without_data = selection, None
            return
        self._selection, self._without_data = None, model

    def _selected(self, columns: Columns) -> Selection | None:
        """Return the columns of the open table, if there is one that has them."""
        if self._table is None:
            return None
        try:
            return Selection.like(self._table, columns)
        except ValueError:
            return None

    def adopted(self) -> None:
        model = self.experiment.model
        settings = self.form.valid() or self.defaults
        if self._without_data is None:
            self._split = colours.data(settings, self._selection, self._columns)
            self.data, self.test_data = self._split.train, self._split.test
        else:
            none = Dataset(np.empty((0, model.features)), np.empty((0, model.outputs)))
            self.data = self.test_data = none
            self._split = None
        self._show_source()
        self._tell_panels()
        self._inputs.follow(model, self.data.inputs if self._selection else None)
        places = self._inputs.channels
        if places is not None and self._columns.classes is not None:
            self._strip.follow(model, self.data, places)
        else:
            self._strip.leave()
        self._tested_after = None
        self._results.begin(self._columns)
        self._importance.begin()
        self._rows.close()
        self._show_tabs()
        self._paint_fit()

    def _tell_panels(self) -> None:
        """Tell the panels if what is learnt from has changed, and not only the network."""
        before = self._source
        choice = self._selection.choice if self._selection is not None else None
        self._source = self._table, choice, self._without_data
        same_files = self._table is before[0] and self._without_data is before[2]
        if not same_files or choice != before[1]:
            self.panels.data_changed()

    def _show_source(self) -> None:
        """Say what is learnt from."""
        if self._without_data is not None:
            text, notes = f"No table is open: {colours.described(self._columns)}.", []
        else:
            assert self._split
            own = self._selection is not None
            text = f"{self._file}: " * own + colours.told(self._split, built_in=not own)
            notes = self._assumed(self._selection) if self._selection is not None else []
        self._source_view.show(text, notes, self._selection, self._without_data is not None)
        self._source_view.show_figures(self._columns, bool(len(self.test_data)))
        self.meter.resize()

    def _assumed(self, selection: Selection) -> list[str]:
        """Return sentences on what was assumed of the table."""
        rows = told(self._split) if self._split else []
        return [*selection.table.notes, *self._notes, *rows]

    @property
    def _held_out(self) -> bool:
        """Whether there are rows to test with that are not learnt from."""
        return self._split is not None and self._split.held_out > 0

    def _show_tabs(self) -> None:
        """Show the tabs that make sense for the network, and one of them chosen."""
        tabs = {
            "space": self._inputs.channels is not None and self._columns.classes is not None,
            "columns": self._selection is not None,
            "importance": self._selection is not None,
            "rows": self._rows.open,
        }
        for name, shown in tabs.items():
            tab = self.parts.element(f"{name}Tab")
            tab.hidden = not shown
            if not shown and tab.getAttribute("aria-selected") == "true":
                glue.chooseTab(self.parts.element("spaceTab" if tabs["space"] else "testTab"))
        if self._selection is not None:
            self._choice.show(self._selection)

    # ---- The colour that is looked at.

    def form_changed(self, settings: ColoursSettings | None) -> None:
        if settings is not None and settings.colour is None:
            # A preset does not say which colour to look at.
            self._keep_colour()
        elif settings is not None and settings.colour != self._inputs.colour:
            assert settings.colour
            self._inputs.put_colour(settings.colour)

    def _keep_colour(self) -> None:
        """Keep the colour in the address."""
        self.form.set("colour", colours.write_colour(self._inputs.colour))

    # ---- Tests.

    def _paint_fit(self) -> None:
        # The result of a test, of all rows, stays for as long as it is that of this network.
        changed = self._tested_after != self.experiment.history.samples
        if self._columns.classes is None and len(self.test_data) and changed:
            self._results.follow(self.experiment.model, self.test_data, self._held_out)

    def tested(self, evaluation: Evaluation) -> None:
        self._tested_after = self.experiment.history.samples
        self._results.show(self._columns, self.test_data, evaluation, self._held_out)
        glue.chooseTab(self.parts.element("testTab"))

    # ---- Files.

    async def open_files(self, chosen: list[Any]) -> None:
        """Open a weights file or a table, which the content tells."""
        file = files.only(chosen, "file, a table or weights")
        files.check_size(file.name, file.size, MAX_BYTES)
        dom.log(f"Reading {file.name}")
        content = await files.content(file)
        if _WEIGHTS.search(content):
            self.load(content, file.name)
            return
        await self._read(content, file.name)

    async def _read(self, content: bytes, name: str) -> None:
        opened = await self._reading.of(
            name, lambda wanted: done(Opened.reading(content, name), wanted)
        )
        if opened is None:
            return
        table = opened.table
        if self._without_data is not None:
            self._take_table(opened)
        elif not self.experiment.history.samples:
            self._learn(opened)
        elif set(self._columns.names) <= table.columns.keys():
            self._answer_rows(opened)
        else:
            self._ask.ask(
                f"{name} takes a new network: the one that was trained here would go.",
                "Open it",
                lambda: self._learn(opened),
            )

    def _answer_rows(self, opened: Opened) -> None:
        """Have the network answer the rows of a table that has its inputs."""
        self._rows.show(self.experiment.model, opened.table, opened.name)
        self._waiting = opened
        self._show_tabs()
        glue.chooseTab(self.parts.element("rowsTab"))
        dom.announce(f"{opened.name}: the network has answered {len(opened.table):,} rows")

    def _learn_rows(self) -> None:
        """Learn from the table whose rows were answered."""
        if self._waiting is not None:
            self._learn(self._waiting)

    def _take_table(self, opened: Opened) -> None:
        """Let the loaded network learn from a table, if that suits it, or else begin a new one."""
        waiting = self._without_data
        assert waiting is not None
        before = self._table, self._file, self._content
        self._table, self._file, self._content = opened.table, opened.name, opened.content
        if self._goes_on(waiting):
            return
        self._table, self._file, self._content = before
        if set(self._columns.names) <= opened.table.columns.keys():
            self._answer_rows(opened)
            return
        self._ask.ask(
            f"{opened.name} does not suit the loaded network, which would go.",
            "Open it",
            lambda: self._learn(opened),
        )

    def _goes_on(self, model: Sequential) -> bool:
        """Let the loaded network learn from the table that has just been opened, if it fits."""
        settings = self.form.valid() or self.defaults
        self._find_data(settings, model)
        if self._without_data is not None:
            return False
        self._notes = []
        self.adopted()
        dom.announce(f"Opened {self._file}: the loaded network can learn from it")
        return True

    def _learn(self, opened: Opened) -> None:
        """Learn from a table from now on, with what suits it at first."""
        try:
            selection, notes = first_choice(opened.table)
        except ValueError as error:
            raise of_file(opened.name, error) from None
        self._keep_former()
        self._table, self._file, self._content = opened.table, opened.name, opened.content
        self._notes = notes
        self._select(selection)
        dom.announce(f"Opened {opened.name}: {len(opened.table):,} rows; {told_choice(selection)}")

    def _switch_header(self) -> None:
        """Read the table again, taking its first row for the other thing."""
        assert self._table
        self._learn(exhaust(Opened.reading(self._content, self._file, not self._table.header)))

    def _choose_columns(self, selection: Selection) -> None:
        self._table = selection.table
        self._keep_former()
        self._select(selection)
        dom.announce(f"A new network, {self.shape}: {told_choice(selection)}")

    def _select(self, selection: Selection) -> None:
        """Learn from these columns from now on, with a new network."""
        settings = colours.suggested(self.form.valid() or self.defaults, selection)
        try:
            check(settings, colours.outline(settings, selection))
        except SettingsError:
            settings = colours.suggested(self.defaults, selection)
        self._selection, self._without_data = selection, None
        self.form.write(settings)
        self.remake()
        glue.chooseTab(self.parts.element("columnsTab"))

    def _back_to_built_in(self) -> None:
        self._keep_former()
        self._table, self._selection, self._without_data = None, None, None
        self.form.write(self.defaults)
        self.remake()
        dom.announce(f"The built-in colours: a new network, {self.shape}")

    # ---- The former network.

    def _keep_former(self) -> None:
        """Keep the network, so that Undo brings it back; one that was never trained is no loss."""
        self._ask.close()
        if self.experiment.history.samples:
            state = (self._table, self._file, self._content, self._notes, self._selection)
            self._former = (self.experiment, self.made_with, state, self._without_data)
        self.parts.element("undo").hidden = self._former is None

    def _undo(self) -> None:
        """Go back to the network and the table that were there before."""
        assert self._former
        experiment, settings, state, self._without_data = self._former
        self._former = None
        self.parts.element("undo").hidden = True
        self._table, self._file, self._content, self._notes, self._selection = state
        self.form.write(settings)
        self._adopt(experiment, settings)
        dom.announce(f"The former network is back: {self.shape}")
