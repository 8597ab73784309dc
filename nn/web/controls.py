"""A control for each input of a network: a slider, a list to choose from, or a date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from nn.data.tables.dates import days_of_text, text_of_days
from nn.experiment.fields import with_point
from nn.web import dom
from nn.web.scale import Scale


@dataclass(frozen=True)
class Options:
    """A list to choose from; its value is the position in ``texts``."""

    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Day:
    """A date, with a time if that matters; its value is in days since 1970-01-01."""

    name: str
    timed: bool = False


Control: TypeAlias = Scale | Options | Day


class Controls:
    """The controls.

    Args:
        host: the element that they are put into.
        prefix: what their ids begin with.
        moved: called with its place whenever a visitor has changed one.

    Attributes:
        values: what they are set to.
    """

    def __init__(self, host: Any, prefix: str, moved: Callable[[int], None]) -> None:
        self._host = host
        self._prefix = prefix
        self._moved = moved
        self._controls: list[Control] = []
        self._elements: list[list[Any]] = []
        self.values: list[float] = []
        dom.on(host, "input", self._input)
        dom.on(host, "change", lambda event: self._write())

    def show(self, controls: Sequence[Control], values: Sequence[float]) -> None:
        """Show other controls, set to ``values`` if there are others so far."""
        if list(controls) != self._controls:
            self._controls = list(controls)
            self._elements = []
            self._host.replaceChildren(*map(self._row, range(len(controls)), controls))
            self.put(values)

    def put(self, values: Sequence[float]) -> None:
        """Set the controls."""
        self.values = list(values)
        self._write()

    def _row(self, index: int, control: Control) -> Any:
        name = f"{self._prefix}{index}"
        row = dom.new("div", data_index=str(index))
        label = dom.new("label", control.name, title=control.name)
        label.setAttribute("for", name)
        if isinstance(control, Scale):
            row.className = f"slider {control.kind}"
            elements = self._slider(name, control)
        elif isinstance(control, Options):
            row.className = "slider list"
            chooser = dom.new("select", id=name)
            options = [
                dom.new("option", text, value=str(i)) for i, text in enumerate(control.texts)
            ]
            chooser.append(*options)
            elements = [chooser]
        else:
            row.className = "slider list"
            elements = [
                dom.new("input", type="datetime-local" if control.timed else "date", id=name)
            ]
        row.append(label, *elements)
        self._elements.append(elements)
        return row

    def _slider(self, name: str, scale: Scale) -> list[Any]:
        slider = dom.new("input", type="range", id=name)
        # Before its value, which the browser would otherwise move between 0 and 100.
        for key, bound in (("min", scale.low), ("max", scale.high), ("step", scale.step)):
            slider.setAttribute(key, shown(bound))
        number = dom.new("input", type="text", inputmode="decimal")
        number.setAttribute("aria-label", f"{scale.name}, as a number")
        return [slider, number]

    def _input(self, event: Any) -> None:
        element = event.target
        index = int(element.closest("[data-index]").dataset.index)
        control = self._controls[index]
        try:
            if isinstance(control, Day):
                value = days_of_text(str(element.value))
            else:
                value = float(with_point(str(element.value).strip()))
        except ValueError:
            return  # someone is still typing
        if isinstance(control, Scale):
            value = control.nearest(value) if control.kind else value
            slider, number = self._elements[index]
            (number if element.type == "range" else slider).value = shown(value)
        self.values[index] = value
        self._moved(index)

    def _write(self) -> None:
        for control, elements, value in zip(
            self._controls, self._elements, self.values, strict=True
        ):
            if isinstance(control, Day):
                text = text_of_days(value, control.timed).replace(" ", "T")
            elif isinstance(control, Options):
                text = str(int(value))
            else:
                text = shown(value)
            for element in elements:
                element.value = text


def shown(value: float) -> str:
    """Return a number as a slider has it."""
    return f"{value:.9g}"
