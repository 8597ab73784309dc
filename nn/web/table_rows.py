"""Rows that a visitor has a network answer, and the file that they are downloaded as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pyscript.js_modules import glue

from nn.data.tables import Table
from nn.elsewhere import of_file
from nn.labs.answers import Answers, answer_rows, answers_csv
from nn.labs.rows import rows_to_test
from nn.labs.scores import scores
from nn.labs.table_source import Opened
from nn.model import Sequential
from nn.web import dom
from nn.web.dom import Parts
from nn.web.figures import percent, readable

_MOST_ROWS = 100
"""Rows that are shown; all are in the file."""

_MOST_COLUMNS = 12


class TableRows:
    """The panel.

    Args:
        parts: the lab's elements.
        learn: called with a table that a visitor wants to learn from instead.
        explain: called with the (features,) of a row whose answer is to be explained.
    """

    def __init__(
        self,
        parts: Parts,
        learn: Callable[[Opened], None],
        explain: Callable[[np.ndarray], None],
    ) -> None:
        self._parts = parts
        self._learn, self._explain = learn, explain
        self._inputs = np.empty((0, 0))
        dom.on(parts.element("rowsTable"), "click", self._clicked)
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
        told = [f"{opened.name}: {len(table):,} rows", *answers.notes, _test(model, table)]
        self._parts.show("rowsSummary", ". ".join(told))
        outputs = [output.name for output in answers.columns.outputs]
        names = list(table.columns)[:_MOST_COLUMNS]
        head = dom.new("tr")
        titles = [*(f"{name}, predicted" for name in outputs), "Why", *names]
        head.append(*(dom.new("th", title, scope="col") for title in titles))
        lines = [head]
        part = table.take(np.arange(min(len(table), _MOST_ROWS)))
        self._inputs = answers.columns.encode(part)
        cells = [part.columns[name].as_written() for name in names]
        for row in range(len(part)):
            line = dom.new("tr")
            line.append(*(dom.new("td", column[row] or "–") for column in answers.texts))
            line.append(self._why(row))
            line.append(*(dom.new("td", column[row] or "–") for column in cells))
            lines.append(line)
        self._parts.element("rowsTable").replaceChildren(*lines)
        more = len(table) - len(part)
        self._parts.show("rowsMore", f"{more:,} more rows are in the file." if more else "")

    def _why(self, row: int) -> Any:
        """Return a cell with a button that has the answer of a row explained, if it has one."""
        cell = dom.new("td")
        if np.isfinite(self._inputs[row]).all():
            button = dom.new("button", "Why", type="button", data_row=str(row))
            button.className = "small"
            button.ariaLabel = f"Why, row {row + 1}"
            cell.append(button)
        return cell

    def _clicked(self, event: Any) -> None:
        button = event.target.closest("button")
        if button:
            self._explain(self._inputs[int(button.dataset.row)])

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
        rows, told = rows_to_test(table, columns)
    except ValueError as error:
        return f"No test: {error}."
    found = scores(columns, rows, model.predict(rows.inputs))
    measured = [
        f"{score.name}: R² {readable(score.r2, 4)}"
        if score.classes is None
        else f"{score.name}: {percent(score.accuracy, 2)} right"
        for score in found
    ]
    sentences = [f"Tested with {len(rows) + rows.unknown:,} of them: {'; '.join(measured)}", *told]
    return ". ".join(sentences) + "."
