"""Digits: pictures of 28 x 28 pixels, and which of ten digits each shows."""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass

from nn.data.augmentation import Augmentation
from nn.data.image_csv import CLASSES, SIDE
from nn.experiment.fields import Field, real, write_real
from nn.experiment.layer_settings import LayerSettings
from nn.experiment.layer_text import read_layers
from nn.experiment.settings import FIELDS, Settings
from nn.experiment.task import DataCode, Task
from nn.formats import weights
from nn.layers import Rescaling
from nn.losses import LOSSES
from nn.model import Sequential

PICTURE = (SIDE, SIDE, 1)


@dataclass(frozen=True)
class DigitsSettings(Settings):
    """Settings of a network for pictures.

    Attributes:
        augment: how pictures are changed each time they are trained on; None for not at all.
    """

    augment: Augmentation | None = None

    @property
    def augmentation(self) -> Augmentation | None:
        return self.augment


_AMOUNTS = tuple(inspect.signature(Augmentation).parameters)


def _read_augment(text: str) -> Augmentation | None:
    if not text:
        return None
    amounts = {}
    for word in text.split(":"):
        name, equals, amount = word.strip().partition("=")
        if not equals or name not in _AMOUNTS or name in amounts:
            raise ValueError(
                "expected amounts such as shift=1:rotate=10:zoom=0.1, or nothing for pictures as "
                f"they are, not {word!r:.20}"
            )
        amounts[name] = real(0, 180)(amount)
    return Augmentation(**amounts)


def _write_augment(augment: Augmentation | None) -> str:
    if augment is None:
        return ""
    amounts = {name: getattr(augment, name) for name in _AMOUNTS}
    return ":".join(f"{name}={write_real(n)}" for name, n in amounts.items() if n)


DigitsSettings.table = {
    **FIELDS,
    "augment": Field("Augmentation", "augment", _read_augment, _write_augment),
}


def task(settings: Settings) -> Task:
    """Return what a network for digits is to do, which depends on the loss.

    A squared error goes with the reference run's ranges, cross-entropy with probabilities.
    """
    if LOSSES[settings.loss].output_activation:
        return Task(SIDE * SIDE, CLASSES, Rescaling(1 / 255), picture=PICTURE)
    return Task(
        SIDE * SIDE,
        CLASSES,
        weights.TUTORIAL_INPUTS,
        weights.TUTORIAL_TARGETS,
        picture=PICTURE,
    )


def check_loaded(model: Sequential) -> None:
    """Raise a ValueError unless the network of a weights file is for pictures of ten digits."""
    inputs, outputs = model.input_shape, model.output_shape
    if inputs not in (PICTURE, (math.prod(PICTURE),)) or outputs != (CLASSES,):
        found = " to ".join("x".join(map(str, shape)) for shape in (inputs, outputs))
        raise ValueError(
            f"the network is {found}; for digits it must be 784 to 10, or 28x28x1 to 10"
        )


def data_code(own: bool = False) -> DataCode:
    """Return how a program gets the pictures: MNIST, or a visitor's ``own`` from a folder."""
    imports = ["from pathlib import Path", "from nn.data import read_folder, with_test_set"]
    if own:
        lines = [
            "# Put the files that you opened in the page, and no others, into this folder.",
            'train, test = with_test_set(read_folder(Path("pictures")))',
        ]
    else:
        lines = ['train, test = with_test_set(read_folder(Path("mnist")))']
    return DataCode(imports, lines)


PRESETS = {
    "Classic": DigitsSettings(),
    "Better": DigitsSettings(
        activation="relu",
        loss="categorical_crossentropy",
        optimizer="adam",
        learning_rate=0.002,
        decay="cosine",
        batch_size=32,
        epochs=5,
        use_bias=True,
    ),
    "Convolution": DigitsSettings(
        hidden=read_layers(
            "conv2d:12:5:strides=2,batchnorm,conv2d:16:3,batchnorm,conv2d:32:3:strides=2,batchnorm,"
            "conv2d:64:3,batchnorm,globalavgpool"
        ),
        activation="relu",
        loss="categorical_crossentropy",
        optimizer="adam",
        learning_rate=0.004,
        decay="cosine",
        batch_size=32,
        epochs=6,
        use_bias=True,
        augment=Augmentation(shift=1.5, rotate=8, zoom=0.08),
    ),
}
"""Settings worth starting from: the reference run, one that is soon above 97 %, and a convolutional
network."""

FORMER_NAMES = {"Tutorial": "Classic", "Fast": "Better"}
"""What presets were called before."""


def _known(hidden: tuple[int, ...], batch_size: int) -> DigitsSettings:
    return DigitsSettings(
        hidden=tuple(LayerSettings(units, initializer="tfjs_glorot_normal") for units in hidden),
        activation="linear",
        output=LayerSettings(initializer="tfjs_variance_scaling"),
        loss="categorical_crossentropy",
        learning_rate=0.15,
        batch_size=batch_size,
        epochs=1,
        train_samples=100 * batch_size,
        use_bias=True,
    )


KNOWN_COMPARISON = (
    (_known((32, 256), 16), 0.84),
    (_known((32, 256), 64), 0.92),
    (_known((32, 256, 256, 32), 16), 0.75),
    (_known((32, 256, 256, 256), 16), 0.11),
)
"""A tutorial's comparison of depths and mini-batch sizes, with the accuracies that it found.

It was done in TensorFlow.js, each time with 100 mini-batches and weights as TensorFlow.js draws
them: from normal distributions that are narrower than Keras's by 0.88. It matters: such deep
networks are at the edge of what this learning rate bears. Of 20 seeds, 3 diverge with the third
network and 8 with the fourth; with Keras's weights it would be 15 and 17.
"""
