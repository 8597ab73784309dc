"""The Points lab: see a network find the line between two classes of points."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pyscript import document

from nn.data import Dataset
from nn.data.points import FEATURES
from nn.experiment.experiment import Experiment
from nn.experiment.settings import layers
from nn.experiment.task import DataCode, Task
from nn.labs import points
from nn.labs.points import PointsSettings
from nn.layers import Dense
from nn.model import Sequential
from nn.web import dom
from nn.web.gradient_cost import GradientCost
from nn.web.lab import Lab
from nn.web.network_view import NetworkView
from nn.web.shape_choice import ShapeChoice
from nn.web.surface import Surface

_MOST_LAYERS = 8
_TESTS = 25
_RAREST_TEST = 10
"""A run has about so many tests, as each costs a frame; but no more epochs lie between two."""


async def open_lab() -> PointsLab:
    """Open the lab."""
    return PointsLab()


class PointsLab(Lab[PointsSettings]):
    name = "points"
    defaults = points.DEFAULTS
    presets = points.PRESETS
    greeting = "Ready: press Train, and click to add points"

    def __init__(self) -> None:
        super().__init__()
        self._seen: PointsSettings | None = None
        self._loaded: tuple[bytes, str] | None = None
        self._surface = Surface(self.parts, self._clicked)
        self._network_view = NetworkView(
            self.parts, self._surface, self._resize_layer, self._choose_inputs
        )
        self._shapes = ShapeChoice(self.parts, lambda shape: self.form.set("shape", shape))
        self._cost = GradientCost(self.parts)
        self.begin()
        gradients = document.querySelector("#points-settings [name=gradients]")
        gradients.closest("label").after(self.parts.element("cost"))
        self.painter.add(0.05, self._follow)
        self.painter.add(0.2, self._network_view.follow)
        self.painter.add(5.0, self._measure_if_cheap)
        self.parts.click("step", self.step)
        self.parts.click("rewind", self._rewind)
        self.parts.click("unadd", self._remove_added)
        self.parts.click("fewerLayers", lambda: self._change_depth(-1))
        self.parts.click("moreLayers", lambda: self._change_depth(1))
        self.parts.click("measure", self._measure)
        dom.on(self.parts.element("data"), "input", self._data_chosen)

    # ---- What a lab says.

    def task(self, settings: PointsSettings) -> Task:
        return points.task(settings)

    def data_for(self, settings: PointsSettings) -> tuple[Dataset, Dataset]:
        return points.data(settings)

    def data_code(self, settings: PointsSettings) -> DataCode:
        return points.data_code(settings)

    def validation_freq(self, settings: PointsSettings) -> int:
        return min(-(-settings.epochs // _TESTS), _RAREST_TEST)

    def check_loaded(self, model: Sequential) -> None:
        if model.columns is None:
            raise ValueError(
                f"the network is for {model.features:,} inputs without names; for points they "
                f"must be some of {', '.join(FEATURES)}"
            )
        others = [name for name in model.columns.features if name not in FEATURES]
        if others or len(set(model.columns.features)) < model.features:
            raise ValueError(
                f"the network's inputs are {', '.join(model.columns.features)[:80]}; for points "
                f"they must be some of {', '.join(FEATURES)}, each once"
            )
        other = next((one for one in model.layers if type(one) is not Dense), None)
        if other is not None:
            raise ValueError(
                f"the network has a {type(other).__name__} layer; for points all must be Dense"
            )
        needed = points.task(self._as_loaded(model)).outputs
        if model.outputs != needed:
            raise ValueError(
                f"the network has {model.outputs:,} outputs; for points and this loss, "
                f"{model.loss.name}, it must be {needed}"
            )

    def _as_loaded(self, model: Sequential) -> PointsSettings:
        assert model.columns is not None
        return replace(self.defaults, inputs=model.columns.features, loss=model.loss.name)

    def settings_of(self, experiment: Experiment) -> PointsSettings:
        base = self._as_loaded(experiment.model)
        settings = experiment.settings(base, self.task(base))
        return replace(settings, inputs=base.inputs)

    def adopted(self) -> None:
        settings = self.made_with
        self._seen = settings
        self._loaded = None
        self.data, self.test_data = self.data_for(settings)
        self._surface.show(self.experiment.model, settings.inputs)
        self._network_view.show(self.experiment.model, settings.inputs)
        self._place_points(settings)
        self._surface.paint()
        self._cost.forget()
        self._measure()

    def _place_points(self, settings: PointsSettings) -> None:
        train, test = points.points(settings)
        self._surface.place(train, test, len(settings.added))
        self.parts.allow("unadd", bool(settings.added), "There are none")

    def form_changed(self, settings: PointsSettings | None) -> None:
        if settings is None:
            return
        self._shapes.show(settings.shape)
        self._network_view.count([layer.units for layer in settings.hidden])
        self._network_view.tick(settings.inputs)
        before, self._seen = self._seen, settings
        if settings == before:
            return  # training has begun or ended
        if settings.network() == self.made_with.network():
            added = settings.added != self.made_with.added
            self.made_with = settings
            if added:
                self.data, self.test_data = self.data_for(settings)
                self._place_points(settings)
        elif not self.busy:
            self.remake()

    def restyle(self) -> None:
        super().restyle()
        self._surface.restyle()
        self._surface.paint()
        self._network_view.lay_out()

    def load(self, data: bytes, name: str) -> None:
        super().load(data, name)
        self._loaded = data, name

    # ---- What is painted while the network learns.

    def _follow(self) -> None:
        if self.busy:
            self._surface.follow()
        else:
            self._surface.paint()

    def _measure(self) -> None:
        self._cost.measure(self.experiment.model, self.data, self.made_with.batch_size)

    def _measure_if_cheap(self) -> None:
        if not self.busy or self._cost.cheap:
            self._measure()

    # ---- What a visitor does.

    def _rewind(self) -> None:
        if self._loaded is not None:
            self.load(*self._loaded)
        else:
            self._make_network(self.made_with)
            dom.announce(f"Back to the weights that {self.shape} started with")

    def _clicked(self, x: float, y: float) -> None:
        """Add a point, if a click is to add one."""
        chosen = self.parts.element("brush").querySelector(":checked").value
        if chosen != "look":
            self._add(points.with_point(self.form.read(), x, y, int(chosen)))

    def _remove_added(self) -> None:
        self._add(replace(self.form.read(), added=()))

    def _add(self, settings: PointsSettings) -> None:
        """Have the points that ``settings`` add; training goes on with them at once."""
        self.form.set("added", settings.fields()["added"])
        if self.state == "training":
            self.stop()
            self.train()

    def _resize_layer(self, layer: int, by: int) -> None:
        settings = self.form.read()
        hidden = list(settings.hidden)
        units = hidden[layer].units + by
        if units < 1:
            raise ValueError("a layer has at least one neuron; remove the layer instead")
        hidden[layer] = replace(hidden[layer], units=units)
        self._set_hidden(replace(settings, hidden=tuple(hidden)))

    def _change_depth(self, by: int) -> None:
        settings = self.form.read()
        hidden = settings.hidden
        if by < 0 and not hidden:
            raise ValueError("there is no hidden layer left to remove")
        if by > 0 and len(hidden) >= _MOST_LAYERS:
            raise ValueError(f"there is room for {_MOST_LAYERS} hidden layers in the drawing")
        more = hidden[-1:] or layers(4)
        self._set_hidden(replace(settings, hidden=hidden[:-1] if by < 0 else hidden + more))

    def _set_hidden(self, settings: PointsSettings) -> None:
        self.form.set("hidden", settings.fields()["hidden"])

    def _choose_inputs(self, names: tuple[str, ...]) -> None:
        settings = replace(self.form.read(), inputs=names)
        self.form.set("inputs", settings.fields()["inputs"])

    def _data_chosen(self, event: Any) -> None:
        self.form.set(event.target.name, event.target.value)
