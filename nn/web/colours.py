"""The Colours lab: a network that names colours, or learns any table that a visitor brings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from pyscript.js_modules import glue

from nn.data import Dataset
from nn.data.columns import Columns
from nn.experiment.experiment import Experiment, check
from nn.experiment.settings import SettingsError
from nn.experiment.task import loss_setting
from nn.labs import colours, kept
from nn.labs.colours import ColoursSettings
from nn.labs.question import Question
from nn.labs.selection import Selection
from nn.labs.split import Split
from nn.labs.table_source import Opened, TableSource
from nn.model import Sequential
from nn.progress import Evaluation, exhaust
from nn.web import dom
from nn.web.importance import ImportancePanel
from nn.web.inputs import Inputs
from nn.web.keeper import Part, text_part
from nn.web.opening import open_table
from nn.web.reading import Reading, done
from nn.web.source_lab import SourceLab
from nn.web.source_view import SourceView, told_choice
from nn.web.strip import Strip
from nn.web.table_choice import TableChoice
from nn.web.table_results import TableResults
from nn.web.table_rows import TableRows
from nn.web.workbooks import load_readers_of


async def open_lab() -> ColoursLab:
    """Open the lab."""
    return ColoursLab()


class ColoursLab(SourceLab[ColoursSettings, TableSource]):
    """The lab.

    What it learns from, built-in colours or a visitor's table, is a
    :class:`nn.labs.table_source.TableSource`.
    """

    name = "colours"
    shows_tests = True
    defaults = colours.DEFAULTS
    presets = colours.PRESETS
    greeting = "Ready: press Train, and move the sliders meanwhile"

    def __init__(self) -> None:
        super().__init__(TableSource())
        self._split: Split | None = None
        self._tested_after: int | None = None
        self._inputs = Inputs(self.parts, self._keep_colour, lambda: self.panels.asked_anew())
        self._strip = Strip(self.parts)
        self._results = TableResults(self.parts)
        self._choice = TableChoice(self.parts, self._choose_columns)
        self._rows = TableRows(self.parts, self._learn, self._explain)
        self._importance = ImportancePanel(self)
        self._reading = Reading(self.parts)
        self._source_view = SourceView(self.parts)
        self.begin()
        self.painter.add(0.1, self._inputs.predict)
        self.painter.add(0.2, self._strip.paint_some)
        self.painter.add(0.4, self._paint_fit)
        self.parts.on_files("dataFiles", self.open_files)
        self.parts.click("builtIn", self._back_to_built_in)
        self.parts.click("headerSwitch", self._switch_header)
        self.parts.click("answerBeside", self._answer_beside)
        encoding = self.parts.element("encoding")
        dom.on(encoding, "change", lambda event: self._read_again(encoding=encoding.value))
        self.parts.on_files("testFiles", self._open_test)
        self.parts.click("removeTest", self._remove_test)
        self.parts.click("example", lambda: self._inputs.put_example(self.test_data))

    # ---- What is learnt.

    def _check(self, settings: ColoursSettings) -> None:
        # With each key that is pressed in the form: making the rows each time would be felt.
        check(settings, self._source.outline(settings))

    def data_for(self, settings: ColoursSettings) -> tuple[Dataset, Dataset]:
        parts = self._source.parts(settings)
        return parts.train, parts.test

    def learnt_table(self) -> tuple[str, Selection] | None:
        opened, selection = self._source.opened, self._source.selection
        return (opened.name, selection) if opened and selection else None

    def validation_freq(self, settings: ColoursSettings) -> int:
        # A test costs a frame at least, and many small epochs fit in one.
        return max(1, (settings.epochs or 0) // 25)

    @property
    def _columns(self) -> Columns:
        columns = self.experiment.model.columns
        assert columns
        return columns

    # ---- What is kept.

    def kept_parts(self) -> dict[str, Part]:
        return {
            "table": Part(lambda: self._source, kept.pack_table),
            "inputs": text_part(lambda: json.dumps(self._inputs.values)),
        }

    async def read_parts(
        self, parts: dict[str, bytes], experiment: Experiment
    ) -> Callable[[], None]:
        await load_readers_of(parts["table"])
        work = kept.unpacking_table(parts["table"], experiment.model)
        source = await self._reading.of("your table", partial(done, work))
        return self._brought_back(source, "the table")

    def show_parts(self, parts: dict[str, bytes]) -> None:
        self._inputs.put(json.loads(parts["inputs"]))

    # ---- Another network.

    def check_loaded(self, model: Sequential) -> None:
        colours.check_loaded(model)

    def settings_of(self, experiment: Experiment) -> ColoursSettings:
        """Return the settings to go on with, and find the data to go on with."""
        model = experiment.model
        task = colours.task_of(replace(self.defaults, loss=loss_setting(model.loss)), model)
        settings = experiment.settings(self.defaults, task)
        self._source = self._source.for_network(settings, model)
        return settings

    def adopted(self) -> None:
        model = self.experiment.model
        settings = self.form.valid() or self.defaults
        if self._source.without is None:
            self._split = self._source.parts(settings, self._columns)
            self.data, self.test_data = self._split.train, self._split.test
        else:
            none = Dataset(np.empty((0, model.features)), np.empty((0, model.outputs)))
            self.data = self.test_data = none
            self._split = None
        self._show_source()
        self._tell_panels()
        self._inputs.follow(model, self.data.inputs if self._source.selection else None)
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
        before, self._told_source = self._told_source, self._source
        if not self._source.learns_like(before):
            self.panels.data_changed()

    def _show_source(self) -> None:
        """Say what is learnt from."""
        self._source_view.show(self._source, self._split)
        self._source_view.show_figures(self._columns, bool(len(self.test_data)))
        self.meter.resize()

    def _show_tabs(self) -> None:
        """Show the tabs that make sense for the network, and one of them chosen."""
        tabs = {
            "space": self._inputs.channels is not None and self._columns.classes is not None,
            "columns": self._source.selection is not None,
            "importance": self._source.selection is not None,
            "rows": self._rows.open,
        }
        for name, shown in tabs.items():
            tab = self.parts.element(f"{name}Tab")
            tab.hidden = not shown
            if not shown and tab.getAttribute("aria-selected") == "true":
                glue.chooseTab(self.parts.element("spaceTab" if tabs["space"] else "testTab"))
        if self._source.selection is not None:
            self._choice.show(self._source.selection)

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

    def question(self) -> Question:
        known = self._inputs.truth
        truth = None if known is None else self._columns.truths(known)
        row, rows = self._inputs.features, self.data.inputs
        what = "these inputs" if self._inputs.channels is None else "this colour"
        return Question.of_row(what, self._columns, row, rows, truth)

    def ask(self, index: int) -> None:
        self._inputs.put_example(self.test_data, index)

    def _explain(self, row: np.ndarray) -> None:
        """Say why a row of a table is answered as it is."""
        self._inputs.put_row(row)
        glue.chooseTab(self.parts.element("whyTab"))

    # ---- Tests.

    def _paint_fit(self) -> None:
        # The result of a test, of all rows, stays for as long as it is that of this network.
        changed = self._tested_after != self.experiment.history.samples
        if self._columns.classes is None and len(self.test_data) and changed:
            which = self._source.told_test(self._split)
            self._results.follow(self.experiment.model, self.test_data, which)

    def show_test(self, evaluation: Evaluation, samples: int) -> None:
        self._tested_after = samples
        which = self._source.told_test(self._split)
        self._results.show(self._columns, self.test_data, evaluation, which)

    # ---- Files.

    async def open_files(self, chosen: list[Any]) -> None:
        """Open a weights file or a table, which the content tells."""
        opened = await open_table(chosen, self._reading, self.load)
        if opened is not None:
            self._take_table(opened)

    def _take_table(self, opened: Opened) -> None:
        """Learn from a table, have its rows answered, or ask what becomes of the network."""
        if self._goes_on(opened):
            return
        trained = self.experiment.history.samples or self._source.without is not None
        if trained and set(self._columns.names) <= opened.table.columns.keys():
            self._answer_rows(opened)
        else:
            self._learn_or_ask(partial(self._learn, opened), opened.name)

    def _goes_on(self, opened: Opened) -> bool:
        """Let a loaded network without data learn from a table, if it fits."""
        model = self._source.without
        if model is None:
            return False
        settings = self.form.valid() or self.defaults
        source = replace(self._source, opened=opened).for_network(settings, model)
        if source.without is not None:
            return False
        self._source = source
        self.adopted()
        dom.announce(f"Opened {opened.name}: the loaded network can learn from it")
        return True

    def _answer_rows(self, opened: Opened) -> None:
        """Have the network answer the rows of a table that has its inputs."""
        self._rows.show(self.experiment.model, opened)
        self._show_tabs()
        glue.chooseTab(self.parts.element("rowsTab"))
        dom.announce(f"{opened.name}: the network has answered {len(opened.table):,} rows")

    def _learn(self, opened: Opened) -> None:
        """Learn from a table from now on, with what suits it at first."""
        source = TableSource.of(opened)
        self._begin_with(source)
        assert source.selection
        told = told_choice(source.selection)
        dom.announce(f"Opened {opened.name}: {len(opened.table):,} rows; {told}")

    def _switch_header(self) -> None:
        """Read the table again, taking its first row for the other thing."""
        assert self._source.opened
        self._read_again(header=not self._source.opened.table.header)

    def _read_again(self, header: bool | None = None, encoding: str = "") -> None:
        """Read the table again, another way; what is not said stays as it was."""
        opened = self._source.opened
        assert opened
        how = opened.header if header is None else header, encoding or opened.encoding
        self._learn(exhaust(Opened.reading(opened.content, opened.name, *how)))

    def _answer_beside(self) -> None:
        """Have the network answer the rows of the table that came in the same archive."""
        opened = self._source.unanswered
        assert opened
        self._answer_rows(opened)

    def _choose_columns(self, selection: Selection) -> None:
        source = self._source.choose(selection)
        try:
            source = source.tested_with(source.test, self._suggested(selection))
        except ValueError as error:
            if source.test is None:
                raise
            dom.announce(f"No longer tested with it: {error}")
            source = replace(source, test=None)
        self._begin_with(source)
        dom.announce(f"A new network, {self.shape}: {told_choice(selection)}")

    # ---- Another table to test with.

    async def _open_test(self, chosen: list[Any]) -> None:
        """Test with the rows of a file, instead of holding out some."""
        opened = await open_table(chosen, self._reading, None)
        if opened is not None:
            self._ask_to_test_with(opened, f"Test with {opened.name}")

    def _remove_test(self) -> None:
        self._ask_to_test_with(None, "Hold out rows again")

    def _ask_to_test_with(self, test: Opened | None, agree: str) -> None:
        source = self._source.tested_with(test, self.form.read())

        def change() -> None:
            self._begin_with(source, self.form.read())
            dom.announce(self._source.told(self._split))

        if self.experiment.history.samples:
            question = "That changes which rows are learnt from, and takes a new network."
            self._ask.ask(question, agree, change)
        else:
            change()

    def _back_to_built_in(self) -> None:
        self._begin_with(TableSource())
        dom.announce(f"The built-in colours: a new network, {self.shape}")

    def _begin_with(self, source: TableSource, settings: ColoursSettings | None = None) -> None:
        """Begin anew with other data, with what settings suit them or with ``settings``.

        Undo brings back a network that was trained.
        """
        with self.memory.undoable():
            self._learn_from(source)
            self.form.write(settings or self._suggested(source.selection))
            self.remake()
        if settings is None and source.selection is not None:
            glue.chooseTab(self.parts.element("columnsTab"))

    def _suggested(self, selection: Selection | None) -> ColoursSettings:
        """Return settings that suit what is learnt from, near those in the form if they can be."""
        if selection is None:
            return self.defaults
        settings = colours.suggested(self.form.valid() or self.defaults, selection)
        try:
            self._check(settings)
        except SettingsError:
            return colours.suggested(self.defaults, selection)
        return settings
