"""Networks that go through a sequence one step at a time, and remember what was before."""

from __future__ import annotations

import numpy as np

from nn.layers import Pass, PositionEmbedding
from nn.network import Network


class Stepper:
    """Gives a network the steps of one sequence, each once.

    A step costs one step, however long the sequence is, and a sequence may go on longer than those
    that the network was built for. Where a network has a place for only so many steps, the last
    half of them is given anew when they are used up.

    Args:
        network: takes sequences, and answers at each step.

    Attributes:
        memories: what each layer remembers, by name.

    >>> from nn import GRU, Dense, Sequential
    >>> model = Sequential([GRU(4, return_sequences=True), Dense(1)])
    >>> model.build((8, 1), 1)
    >>> x = np.sin(np.arange(8.0))[:, np.newaxis]
    >>> stepper = Stepper(model)
    >>> answers = [stepper.take(value) for value in x]
    >>> np.allclose(answers, model.predict(x[np.newaxis])[0], atol=1e-6)
    True
    """

    def __init__(self, network: Network) -> None:
        network.check_built()
        self._network = network
        in_places = any(isinstance(one, PositionEmbedding) for one in network.layers)
        self._places = network.input_shape[0] if in_places else None
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.memories: list[dict[str, np.ndarray]] = [{} for _ in self._network.layers]
        self._recent: list[np.ndarray] = []

    def take(self, x: np.ndarray | np.generic) -> np.ndarray:
        """Return what the network answers to the next step.

        Args:
            x: raw data, of the shape that a step has.

        Raises:
            ValueError: a layer cannot work on one step after another.
        """
        if self._places is not None and len(self._recent) == self._places:
            kept = self._recent[len(self._recent) - len(self._recent) // 2 :]
            self.reset()
            for earlier in kept:
                self._take(earlier)
        return self._take(np.asarray(x))

    def _take(self, x: np.ndarray) -> np.ndarray:
        network = self._network
        if self._places is not None:
            self._recent.append(x)
        raw = x[np.newaxis, np.newaxis]
        scaled = np.empty(raw.shape, network.dtype)
        network.inputs.forward(raw, scaled, Pass())
        y = scaled[:, 0]
        with np.errstate(over="ignore", invalid="ignore"):
            for layer, memory in zip(network.layers, self.memories, strict=True):
                y = layer.step(y, memory)
                layer.activation.forward(y)
        answer: np.ndarray = y[0]
        return answer
