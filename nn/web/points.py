"""The Points lab: see a network find the line between two classes of points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from nn.data import Dataset
from nn.elsewhere import of_file
from nn.experiment.experiment import Experiment
from nn.labs import kept, points
from nn.labs.edits import Edits, Placed
from nn.labs.point_question import question
from nn.labs.points import PointsSettings
from nn.labs.points_source import PointsSource, as_loaded, check_loaded
from nn.labs.question import Question
from nn.model import Sequential
from nn.web import dom
from nn.web.brush import Brush
from nn.web.column_choice import ColumnChoice
from nn.web.dots import Dots
from nn.web.gradient_cost import GradientCost
from nn.web.keeper import Part
from nn.web.meaning import Meaning
from nn.web.network_editing import NetworkEditing
from nn.web.opening import open_table
from nn.web.point_editing import REACH, PointEditing
from nn.web.points_view import PointsView
from nn.web.reading import Reading, done
from nn.web.shape_choice import ShapeChoice
from nn.web.source_lab import RemakingLab
from nn.web.surface import Surface
from nn.web.workbooks import load_readers_of

_KEY_REACH = 0.1
_TESTS = 25
_RAREST_TEST = 10
"""A run has about so many tests, as each costs a frame; but no more epochs lie between two."""


async def open_lab() -> PointsLab:
    """Open the lab."""
    return PointsLab()


class PointsLab(RemakingLab[PointsSettings, PointsSource]):
    name = "points"
    defaults = points.DEFAULTS
    presets = points.PRESETS
    greeting = "Ready: press Train, and click to add points"
    usual_speed = 15.0

    def __init__(self) -> None:
        super().__init__(PointsSource())
        self._loaded: tuple[bytes, str] | None = None
        self._placed: Placed | None = None
        self._surface = Surface(self.parts, self._clicked, self._delete_near, self._looked)
        self._dots = Dots(self.parts)
        self._brush = Brush(self.parts)
        self._editing = PointEditing(
            self.parts, self._surface, self._brush, self._nearest, self._move
        )
        self._view = PointsView(self.parts)
        self._columns = ColumnChoice(self.parts, self._choose_columns)
        self._reading = Reading(self.parts)
        self._network = NetworkEditing(self, self._surface)
        self._shapes = ShapeChoice(self.parts, self._choose_shape)
        self._cost = GradientCost(self.parts, self.shown)
        self.begin()
        self.painter.add(0.05, self._follow)
        self.painter.add(0.2, self._network.view.follow)
        self.painter.add(5.0, self._measure_if_cheap)
        self.parts.click("rewind", self._rewind)
        self.parts.click("unadd", lambda: self._edit(Edits()))
        self.parts.click("builtIn", self._back_to_built_in)
        self.parts.on_files("tableFile", self.open_files)
        self.painter.add(0.4, self._paint_fit)
        self.parts.click("measure", self._measure)
        chosen = self.parts.element("data")
        dom.on(chosen, "input", lambda event: self.form.set(event.target.name, event.target.value))

    # ---- What a lab says.

    def data_for(self, settings: PointsSettings) -> tuple[Dataset, Dataset]:
        return self._source.data(settings)

    def validation_freq(self, settings: PointsSettings) -> int:
        epochs = settings.epochs or _TESTS * _RAREST_TEST
        return min(-(-epochs // _TESTS), _RAREST_TEST)

    def check_loaded(self, model: Sequential) -> None:
        check_loaded(model)

    def settings_of(self, experiment: Experiment) -> PointsSettings:
        base = as_loaded(experiment.model)
        columns = experiment.model.columns
        assert columns is not None
        source = self._source.for_network(columns)
        settings = experiment.settings(base, source.task(base))
        self._source = source
        return replace(settings, inputs=base.inputs)

    def adopted(self) -> None:
        super().adopted()
        settings, model = self.made_with, self.experiment.model
        self._loaded = None
        self._meaning = self._meaning_now()
        self._brush.show(self._meaning)
        self._place_points(settings)
        self._surface.show(model, settings.inputs, self._meaning)
        self._network.view.show(model, settings.inputs)
        self._view.show(self._source, self._meaning)
        self._columns.show(self._source)
        self._surface.paint()
        self._paint_fit()
        self._measure()
        self._tell_panels()

    def question(self) -> Question:
        told, place, axes = self.made_with.inputs, self._surface.place, self._meaning.axes
        return question(told, (self._meaning.output,), place, axes)

    def _looked(self) -> None:
        self.panels.asked_anew()

    def ask(self, index: int) -> None:
        assert self._placed is not None  # or there would be no sample to ask about
        self._surface.look(*self._placed.test.inputs[index].tolist())

    def _meaning_now(self) -> Meaning:
        source = self._source
        if source.own is not None:
            span = source.own.span if source.own.output.classes is None else (0.0, 1.0)
            return Meaning(source.own.output, source.own.axes, span, built_in=False)
        output = source.output
        # Without its table, what is usual of numbers of mean 0 and variance 1.
        span = output.offset - 2 * output.scale, output.offset + 2 * output.scale
        return Meaning(output, None, span, source.built_in)

    def _place_points(self, settings: PointsSettings) -> None:
        """Take, and draw, the points as they are now."""
        if self._source.without is not None:
            outputs = self.experiment.model.outputs
            features = len(settings.inputs)
            self.data = self.test_data = Dataset(np.empty((0, features)), np.empty((0, outputs)))
            self._placed = None
            self._dots.clear()
        else:
            self.data, self.test_data = self.data_for(settings)
            self._placed = self._source.placed(settings)
            self._dots.show(self._placed, self._meaning)
        edited = self._source.edits_of(settings) != Edits()
        self.parts.allow("unadd", edited, "None was added, moved or removed")
        self._view.tell(self._source.told(settings))

    def form_changed(self, settings: PointsSettings | None) -> None:
        if settings is None:
            return
        self._shapes.show(settings.shape)
        self._network.form_changed(settings)
        super().form_changed(settings)

    def _settings_changed(self, before: PointsSettings | None, settings: PointsSettings) -> None:
        made_with = self.made_with
        another = settings.network() != made_with.network()
        if another and before is not None and points.other_points(before, settings):
            # What was moved and removed were others.
            self.form.write(replace(settings, moved=(), removed=()))
            return
        super()._settings_changed(before, settings)
        if not another and settings.edits != made_with.edits:
            self._place_points(settings)

    # ---- What is kept.

    def kept_parts(self) -> dict[str, Part]:
        return {
            "points": Part(lambda: self._source, kept.pack_points),
            "loaded": Part(lambda: self._loaded, _loaded_to_bytes),
        }

    async def read_parts(
        self, parts: dict[str, bytes], experiment: Experiment
    ) -> Callable[[], None]:
        await load_readers_of(parts["points"])
        work = kept.unpacking_points(parts["points"])
        source = await self._reading.of("your table", partial(done, work))
        return self._brought_back(source, "the table")

    def show_parts(self, parts: dict[str, bytes]) -> None:
        name, _, data = parts["loaded"].partition(b"\n")
        self._loaded = (data, name.decode()) if name else None

    def restyle(self) -> None:
        super().restyle()
        self._surface.restyle()
        self._surface.paint()
        self._network.view.lay_out()

    def load(self, data: bytes, name: str) -> None:
        super().load(data, name)
        self._loaded = data, name

    # ---- What is painted while the network learns.

    def _follow(self) -> None:
        if self.busy:
            self._surface.follow()
        else:
            self._surface.paint()

    def _paint_fit(self) -> None:
        """Show how well numbers are predicted."""
        if self._meaning.classes is None and len(self.test_data):
            self._view.show_fit(self.experiment.model, self.test_data)

    def _measure(self) -> None:
        if len(self.data):
            self._cost.measure(self.experiment.model, self.data, self.made_with.batch_size)

    def _measure_if_cheap(self) -> None:
        if not self.busy or self._cost.cheap:
            self._measure()

    # ---- What a visitor does.

    def _rewind(self) -> None:
        if self._loaded is not None:
            self.load(*self._loaded)
        else:
            self.make_network(self.made_with)
            dom.announce(f"Back to the weights that {self.shape} started with")

    def _clicked(self, x: float, y: float) -> None:
        """Do what a click is to do."""
        chosen = self._brush.chosen
        if self._editing.was_drag() or chosen in ("look", "move"):
            return
        if chosen == "remove":
            self._delete_near(x, y, REACH)
        else:
            self.check_data()
            self._edit(self._edits.add(x, y, self._brush.label()))

    @property
    def _edits(self) -> Edits:
        return self._source.edits_of(self.form.read())

    def _nearest(self, x: float, y: float, reach: float) -> int | None:
        return self._placed.nearest(x, y, reach) if self._placed is not None else None

    def _move(self, key: int, x: float, y: float) -> None:
        self._edit(self._edits.move(key, x, y))

    def _delete_near(self, x: float, y: float, reach: float = _KEY_REACH) -> None:
        key = self._nearest(x, y, reach)
        if key is None:
            raise ValueError("there is no point here to remove")
        self._edit(self._edits.remove(key))

    def _edit(self, edits: Edits) -> None:
        """Have the points that ``edits`` make; training goes on with them at once."""
        settings = self.form.read()
        changed = replace(self._source, edits=edits)
        if changed.own is None:
            settings = replace(
                settings, added=edits.added, moved=edits.moved, removed=edits.removed
            )
        changed.placed(settings)  # so that one is left to learn from
        training = self.state == "training"
        self.forget_run()
        if changed.own is None:
            self.form.write(settings)
        else:
            self._source = self._told_source = changed
            self._place_points(self.made_with)
            self.panels.data_changed()
        if training:
            self.train()

    def _choose_shape(self, shape: str) -> None:
        self.form.write(points.of_shape(self.form.valid(), shape))

    # ---- Tables.

    async def open_files(self, chosen: list[Any]) -> None:
        """Open a weights file or a table, which the content tells."""
        opened = await open_table(chosen, self._reading, self.load)
        if opened is None:
            return
        try:
            source = PointsSource.of(opened)
        except ValueError as error:
            raise of_file(opened.name, error) from None
        without = self._source.without
        suits = source.own and without and source.own.for_network(without)
        if suits:
            self._go_on_with(replace(source, own=suits))
        else:
            self._learn_or_ask(partial(self._learn, source), opened.name)

    def _choose_columns(self, x: str, y: str, answer: str) -> None:
        """Learn from other columns of the table."""
        opened = self._source.opened
        assert opened is not None
        self._learn(PointsSource.of(opened, x, y, answer))

    def _go_on_with(self, source: PointsSource) -> None:
        loaded = self._loaded
        super()._go_on_with(source)
        self._loaded = loaded
        dom.announce(f"Opened {source.file}: the loaded network can learn from it")

    def _learn(self, source: PointsSource) -> None:
        """Learn from a table from now on, with a network that suits it."""
        assert source.own is not None
        self._begin_with(source, points.suggested(self.form.valid() or self.defaults, source.own))
        dom.announce(f"Opened {source.told(self.made_with)}; a new network, {self.shape}")

    def _back_to_built_in(self) -> None:
        self._begin_with(PointsSource(), self.defaults)
        dom.announce(f"The built-in points: a new network, {self.shape}")


def _loaded_to_bytes(loaded: tuple[bytes, str] | None) -> bytes:
    return b"\n".join([loaded[1].encode(), loaded[0]]) if loaded else b""
