"""What a network learns to write: a built-in text, a visitor's, or one that is not here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from nn.data.dataset import Dataset
from nn.data.text import Alphabet, bigram_bits, gzip_bits, held_out_from, parted
from nn.data.texts import built_in
from nn.experiment.settings import SettingsError
from nn.experiment.task import DataCode, Task
from nn.labs import text
from nn.labs.text import TextSettings
from nn.model import Sequential

FILE = "text.txt"
"""What a pasted text is called as a file."""


@dataclass(frozen=True, eq=False)
class TextSource:
    """One of three: a built-in text, a visitor's, or none.

    There is none where the network came from a weights file and its text did not.

    Attributes:
        own: a visitor's text.
        name: of its file.
        without: the characters of a network whose text is not here.

    >>> TextSource().built_in, TextSource("to be or not to be", "mine.txt").built_in
    (True, False)
    """

    own: str | None = None
    name: str = FILE
    without: Alphabet | None = None

    @property
    def built_in(self) -> bool:
        """Whether this is a built-in text."""
        return self.own is None and self.without is None

    def check(self) -> None:
        """Raise a ValueError if there is nothing to learn from."""
        if self.without is not None:
            raise ValueError(
                "the network has learnt another text, which is not open: open it, or begin with "
                "another text"
            )

    def text(self, settings: TextSettings) -> str:
        """Return the text; raises as :meth:`check` does."""
        self.check()
        return built_in(settings.text) if self.own is None else self.own

    def alphabet(self, settings: TextSettings) -> Alphabet:
        """Return its characters."""
        return self.without or Alphabet.of(self.text(settings))

    def task(self, settings: TextSettings) -> Task:
        """Return what a network for it is to do."""
        return text.task(settings, self.alphabet(settings))

    def data(self, settings: TextSettings, alphabet: Alphabet) -> Learnt:
        """Return it in windows, for a network with an alphabet.

        Raises:
            SettingsError: windows of so many characters do not fit into it.
            ValueError: there is none.
        """
        return Learnt(self.text(settings), alphabet, settings)

    def for_network(self, settings: TextSettings, model: Sequential) -> TextSource:
        """Return what a network from a weights file goes on with, which may be nothing.

        Args:
            settings: its own, which may name a built-in text.
            model: the network.
        """
        alphabet = text.alphabet_of(model)
        if self.own is not None and text.fits(self.own, alphabet):
            return self
        if Alphabet.of(built_in(settings.text)) == alphabet:
            return TextSource()
        return TextSource(without=alphabet)

    def told(self) -> str:
        """Return what is learnt from, in words; "" if it is built in."""
        if self.without is not None:
            return f"The network has learnt another text, in {len(self.without)} characters"
        if self.own is None:
            return ""
        known = Alphabet.of(self.own)
        others = len(set(self.own) - set(known.characters))
        rare = f"; {others:,} rare characters count as one" if others else ""
        return f"{self.name}: {len(self.own):,} characters, {len(known)} different ones{rare}"

    # ---- As a program.

    def code(self, settings: TextSettings) -> DataCode:
        """Return how a program gets the text."""
        if self.without is not None:
            return DataCode([], ["# Make train and test, two Datasets, with nn.data.text.parted."])
        imports = ["from nn.data.text import Alphabet, parted"]
        if self.own is None:
            imports.append("from nn.data.texts import built_in")
            line = f'text = built_in("{settings.text}")'
        else:
            imports = [
                "from pathlib import Path",
                "from nn.data.text import Alphabet, parted, read_text",
            ]
            line = f"text = read_text(Path({self.name!r}).read_bytes())"
        given = f"text, alphabet, {settings.steps}, {settings.held_out} / 100"
        lines = [line, "alphabet = Alphabet.of(text)", f"train, test = parted({given})"]
        return DataCode(imports, lines)

    def files(self) -> dict[str, bytes]:
        """Return what the program reads, by the names of the files."""
        return {} if self.own is None else {self.name: self.own.encode()}


@dataclass(frozen=True, eq=False)
class Learnt:
    """A text as a network learns it.

    Attributes:
        text: all of it.
        alphabet: of the network.
        settings: how it is parted.
    """

    text: str
    alphabet: Alphabet
    settings: TextSettings

    @cached_property
    def parts(self) -> tuple[Dataset, Dataset]:
        """What is learnt from, and what is tested with.

        Raises:
            SettingsError: windows of so many characters do not fit.
        """
        check_length(self.text, self.settings)
        share = self.settings.held_out / 100
        return parted(self.text, self.alphabet, self.settings.steps, share)

    @cached_property
    def yardsticks(self) -> tuple[float, float]:
        """Bits a character of the held-out end, by bigrams and by gzip."""
        cut = held_out_from(len(self.text), self.settings.held_out / 100, self.settings.steps)
        numbers = self.alphabet.encode(self.text)
        bigrams = bigram_bits(numbers[:cut], numbers[cut:], len(self.alphabet))
        return bigrams, gzip_bits(self.text[:cut], self.text[cut:])

    def excerpt(self, count: int) -> str:
        """Return so many characters of the held-out end."""
        cut = held_out_from(len(self.text), self.settings.held_out / 100, self.settings.steps)
        return self.text[cut : cut + count]


def check_length(text: str, settings: TextSettings) -> None:
    """Raise a SettingsError if windows of so many characters do not fit into a text."""
    try:
        held_out_from(len(text), settings.held_out / 100, settings.steps)
    except ValueError as error:
        raise SettingsError({"steps": str(error)}, settings.table) from None


def empty(model: Sequential) -> Dataset:
    """Return what there is of a text that is not here: no window."""
    none = np.empty((0, *model.input_shape), np.uint8)
    return Dataset(none, none, model.output_shape[-1], model.classes)


def suggested(settings: TextSettings, source: TextSource) -> TextSettings:
    """Return settings that suit what is learnt from: a visitor's text may be short or long."""
    if source.own is None:
        return settings
    fitting = text.suggested(settings, len(source.own))
    return replace(fitting, train_samples=None)
