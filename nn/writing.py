"""Networks that write: one character at a time, each of which they are then given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nn.layers import Pass, PositionEmbedding
from nn.network import Network


class Writer:
    """Goes through a sequence with a network, step by step, and remembers what was before.

    A step costs one step, however long the sequence is. Where a network has a place for only so
    many steps, the last half of them is read anew when they are used up.

    Args:
        network: gives at each step of a sequence of whole numbers how likely each comes next.

    Attributes:
        memories: what each layer remembers, by name.

    Raises:
        ValueError: the network is not such a one.

    >>> from nn import Dense, Embedding, GRU, Sequential
    >>> model = Sequential(
    ...     [Embedding(3, 2), GRU(4, return_sequences=True), Dense(3, "softmax")]
    ... )
    >>> model.build((8,), 1)
    >>> writer = Writer(model)
    >>> writer.read([0, 1]).shape, len(list(writer.write(5, rng=1)))
    ((3,), 5)
    """

    def __init__(self, network: Network) -> None:
        network.check_built()
        shapes = network.input_shape, network.output_shape
        if len(shapes[0]) != 1 or len(shapes[1]) != 2 or shapes[0][0] != shapes[1][0]:
            raise ValueError(
                f"a network that writes makes (steps, characters) of (steps,), not {shapes[1]} of "
                f"{shapes[0]}"
            )
        self._network = network
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.memories: list[dict[str, np.ndarray]] = [{} for _ in self._network.layers]
        self._recent: list[int] = []
        self._likely: np.ndarray | None = None

    def read(self, numbers: list[int] | np.ndarray) -> np.ndarray:
        """Go through some more numbers; return how likely each is next, (characters,)."""
        for number in numbers:
            if self._is_full():
                kept = self._recent[len(self._recent) - len(self._recent) // 2 :]
                self.reset()
                for earlier in kept:
                    self._take(earlier)
            self._take(int(number))
        if self._likely is None:
            raise ValueError("there is nothing to go on from: read at least one character first")
        return self._likely

    def write(
        self, count: int, temperature: float = 1.0, rng: np.random.Generator | int | None = None
    ) -> Iterator[int]:
        """Yield numbers, each drawn by how likely it is and then read.

        Args:
            count: how many.
            temperature: below 1 likely ones become likelier still, above 1 less so; at 0 the
                likeliest always comes.
            rng: a generator, or a seed for one.
        """
        rng = np.random.default_rng(rng)
        for _ in range(count):
            shares = tempered(self.read([]), temperature)
            number = int(np.searchsorted(shares.cumsum(), rng.random() * shares.sum(), "right"))
            number = min(number, len(shares) - 1)
            self.read([number])
            yield number

    def _is_full(self) -> bool:
        """Whether there is no place for another step."""
        in_places = any(isinstance(one, PositionEmbedding) for one in self._network.layers)
        return in_places and len(self._recent) == self._network.input_shape[0]

    def _take(self, number: int) -> None:
        self._recent = [*self._recent, number][-self._network.input_shape[0] :]
        self._likely = self._step(number)

    def _step(self, number: int) -> np.ndarray:
        network = self._network
        raw = np.full((1, 1), number, np.uint8)
        x = np.empty((1, 1), network.dtype)
        network.inputs.forward(raw, x, Pass())
        y = x[:, 0]
        for layer, memory in zip(network.layers, self.memories, strict=True):
            y = layer.step(y, memory)
            layer.activation.forward(y)
        likely: np.ndarray = y[0]
        return likely


def tempered(shares: np.ndarray, temperature: float) -> np.ndarray:
    """Return ``pᵢ^(1/T) / Σⱼ pⱼ^(1/T)``, all for the largest at T = 0.

    Raises:
        ValueError: the temperature is negative.

    >>> tempered(np.array([0.8, 0.2]), 0.5).round(3).tolist()
    [0.941, 0.059]
    """
    if not temperature >= 0:
        raise ValueError(f"temperature must not be negative, got {temperature}")
    logarithms = np.log(np.maximum(shares.astype(np.float64), 1e-300))
    logarithms -= logarithms.max()
    if temperature == 0:
        powers = (logarithms == 0).astype(np.float64)
    else:
        powers = np.exp(logarithms / temperature)
    tempered_: np.ndarray = powers / powers.sum()
    return tempered_
