"""A lab that has built-in data, and learns from a visitor's as well."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from nn.experiment.settings import Settings
from nn.experiment.task import DataCode, Task
from nn.web.ask import Ask
from nn.web.lab import Lab

S = TypeVar("S", bound=Settings)
T = TypeVar("T", bound=Settings, contravariant=True)


class Source(Protocol[T]):
    """What a lab learns from."""

    @property
    def built_in(self) -> bool:
        """Whether it is the lab's own."""

    @property
    def without(self) -> Any:
        """What a loaded network tells of its data, which is not here; None if it is."""

    def task(self, settings: T) -> Task:
        """Return what a network is for that learns from it."""

    def check(self) -> None:
        """Raise a ValueError that says what to do if the data is not here."""

    def code(self, settings: T) -> DataCode:
        """Return how a program in a terminal gets the same data."""

    def files(self) -> dict[str, bytes]:
        """Return the files that such a program reads."""


O = TypeVar("O", bound=Source[Any])  # noqa: E741


class SourceLab(Lab[S], Generic[S, O]):
    """A lab whose data is a :class:`Source`.

    A subclass shows the source when it is ``adopted``.
    """

    def __init__(self, source: O) -> None:
        super().__init__()
        self._source = self._told_source = source
        self._ask = Ask(self.parts)

    def task(self, settings: S) -> Task:
        return self._source.task(settings)

    def data_code(self, settings: S) -> DataCode:
        return self._source.code(settings)

    def program_files(self) -> dict[str, bytes]:
        return self._source.files()

    def check_data(self) -> None:
        self._source.check()

    @property
    def own(self) -> bool:
        return not self._source.built_in

    def _tell_panels(self) -> None:
        """Tell the panels if what is learnt from has changed, and not only the network."""
        if self._source is not self._told_source:
            self._told_source = self._source
            self.panels.data_changed()

    def _learn_from(self, source: O) -> None:
        self._ask.close()
        self._source = source

    def _brought_back(self, source: O | None, what: str) -> Callable[[], None]:
        """Return what takes up a source that was kept; None is one whose reading was stopped."""
        if source is None:
            raise ValueError(f"reading {what} was stopped")
        return partial(self._learn_from, source)

    def _learn_or_ask(self, learn: Callable[[], None], what: str) -> None:
        """Learn from other data at once, or ask first if that takes a network from somebody."""
        if self.experiment.history.samples or self._source.without is not None:
            question = f"{what} needs a new network: the current one would be replaced."
            self._ask.ask(question, "Open it", learn)
        else:
            learn()


class RemakingLab(SourceLab[S, O]):
    """One whose form makes the network anew as soon as a setting changes."""

    _seen: S | None = None

    def adopted(self) -> None:
        self._seen = self.made_with

    def write_form(self, settings: S) -> None:
        """Write the form, from which no network is made then."""
        self._seen = settings
        self.form.write(settings)

    def form_changed(self, settings: S | None) -> None:
        if settings is None:
            return
        before, self._seen = self._seen, settings
        if settings != before:  # or else training has begun or ended
            self._settings_changed(before, settings)

    def _settings_changed(self, before: S | None, settings: S) -> None:
        """Go on with other settings: in a new network if it is another, which Undo takes back."""
        if settings.network() == self.made_with.network():
            self.made_with = settings
        elif not self.busy and self._source.without is None:
            with self.memory.undoable():
                self.remake()

    def _begin_with(self, source: O, settings: S) -> None:
        """Begin anew with other data; Undo brings back a network that was trained."""
        with self.memory.undoable():
            self.forget_run()
            self._learn_from(source)
            self.write_form(settings)
            self.remake()

    def _go_on_with(self, source: O) -> None:
        """Let the network that was loaded learn from its data."""
        before, self._source = self._source, source
        try:
            self.adopted()
        except ValueError:
            self._source = before
            raise
