"""The Temperature lab: one neuron that learns how Celsius becomes Fahrenheit, seen from inside."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from nn.data import Dataset, temperatures
from nn.experiment.fields import real
from nn.experiment.task import DataCode, Task
from nn.labs import temperature
from nn.labs.question import Question
from nn.labs.temperature import TRUE_BIAS, TRUE_WEIGHT, TemperatureSettings
from nn.model import Sequential
from nn.web import dom, steps
from nn.web.figures import fixed
from nn.web.keeper import Part, text_part
from nn.web.lab import Lab
from nn.web.line import LinePlot

_DOTS = 20
"""Of the hundred examples: more would be a line."""

_RANGE = np.array([[-20.0], [120.0]])
"""Of the plot."""

_read_celsius = real(-273.15, 1_000_000)


async def open_lab() -> TemperatureLab:
    """Open the lab."""
    return TemperatureLab()


class TemperatureLab(Lab[TemperatureSettings]):
    """The lab; whatever it shows of the neuron follows while the neuron learns."""

    name = "temperature"
    defaults = temperature.DEFAULTS
    presets = temperature.PRESETS
    greeting = "Ready: press Train, and move the slider meanwhile"
    logarithmic_loss = True

    def __init__(self) -> None:
        super().__init__()
        self._celsius = 70.0
        self._readable = True
        self._plot = LinePlot(self.parts)
        self._slider = self.parts.element("slider")
        self._typed = self.parts.element("celsius")
        steps.show(self.parts)
        self.begin()
        self._plot.show_examples(self.data, _DOTS)
        self.painter.add(0.1, self._paint)
        dom.on(self._slider, "input", lambda event: self._slide())
        dom.on(self._typed, "input", lambda event: self._type())

    def task(self, settings: TemperatureSettings) -> Task:
        return temperature.task(settings)

    def data_for(self, settings: TemperatureSettings) -> tuple[Dataset, Dataset]:
        return temperature.data(settings)

    def data_code(self, settings: TemperatureSettings) -> DataCode:
        return temperature.data_code(settings)

    def validation_freq(self, settings: TemperatureSettings) -> int:
        return temperature.validation_freq(settings)

    def check_loaded(self, model: Sequential) -> None:
        temperature.check_model(model)

    def adopted(self) -> None:
        self._paint()

    def question(self) -> Question:
        if not self._readable:
            raise ValueError("type a temperature first")
        columns, row = self.experiment.model.columns, np.array([self._celsius])
        assert columns
        truth = (float(temperatures.fahrenheit(self._celsius)),)
        asked = Question.of_row(f"{self._celsius:g} °C", columns, row, _RANGE, truth)
        return replace(asked, inputs=row[np.newaxis])  # as exact as it was typed

    def ask(self, index: int) -> None:
        self._typed.value = f"{self.test_data.inputs[index].item():g}"
        self._type()

    def kept_parts(self) -> dict[str, Part]:
        return {"celsius": text_part(lambda: str(self._typed.value))}

    def show_parts(self, parts: dict[str, bytes]) -> None:
        self._typed.value = parts.get("celsius", b"70").decode()
        self._type()

    # ---- The converter.

    def _slide(self) -> None:
        self._typed.value = self._slider.value
        self._convert()
        self._slider.setAttribute("aria-valuetext", self._said())

    def _type(self) -> None:
        if self._convert():
            self._slider.value = str(self._celsius)
            self.parts.show("spoken", self._said())

    def _convert(self) -> bool:
        """Convert what stands in the field, or say why not; return whether it is a temperature."""
        problem = ""
        try:
            # With a comma, as half the world writes it.
            self._celsius = _read_celsius(self._typed.value.strip())
        except ValueError as error:
            problem = str(error)
        self._readable = not problem
        self.parts.show("celsiusProblem", problem)
        self._typed.setAttribute("aria-invalid", str(bool(problem)).lower())
        self._paint()
        return not problem

    def _said(self) -> str:
        """Return what a screen reader says, once a visitor has set the degrees.

        It does not speak each time that the neuron has learnt a little.
        """
        return f"{self._celsius:g} °C is {self.parts.element('fahrenheit').textContent}"

    def _paint(self) -> None:
        """Show the neuron as it is now: its line, its w and b, and what it makes of the degrees."""
        model = self.experiment.model
        weight, bias = temperature.weight_and_bias(model)
        answer = model.predict(np.array([[self._celsius]])).item()
        self._plot.show_line(weight, bias, self._celsius)
        for name, value, true in (("w", weight, TRUE_WEIGHT), ("b", bias, TRUE_BIAS)):
            self.parts.show(name, fixed(value, 5))
            self.parts.show(f"{name}Off", fixed(abs(value - true), 5))
        truth = _degrees(temperatures.fahrenheit(self._celsius))
        self.parts.show("fahrenheit", _degrees(answer) if self._readable else "–")
        self.parts.show("truth", truth if self._readable else "–")
        self.panels.asked_anew()


def _degrees(fahrenheit: float) -> str:
    return fixed(fahrenheit, 2) + (" °F" if math.isfinite(fahrenheit) else "")
