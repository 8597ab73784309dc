"""What the lab of tables learns from: built-in colours, a visitor's table, or one not here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nn.data.columns import Columns
from nn.data.gzipped import Slices
from nn.data.tables import Table, beside, reading_table
from nn.elsewhere import of_file
from nn.experiment.task import DataCode, Task
from nn.labs import colours, colours_code
from nn.labs.colours import ColoursSettings
from nn.labs.selection import Selection, can_test, first_choice
from nn.labs.split import Split, told
from nn.model import Sequential


@dataclass(frozen=True, eq=False)
class Opened:
    """A table, and all it takes to read it again another way.

    Attributes:
        table: what was read.
        name: of its file.
        content: of its file.
        header, encoding: how it was to be read, as :func:`nn.data.tables.read_table` has them.
        beside: a table to test with or to be answered that came in the same zip; None without one.
        archive: the name of the zip that it lay beside another table in; often nothing.
    """

    table: Table
    name: str
    content: bytes
    header: bool | None = None
    encoding: str = ""
    beside: Opened | None = None
    archive: str = ""

    @classmethod
    def reading(
        cls, content: bytes, name: str, header: bool | None = None, encoding: str = ""
    ) -> Slices[Opened]:
        """Read a table, a slice a turn, as :func:`nn.data.tables.read_table` does.

        Raises:
            ValueError: it is none; the message begins with the file's name.
        """
        try:
            table = yield from reading_table(content, header, encoding)
            another = beside(content)
        except ValueError as error:
            raise of_file(name, error) from None
        opened = cls(table, name, content, header, encoding)
        if another is not None:
            inner = yield from cls.reading(another[1], another[0], table.header, encoding)
            opened = replace(opened, beside=replace(inner, archive=name))
        return opened

    @property
    def code(self) -> str:
        """What reads it in a program."""
        content = f"Path({self.archive or self.name!r}).read_bytes()"
        given = [f"beside({content})[1]" if self.archive else content]
        if self.header is not None:
            given.append(f"header={self.header}")
        if self.encoding:
            given.append(f"encoding={self.encoding!r}")
        return f"read_table({', '.join(given)})"


@dataclass(frozen=True, eq=False)
class TableSource:
    """One of three: the built-in colours, columns of a table, or nothing.

    There is nothing where the network came from a weights file and its table did not.

    Attributes:
        opened: the table that is open, whether it is learnt from or not.
        selection: the columns that are learnt from; None of the built-in colours.
        notes: sentences on how these columns were chosen.
        without: a network whose table is not here.
        test: a table to test with; None to hold out rows of the other one.

    >>> TableSource().built_in
    True
    """

    opened: Opened | None = None
    selection: Selection | None = None
    notes: tuple[str, ...] = ()
    without: Sequential | None = None
    test: Opened | None = None

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
        tests = opened.beside is not None and can_test(opened.beside.table, selection)
        return cls(opened, selection, tuple(notes), test=opened.beside if tests else None)

    @property
    def unanswered(self) -> Opened | None:
        """A table that came beside the other one and has no answers: to be answered."""
        beside = self.opened.beside if self.opened is not None else None
        if beside is None or self.selection is None or can_test(beside.table, self.selection):
            return None
        return beside

    @property
    def built_in(self) -> bool:
        """Whether these are the built-in colours."""
        return self.selection is None and self.without is None

    def choose(self, selection: Selection) -> TableSource:
        """Return the source with other columns, or other kinds of them."""
        assert self.opened
        opened = replace(self.opened, table=selection.table)
        return replace(self, opened=opened, selection=selection)

    def tested_with(self, test: Opened | None, settings: ColoursSettings) -> TableSource:
        """Return the source with another table to test with, or with none.

        Raises:
            ValueError: the table cannot test what is learnt; the message begins with its name.
        """
        source = replace(self, test=test)
        try:
            source.parts(settings)
        except ValueError as error:
            raise of_file(test.name, error) if test else error from None
        return source

    @property
    def _test_table(self) -> Table | None:
        return self.test.table if self.test is not None else None

    def learns_like(self, other: TableSource) -> bool:
        """Whether both are the same rows and columns, whatever the network."""
        tables = [one.opened.table if one.opened else None for one in (self, other)]
        choices = [one.selection.choice if one.selection else None for one in (self, other)]
        same_table = tables[0] is tables[1] and self.without is other.without
        same_table = same_table and self.test is other.test
        return same_table and choices[0] == choices[1]

    def for_network(self, settings: ColoursSettings, model: Sequential) -> TableSource:
        """Return what a network from a weights file goes on with, which may be nothing."""
        assert model.columns
        for selection in (self._selected(model.columns), None):
            try:
                colours.data(settings, selection, model.columns)
            except ValueError:
                continue
            # Its test table stays only with the columns that it was opened for.
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
        return colours.task(settings, self.selection, self._test_table)

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
        return colours.data(settings, self.selection, columns, self._test_table)

    def code(self, settings: ColoursSettings) -> DataCode:
        """Return the part of a program that gets the data."""
        if self.without is not None:
            assert self.without.columns
            return colours_code.missing_data_code(self.without.columns)
        reading = self.opened.code if self.opened is not None else ""
        reading_test = self.test.code if self.test is not None else ""
        return colours_code.data_code(
            settings, self.selection, reading, self._test_table, reading_test
        )

    def files(self) -> dict[str, bytes]:
        """Return what the program reads, by the names of the files."""
        return {one.name: one.content for one in (self.opened, self.test) if one and self.selection}

    def told(self, parts: Split | None) -> str:
        """Return how many rows there are, and what for; ``parts`` are theirs."""
        if self.without is not None:
            assert self.without.columns
            return f"No table is open: {colours.described(self.without.columns)}."
        assert parts is not None
        file = f"{self.opened.name}: " if self.opened and self.selection else ""
        return file + colours.told(parts, self.built_in, self.test.name if self.test else "")

    def told_test(self, parts: Split | None) -> str:
        """Return which rows are tested with, as in "the 60 rows held out for testing"."""
        if self.test is not None:
            return f"of {self.test.name}"
        if parts is not None and parts.held_out:
            return "held out for testing"
        return "it learnt from: none is held out"

    def assumed(self, parts: Split | None) -> list[str]:
        """Return sentences on what was assumed of a table; ``parts`` are its rows."""
        if self.selection is None or parts is None:
            return []
        tested = self.test.name if self.test is not None else None
        return [*self.selection.table.notes, *self.notes, *told(parts, tested)]
