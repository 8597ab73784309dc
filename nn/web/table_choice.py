"""Which columns of a table are inputs, and which one is to be predicted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nn.data.tables import Table
from nn.labs.selection import Selection, problem_of_input, problem_of_output
from nn.web import dom
from nn.web.dom import Parts


class TableChoice:
    """A select for the output and a checkbox for each column that may be an input.

    ``chosen`` is called with the names of inputs and output whenever a visitor has chosen others.
    """

    def __init__(self, parts: Parts, chosen: Callable[[list[str], str], None]) -> None:
        self._parts = parts
        self._chosen = chosen
        self._output = parts.element("outputColumn")
        self._inputs = parts.element("inputColumns")
        self._names: list[str] = []
        self._boxes: list[Any] = []
        self._problems: list[str] = []
        dom.on(self._output, "change", lambda event: self._changed())
        dom.on(self._inputs, "change", lambda event: self._changed())

    def offer(self, table: Table) -> None:
        """Offer the columns of another table."""
        self._names = list(table.columns)
        self._problems = [problem_of_input(table, name) for name in self._names]
        options = []
        for index, (name, column) in enumerate(table.columns.items()):
            kind = "numbers" if column.texts is None else "classes"
            problem = problem_of_output(table, name)
            option = dom.new("option", f"{name} ({kind})", value=str(index))
            option.disabled = bool(problem)
            if problem:
                option.textContent = f"{name}: {problem}"
            options.append(option)
        self._output.replaceChildren(*options)
        self._boxes = []
        rows = []
        for name in self._names:
            box = dom.new("input", type="checkbox")
            label = dom.new("label")
            label.className = "check"
            label.append(box, dom.new("span", name), dom.new("small"))
            self._boxes.append(box)
            rows.append(label)
        self._inputs.replaceChildren(*rows)

    def show(self, selection: Selection) -> None:
        """Show which columns are chosen."""
        for name, box in zip(self._names, self._boxes, strict=True):
            box.checked = name in selection.inputs
        self._output.value = str(self._names.index(selection.output))
        self._explain()

    def _changed(self) -> None:
        self._explain()
        inputs = [name for name, box in zip(self._names, self._boxes, strict=True) if box.checked]
        self._chosen(inputs, self._names[int(self._output.value)])

    def _explain(self) -> None:
        """Say of each column that cannot be an input why not."""
        output = int(self._output.value)
        self._output.title = self._names[output]
        for index, (box, problem) in enumerate(zip(self._boxes, self._problems, strict=True)):
            reason = "is predicted" if index == output else problem
            box.disabled = bool(reason)
            box.checked = box.checked and not reason
            box.parentElement.lastChild.textContent = reason
