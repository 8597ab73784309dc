"""Who does the arithmetic: the protocol that every engine follows.

An engine turns a network into a :class:`Program`, which works in place on the network's own
parameters. Models, the training loop, pages and tests see only this protocol.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from nn.data.dataset import Dataset
from nn.network import Network

ENGINES = ("numpy", "wasm")
"""What engines are called where one can be chosen."""


class Totals(NamedTuple):
    """Sums over the samples that a call has worked through."""

    loss: float
    correct: int


class Program(Protocol):
    """A network made ready to run.

    It knows its network, which has to live on, but does not keep it alive: a network whose program
    did would take its megabytes with it until Python looks for cycles.
    """

    @property
    def name(self) -> str:
        """Who does the arithmetic, as people are shown it."""

    part: int
    """Samples that one step of work should not exceed: larger mini-batches are taken in parts."""

    carried: np.ndarray
    """What training keeps from call to call beside the network's and the optimizer's own arrays,
    flat; a program that is given what another one carried goes on as that would have."""

    def train(self, data: Dataset, order: np.ndarray, batch_size: int) -> Totals:
        """Update the parameters once for each mini-batch of ``order``.

        Args:
            data: the training set.
            order: (m,) indices into ``data``, worked through in this order; the last mini-batch is
                smaller when ``batch_size`` does not divide m.
            batch_size: samples a mini-batch, at least 1.
        """

    def gradients(self, data: Dataset, batch: np.ndarray, first: int = 0) -> Totals:
        """Set the network's ``gradients`` to those of one mini-batch, changing no parameter.

        Args:
            data: the training set.
            batch: (m,) indices into ``data``.
            first: how many samples of the same mini-batch have gone before these.
        """

    def evaluate(self, data: Dataset, start: int, stop: int) -> tuple[Totals, np.ndarray]:
        """Return totals and outputs, (stop - start, *output_shape), of samples start to stop."""

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs, (n, *output_shape), for raw ``inputs``, (n, *input_shape)."""


class Engine(Protocol):
    name: str
    """What people are shown."""

    def program(self, network: Network) -> Program:
        """Make a built network ready; compiled first, if it is to be trained or evaluated."""


class Runnable(Network):
    """A network that an engine makes ready to run."""

    @property
    def program(self) -> Program:
        """The network made ready, once it is built."""
        raise NotImplementedError
