"""A table that a visitor has opened, and what is learnt from it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from nn.data.gzipped import Slices
from nn.data.tables import Table, reading_table
from nn.elsewhere import of_file
from nn.experiment.experiment import Experiment
from nn.labs.colours import ColoursSettings
from nn.labs.selection import Selection
from nn.model import Sequential
from nn.web.text import shortened

State: TypeAlias = tuple[Table | None, str, bytes, list[str], Selection | None]
"""A table, its file's name and content, what was assumed, and the columns that are learnt from."""

Former: TypeAlias = tuple[Experiment, ColoursSettings, State, Sequential | None]
"""A network, the settings it was made with, its table, and itself if it came without one."""


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


def told_choice(selection: Selection) -> str:
    """Return how many inputs there are, and what is predicted."""
    choice = selection.choice
    inputs = len(choice.inputs)
    outputs = []
    for name, sort in zip(choice.outputs[:4], choice.sorts, strict=False):
        classes = len(selection.table.columns[name].categories[1])
        kind = "numbers" if sort == "number" else f"{classes:,} classes"
        outputs.append(f"the {kind} of {shortened(name, 40)}")
    more = f" and {len(choice.outputs) - 4} more" if len(choice.outputs) > 4 else ""
    return f"{inputs} input{'s' * (inputs > 1)} to predict {', '.join(outputs)}{more}"
