"""The Colours lab: a network that names colours, or learns any table that a visitor brings."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
from pyscript.js_modules import glue

from nn.data import Dataset
from nn.data.columns import Columns
from nn.data.table_files import MAX_BYTES, read_table
from nn.data.tables import Table
from nn.experiment.experiment import Experiment, check
from nn.experiment.settings import SettingsError
from nn.experiment.task import DataCode, Task
from nn.labs import colours
from nn.labs.colours import ColoursSettings
from nn.labs.selection import Selection, first_choice, left_out
from nn.model import Sequential
from nn.progress import Evaluation
from nn.web import dom, files
from nn.web.inputs import Inputs
from nn.web.lab import Lab
from nn.web.strip import Strip
from nn.web.table_choice import TableChoice
from nn.web.table_results import TableResults
from nn.web.text import shortened

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
        self._source: tuple[object, ...] = (None, None, None)
        self._without_data: Sequential | None = None
        self._tested_after: int | None = None
        self._inputs = Inputs(self.parts, self._keep_colour)
        self._strip = Strip(self.parts)
        self._results = TableResults(self.parts)
        self._choice = TableChoice(self.parts, self._choose_columns)
        self.begin()
        self.painter.add(0.1, self._inputs.predict)
        self.painter.add(0.2, self._strip.paint_some)
        self.painter.add(0.4, self._paint_fit)
        self.parts.on_files("dataFiles", self.open_files)
        self.parts.click("builtIn", self._back_to_built_in)
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
        return colours.data(settings, self._selection)

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
            return Selection.of(self._table, columns.inputs, columns.output)
        except ValueError:
            return None

    def adopted(self) -> None:
        model = self.experiment.model
        settings = self.form.valid() or self.defaults
        if self._without_data is None:
            self.data, self.test_data = colours.data(settings, self._selection, self._columns)
        else:
            none = Dataset(np.empty((0, model.features)), np.empty((0, 1)))
            self.data = self.test_data = none
        self._show_source()
        self._tell_panels()
        self._inputs.follow(model, self._selection.rows.inputs if self._selection else None)
        places = self._inputs.channels
        if places is not None and self._columns.classes is not None:
            self._strip.follow(model, self.data, places)
        else:
            self._strip.leave()
        self._tested_after = None
        self._results.begin(self._columns)
        self._show_tabs()
        self._paint_fit()

    def _tell_panels(self) -> None:
        """Tell the panels if what is learnt from has changed, and not only the network."""
        before = self._source
        columns = self._selection and (self._selection.inputs, self._selection.output)
        self._source = self._table, columns, self._without_data
        same_files = self._table is before[0] and self._without_data is before[2]
        if not same_files or columns != before[1]:
            self.panels.data_changed()

    def _show_source(self) -> None:
        """Say what is learnt from."""
        rows, kept = len(self.data) + len(self.test_data), len(self.test_data)
        if self._without_data is not None:
            text = f"No table is open: {colours.described(self._columns)}."
        elif self._selection is not None:
            text = f"{self._file}: {rows:,} rows, {kept:,} of them kept to test with"
        else:
            text = f"{rows:,} colours, named by rules; {kept:,} of them kept to test with"
        self.parts.show("dataDescription", text)
        built_in = self._selection is None and self._without_data is None
        self.parts.element("builtIn").hidden = built_in
        self.parts.element("ownOptions").hidden = not built_in
        self.parts.element("settings").querySelector(".presets").hidden = not built_in
        self.parts.element("example").hidden = not kept
        numbers = self._columns.classes is None
        self.parts.element("trainAccuracy").parentElement.hidden = numbers
        self.parts.element("accuracyChart").parentElement.hidden = numbers
        label = "Test R²" if numbers else "Test accuracy"
        self.parts.element("accuracy").previousElementSibling.textContent = label
        self.meter.resize()

    def _show_tabs(self) -> None:
        """Show the tabs that make sense for the network, and one of them chosen."""
        tabs = {
            "space": self._inputs.channels is not None and self._columns.classes is not None,
            "columns": self._selection is not None,
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
            self._results.follow(self.experiment.model, self.test_data)

    def tested(self, evaluation: Evaluation) -> None:
        self._tested_after = self.experiment.history.samples
        self._results.show(self._columns, self.test_data, evaluation)
        glue.chooseTab(self.parts.element("testTab"))

    # ---- Files.

    async def open_files(self, chosen: list[Any]) -> None:
        """Open a weights file or a table, which the content tells."""
        file = files.only(chosen, "file, a table or weights")
        files.check_size(file.name, file.size, MAX_BYTES)
        dom.log(f"Reading {file.name}")
        # So that the line is seen: a large table takes seconds, in which nothing is drawn.
        await glue.nextFrame()
        await glue.nextFrame()
        content = await files.content(file)
        if _WEIGHTS.search(content):
            self.load(content, file.name)
            return
        try:
            self._take_table(read_table(content), file.name)
        except ValueError as error:
            raise ValueError(f"{file.name}: {error}") from None

    def _take_table(self, table: Table, file: str) -> None:
        selection = Selection.of(table, *first_choice(table))
        waiting = self._without_data
        self._table, self._file = table, file
        self._choice.offer(table)
        if waiting is not None:
            if self._goes_on(waiting):
                return
            dom.log("It does not suit the loaded network: a new one begins")
        self._select(selection)
        others = left_out(table, selection.output)
        dom.announce(f"Opened {file}: {len(table):,} rows; {_told(selection)}{others}")

    def _goes_on(self, model: Sequential) -> bool:
        """Let the loaded network learn from the table that has just been opened, if it fits."""
        settings = self.form.valid() or self.defaults
        self._find_data(settings, model)
        if self._without_data is not None:
            return False
        self.adopted()
        dom.announce(f"Opened {self._file}: the loaded network can learn from it")
        return True

    def _choose_columns(self, inputs: list[str], output: str) -> None:
        assert self._table and self._selection
        try:
            selection = Selection.of(self._table, inputs, output)
        except ValueError:
            self._choice.show(self._selection)
            raise
        self._select(selection)
        dom.announce(f"A new network, {self.shape}: {_told(selection)}")

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
        self._table, self._selection, self._without_data = None, None, None
        self.form.write(self.defaults)
        self.remake()
        dom.announce(f"The built-in colours: a new network, {self.shape}")


def _told(selection: Selection) -> str:
    inputs = len(selection.inputs)
    kind = "numbers of" if selection.classes is None else f"{len(selection.classes)} classes of"
    output = shortened(selection.output, 40)
    return f"{inputs} input{'s' * (inputs > 1)} to predict the {kind} {output}"
