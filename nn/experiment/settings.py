"""The settings of an experiment, as a form, a link and the command line write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

from nn.activations import ACTIVATIONS
from nn.engine.protocol import ENGINES
from nn.experiment.fields import (
    Field,
    SettingsError,
    choice,
    read_fields,
    real,
    truth,
    whole,
    write_real,
    write_truth,
)
from nn.initializers import INITIALIZERS
from nn.losses import LOSSES
from nn.optimizers import OPTIMIZERS
from nn.schedules import CosineDecay, Schedule

__all__ = [
    "DECAYS",
    "FIELDS",
    "ENGINE_CHOICES",
    "GRADIENTS",
    "LayerSettings",
    "Settings",
    "SettingsError",
    "layers",
    "parse",
]

MAX_LAYERS = 20
MAX_UNITS = 4096

DECAYS: dict[str, Callable[[float, int], float | Schedule]] = {
    "none": lambda learning_rate, steps: learning_rate,
    "cosine": lambda learning_rate, steps: CosineDecay(learning_rate, steps),
}
"""How the learning rate falls over ``steps`` updates, by name."""

ENGINE_CHOICES = ("auto", *ENGINES)
"""Who does the arithmetic: what is fastest here, or an engine by its name."""

GRADIENTS = ("backpropagation", "numerical")
"""How gradients are found."""


@dataclass(frozen=True)
class LayerSettings:
    """A layer, where it differs from what the settings say of all layers.

    Attributes:
        units: of a hidden layer; 0 for the output layer, whose units the data decides.
        activation: None for the settings' own; for the output layer None is what suits the loss.
        initializer: of the kernel; None for the one that suits the activation.
        use_bias: None for the settings' own.
    """

    units: int = 0
    activation: str | None = None
    initializer: str | None = None
    use_bias: bool | None = None


def layers(*units: int) -> tuple[LayerSettings, ...]:
    """Return hidden layers that differ in their units only."""
    return tuple(map(LayerSettings, units))


@dataclass(frozen=True)
class Settings:
    """What makes an experiment repeatable. The defaults are the reference run.

    A lab that has more settings extends this class and ``table``, which says how each is written.

    Attributes:
        hidden: the hidden layers.
        activation: of the hidden layers that have none of their own.
        output: the output layer.
        loss, optimizer: by name.
        learning_rate: where it starts.
        decay: a name in :data:`DECAYS`.
        l1, l2: penalties on the kernels.
        batch_size: samples a mini-batch.
        epochs: passes over the training samples.
        train_samples: how many of the training samples to use; None for all.
        seed: of the generator that draws weights and shuffles samples.
        use_bias: whether layers that do not say so themselves have biases.
        gradients: one of :data:`GRADIENTS`.
        engine: one of :data:`ENGINE_CHOICES`; it changes the speed, and rounding.
    """

    hidden: tuple[LayerSettings, ...] = layers(100)
    activation: str = "sigmoid"
    output: LayerSettings = LayerSettings()
    loss: str = "half_squared_error"
    optimizer: str = "sgd"
    learning_rate: float = 0.2
    decay: str = "none"
    l1: float = 0.0
    l2: float = 0.0
    batch_size: int = 1
    epochs: int = 5
    train_samples: int | None = None
    seed: int = 1
    use_bias: bool = False
    gradients: str = "backpropagation"
    engine: str = "auto"

    table: ClassVar[dict[str, Field]]

    def network(self) -> tuple[object, ...]:
        """Return what decides where a network starts: equal ones make equal networks."""
        return self.hidden, self.activation, self.output, self.loss, self.seed, self.use_bias

    def fields(self) -> dict[str, str]:
        """Return every setting as text, by the name of its field; :func:`parse` reads it back."""
        return {name: entry.write(getattr(self, entry.key)) for name, entry in self.table.items()}


S = TypeVar("S", bound=Settings)


def parse(texts: Mapping[str, str], base: S) -> S:
    """Return the settings that ``texts`` spell out, by the names in ``base.table``.

    A setting that is not mentioned is that of ``base``. Names that are not fields are left to
    others.

    Raises:
        SettingsError: with a sentence for every field that makes no sense.
    """
    return replace(base, **read_fields(base.table, texts))


_NO_LAYERS = "none"
_BIAS = {"bias": True, "nobias": False}
_LAYER_EXPECTED = (
    f"expected units for each layer, 1 to {MAX_UNITS:,}, such as 100 or 256,128 or 256:relu,128"
)
_WORDS_EXPECTED = (
    "expected an activation, an initializer, bias or nobias, with colons between them, such as "
    "relu:he_normal"
)


def _read_hidden(text: str) -> tuple[LayerSettings, ...]:
    if text == _NO_LAYERS:
        return ()
    parts = text.split(",")
    if len(parts) > MAX_LAYERS:
        raise ValueError(f"expected at most {MAX_LAYERS} layers")
    return tuple(_read_layer(part) for part in parts)


def _read_layer(text: str) -> LayerSettings:
    units, *words = text.split(":")
    try:
        layer = LayerSettings(whole(1, MAX_UNITS)(units.strip()))
    except ValueError:
        raise ValueError(_LAYER_EXPECTED) from None
    return _with_words(layer, words)


def _read_output(text: str) -> LayerSettings:
    return _with_words(LayerSettings(), text.split(":") if text else [])


def _with_words(layer: LayerSettings, words: list[str]) -> LayerSettings:
    """Return ``layer`` with an activation, an initializer and bias or nobias, in any order."""
    for word in map(str.strip, words):
        if word in ACTIVATIONS:
            layer = replace(layer, activation=word)
        elif word in INITIALIZERS:
            layer = replace(layer, initializer=word)
        elif word in _BIAS:
            layer = replace(layer, use_bias=_BIAS[word])
        else:
            raise ValueError(f"{_WORDS_EXPECTED}, not {word!r:.20}")
    return layer


def _write_hidden(hidden: tuple[LayerSettings, ...]) -> str:
    return ",".join(map(write_layer, hidden)) or _NO_LAYERS


def write_layer(layer: LayerSettings) -> str:
    """Return a layer as the fields of hidden layers and output have it: "100:relu:nobias"."""
    bias = {None: None, True: "bias", False: "nobias"}[layer.use_bias]
    words = [str(layer.units) if layer.units else None, layer.activation, layer.initializer, bias]
    return ":".join(word for word in words if word)


def _read_samples(text: str) -> int | None:
    try:
        return None if text in ("", "all") else whole(1, 10_000_000)(text)
    except ValueError:
        raise ValueError("expected a whole number from 1, or nothing for all") from None


def _write_samples(samples: int | None) -> str:
    return "" if samples is None else str(samples)


FIELDS: dict[str, Field] = {
    "hidden": Field("Hidden layers", "hidden", _read_hidden, _write_hidden),
    "activation": Field("Activation", "activation", choice(ACTIVATIONS)),
    "output": Field("Output layer", "output", _read_output, write_layer),
    "loss": Field("Loss", "loss", choice(LOSSES)),
    "optimizer": Field("Optimizer", "optimizer", choice(OPTIMIZERS)),
    "learningRate": Field("Learning rate", "learning_rate", real(0, 100, above=True), write_real),
    "decay": Field("Decay", "decay", choice(DECAYS)),
    "l1": Field("L1 penalty", "l1", real(0, 1), write_real),
    "l2": Field("L2 penalty", "l2", real(0, 1), write_real),
    "batchSize": Field("Batch size", "batch_size", whole(1, 10_000)),
    "epochs": Field("Epochs", "epochs", whole(1, 1_000_000)),
    "trainSamples": Field("Train samples", "train_samples", _read_samples, _write_samples),
    "seed": Field("Seed", "seed", whole(0, 2**32 - 1)),
    "useBias": Field("Biases", "use_bias", truth, write_truth),
    "gradients": Field("Gradients", "gradients", choice(GRADIENTS)),
    "engine": Field("Engine", "engine", choice(ENGINE_CHOICES)),
}
"""How each setting is written and read, by the name it has in forms and links."""

Settings.table = FIELDS
