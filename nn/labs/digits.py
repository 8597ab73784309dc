"""Digits: pictures of 28 x 28 pixels, and which of ten digits each shows."""

from __future__ import annotations

from nn.data.image_csv import CLASSES, SIDE
from nn.experiment.settings import LayerSettings, Settings
from nn.experiment.task import DataCode, Task
from nn.formats import weights
from nn.layers import Rescaling
from nn.losses import LOSSES


def task(settings: Settings) -> Task:
    """Return what a network for digits is to do, which depends on the loss.

    A squared error goes with the reference run's ranges, cross-entropy with probabilities.
    """
    if LOSSES[settings.loss].output_activation:
        return Task(SIDE * SIDE, CLASSES, Rescaling(1 / 255))
    return Task(SIDE * SIDE, CLASSES, weights.TUTORIAL_INPUTS, weights.TUTORIAL_TARGETS)


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


def _known(hidden: tuple[int, ...], batch_size: int) -> Settings:
    return Settings(
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
