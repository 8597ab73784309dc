"""Networks that write: one character at a time, each of which they are then given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nn.network import Network
from nn.stepping import Stepper


class Writer:
    """Goes through a sequence with a network, step by step, and remembers what was before.

    A step costs one step, however long the sequence is; see :class:`nn.stepping.Stepper`.

    Args:
        network: gives at each step of a sequence of whole numbers how likely each comes next.

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
        self._stepper = Stepper(network)
        self.reset()

    @property
    def memories(self) -> list[dict[str, np.ndarray]]:
        """What each layer remembers, by name."""
        return self._stepper.memories

    def reset(self) -> None:
        """Begin anew."""
        self._stepper.reset()
        self._likely: np.ndarray | None = None

    def read(self, numbers: list[int] | np.ndarray) -> np.ndarray:
        """Go through some more numbers; return how likely each is next, (characters,)."""
        for number in numbers:
            self._likely = self._stepper.take(np.uint8(number))
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
