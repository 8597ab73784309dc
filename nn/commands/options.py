"""The settings of an experiment as options of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping

from nn.activations import ACTIVATIONS
from nn.experiment.settings import DECAYS, ENGINE_CHOICES, GRADIENTS
from nn.losses import LOSSES
from nn.optimizers import OPTIMIZERS

OPTIONS = {
    "hidden": (
        "--layers --hidden",
        "LAYERS",
        "hidden layers, such as 100 or 256,128 or 256:relu:he_normal:nobias,128 or "
        "conv2d:16:5:strides=2,maxpool:2,flatten,64, or none",
    ),
    "activation": ("--activation", "NAME", f"of the hidden layers: {', '.join(ACTIVATIONS)}"),
    "output": (
        "--output-layer",
        "WORDS",
        "activation, initializer, bias or nobias of the output layer, with colons between them",
    ),
    "loss": ("--loss", "NAME", f"what is minimised: {', '.join(LOSSES)}"),
    "optimizer": ("--optimizer", "NAME", f"{', '.join(OPTIMIZERS)}"),
    "learningRate": ("--learning-rate", "RATE", "where the learning rate starts"),
    "decay": ("--decay", "NAME", f"how the learning rate falls: {', '.join(DECAYS)}"),
    "l1": ("--l1", "PENALTY", "on large weights, by their size"),
    "l2": ("--l2", "PENALTY", "on large weights, by their square"),
    "batchSize": ("--batch-size", "COUNT", "samples a mini-batch"),
    "epochs": ("--epochs", "COUNT", "passes over the training samples; 0 to train until Ctrl-C"),
    "trainSamples": ("--train-samples", "COUNT", "how many training samples to use"),
    "seed": ("--seed", "NUMBER", "repeats a run"),
    "useBias": ("--use-bias", "true|false", "whether layers have biases"),
    "engine": ("--engine", "NAME", f"who does the arithmetic: {', '.join(ENGINE_CHOICES)}"),
    "gradients": ("--gradients", "NAME", f"how they are found: {', '.join(GRADIENTS)}"),
    "patience": (
        "--patience",
        "COUNT",
        "tests without a lower loss after which training stops and goes back to the best",
    ),
    "heldOut": ("--held-out", "PERCENT", "rows to test with and not to train on, 0 to 50"),
    "missing": ("--missing", "fill|drop", "missing inputs are filled, or their rows dropped"),
    "augment": (
        "--augment",
        "AMOUNTS",
        "changes pictures while training, such as shift=1:rotate=10:zoom=0.1",
    ),
}
"""The option, or two, for each field of the settings, what it takes, and its help."""

UNSAID = {
    "trainSamples": "all",
    "output": "what suits the loss",
    "patience": "never",
    "heldOut": "20, or 0 of fewer than 30 rows",
    "augment": "as they are",
}
"""What it means to say nothing, where that is the default."""


def add_settings(
    command: argparse.ArgumentParser, fields: Iterable[str], defaults: Mapping[str, str]
) -> None:
    """Add an option for each of ``fields``; ``defaults`` are the texts of what is not said."""
    for field in fields:
        option, takes, text = OPTIONS[field]
        default = f"default: {defaults[field] or UNSAID[field]}"
        command.add_argument(*option.split(), dest=field, metavar=takes, help=f"{text} ({default})")
