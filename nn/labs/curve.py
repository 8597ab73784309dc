"""Curve: numbers one after another, which a network learns to go on with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from nn.data.columns import Columns, Input, Output
from nn.data.curves import CURVES, MAX_NOISE, curve
from nn.data.series import LEAST, Parted, Series, columns_of, parted, scaling_of, start_of_end
from nn.experiment.experiment import make_layers, sample_shape
from nn.experiment.fields import Field, choice, real, whole, write_real
from nn.experiment.layer_text import read_layers
from nn.experiment.settings import FIELDS, Settings, SettingsError
from nn.experiment.task import Task
from nn.labs.colours import NUMBER_LOSSES
from nn.layers import Rescaling
from nn.model import Sequential
from nn.network import shapes_of

MAX_VALUES = 5_000
"""Of a built-in curve."""

MAX_STEPS = 512
"""Values in a window."""

_UPDATES = 1_500
_FEWEST_EPOCHS, _MOST_EPOCHS = 10, 200


@dataclass(frozen=True)
class CurveSettings(Settings):
    """What makes an experiment with a curve repeatable.

    Attributes:
        curve: a name in :data:`nn.data.curves.CURVES`.
        values: how many there are of it.
        noise: 0 to :data:`nn.data.curves.MAX_NOISE`.
        held_out: percent of the values that are held out, at the end.
        steps: values in a window, of which each is answered with the one after it.
    """

    curve: str = "sine"
    values: int = 400
    noise: float = 0.0
    held_out: int = 20
    steps: int = 64

    table: ClassVar[dict[str, Field]]

    def network(self) -> tuple[object, ...]:
        """Return what decides where a network starts, and what it is there for."""
        drawn = self.curve, self.values, self.noise, self.held_out, self.steps
        return *super().network(), *drawn


CurveSettings.table = {
    **FIELDS,
    "loss": Field("Loss", "loss", choice(NUMBER_LOSSES)),
    "curve": Field("Curve", "curve", choice(CURVES)),
    "values": Field("Values", "values", whole(LEAST, MAX_VALUES)),
    "noise": Field("Noise", "noise", real(0, MAX_NOISE), write_real),
    "heldOut": Field("Held out, %", "held_out", whole(0, 50)),
    "steps": Field("Window", "steps", whole(2, MAX_STEPS)),
}

DEFAULTS = CurveSettings(
    hidden=read_layers("gru:32"),
    activation="tanh",
    loss="mean_squared_error",
    optimizer="adam",
    learning_rate=0.01,
    decay="cosine",
    batch_size=16,
    epochs=60,
    use_bias=True,
)
"""A GRU of 32 units, for a sine."""

PRESETS = {
    "Sine": DEFAULTS,
    "Damped": replace(DEFAULTS, curve="damped"),
    "Two waves": replace(DEFAULTS, curve="two_waves", epochs=100),
    "Saw": replace(DEFAULTS, curve="saw"),
    "Chaos": replace(DEFAULTS, curve="chaos", values=200, steps=16, epochs=120),
}
"""For each curve a network that learns it."""


def built_in(settings: CurveSettings) -> Series:
    """Return the curve that settings name."""
    return curve(settings.curve, settings.values, settings.noise, settings.seed)


def suggested(settings: CurveSettings, series: Series) -> CurveSettings:
    """Return settings that suit a visitor's series: windows that fit, and enough updates."""
    start = start_of_end(series, settings.held_out / 100)
    steps = min(DEFAULTS.steps, max(4, start // 3))
    epochs = -(-_UPDATES * settings.batch_size // max(1, start - steps))
    epochs = min(max(epochs, _FEWEST_EPOCHS), _MOST_EPOCHS)
    return replace(settings, steps=steps, epochs=epochs, train_samples=None)


def output_of(series: Series, settings: CurveSettings) -> Output:
    """Return what a network for a series predicts, with the scaling of its answers."""
    return columns_of(series.name, scaling_of(series, settings.held_out / 100)).outputs[0]


def task(settings: CurveSettings, output: Output) -> Task:
    """Return what a network for a series is to do.

    It is given a window of the series, and answers the value after each of its steps; or, where
    its layers end in a single number, the value after the last.
    """
    inputs = Rescaling(1 / output.scale, -output.offset / output.scale)
    return Task(
        settings.steps,
        1,
        inputs,
        output_activation="linear",
        columns=Columns((Input(output.name),), (output,)),
        sequence=(settings.steps, 1),
    )


def each_step(settings: CurveSettings, task: Task) -> bool:
    """Return whether a network answers at each step, and not only after the last."""
    layers = make_layers(settings, task)
    return len(shapes_of(layers, sample_shape(layers, task))[-1]) > 1


def data(settings: CurveSettings, series: Series, task: Task) -> Parted:
    """Return a series as a network for it learns it.

    Raises:
        SettingsError: windows of so many steps do not fit into it.
    """
    whole_ = each_step(settings, task)
    try:
        return parted(series, settings.steps, settings.held_out / 100, whole_, task.inputs)
    except ValueError as error:
        raise SettingsError({"steps": str(error)}, settings.table) from None


def check_model(model: Sequential) -> None:
    """Raise a ValueError unless the network of a weights file is one of this lab."""
    columns = model.columns
    if columns is None or not columns.of_series:
        raise ValueError(
            "the network is not for a series; for Curve it must predict one column of numbers "
            "from what came before in it"
        )
    if np.ndim(model.inputs.scale) or np.ndim(model.inputs.offset):
        raise ValueError("the network scales each step by itself; for Curve all must be alike")
    given, made = model.input_shape, model.output_shape
    steps = given[0]
    if given not in ((steps,), (steps, 1)) or made not in ((1,), (steps, 1)):
        raise ValueError(
            f"the network makes {made} of {given}; for Curve it must make one number of each step, "
            "or one of a window"
        )
    if not 2 <= steps <= MAX_STEPS:
        raise ValueError(f"the network takes {steps:,} steps; for Curve from 2 to {MAX_STEPS}")
    if model.loss.name not in NUMBER_LOSSES:
        raise ValueError(f"the network predicts numbers, which {model.loss.name} does not suit")
