"""What the lab of tables says of the data that are learnt from."""

from __future__ import annotations

from collections.abc import Sequence

from pyscript import document

from nn.data.columns import Columns
from nn.labs.selection import Selection
from nn.web.dom import Parts
from nn.web.text import shortened


class SourceView:
    """The description of the data, and what of the page is shown for them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def show(
        self, text: str, notes: Sequence[str], selection: Selection | None, missing: bool
    ) -> None:
        """Show what is learnt from.

        Args:
            text: a description.
            notes: what was assumed of a table.
            selection: columns of a visitor's table, or none.
            missing: whether a network is there without its table.
        """
        self._parts.show("dataDescription", text)
        self._parts.show("assumed", "; ".join(notes))
        link = document.querySelector(f"[data-opens={self._parts.lab}]")
        link.textContent = "Colours" if selection is None else "Table"
        header = selection.table.header if selection is not None else None
        switch = self._parts.element("headerSwitch")
        switch.hidden = header is None
        switch.textContent = "The first row is data" if header else "The first row has the names"
        built_in = selection is None and not missing
        self._parts.element("builtIn").hidden = built_in
        self._parts.element("ownOptions").hidden = not built_in
        self._parts.element("missingOption").hidden = built_in
        self._parts.element("settings").querySelector(".presets").hidden = not built_in

    def show_figures(self, columns: Columns, tested: bool) -> None:
        """Show the figures of a network; ``tested`` is whether there are rows to test with."""
        self._parts.element("example").hidden = not tested
        numbers = columns.classes is None
        self._parts.element("trainAccuracy").parentElement.hidden = numbers
        self._parts.element("accuracyChart").parentElement.hidden = numbers
        first = columns.outputs[0]
        label = "Test R²" if first.classes is None else "Test accuracy"
        if len(columns.outputs) > 1:
            label = f"{label}, {shortened(first.name, 20)}"
        self._parts.element("accuracy").previousElementSibling.textContent = label
