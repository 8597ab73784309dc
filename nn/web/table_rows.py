"""Rows that a visitor has a network answer, and the file that they are downloaded as."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pyscript.js_modules import glue

from nn.data.tables import Table
from nn.elsewhere import of_file
from nn.labs.answers import Answers, answer_rows, answers_csv
from nn.labs.scores import scores
from nn.labs.split import answered, as_dataset
from nn.labs.table_source import Opened
from nn.model import Sequential
from nn.web import dom
from nn.web.dom import Parts
from nn.web.text import percent, readable

_MOST_ROWS = 100
"""Rows that are shown; all are in the file."""

_MOST_COLUMNS = 12


class TableRows:
    """The panel; ``learn`` is called with a table that a visitor wants to learn from instead."""

    def __init__(self, parts: Parts, learn: Callable[[Opened], None]) -> None:
        self._parts = parts
        self._learn = learn
        self._opened: Opened | None = None
        self._answers: Answers | None = None
        parts.click("saveAnswers", self._save)
        parts.click("learnRows", self._learn_from_them)

    @property
    def open(self) -> bool:
        """Whether there are any rows."""
        return self._opened is not None

    def close(self) -> None:
        """Forget the rows."""
        self._opened = self._answers = None
        self._parts.element("rowsTable").replaceChildren()

    def show(self, model: Sequential, opened: Opened) -> None:
        """Have a network answer the rows of a table.

        Raises:
            ValueError: the table lacks an input of the network, or holds something else.
        """
        table = opened.table
        try:
            answers = answer_rows(model, table)
        except ValueError as error:
            raise of_file(opened.name, error) from None
        self._opened, self._answers = opened, answers
        self._parts.show(
            "rowsSummary", f"{opened.name}: {len(table):,} rows. {_test(model, table)}"
        )
        outputs = [output.name for output in answers.columns.outputs]
        names = list(table.columns)[:_MOST_COLUMNS]
        head = dom.new("tr")
        titles = [*(f"{name}, predicted" for name in outputs), *names]
        head.append(*(dom.new("th", title, scope="col") for title in titles))
        lines = [head]
        part = table.take(np.arange(min(len(table), _MOST_ROWS)))
        cells = [*answers.texts, *(part.columns[name].as_written() for name in names)]
        for row in range(len(part)):
            line = dom.new("tr")
            line.append(*(dom.new("td", column[row] or "–") for column in cells))
            lines.append(line)
        self._parts.element("rowsTable").replaceChildren(*lines)
        more = len(table) - len(part)
        self._parts.show("rowsMore", f"{more:,} more rows are in the file." if more else "")

    def _learn_from_them(self) -> None:
        assert self._opened
        self._learn(self._opened)

    def _save(self) -> None:
        assert self._opened and self._answers
        name = f"{self._opened.name.rsplit('.', 1)[0]}-answers.csv"
        glue.download(name, answers_csv(self._opened.table, self._answers), "text/csv")
        dom.announce(f"Saved {name}")


def _test(model: Sequential, table: Table) -> str:
    """Return a sentence on how many answers are right, if the table has them."""
    columns = model.columns
    assert columns
    if not all(output.name in table.columns for output in columns.outputs):
        return "The table has no answers to compare with."
    try:
        rows = as_dataset(answered(table, columns), columns)
    except ValueError as error:
        return f"No test: {error}."
    found = scores(columns, rows, model.predict(rows.inputs))
    told = [
        f"{score.name}: R² {readable(score.r2, 4)}"
        if score.classes is None
        else f"{score.name}: {percent(score.accuracy, 2)} right"
        for score in found
    ]
    return f"Tested with {len(rows):,} of them: {'; '.join(told)}."
