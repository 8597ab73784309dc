"""Digits: pictures, of MNIST's 28 x 28 pixels or others, and which of some classes each shows."""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass, replace

from nn.data.augmentation import Augmentation
from nn.data.dataset import Dataset
from nn.data.image_csv import SIDE
from nn.data.labels import DIGITS, MAX_CLASSES, Classes
from nn.data.pixels import LARGEST, SIZES, square
from nn.experiment.fields import Field, real, write_real
from nn.experiment.layer_settings import LayerSettings
from nn.experiment.layer_text import read_layers
from nn.experiment.settings import FIELDS, Settings
from nn.experiment.task import DataCode, Task
from nn.formats import weights
from nn.layers import Rescaling, Shape
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


def task(settings: Settings, picture: Shape = PICTURE, classes: Classes = DIGITS) -> Task:
    """Return what a network for pictures is to do, which depends on the loss.

    A squared error goes with the reference run's ranges, cross-entropy with probabilities.

    Args:
        settings: of the network.
        picture: (height, width, channels).
        classes: what it tells apart.
    """
    features = math.prod(picture)
    if LOSSES[settings.loss].output_activation:
        inputs, target_range = Rescaling(1 / 255), (0.0, 1.0)
    else:
        inputs, target_range = weights.TUTORIAL_INPUTS, weights.TUTORIAL_TARGETS
    return Task(
        features,
        classes.count,
        inputs,
        target_range,
        picture=picture,
        classes=classes.names,
    )


def classes_of(of: Dataset | Sequential) -> Classes:
    """Return what a data set's pictures are, or what a network tells apart."""
    if isinstance(of, Sequential):
        return Classes(of.outputs, of.classes)
    return Classes(of.classes or 0, of.names)


def task_for(settings: Settings, data: Dataset) -> Task:
    """Return what a network for such pictures is to do."""
    return task(settings, data.inputs.shape[1:], classes_of(data))


def picture_of(model: Sequential, known: Shape = PICTURE) -> Shape:
    """Return the shape of the pictures that a network takes.

    Args:
        model: a network of pictures, or of rows of their numbers.
        known: the shape if it has just as many numbers; otherwise the pictures are square.

    Raises:
        ValueError: it is not for pictures.
    """
    shape = model.input_shape
    if len(shape) == 1:
        if shape[0] == math.prod(known):
            return known
        return square(shape[0]) or _refuse(model)
    if len(shape) != 3 or shape[2] not in (1, 3) or max(shape) > LARGEST:
        return _refuse(model)
    return shape


def check_loaded(model: Sequential, known: Shape = PICTURE) -> None:
    """Raise a ValueError unless the network of a weights file is for pictures."""
    outputs = model.output_shape
    if model.columns or len(outputs) != 1 or not 2 <= outputs[0] <= MAX_CLASSES:
        _refuse(model)
    picture_of(model, known)


def _refuse(model: Sequential) -> Shape:
    found = " to ".join(
        "x".join(map(str, each)) for each in (model.input_shape, model.output_shape)
    )
    raise ValueError(
        f"the network is {found}; for pictures it must take {SIZES}, such as 784 or 28x28x1 "
        f"numbers, and give 2 to {MAX_CLASSES} classes"
    )


def check_together(model: Sequential, data: Dataset) -> None:
    """Raise a ValueError unless a network can be trained on, or tested with, such pictures."""
    if model.features != math.prod(data.inputs.shape[1:]):
        takes, found = picture_of(model), data.inputs.shape[1:]
        raise ValueError(
            f"the network takes pictures of {'x'.join(map(str, takes))}, and these have "
            f"{'x'.join(map(str, found))}: open others, or make a new network"
        )


def data_code(own: bool = False, turns: int = 0, mirrored: bool = False) -> DataCode:
    """Return how a program gets the pictures.

    Args:
        own: a visitor's, from a folder, and not MNIST.
        turns: by how many quarters they are turned to the right.
        mirrored: whether left and right are exchanged then.
    """
    imports = ["from pathlib import Path", "from nn.data import read_folder, with_test_set"]
    if own:
        lines = [
            "# Put the files that you opened in the page, and no others, into this folder.",
            'train, test = with_test_set(read_folder(Path("pictures")))',
        ]
    else:
        lines = [
            "# Set-up has put this folder into the project's: run this program there.",
            'train, test = with_test_set(read_folder(Path("mnist")))',
        ]
    if turns % 4 or mirrored:
        imports[1] = "from nn.data import read_folder, turned, with_test_set"
        changes = f"turns={turns % 4}, mirrored={mirrored}"
        lines.append(f"train, test = (turned(data, {changes}) for data in (train, test))")
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

_SMALL = 21
"""Pixels a side from which on the strides of the preset Convolution fit in."""

_SMALL_CONVOLUTION = (
    "conv2d:16:3:same,batchnorm,conv2d:32:3:same,batchnorm,maxpool:2,conv2d:64:3:same,batchnorm,"
    "globalavgpool"
)


def presets_for(picture: Shape) -> dict[str, DigitsSettings]:
    """Return the presets for pictures of a shape: small ones need other convolutions.

    >>> presets_for(PICTURE) == PRESETS
    True
    """
    if min(picture[:2]) >= _SMALL:
        return dict(PRESETS)
    small = replace(PRESETS["Convolution"], hidden=read_layers(_SMALL_CONVOLUTION))
    return {**PRESETS, "Convolution": small}


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
