"""Digits: pictures of 28 x 28 pixels, and which of ten digits each shows."""

from __future__ import annotations

from nn import weights
from nn.datasets.image_csv import CLASSES, SIDE
from nn.layers import Rescaling
from nn.losses import LOSSES
from nn.settings import Settings
from nn.task import Task


def task(settings: Settings) -> Task:
    """Return what a network for digits is to do, which depends on the loss.

    A squared error goes with the reference run's ranges, cross-entropy with probabilities.
    """
    if LOSSES[settings.loss].output_activation:
        return Task(SIDE * SIDE, CLASSES, Rescaling(1 / 255))
    return Task(SIDE * SIDE, CLASSES, weights.TUTORIAL_INPUTS, weights.TUTORIAL_TARGETS)


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
