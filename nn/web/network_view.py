"""The drawing of a network: a picture in each neuron, weights as lines, and what they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from pyscript import window

from nn.data.points import FEATURES, features, grid
from nn.model import Sequential
from nn.web import dom, pictures
from nn.web.dom import Parts
from nn.web.network_plan import TILE, Plan, Unit, Weight
from nn.web.shades import levels
from nn.web.surface import Surface
from nn.web.weight_field import WeightField

_WIDTHS = 12
_WIDEST = 7.0
_DOTS = 4
_REST = 8
"""How many times as long as drawing took there is no drawing after it."""

_FIELD = 92
"""Pixels that the field is wide in which a weight is set."""

_FAINT = 110
"""How opaque, of 255, the picture of an input is that the network does not have."""


class NetworkView:
    """The drawing.

    Args:
        parts: the lab's elements.
        surface: shows a neuron's picture large while one looks at it.
        resize: called with a hidden layer and by how many units it shall grow.
        choose: called with the names of the inputs that a visitor has chosen.
        set_weight: called with a weight, what it shall be, and whether it is set further.
    """

    def __init__(
        self,
        parts: Parts,
        surface: Surface,
        resize: Callable[[int, int], None],
        choose: Callable[[tuple[str, ...]], None],
        set_weight: Callable[[Weight, float, bool], None],
    ) -> None:
        self._parts = parts
        self._surface = surface
        self._resize = resize
        self._choose = choose
        self._set_weight = set_weight
        self._field = WeightField(parts, self._set)
        self._stage = parts.element("stage")
        self._drawing = parts.element("links")
        self._panel = parts.element("network")
        self._rests_until = 0.0
        self._hot: Weight | Unit | None = None
        self._grid = grid(TILE)
        self._plan: Plan
        self._model: Sequential
        self._paths = [self._path("link", i) for i in range(2 * _WIDTHS)]
        self._dots = [self._path("bias", i) for i in range(2 * _DOTS)]
        self._boxes = [self._feature_box(row, name) for row, name in enumerate(FEATURES)]
        dom.on(self._drawing, "pointermove", self._hover)
        dom.on(self._drawing, "pointerdown", self._hover)
        dom.on(self._drawing, "pointerleave", self._leave)
        dom.on(self._drawing, "click", lambda event: self._edit())
        dom.on(self._drawing, "keydown", self._key)
        dom.on(self._drawing, "blur", lambda event: self._left())
        dom.on(self._parts.element("columns"), "click", self._press)
        dom.on(self._parts.element("networkTab"), "chosen", lambda event: self.lay_out())
        dom.on(window, "resize", lambda event: self._fit())

    def _path(self, kind: str, number: int) -> Any:
        """Return a new path for all lines, or dots, of one sign and strength."""
        strengths = _WIDTHS if kind == "link" else _DOTS
        sign, strength = divmod(number, strengths)
        share = (strength + 0.5) / strengths
        path = dom.new_svg("path", **{"class": f"{kind} {'minus' if sign else 'plus'}"})
        path.style.strokeOpacity = f"{0.3 + 0.7 * share:.2f}"
        if kind == "link":
            path.style.strokeWidth = f"{_WIDEST * share:.2f}"
        self._parts.element("lines" if kind == "link" else "biases").append(path)
        return path

    def _feature_box(self, row: int, name: str) -> Any:
        box = dom.new("input", type="checkbox", data_feature=name)
        label = dom.new("label")
        label.append(box, dom.new("span", name))
        self._parts.element("features").append(label)
        dom.on(box, "change", lambda event: self._chosen(event.target))
        return box

    # ---- What is shown.

    def show(self, model: Sequential, inputs: tuple[str, ...]) -> None:
        """Draw another network from now on, which is told ``inputs`` of a point."""
        self._model, self._inputs = model, inputs
        self._told = features(self._grid, inputs)
        self._field.close()
        self._point_at(None)
        self.lay_out()

    def lay_out(self) -> None:
        """Give everything its place in the room that there is."""
        rows = list(FEATURES)
        self._plan = plan = Plan(
            [rows.index(name) for name in self._inputs],
            len(rows),
            [layer.units for layer in self._model.layers],
            [layer.use_bias for layer in self._model.layers],
            self._panel.clientWidth,
            112 if window.matchMedia("(max-width: 800px)").matches else 82,
        )
        self._stage.style.width = f"{plan.width}px"
        self._stage.style.height = f"{plan.height}px"
        for name in ("links", "over"):
            self._parts.element(name).setAttribute("viewBox", f"0 0 {plan.width} {plan.height}")
        corners = [plan.input_corner(row) for row in range(len(rows))]
        for box, (_, top) in zip(self._boxes, corners, strict=True):
            box.parentElement.style.top = f"{top}px"
        corners += [
            plan.corner(Unit(layer, unit))
            for layer, units in enumerate(plan.shown)
            for unit in range(units)
        ]
        frames = "".join(f"M{x} {y}h{TILE}v{TILE}h{-TILE}z" for x, y in corners)
        self._parts.element("frames").setAttribute("d", frames)
        self._head_columns()
        self.restyle()

    def _fit(self) -> None:
        if self._panel.clientWidth:
            self.lay_out()

    def _head_columns(self) -> None:
        """Write above each layer how many units it has, with buttons for more and fewer."""
        columns = self._parts.element("columns")
        hidden = self._model.layers[:-1]
        while columns.childElementCount > len(hidden):
            columns.lastElementChild.remove()
        while columns.childElementCount < len(hidden):
            layer = columns.childElementCount
            head = dom.new("div")
            for text, by, what in (("−", -1, "Remove a neuron from"), ("+", 1, "Add a neuron to")):
                button = dom.new("button", text, type="button", data_layer=str(layer))
                button.dataset.by = str(by)
                button.ariaLabel = button.title = f"{what} hidden layer {layer + 1}"
                head.append(button)
            head.firstChild.after(dom.new("span"))
            columns.append(head)
        for layer, head in enumerate(columns.children):
            head.style.left = f"{self._plan.columns[layer + 1] + TILE / 2}px"
        outputs = self._parts.element("outputName")
        outputs.style.left = f"{self._plan.columns[-1] + TILE / 2}px"
        self.count([layer.units for layer in hidden])
        more = [
            f"+{layer.units - shown}" if layer.units > shown else ""
            for layer, shown in zip(self._model.layers, self._plan.shown, strict=True)
        ]
        for head, text in zip(columns.children, more, strict=False):
            head.dataset.more = text
            head.style.setProperty("--below", f"{self._plan.height}px")

    def count(self, hidden: list[int]) -> None:
        """Show how many units the form asks for, layer by layer."""
        for head, units in zip(self._parts.element("columns").children, hidden, strict=False):
            head.children[1].textContent = str(units)
        layers = "layer" if len(hidden) == 1 else "layers"
        self._parts.show("layerCount", f"{len(hidden)} {layers}")

    def tick(self, inputs: tuple[str, ...]) -> None:
        """Tick the inputs that the form asks for."""
        for box, name in zip(self._boxes, FEATURES, strict=True):
            box.checked = name in inputs

    def restyle(self) -> None:
        """Draw everything in the colours that the page has now."""
        plan = self._plan
        self._base = np.zeros((plan.height, plan.width), dtype=np.uint32)
        told = features(self._grid, FEATURES)
        for row, name in enumerate(FEATURES):
            tile = self._surface.shades.of(levels(told[:, row], "linear"))
            if name not in self._inputs:
                tile.view(np.uint8)[3::4] = _FAINT
            self._put(self._base, plan.input_corner(row), tile)
        self.paint()

    def follow(self) -> None:
        """Draw the network as it is now, if it is shown and that leaves time for other things."""
        started = time.perf_counter()
        if started > self._rests_until and self._panel.clientWidth:
            self.paint()
            now = time.perf_counter()
            self._rests_until = now + _REST * (now - started)

    def paint(self) -> None:
        """Draw the network as it is now."""
        picture = self._base.copy()
        outputs = self._model.activations(self._told)
        for layer, (dense, y) in enumerate(zip(self._model.layers, outputs, strict=True)):
            for unit in range(self._plan.shown[layer]):
                tile = self._surface.shades.of(levels(y[:, unit], dense.activation.name))
                self._put(picture, self._plan.corner(Unit(layer, unit)), tile)
        rgba = picture.view(np.uint8).reshape(*picture.shape, 4)
        pictures.paint(self._parts.element("tiles"), rgba)
        self._draw_links()
        self._draw_biases()
        self._say()

    @staticmethod
    def _put(picture: np.ndarray, corner: tuple[int, int], tile: np.ndarray) -> None:
        x, y = corner
        picture[y : y + TILE, x : x + TILE] = tile.reshape(TILE, TILE)

    def _draw_links(self) -> None:
        plan = self._plan
        drawn: list[list[str]] = [[] for _ in self._paths]
        for layer, dense in enumerate(self._model.layers):
            kernel = dense.kernel[: plan.sources(layer), : plan.shown[layer]]
            for curve, place in zip(
                plan.curves(layer), _places(kernel.ravel(), _WIDTHS), strict=True
            ):
                drawn[place].append(curve)
        for path, curves in zip(self._paths, drawn, strict=True):
            path.setAttribute("d", "".join(curves))

    def _draw_biases(self) -> None:
        drawn: list[list[str]] = [[] for _ in self._dots]
        for layer, dense in enumerate(self._model.layers):
            if dense.bias is None:
                continue
            for unit, place in enumerate(_places(dense.bias[: self._plan.shown[layer]], _DOTS)):
                x, y = self._plan.bias_spot(Unit(layer, unit))
                drawn[place].append(f"M{x} {y}h0")
        for path, dots in zip(self._dots, drawn, strict=True):
            path.setAttribute("d", "".join(dots))
        self._parts.element("rims").setAttribute(
            "d", "".join(dot for dots in drawn for dot in dots)
        )

    # ---- What one looks at.

    def _point_at(self, hot: Weight | Unit | None) -> None:
        if hot == self._hot:
            return
        self._hot = hot
        self._surface.look_at(hot if isinstance(hot, Unit) else None)
        path = ""
        if isinstance(hot, Weight) and hot.source >= 0:
            plan = self._plan
            start = plan.middle(Unit(hot.layer - 1, hot.source))
            path = plan.curve(hot.layer, start, plan.middle(Unit(hot.layer, hot.unit)))
        elif hot is not None:
            x, y = self._plan.corner(Unit(hot.layer, hot.unit))
            path = f"M{x} {y}h{TILE}v{TILE}h{-TILE}z"
        self._parts.element("hot").setAttribute("d", path)
        self._say()

    def _say(self) -> None:
        """Say beside what one looks at what it is now."""
        hot, tag = self._hot, self._parts.element("tag")
        tag.hidden = hot is None
        if hot is None:
            return
        if isinstance(hot, Weight):
            x, y = self._plan.label_spot(hot)
            tag.textContent = f"{self._value(hot):+.3f}"
        else:
            left, y = self._plan.corner(hot)
            x = left + TILE / 2
            tag.textContent = self._name(hot)
        tag.style.left = f"{x}px"
        tag.style.top = f"{y}px"

    def _value(self, weight: Weight) -> float:
        layer = self._model.layers[weight.layer]
        if weight.source >= 0:
            return float(layer.kernel[weight.source, weight.unit])
        return float(layer.bias[weight.unit]) if layer.bias is not None else 0.0

    def _name(self, unit: Unit) -> str:
        if unit.layer < 0:
            return self._inputs[unit.unit]
        if unit.layer < len(self._model.layers) - 1:
            return f"neuron {unit.unit + 1} of layer {unit.layer + 1}"
        return "output" if self._model.outputs == 1 else f"output {unit.unit + 1}"

    def _described(self, stop: Weight | Unit) -> str:
        if isinstance(stop, Unit):
            return f"{self._name(stop).capitalize()}: the plane shows what it answers"
        return f"{self._weight_name(stop)}: {self._value(stop):.3f}"

    def _weight_name(self, weight: Weight) -> str:
        unit = self._name(Unit(weight.layer, weight.unit))
        if weight.source < 0:
            return f"Bias of {unit}"
        source = self._name(Unit(weight.layer - 1, weight.source))
        return f"Weight from {source} to {unit}"

    # ---- The visitor.

    def _hover(self, event: Any) -> None:
        if self._field.open:
            return
        box = self._drawing.getBoundingClientRect()
        self._point_at(self._plan.at(event.clientX - box.left, event.clientY - box.top))

    def _leave(self, event: Any) -> None:
        # A finger leaves as soon as it is lifted: what it has touched stays.
        if event.pointerType != "touch" and not self._field.open:
            self._point_at(None)

    def _left(self) -> None:
        if not self._field.open:
            self._point_at(None)

    def _edit(self) -> None:
        """Open the field for the weight that is pointed at."""
        hot = self._hot
        if isinstance(hot, Weight):
            x, y = self._plan.label_spot(hot)
            # Within what is seen of the drawing, whose edges are near on a phone.
            left = self._panel.scrollLeft
            x = min(max(x, left + _FIELD / 2), left + self._panel.clientWidth - _FIELD / 2)
            self._field.show(x, y, self._value(hot), self._weight_name(hot))

    def _set(self, value: float, further: bool) -> None:
        if isinstance(self._hot, Weight):
            self._set_weight(self._hot, value, further)
            self.paint()

    def _key(self, event: Any) -> None:
        hot = self._hot
        last = len(self._model.layers) - 1
        layer = max(hot.layer, 0) if hot else 0
        if event.key == "Enter":
            event.preventDefault()
            self._edit()
            return
        if event.key in ("ArrowLeft", "ArrowRight"):
            layer = min(max(layer + (1 if event.key == "ArrowRight" else -1), 0), last)
            index = 0
        elif event.key in ("ArrowUp", "ArrowDown"):
            step = 1 if event.key == "ArrowDown" else -1
            index = self._plan.stops(layer).index(hot) + step if hot else 0
        else:
            return
        event.preventDefault()
        stops = self._plan.stops(layer)
        chosen = stops[min(max(index, 0), len(stops) - 1)]
        self._point_at(chosen)
        self._parts.show("weightSaid", self._described(chosen))

    def _press(self, event: Any) -> None:
        button = event.target.closest("button")
        if button:
            self._resize(int(button.dataset.layer), int(button.dataset.by))

    def _chosen(self, box: Any) -> None:
        names = tuple(
            name for each, name in zip(self._boxes, FEATURES, strict=True) if each.checked
        )
        if not names:
            box.checked = True
            raise ValueError("a network needs at least one input")
        self._choose(names)


def _places(values: np.ndarray, strengths: int) -> list[int]:
    """Return for each weight which path it belongs to: of its strength, negative ones behind."""
    strength = np.nan_to_num(1 - np.exp(-np.abs(values) / 1.5))
    place = np.minimum((strength * strengths).astype(int), strengths - 1)
    return list((place + strengths * (values < 0)).tolist())
