"""What a network remembers while it reads: what each unit does at each character of a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from nn.data.text import Alphabet
from nn.layers.recurrent import Recurrent
from nn.network import Network
from nn.stepping import Stepper


@dataclass(frozen=True)
class Unit:
    """A number that a network remembers, or one of the heads with which it looks back.

    Attributes:
        layer: its place.
        name: of what the layer remembers.
        index: which of it.
        looks: whether it is a head of attention.
    """

    layer: int
    name: str
    index: int
    looks: bool


@dataclass(frozen=True, eq=False)
class Remembered:
    """What was remembered at each character of a text.

    Attributes:
        text: this.
        values: for each layer and name (n, units), of heads for each character (heads, 1 to n).
    """

    text: str
    values: dict[tuple[int, str], list[np.ndarray]]

    def units(self) -> list[Unit]:
        """Return all there is to look at, in the order of the layers."""
        found = []
        for (layer, name), values in sorted(self.values.items()):
            looks = values[0].ndim == 2
            found += [Unit(layer, name, index, looks) for index in range(len(values[0]))]
        return found

    def of(self, unit: Unit) -> np.ndarray:
        """Return what a unit was at each character, (n,), between -1 and 1."""
        values = np.array([each[unit.index] for each in self.values[unit.layer, unit.name]])
        largest = np.abs(values).max()
        return values / largest if largest > 1 else values

    def looks_of(self, unit: Unit, place: int) -> np.ndarray:
        """Return how much a head takes from each character, being at ``place``: (n,), of sum 1."""
        seen = self.values[unit.layer, unit.name][place][unit.index]
        looks = np.zeros(len(self.text))
        # Where there are only so many places, the first characters are forgotten.
        looks[place + 1 - len(seen) : place + 1] = seen
        return looks


def remembering(network: Network, alphabet: Alphabet, text: str) -> Iterator[Remembered | None]:
    """Go through a text, yield None after each character, and what was remembered in the end.

    >>> from nn import Dense, Embedding, GRU, Sequential
    >>> model = Sequential(
    ...     [Embedding(3, 2), GRU(4, return_sequences=True), Dense(3, "softmax")]
    ... )
    >>> model.build((8,), 1)
    >>> *_, memory = remembering(model, Alphabet("abc"), "abcab")
    >>> len(memory.units()), memory.of(memory.units()[2]).shape
    (4, (5,))
    """
    stepper = Stepper(network)
    values: dict[tuple[int, str], list[np.ndarray]] = {}
    for number in alphabet.encode(text):
        stepper.take(number)
        for place, (layer, memory) in enumerate(zip(network.layers, stepper.memories, strict=True)):
            for name, value in memory.items():
                if name.endswith("attention") or (
                    isinstance(layer, Recurrent) and name == "before"
                ):
                    values.setdefault((place, name), []).append(value[0].copy())
        yield None
    yield Remembered(text, values)


# ---- What units may follow.


def _in_line(text: str) -> np.ndarray:
    """How far each character is from the beginning of its line."""
    return np.array([place - (text.rfind("\n", 0, place) + 1) for place in range(len(text))])


def _in_word(text: str) -> np.ndarray:
    """How far each character is from the beginning of its word."""
    found, length = [], 0
    for character in text:
        length = length + 1 if character.isalpha() else 0
        found.append(length)
    return np.array(found)


def _in_quotes(text: str) -> np.ndarray:
    """Whether each character stands between quotation marks."""
    found, inside = [], False
    for place, character in enumerate(text):
        before = text[place - 1] if place else " "
        if character == '"' or (character == "'" and not (inside or before.isalpha())):
            inside = not inside if character == '"' else True
        elif character == "'" and inside and not text[place + 1 : place + 2].isalpha():
            inside = False
        found.append(inside)
    return np.array(found)


SIGNS: dict[str, Callable[[str], np.ndarray]] = {
    "how long the line is": _in_line,
    "how long the word is": _in_word,
    "capital letters": lambda text: np.array([each.isupper() for each in text]),
    "vowels": lambda text: np.array([each.lower() in "aeiouy" for each in text]),
    "quotation marks": _in_quotes,
}
"""What can be said of each character of a text, as numbers, and how."""


def follows_best(memory: Remembered, sign: str) -> tuple[Unit, float] | None:
    """Return the unit that goes most nearly with a sign, up or down, and the correlation.

    None where there is no unit, or nothing of the sign in the text.
    """
    wanted = SIGNS[sign](memory.text).astype(np.float64)
    units = [unit for unit in memory.units() if not unit.looks]
    if not units or np.ptp(wanted) == 0:
        return None
    found = []
    for unit in units:
        values = memory.of(unit)
        flat = np.ptp(values) == 0
        found.append(0.0 if flat else float(np.corrcoef(values, wanted)[0, 1]))
    best = int(np.argmax(np.abs(found)))
    return units[best], found[best]
