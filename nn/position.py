"""Where a run is: with its network, its optimizer and the same data, all it takes to go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nn.network import Network
from nn.progress import Evaluation

_ROUNDING = 1e-6
"""Of a loss: by less than this share it differs with how a test was cut into chunks."""


@dataclass
class Best:
    """The best test so far, and how long ago it was.

    Attributes:
        evaluation: its result; None before the first test.
        epoch: after which it was.
        since: how many tests came after it.
        weights: the network's parameters and state then, where they are kept.
    """

    evaluation: Evaluation | None = None
    epoch: int = 0
    since: int = 0
    weights: tuple[np.ndarray, np.ndarray] | None = None

    def take(self, network: Network, evaluation: Evaluation, epoch: int, keep: bool) -> None:
        """Take in a test; ``keep`` is whether to keep the weights if it is the best."""
        # What is not a number is never lower.
        if self.evaluation is None or evaluation.loss < (1 - _ROUNDING) * self.evaluation.loss:
            self.evaluation, self.epoch, self.since = evaluation, epoch, 0
            if keep:
                self.weights = network.parameters.copy(), network.state.copy()
        else:
            self.since += 1


@dataclass
class Position:
    """Where a run of :func:`nn.training.training` is, which keeps it up to date between chunks.

    A run that is given the position of another goes on where that one was, and ends with the same
    weights, bit for bit. What it takes besides is the network with its optimizer and what its
    program carries, the same data and the same arguments.

    Attributes:
        random: the state of the generator when the running epoch began; None before a run begins.
        noise: the network's.
        epochs: whole ones that are over.
        done: samples of the running epoch, in whole mini-batches.
        beyond: samples of a mini-batch that has begun, which is begun anew.
        loss, correct: summed over ``done``.
        tested: after how many epochs the last test was.
        best: the best test.

    >>> Position().random is None
    True
    """

    random: dict[str, Any] | None = None
    noise: int = 0
    epochs: int = 0
    done: int = 0
    beyond: int = 0
    loss: float = 0.0
    correct: int = 0
    tested: int = 0
    best: Best = field(default_factory=Best)

    def begin(self, network: Network, rng: np.random.Generator) -> None:
        """Begin a run, or bring ``network`` and ``rng`` back to where it was."""
        if self.random is not None:
            network.noise, rng.bit_generator.state = self.noise, self.random
            return
        if network.random:
            network.noise = int(rng.integers(2**32))
        self.noise, self.random = network.noise, _state(rng)

    def move(self, done: int, loss: float, correct: int, batch_size: int) -> None:
        """Take in a chunk of the running epoch, of which so much is done in all."""
        self.beyond = done - self.done
        if done % batch_size == 0:
            self.done, self.beyond = done, 0
            self.loss, self.correct = loss, correct

    def end(self, epochs: int, rng: np.random.Generator) -> None:
        """Take in that so many epochs have come to their end."""
        self.epochs += epochs
        self.random = _state(rng)
        self.done = self.beyond = self.correct = 0
        self.loss = 0.0


def _state(rng: np.random.Generator) -> dict[str, Any]:
    # A new dictionary each time.
    return dict(rng.bit_generator.state)
