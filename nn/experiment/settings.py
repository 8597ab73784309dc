"""The settings of an experiment, as a form, a link and the command line write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

from nn.activations import ACTIVATIONS
from nn.data.augmentation import Augmentation
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
from nn.experiment.layer_settings import LayerSettings, layers
from nn.experiment.layer_text import (
    MAX_LAYERS,
    MAX_UNITS,
    read_layers,
    read_output,
    write_layer,
    write_layers,
)
from nn.losses import LOSSES
from nn.optimizers import OPTIMIZERS
from nn.schedules import CosineDecay, Schedule

__all__ = [
    "DECAYS",
    "FIELDS",
    "ENGINE_CHOICES",
    "GRADIENTS",
    "MAX_LAYERS",
    "MAX_UNITS",
    "LayerSettings",
    "Settings",
    "SettingsError",
    "ending",
    "layers",
    "parse",
    "write_layer",
]

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
        epochs: passes over the training samples; None to train until it is stopped.
        train_samples: how many of the training samples to use; None for all.
        seed: of the generator that draws weights and shuffles samples.
        use_bias: whether layers that do not say so themselves have biases.
        patience: tests without a lower loss after which training stops and goes back to the best;
            None for never.
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
    epochs: int | None = 5
    train_samples: int | None = None
    seed: int = 1
    use_bias: bool = False
    gradients: str = "backpropagation"
    engine: str = "auto"
    patience: int | None = None

    table: ClassVar[dict[str, Field]]

    @property
    def augmentation(self) -> Augmentation | None:
        """What changes pictures while they are trained on; labs of pictures have a field of it."""
        return None

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


def ending(settings: Settings) -> int:
    """Return the epochs of a run that nobody is there to stop.

    Raises:
        SettingsError: it would never come to its end.
    """
    if settings.epochs is None:
        raise SettingsError({"epochs": "nothing stops this run: give it 1 or more"}, settings.table)
    return settings.epochs


def _read_epochs(text: str) -> int | None:
    try:
        return whole(0, 1_000_000)(text) or None
    except ValueError:
        expected = "expected a whole number from 1 to 1,000,000, or 0 to train until you stop it"
        raise ValueError(expected) from None


def _write_epochs(epochs: int | None) -> str:
    return str(epochs or 0)


def _read_samples(text: str) -> int | None:
    try:
        return None if text in ("", "all") else whole(1, 10_000_000)(text)
    except ValueError:
        raise ValueError("expected a whole number from 1, or empty for all") from None


def _write_samples(samples: int | None) -> str:
    return "" if samples is None else str(samples)


def _read_patience(text: str) -> int | None:
    try:
        return whole(1, 1_000_000)(text) if text else None
    except ValueError:
        raise ValueError("expected a whole number from 1, or empty for never") from None


FIELDS: dict[str, Field] = {
    "hidden": Field("Hidden layers", "hidden", read_layers, write_layers),
    "activation": Field("Activation", "activation", choice(ACTIVATIONS)),
    "output": Field("Output layer", "output", read_output, write_layer),
    "loss": Field("Loss", "loss", choice(LOSSES)),
    "optimizer": Field("Optimizer", "optimizer", choice(OPTIMIZERS)),
    "learningRate": Field("Learning rate", "learning_rate", real(0, 100, above=True), write_real),
    "decay": Field("Decay", "decay", choice(DECAYS)),
    "l1": Field("L1 penalty", "l1", real(0, 1), write_real),
    "l2": Field("L2 penalty", "l2", real(0, 1), write_real),
    "batchSize": Field("Batch size", "batch_size", whole(1, 10_000)),
    "epochs": Field("Epochs", "epochs", _read_epochs, _write_epochs),
    "trainSamples": Field("Train samples", "train_samples", _read_samples, _write_samples),
    "seed": Field("Seed", "seed", whole(0, 2**32 - 1)),
    "useBias": Field("Biases", "use_bias", truth, write_truth),
    "gradients": Field("Gradients", "gradients", choice(GRADIENTS)),
    "engine": Field("Engine", "engine", choice(ENGINE_CHOICES)),
    "patience": Field("Patience", "patience", _read_patience, _write_samples),
}
"""How each setting is written and read, by the name it has in forms and links."""

Settings.table = FIELDS
