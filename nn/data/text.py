"""Texts as networks read them: characters by number, windows, and how well one could guess them."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nn.data.archives import looks_like_zip
from nn.data.dataset import Dataset
from nn.data.foreign import refuse_binary
from nn.data.gzipped import is_gzip

MAX_BYTES = 5_000_000
"""Of a text."""

OTHER = "\N{REPLACEMENT CHARACTER}"
"""What stands for all characters that an alphabet has not."""

MOST = 120
"""Characters in an alphabet, unless told otherwise."""

SIGNS = {" ": "␣", "\n": "↵", "\t": "⇥"}
"""What stands for characters that cannot be seen, where one of them is shown alone."""


def read_text(content: bytes) -> str:
    """Return a file's text, with the ends of its lines as "\\n".

    Raises:
        ValueError: it is too large, empty, another kind of file, or not in UTF-8.

    >>> read_text(b"one\\r\\ntwo\\n")
    'one\\ntwo\\n'
    """
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"the text has {len(content) / 1e6:.1f} MB; texts of up to {MAX_BYTES // 1_000_000} MB "
            "can be learned"
        )
    if looks_like_zip(content) or is_gzip(content):
        raise ValueError("this is an archive, not a text: unpack it")
    refuse_binary(content, "a text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"the text is not in UTF-8, as byte {error.start + 1:,} shows: save it as UTF-8"
        ) from None
    if "\0" in text:
        raise ValueError("the file is not a text: it holds bytes that are no characters")
    if not text.strip():
        raise ValueError("the text is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class Alphabet:
    """The characters that a network knows, each by its place.

    Attributes:
        characters: all different; the last may be :data:`OTHER`, for what is none of them.

    >>> alphabet = Alphabet.of("abracadabra")
    >>> alphabet.characters, alphabet.encode("bad").tolist()
    ('abcdr', [1, 0, 3])
    """

    characters: str

    def __post_init__(self) -> None:
        if not 2 <= len(self.characters) <= 256:
            raise ValueError(f"an alphabet has 2 to 256 characters, not {len(self.characters)}")
        if len(set(self.characters)) < len(self.characters):
            raise ValueError("a character stands in the alphabet twice")

    @classmethod
    def of(cls, text: str, most: int = MOST) -> Alphabet:
        """Return the characters of a text in order; beyond ``most``, the rarest are OTHER.

        Raises:
            ValueError: the text has fewer than two different ones.
        """
        counts = Counter(text)
        if len(counts) <= most:
            return cls("".join(sorted(counts)))
        counts.pop(OTHER, None)
        # Of equally frequent ones the first in order, so that the text alone decides.
        kept = sorted(counts, key=lambda c: (-counts[c], c))[: most - 1]
        return cls("".join(sorted(kept)) + OTHER)

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """Return the number of each character, (n,) uint8.

        Raises:
            ValueError: one is not in the alphabet, which has nothing for others either.
        """
        places = {character: place for place, character in enumerate(self.characters)}
        other = places.get(OTHER)
        numbers = [places.get(character, other) for character in text]
        if None in numbers:
            unknown = text[numbers.index(None)]
            raise ValueError(f"the network does not know the character {unknown!r}")
        return np.array(numbers, np.uint8)

    def decode(self, numbers: Iterable[int]) -> str:
        """Return the text of numbers."""
        return "".join(self.characters[number] for number in numbers)


def windows(numbers: np.ndarray, steps: int, alphabet: Alphabet) -> Dataset:
    """Return a text in windows side by side, each labelled with the character after each.

    What does not fill a window at the end is left out.

    Args:
        numbers: (n,) uint8, as an alphabet gives them.
        steps: characters in a window.
        alphabet: which.

    Raises:
        ValueError: the text does not fill one.

    >>> alphabet = Alphabet("abc")
    >>> data = windows(alphabet.encode("abcabca"), 3, alphabet)
    >>> data.inputs.tolist(), data.targets.tolist()
    ([[0, 1, 2], [0, 1, 2]], [[1, 2, 0], [1, 2, 0]])
    """
    count = (len(numbers) - 1) // steps
    if count < 1:
        raise ValueError(f"the text has {len(numbers)} characters; it takes at least {steps + 1}")
    size = count * steps
    inputs, labels = (
        part.reshape(count, steps) for part in (numbers[:size], numbers[1 : size + 1])
    )
    return Dataset(inputs, labels, len(alphabet), tuple(alphabet.characters))


def held_out_from(length: int, share: float, steps: int) -> int:
    """Return where the end of a text begins that is held out: a window of it at least.

    Raises:
        ValueError: the text does not fill two windows.

    >>> held_out_from(1_000, 0.1, 64)
    900
    """
    least = 2 * (steps + 1)
    if length < least:
        raise ValueError(
            f"the text has {length:,} characters; windows of {steps} take at least {least}"
        )
    return min(max(round((1 - share) * length), steps + 1), length - steps - 1)


def parted(text: str, alphabet: Alphabet, steps: int, held_out: float) -> tuple[Dataset, Dataset]:
    """Return a text in windows, and its end to test with.

    Args:
        text: of characters that ``alphabet`` has, or has something for.
        steps: characters in a window.
        held_out: the share of the text that is at its end.

    Raises:
        ValueError: the text does not fill two windows, or has other characters.

    >>> train, test = parted("abc" * 100, Alphabet("abc"), 9, 0.2)
    >>> len(train), len(test)
    (26, 6)
    """
    numbers = alphabet.encode(text)
    cut = held_out_from(len(numbers), held_out, steps)
    return windows(numbers[:cut], steps, alphabet), windows(numbers[cut:], steps, alphabet)


def bigram_bits(train: np.ndarray, test: np.ndarray, characters: int) -> float:
    """Return what a character of ``test`` takes, in bits, for who knows which follow which.

    A table of how often each character followed each other one in ``train``, with a half added to
    each count (Krichevsky & Trofimov 1981), is the least that a network has to do better than.

    Args:
        train, test: (n,) numbers of characters.
        characters: how many there are.

    >>> numbers = np.array([0, 1] * 500)
    >>> bigram_bits(numbers, numbers, 2) < 0.01
    True
    """
    counts = np.full((characters, characters), 0.5)
    np.add.at(counts, (train[:-1], train[1:]), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return float(-np.log2(shares[test[:-1], test[1:]]).mean())


def gzip_bits(train: str, test: str) -> float:
    """Return what a character of ``test`` takes, in bits, in a gzip file that ``train`` began."""
    sizes = [len(zlib.compress(text.encode(), 9)) for text in (train + test, train)]
    return 8 * (sizes[0] - sizes[1]) / len(test)
