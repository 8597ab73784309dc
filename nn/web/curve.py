"""The Curve lab: a network that goes on with a curve, drawn while it learns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from nn.data import Dataset
from nn.data.columns import Output
from nn.data.series import Parted
from nn.elsewhere import of_file
from nn.experiment.experiment import Experiment
from nn.labs import curve
from nn.labs.curve import CurveSettings
from nn.labs.curve_source import CurveSource, empty
from nn.labs.drawn_curve import DrawnCurve
from nn.labs.kept_curve import pack_curve, unpacking_curve
from nn.labs.question import Question
from nn.model import Sequential
from nn.web import dom
from nn.web.curve_drawing import CurveDrawing
from nn.web.curve_influence import CurveInfluence
from nn.web.curve_plot import CurvePlot
from nn.web.curve_units import CurveUnits
from nn.web.curve_view import CurveView
from nn.web.curve_words import verdict
from nn.web.keeper import Part
from nn.web.opening import open_table
from nn.web.reading import Reading, done
from nn.web.source_lab import RemakingLab
from nn.web.workbooks import load_readers_of

_TESTS = 25
"""Of a run, at most: each costs a frame."""


async def open_lab() -> CurveLab:
    """Open the lab."""
    return CurveLab()


class CurveLab(RemakingLab[CurveSettings, CurveSource]):
    """The lab.

    What it learns from is a :class:`nn.labs.curve_source.CurveSource`.
    """

    name = "curve"
    defaults = curve.DEFAULTS
    presets = curve.PRESETS
    greeting = "Ready: draw a curve, or press Train for this one"
    logarithmic_loss = True

    def __init__(self) -> None:
        super().__init__(CurveSource())
        self._parted: Parted
        self._plot = CurvePlot(self.parts)
        self._view = CurveView(self.parts)
        self._units = CurveUnits(self.parts)
        self._influence = CurveInfluence(self.parts)
        self._drawing = CurveDrawing(self.parts, self._plot, self._drawn)
        self._reading = Reading(self.parts)
        self.begin()
        self.painter.add(0.1, self._paint_ahead)
        self.painter.add(0.02, self._follow)
        self.painter.add(0.5, self._tell)
        self._followed(self._units, "unitsTab")
        self._followed(self._influence, "looksTab")
        self.parts.click("clear", self._drawing.clear)
        self.parts.click("useNumbers", self._use_numbers)
        self.parts.click("builtIn", self._back_to_built_in)
        self.parts.on_files("tableFile", self.open_files)
        column = self.parts.element("column")
        dom.on(column, "change", lambda event: self._choose_column(str(column.value)))
        options = self.parts.element("data")
        dom.on(options, "input", lambda event: self.form.set(event.target.name, event.target.value))

    def _followed(self, panel: CurveUnits | CurveInfluence, tab: str) -> None:
        """Keep a panel up to date while somebody looks at it."""
        self.painter.add(0.8, panel.paint)
        dom.on(self.parts.element(tab), "chosen", lambda event: panel.paint())

    # ---- What a lab says.

    def _check(self, settings: CurveSettings) -> None:
        super()._check(settings)
        if self._source.without is None:
            self._source.data(settings)

    def data_for(self, settings: CurveSettings) -> tuple[Dataset, Dataset]:
        parts = self._source.data(settings)
        return parts.train, parts.test

    def validation_freq(self, settings: CurveSettings) -> int:
        return -(-(settings.epochs or _TESTS) // _TESTS)

    def check_loaded(self, model: Sequential) -> None:
        curve.check_model(model)

    def settings_of(self, experiment: Experiment) -> CurveSettings:
        self._source, settings = self._source.taken_up(experiment, self.defaults)
        return settings

    @staticmethod
    def _output(model: Sequential) -> Output:
        assert model.columns is not None
        return model.columns.outputs[0]

    def adopted(self) -> None:
        super().adopted()
        settings, model = self.made_with, self.experiment.model
        source = self._source
        there = source.without is None
        self._parted = source.data(settings, model) if there else empty(model)
        self.data, self.test_data = self._parted.train, self._parted.test
        paper = None
        if source.own is not None and source.place is not None:
            paper = DrawnCurve.of(source.own.values, source.place)
        self._drawing.show(paper)
        self._show_plot()
        for each in (self._units, self._influence):
            each.show(model, self._parted.values)
            each.paint()
        self._view.show(source, settings)
        self._view.show_numbers(source.series(settings) if there else None)
        self._tell()
        self._tell_panels()

    def question(self) -> Question:
        self.check_data()
        steps = self.experiment.model.input_shape[0]
        window = self._parted.values[-steps:].astype(np.float32)
        inputs = window.reshape(1, *self.data.inputs.shape[1:])
        return Question("the end of the curve", inputs, (self._output(self.experiment.model),))

    # ---- What is kept.

    def kept_parts(self) -> dict[str, Part]:
        return {"series": Part(lambda: self._source, pack_curve)}

    async def read_parts(
        self, parts: dict[str, bytes], experiment: Experiment
    ) -> Callable[[], None]:
        await load_readers_of(parts["series"])
        work = unpacking_curve(parts["series"])
        source = await self._reading.of("your series", partial(done, work))
        return self._brought_back(source, "the series")

    # ---- What is painted while the network learns.

    def _show_plot(self) -> None:
        model, source = self.experiment.model, self._source
        self._plot.show(model, self._parted, self._output(model).name, source.place)

    def _drawn_on(self) -> bool:
        """Whether the plot is being drawn on; with no pen on it, it shows the series again."""
        if self._plot.on_paper and not self._drawing.drawing:
            self._show_plot()
        return self._plot.on_paper

    def _paint_ahead(self) -> None:
        if not self._drawn_on():
            self._plot.paint_ahead()
            self._show_found()

    def _follow(self) -> None:
        if not self._drawn_on():
            self._plot.follow()

    def _tell(self) -> None:
        """Say what the plot shows; at rest all of it is computed anew."""
        if self._drawn_on():
            return
        if not self.busy:
            self._plot.paint()
        self._plot.tell(self._show_found())
        self.panels.asked_anew()

    def _show_found(self) -> str:
        """Show how far the network is off, and return it in words."""
        plot, parts = self._plot, self._parted
        said = verdict(plot.found)
        self._view.show_found(plot.found, said, plot.measured, len(parts.values) - parts.start)
        return said

    # ---- Another series.

    def _drawn(self, paper: DrawnCurve) -> None:
        self._learn(CurveSource.drawn(paper), "Your curve")

    def _use_numbers(self) -> None:
        self._learn(CurveSource.typed(self.parts.element("numbers").value), "Your numbers")

    async def open_files(self, chosen: list[Any]) -> None:
        """Open a weights file or a table, which the content tells."""
        opened = await open_table(chosen, self._reading, self.load)
        if opened is None:
            return
        try:
            source = CurveSource.of(opened)
        except ValueError as error:
            raise of_file(opened.name, error) from None
        without = self._source.without
        if without is not None and without.name in source.columns:
            self._go_on_with(CurveSource.of(opened, without.name))
            told = self._source.told(self.made_with)
            dom.announce(f"{told}; the loaded network can learn from it")
        else:
            self._learn_or_ask(partial(self._learn, source, opened.name), opened.name)

    def _choose_column(self, name: str) -> None:
        opened = self._source.opened
        assert opened is not None
        try:
            source = CurveSource.of(opened, name)
        except ValueError:
            self._view.show(self._source, self.made_with)
            raise
        self._learn(source, name)

    def _learn(self, source: CurveSource, what: str) -> None:
        """Learn from a visitor's series from now on; training goes on with it at once."""
        form = self.form.valid() or self.made_with
        settings = curve.suggested(form, source.series(form))
        source.data(settings)  # so that nothing has changed if it does not fit
        training = self.state == "training"
        self._begin_with(source, settings)
        dom.announce(f"{what}: {len(self._parted.values):,} values; a new network, {self.shape}")
        if training:
            self.train()

    def _back_to_built_in(self) -> None:
        self._begin_with(CurveSource(), self.defaults)
        dom.announce(f"A built-in curve: a new network, {self.shape}")
