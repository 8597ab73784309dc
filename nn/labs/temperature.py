"""Temperature: one linear neuron, shown some degrees, finds out how Celsius becomes Fahrenheit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nn.data import Dataset, temperatures
from nn.data.columns import Columns
from nn.experiment.settings import FIELDS, LayerSettings, Settings
from nn.experiment.task import DataCode, Task
from nn.initializers import RandomUniform
from nn.layers import Dense
from nn.model import Sequential

TRUE_WEIGHT, TRUE_BIAS = 1.8, 32.0
"""What a neuron that has learnt :func:`nn.data.temperatures.fahrenheit` ends with."""


@dataclass(frozen=True)
class TemperatureSettings(Settings):
    """Settings of the one neuron: what it is stays fixed, and how it is trained is as it says."""

    hidden: tuple[LayerSettings, ...] = ()
    learning_rate: float = 0.0005
    batch_size: int = 100
    epochs: int | None = 70_000
    use_bias: bool = True


TemperatureSettings.table = {
    name: FIELDS[name] for name in ("learningRate", "batchSize", "epochs", "seed")
}

DEFAULTS = TemperatureSettings()

PRESETS = {
    "Tutorial": DEFAULTS,
    "Too fast": replace(DEFAULTS, learning_rate=0.001),
}
"""Settings worth starting from: the tutorial's, and steps so long that each leads further away."""


def task(settings: TemperatureSettings) -> Task:
    """Return what the neuron is for: one number in, one out, neither scaled.

    It starts between 0 and 1, and computes in float64: in float32 the bias stops 0.0075 short of
    32, where a step is less than half of what its last bit is worth.
    """
    return Task(
        features=1,
        outputs=1,
        output_activation="linear",
        initializer=RandomUniform(0, 1),
        dtype="float64",
        columns=Columns.plain(("celsius",), "fahrenheit"),
    )


def data(settings: TemperatureSettings) -> tuple[Dataset, Dataset]:
    """Return the whole degrees from 0 to 99 to train on, and the halves between to test with."""
    return temperatures.training_set(), temperatures.test_set()


def data_code(settings: TemperatureSettings) -> DataCode:
    """Return how a program gets the same data."""
    return DataCode(
        imports=["from nn.data import temperatures"],
        lines=["train = temperatures.training_set()", "test = temperatures.test_set()"],
    )


def validation_freq(settings: TemperatureSettings) -> int:
    """Return how many epochs come before each test, so that a run has about a hundred."""
    return max(1, (settings.epochs or DEFAULTS.epochs or 1) // 100)


def weight_and_bias(model: Sequential) -> tuple[float, float]:
    """Return w and b of ``y = w · x + b``."""
    weight, bias = model.parameters.tolist()
    return weight, bias


def check_model(model: Sequential) -> None:
    """Raise a ValueError unless ``model`` is one linear neuron for degrees."""
    (*hidden, output) = model.layers
    shape = "-".join(map(str, model.widths))
    if type(output) is not Dense:
        raise ValueError(f"the last layer is {type(output).__name__}; it must be one neuron, Dense")
    if hidden or model.widths != [1, 1] or output.activation.name != "linear":
        raise ValueError(
            f"the network is {shape}, {output.activation.name}; for temperatures it must be 1-1, "
            "linear"
        )
    if not output.use_bias:
        raise ValueError("the neuron has no bias, and for temperatures it must")
    if model.columns != task(DEFAULTS).columns:
        raise ValueError("the neuron is not for celsius as input and fahrenheit as output")
    if (model.inputs.scale, model.inputs.offset) != (1.0, 0.0):
        raise ValueError("the neuron's input is scaled; for temperatures it must not be")
    if model.dtype != task(DEFAULTS).dtype or model.loss.name != DEFAULTS.loss:
        raise ValueError(
            f"the neuron computes {model.loss.name} in {model.dtype}; for temperatures it must be "
            f"{DEFAULTS.loss} in {task(DEFAULTS).dtype}"
        )
