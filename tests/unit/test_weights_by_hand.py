"""Learning goes on from a weight that was set by hand, whichever engine trains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nn.data import Dataset
from nn.experiment.experiment import Experiment
from nn.experiment.settings import Settings
from nn.experiment.task import Task

RNG = np.random.default_rng(5)
# Mostly zeros, as pictures are: what is deferred of the first layer is deferred here too.
INPUTS = RNG.integers(1, 255, (200, 784), np.uint8) * (RNG.random((200, 784)) < 0.15)
DATA = Dataset(INPUTS.astype(np.uint8), RNG.integers(0, 10, 200), 10)
SETTINGS = replace(Settings(), epochs=2, learning_rate=1e-4, engine="numpy")


def trained(settings, by_hand):
    """The weights of a run, in the middle of which a weight was set."""
    experiment = Experiment(settings, Task(784, 10))
    for progress in experiment.train(settings, DATA, None, 1e9, limit=lambda: 10):
        if progress.epoch == 1 and progress.finished and by_hand is not None:
            experiment.model.layers[0].views["kernel"][300, 4] = by_hand
    return experiment.model.parameters


@pytest.mark.parametrize("batch_size", [1, 10])
def test_both_engines_go_on_from_it(batch_size):
    settings = replace(SETTINGS, batch_size=batch_size)
    numpy = trained(settings, 2.0)
    wasm = trained(replace(settings, engine="wasm"), 2.0)
    assert np.abs(numpy - wasm).max() < 1e-4
    assert np.abs(numpy - trained(settings, None)).max() > 1
