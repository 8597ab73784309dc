"""A slider for each input of a network, with its number beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nn.web import dom
from nn.web.scale import Scale


class Sliders:
    """The sliders.

    Args:
        host: the element that they are put into.
        prefix: what their ids begin with.
        moved: called whenever a visitor has moved one.

    Attributes:
        values: what they are set to.
    """

    def __init__(self, host: Any, prefix: str, moved: Callable[[], None]) -> None:
        self._host = host
        self._prefix = prefix
        self._moved = moved
        self._scales: list[Scale] = []
        self._controls: list[tuple[Any, Any]] = []
        self.values: list[float] = []
        dom.on(host, "input", self._input)
        dom.on(host, "change", lambda event: self._write())

    def show(self, scales: Sequence[Scale], values: Sequence[float]) -> None:
        """Show a slider for each of ``scales``, set to ``values`` if there are others so far."""
        if list(scales) != self._scales:
            self._scales = list(scales)
            self._controls = []
            self._host.replaceChildren(*map(self._row, range(len(scales)), scales))
            self.put(values)

    def put(self, values: Sequence[float]) -> None:
        """Set the sliders."""
        self.values = list(values)
        self._write()

    def _row(self, index: int, scale: Scale) -> Any:
        name = f"{self._prefix}{index}"
        row = dom.new("div", data_index=str(index))
        row.className = f"slider {scale.kind}"
        label = dom.new("label", scale.name, title=scale.name)
        label.setAttribute("for", name)
        slider = dom.new("input", type="range", id=name)
        # Before its value, which the browser would otherwise move between 0 and 100.
        for key, bound in (("min", scale.low), ("max", scale.high), ("step", scale.step)):
            slider.setAttribute(key, shown(bound))
        number = dom.new("input", type="number", step="any")
        number.setAttribute("aria-label", f"{scale.name}, as a number")
        if scale.kind:
            number.setAttribute("step", shown(scale.step))
            number.setAttribute("min", shown(scale.low))
            number.setAttribute("max", shown(scale.high))
        row.append(label, slider, number)
        self._controls.append((slider, number))
        return row

    def _input(self, event: Any) -> None:
        control = event.target
        index = int(control.parentElement.dataset.index)
        try:
            value = float(control.value)
        except ValueError:
            return  # someone is still typing
        scale = self._scales[index]
        if scale.kind:
            value = scale.nearest(value)
        self.values[index] = value
        slider, number = self._controls[index]
        if control.type == "range":
            number.value = shown(value)
        else:
            slider.value = shown(value)
        self._moved()

    def _write(self) -> None:
        for (slider, number), value in zip(self._controls, self.values, strict=True):
            slider.value = number.value = shown(value)


def shown(value: float) -> str:
    """Return a number as a slider has it."""
    return f"{value:.9g}"
