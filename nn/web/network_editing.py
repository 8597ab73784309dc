"""What a visitor changes in the drawing of the network for points: its shape and its weights."""

from __future__ import annotations

from dataclasses import replace

from nn.labs import points
from nn.labs.points import PointsSettings
from nn.web.lab import Lab
from nn.web.network_plan import Weight
from nn.web.network_view import NetworkView
from nn.web.surface import Surface
from nn.web.weight_edits import WeightPlace


class NetworkEditing:
    """The drawing of a lab's network, and what is done there.

    Attributes:
        view: the drawing.
    """

    def __init__(self, lab: Lab[PointsSettings], surface: Surface) -> None:
        self._lab = lab
        self.view = NetworkView(
            lab.parts, surface, self._resize_layer, self._choose_inputs, self._set_weight
        )
        lab.parts.click("fewerLayers", lambda: self._change_depth(-1))
        lab.parts.click("moreLayers", lambda: self._change_depth(1))

    def form_changed(self, settings: PointsSettings) -> None:
        """Show what the form asks for."""
        self.view.count([layer.units for layer in settings.hidden])
        self.view.tick(settings.inputs)

    def _resize_layer(self, layer: int, by: int) -> None:
        self._set_hidden(points.resized(self._lab.form.read(), layer, by))

    def _change_depth(self, by: int) -> None:
        self._set_hidden(points.deepened(self._lab.form.read(), by))

    def _set_hidden(self, settings: PointsSettings) -> None:
        self._lab.form.set("hidden", settings.fields()["hidden"])

    def _choose_inputs(self, names: tuple[str, ...]) -> None:
        settings = replace(self._lab.form.read(), inputs=names)
        self._lab.form.set("inputs", settings.fields()["inputs"])

    def _set_weight(self, weight: Weight, value: float, further: bool) -> None:
        units = self._lab.experiment.model.layers[weight.layer].units
        place = WeightPlace(weight.layer, "kernel", weight.source * units + weight.unit)
        if weight.source < 0:
            place = WeightPlace(weight.layer, "bias", weight.unit)
        self._lab.edits.set(place, value, further)
