"""Which columns of a table are inputs, what each is taken for, and what is to be predicted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nn.data.tables import KINDS, Column, Kind, Table
from nn.data.tables.readings import both, fits
from nn.labs.selection import Selection, Sort, problem_of_input, suggested_sort
from nn.web import dom
from nn.web.dom import Parts

_SORTS: tuple[tuple[Sort, str], ...] = (("classes", "classes"), ("number", "a number"))


class TableChoice:
    """Selects for what is predicted, and for each column a checkbox and a select for its kind.

    ``chosen`` is called with what a visitor has chosen.
    """

    def __init__(self, parts: Parts, chosen: Callable[[Selection], None]) -> None:
        self._parts = parts
        self._chosen = chosen
        self._outputs = parts.element("outputs")
        self._inputs = parts.element("inputColumns")
        self._selection: Selection | None = None
        self._lines: list[tuple[Any, Any]] = []
        self._rows: list[tuple[Any, Any, Any, Any]] = []
        dom.on(self._outputs, "change", self._output_changed)
        dom.on(self._outputs, "click", self._removed)
        dom.on(self._inputs, "change", lambda event: self._changed())
        parts.click("addOutput", self._add)

    def show(self, selection: Selection) -> None:
        """Show which columns are chosen."""
        before = self._selection
        if before is None or _laid_out(before.table) != _laid_out(selection.table):
            self._lay_out(selection.table)
        self._selection = selection
        choice = selection.choice
        self._show_outputs(selection)
        for (box, kind, reading, reason), column in zip(
            self._rows, selection.table.columns.values(), strict=True
        ):
            predicted = column.name in choice.outputs
            why_not = "is predicted" if predicted else problem_of_input(column)
            box.checked = column.name in choice.inputs
            box.disabled = bool(why_not)
            kind.value = column.kind
            reading.hidden = column.other is None or not fits(column.reading, column.kind)
            reading.value = column.reading
            reason.textContent = why_not

    def _lay_out(self, table: Table) -> None:
        self._rows = []
        lines = []
        for column in table.columns.values():
            box = dom.new("input", type="checkbox")
            label = dom.new("label")
            label.className = "check"
            label.append(box, dom.new("span", column.name, title=column.name))
            kind = dom.new("select")
            kind.setAttribute("aria-label", f"{column.name} is taken for")
            kind.append(*(dom.new("option", name, value=name) for name in _kinds(column)))
            # Of dates such as 01/02/2024, which do not tell, and of numbers such as -999.
            reading = dom.new("select")
            reading.setAttribute("aria-label", f"{column.name} is read with")
            possible = () if column.other is None else both(column.reading)
            reading.append(*(dom.new("option", name, value=name) for name in possible))
            reason = dom.new("small")
            line = dom.new("div")
            line.className = "column"
            line.append(label, kind, reading, reason)
            self._rows.append((box, kind, reading, reason))
            lines.append(line)
        self._inputs.replaceChildren(*lines)

    def _show_outputs(self, selection: Selection) -> None:
        names = list(selection.table.columns)
        choice = selection.choice
        self._lines = []
        lines = []
        for place, (name, sort) in enumerate(zip(choice.outputs, choice.sorts, strict=True)):
            number = "" if place == 0 else str(place + 1)
            column = dom.new("select", id=f"{self._parts.lab}-outputColumn{number}")
            column.setAttribute("aria-label", f"Predicted column{' ' + number if number else ''}")
            column.append(*(dom.new("option", one, value=str(i)) for i, one in enumerate(names)))
            column.value = str(names.index(name))
            column.title = name
            how = dom.new("select", id=f"{self._parts.lab}-outputSort{number}")
            how.setAttribute("aria-label", f"{name} is predicted as")
            how.append(*(dom.new("option", text, value=value) for value, text in _SORTS))
            how.value = sort
            how.options[1].disabled = selection.table.columns[name].numbers is None
            line = dom.new("div", data_index=str(place))
            line.className = "output"
            line.append(dom.new("span", "Predict"), column, dom.new("span", "as"), how)
            if len(choice.outputs) > 1:
                remove = dom.new("button", "×", type="button")
                remove.setAttribute("aria-label", f"Do not predict {name}")
                line.append(remove)
            self._lines.append((column, how))
            lines.append(line)
        self._outputs.replaceChildren(*lines)
        rest = len(names) - len(choice.outputs) > 1
        self._parts.allow("addOutput", rest, "A column must be left as an input")

    # ---- What a visitor does.

    def _output_changed(self, event: Any) -> None:
        assert self._selection
        place = int(event.target.closest("[data-index]").dataset.index)
        column, how = self._lines[place]
        name = list(self._selection.table.columns)[int(column.value)]
        if event.target.isSameNode(column):
            how.value = suggested_sort(self._selection.table.columns[name])
        self._changed(place if event.target.isSameNode(column) else None)

    def _removed(self, event: Any) -> None:
        button = event.target.closest("button")
        if button:
            del self._lines[int(button.parentElement.dataset.index)]
            self._changed()

    def _add(self) -> None:
        """Predict the last column that is not predicted yet."""
        assert self._selection
        table, choice = self._selection.table, self._selection.choice
        name = next(name for name in reversed(table.columns) if name not in choice.outputs)
        outputs = (*choice.outputs, name)
        inputs = [one for one in choice.inputs if one != name]
        sorts = (*choice.sorts, suggested_sort(table.columns[name]))
        self._choose(lambda: Selection.of(table, inputs, outputs, sorts))

    def _changed(self, changed_output: int | None = None) -> None:
        self._choose(lambda: self._read(changed_output))

    def _choose(self, make: Callable[[], Selection]) -> None:
        assert self._selection
        try:
            selection = make()
        except ValueError:
            self.show(self._selection)
            raise
        self._chosen(selection)

    def _read(self, changed_output: int | None) -> Selection:
        """Return what the controls say."""
        assert self._selection
        table = self._selection.table
        names = list(table.columns)
        for (_, kind, reading, _), name in zip(self._rows, names, strict=True):
            if table.columns[name].other is not None and reading.value:
                table = table.with_reading(name, reading.value)
            if kind.value != table.columns[name].kind:
                table = table.with_kind(name, kind.value)
        outputs = [names[int(column.value)] for column, _ in self._lines]
        sorts: list[Sort] = [how.value for _, how in self._lines]
        inputs = [
            name
            for (box, *_), name in zip(self._rows, names, strict=True)
            if box.checked and name not in outputs
        ]
        if changed_output is not None:
            # What is no longer predicted is given.
            former = self._selection.choice.outputs[changed_output]
            if former not in outputs and not problem_of_input(table.column(former)):
                inputs = [name for name in names if name in (*inputs, former)]
        return Selection.of(table, inputs, outputs, sorts)


def _laid_out(table: Table) -> list[tuple[str, tuple[str, str] | None]]:
    """Return what the controls of a table are made from: names, and readings to choose from."""
    return [
        (name, None if column.other is None else both(column.reading))
        for name, column in table.columns.items()
    ]


def _kinds(column: Column) -> list[Kind]:
    """Return what a column can be taken for, in either reading."""
    readings = [column] if column.other is None else [column, column.reread()]
    return [kind for kind in KINDS if any(_can_be(one, kind) for one in readings)]


def _can_be(column: Column, kind: Kind) -> bool:
    try:
        column.as_kind(kind)
    except ValueError:
        return False
    return True
