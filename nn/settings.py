"""The settings of an experiment, as a form, a link and the command line write them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from nn.optimizers import OPTIMIZERS
from nn.schedules import CosineDecay, Schedule

MAX_LAYERS = 20
MAX_UNITS = 4096

DECAYS: dict[str, Callable[[float, int], float | Schedule]] = {
    "none": lambda learning_rate, steps: learning_rate,
    "cosine": lambda learning_rate, steps: CosineDecay(learning_rate, steps),
}
"""How the learning rate falls over ``steps`` updates, by name."""


class SettingsError(ValueError):
    """Some settings make no sense; ``problems`` has a sentence for each such field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(
            "; ".join(f"{FIELDS[field].label}: {problem}" for field, problem in problems.items())
        )
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """What makes an experiment repeatable. The defaults are the reference run.

    Attributes:
        hidden: units of each hidden layer.
        activation: of the hidden layers.
        loss, optimizer: by name.
        learning_rate: where it starts.
        decay: a name in :data:`DECAYS`.
        l2: penalty on the kernels.
        batch_size: samples a mini-batch.
        epochs: passes over the training samples.
        train_samples: how many of the training samples to use; None for all.
        seed: of the generator that draws weights and shuffles samples.
        use_bias: whether layers have biases.
    """

    hidden: tuple[int, ...] = (100,)
    activation: str = "sigmoid"
    loss: str = "half_squared_error"
    optimizer: str = "sgd"
    learning_rate: float = 0.2
    decay: str = "none"
    l2: float = 0.0
    batch_size: int = 1
    epochs: int = 5
    train_samples: int | None = None
    seed: int = 1
    use_bias: bool = False

    def network(self) -> tuple[object, ...]:
        """Return what decides where a network starts: equal ones make equal networks."""
        return self.hidden, self.activation, self.loss, self.seed, self.use_bias

    def fields(self) -> dict[str, str]:
        """Return every setting as text, by the name of its field; :func:`parse` reads it back."""
        return {name: field.write(getattr(self, field.key)) for name, field in FIELDS.items()}


def parse(fields: Mapping[str, str], base: Settings | None = None) -> Settings:
    """Return the settings that ``fields`` spell out, by the names in :data:`FIELDS`.

    A setting that is not mentioned is that of ``base``, by default the reference run. Names that
    are not fields are left to others.

    Raises:
        SettingsError: with a sentence for every field that makes no sense.
    """
    values: dict[str, Any] = vars(base or Settings()).copy()
    problems = {}
    for name, field in FIELDS.items():
        if name in fields:
            try:
                values[field.key] = field.read(fields[name].strip())
            except ValueError as error:
                problems[name] = str(error)
    if problems:
        raise SettingsError(problems)
    return Settings(**values)


@dataclass(frozen=True)
class _Field:
    label: str
    key: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        # isdecimal alone would let "²" and other scripts' digits through to int().
        if not (text.isascii() and text.isdecimal() and len(text) <= 12):
            raise ValueError(f"expected a whole number from {low} to {high:,}")
        value = int(text)
        if not low <= value <= high:
            raise ValueError(f"expected a whole number from {low} to {high:,}")
        return value

    return read


def _real(low: float, high: float, above: bool) -> Callable[[str], float]:
    def read(text: str) -> float:
        expected = f"expected a number {'above' if above else 'from'} {low:g} up to {high:g}"
        try:
            # float alone would let "1_000" and other scripts' digits through.
            value = float(text) if text.isascii() and "_" not in text else math.nan
        except ValueError:
            raise ValueError(expected) from None
        if not (math.isfinite(value) and low <= value <= high) or (above and value == low):
            raise ValueError(expected)
        return value

    return read


def _write_real(value: float) -> str:
    return repr(value).removesuffix(".0")


def _choice(names: Collection[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in names:
            raise ValueError(f"expected one of {', '.join(names)}")
        return text

    return read


_NO_LAYERS = "none"


def _read_hidden(text: str) -> tuple[int, ...]:
    if text == _NO_LAYERS:
        return ()
    parts = text.split(",")
    if len(parts) > MAX_LAYERS:
        raise ValueError(f"expected at most {MAX_LAYERS} layers")
    try:
        return tuple(_whole(1, MAX_UNITS)(part.strip()) for part in parts)
    except ValueError:
        raise ValueError(
            f"expected units for each layer, 1 to {MAX_UNITS:,}, such as 100 or 256,128"
        ) from None


def _write_hidden(hidden: tuple[int, ...]) -> str:
    return ",".join(map(str, hidden)) or _NO_LAYERS


def _read_samples(text: str) -> int | None:
    try:
        return None if text in ("", "all") else _whole(1, 10_000_000)(text)
    except ValueError:
        raise ValueError("expected a whole number from 1, or nothing for all") from None


def _write_samples(samples: int | None) -> str:
    return "" if samples is None else str(samples)


_TRUTH = {"true": True, "false": False, "on": True, "1": True, "0": False}


def _read_truth(text: str) -> bool:
    if text not in _TRUTH:
        raise ValueError("expected true or false")
    return _TRUTH[text]


FIELDS: dict[str, _Field] = {
    "hidden": _Field("Hidden layers", "hidden", _read_hidden, _write_hidden),
    "activation": _Field("Activation", "activation", _choice(ACTIVATIONS)),
    "loss": _Field("Loss", "loss", _choice(LOSSES)),
    "optimizer": _Field("Optimizer", "optimizer", _choice(OPTIMIZERS)),
    "learningRate": _Field(
        "Learning rate", "learning_rate", _real(0, 100, above=True), _write_real
    ),
    "decay": _Field("Decay", "decay", _choice(DECAYS)),
    "l2": _Field("L2 penalty", "l2", _real(0, 1, above=False), _write_real),
    "batchSize": _Field("Batch size", "batch_size", _whole(1, 10_000)),
    "epochs": _Field("Epochs", "epochs", _whole(1, 1_000)),
    "trainSamples": _Field("Training samples", "train_samples", _read_samples, _write_samples),
    "seed": _Field("Seed", "seed", _whole(0, 2**32 - 1)),
    "useBias": _Field("Biases", "use_bias", _read_truth, lambda truth: str(truth).lower()),
}
"""How each setting is written and read, by the name it has in forms and links."""

PRESETS = {
    "Tutorial": Settings(),
    "Fast": Settings(
        activation="relu",
        loss="categorical_crossentropy",
        optimizer="adam",
        learning_rate=0.002,
        decay="cosine",
        batch_size=32,
        epochs=5,
        use_bias=True,
    ),
}
"""Settings worth starting from: the reference run, and one that is soon above 97 %."""
