"""What the lab of tables learns from: built-in colours, a visitor's table, or one not here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nn.data.columns import Columns
from nn.data.gzipped import Slices
from nn.data.tables import Table, reading_table
from nn.elsewhere import of_file
from nn.experiment.task import DataCode, Task
from nn.labs import colours
from nn.labs.colours import ColoursSettings
from nn.labs.selection import Selection, first_choice
from nn.labs.split import Split, told
from nn.model import Sequential


@dataclass(frozen=True, eq=False)
class Opened:
    """A table, the name of its file, and the file's content, to be read again another way."""

    table: Table
    name: str
    content: bytes

    @classmethod
    def reading(cls, content: bytes, name: str, header: bool | None = None) -> Slices[Opened]:
        """Read a table, a slice a turn, as :func:`nn.data.tables.read_table` does.

        Raises:
            ValueError: it is none; the message begins with the file's name.
        """
        try:
            return cls((yield from reading_table(content, header)), name, content)
        except ValueError as error:
            raise of_file(name, error) from None


@dataclass(frozen=True, eq=False)
class TableSource:
    """One of three: the built-in colours, columns of a table, or nothing.

    There is nothing where the network came from a weights file and its table did not.

    Attributes:
        opened: the table that is open, whether it is learnt from or not.
        selection: the columns that are learnt from; None of the built-in colours.
        notes: sentences on how these columns were chosen.
        without: a network whose table is not here.

    >>> TableSource().built_in
    True
    """

    opened: Opened | None = None
    selection: Selection | None = None
    notes: tuple[str, ...] = ()
    without: Sequential | None = None

    @classmethod
    def of(cls, opened: Opened) -> TableSource:
        """Return what is learnt from a table at first.

        Raises:
            ValueError: nothing can be; the message begins with the file's name.
        """
        try:
            selection, notes = first_choice(opened.table)
        except ValueError as error:
            raise of_file(opened.name, error) from None
        return cls(opened, selection, tuple(notes))

    @property
    def built_in(self) -> bool:
        """Whether these are the built-in colours."""
        return self.selection is None and self.without is None

    def choose(self, selection: Selection) -> TableSource:
        """Return the source with other columns, or other kinds of them."""
        assert self.opened
        opened = replace(self.opened, table=selection.table)
        return replace(self, opened=opened, selection=selection)

    def learns_like(self, other: TableSource) -> bool:
        """Whether both are the same rows and columns, whatever the network."""
        tables = [one.opened.table if one.opened else None for one in (self, other)]
        choices = [one.selection.choice if one.selection else None for one in (self, other)]
        same_table = tables[0] is tables[1] and self.without is other.without
        return same_table and choices[0] == choices[1]

    def for_network(self, settings: ColoursSettings, model: Sequential) -> TableSource:
        """Return what a network from a weights file goes on with, which may be nothing."""
        assert model.columns
        for selection in (self._selected(model.columns), None):
            try:
                colours.data(settings, selection, model.columns)
            except ValueError:
                continue
            return TableSource(self.opened, selection)
        return TableSource(self.opened, without=model)

    def _selected(self, columns: Columns) -> Selection | None:
        """Return the columns of the open table, if there is one that has them."""
        if self.opened is None:
            return None
        try:
            return Selection.like(self.opened.table, columns)
        except ValueError:
            return None

    def check(self) -> None:
        """Raise a ValueError if there is nothing to learn from."""
        if self.without is not None:
            assert self.without.columns
            described = colours.described(self.without.columns)
            raise ValueError(f"{described}: open a table with these columns first")

    def task(self, settings: ColoursSettings) -> Task:
        """Return what a network is for; raises as :func:`nn.labs.colours.task` does."""
        if self.without is not None:
            return colours.task_of(settings, self.without)
        return colours.task(settings, self.selection)

    def outline(self, settings: ColoursSettings) -> Task:
        """Return as much of the task as is had without making rows; raises as :meth:`task` does."""
        if self.without is not None:
            return colours.task_of(settings, self.without)
        return colours.outline(settings, self.selection)

    def parts(self, settings: ColoursSettings, columns: Columns | None = None) -> Split:
        """Return what to train on and to test with, for a network with ``columns`` if given.

        Raises:
            ValueError: there is nothing, or too little.
        """
        self.check()
        return colours.data(settings, self.selection, columns)

    def code(self, settings: ColoursSettings) -> DataCode:
        """Return the part of a program that gets the data."""
        if self.without is not None:
            assert self.without.columns
            return colours.missing_data_code(self.without.columns)
        file = self.opened.name if self.opened is not None else ""
        return colours.data_code(settings, self.selection, file)

    def told(self, parts: Split | None) -> str:
        """Return how many rows there are, and what for; ``parts`` are theirs."""
        if self.without is not None:
            assert self.without.columns
            return f"No table is open: {colours.described(self.without.columns)}."
        assert parts is not None
        file = f"{self.opened.name}: " if self.opened and self.selection else ""
        return file + colours.told(parts, self.built_in)

    def assumed(self, parts: Split | None) -> list[str]:
        """Return sentences on what was assumed of a table; ``parts`` are its rows."""
        if self.selection is None or parts is None:
            return []
        return [*self.selection.table.notes, *self.notes, *told(parts)]
