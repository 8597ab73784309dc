"""What the lab of tables says of the data that are learnt from."""

from __future__ import annotations

from pyscript import document

from nn.data.columns import Columns
from nn.data.tables import ENCODINGS
from nn.labs.selection import Selection
from nn.labs.split import Split
from nn.labs.table_source import TableSource
from nn.web import dom
from nn.web.dom import Parts
from nn.web.figures import shortened


class SourceView:
    """The description of the data, and what of the page is shown for them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        options = (dom.new("option", text, value=name) for name, text in ENCODINGS.items())
        parts.element("encoding").append(*options)

    def show(self, source: TableSource, parts: Split | None) -> None:
        """Show what is learnt from; ``parts`` are its rows, or None where there are none."""
        selection = source.selection
        self._parts.show("dataDescription", source.told(parts))
        self._parts.show("assumed", "; ".join(source.assumed(parts)))
        link = document.querySelector(f"[data-opens={self._parts.lab}]")
        link.textContent = "Colours" if selection is None else "Table"
        header = selection.table.header if selection is not None else None
        switch = self._parts.element("headerSwitch")
        switch.hidden = header is None
        switch.textContent = "The first row is data" if header else "The first row has the names"
        encoding = selection.table.encoding if selection is not None else ""
        self._parts.element("encodingOption").hidden = not encoding
        self._parts.element("encoding").value = encoding
        unanswered = source.unanswered
        self._parts.element("answerBeside").hidden = unanswered is None
        if unanswered is not None:
            self._parts.show("answerBeside", f"Answer the rows of {unanswered.name}")
        self._parts.element("builtIn").hidden = source.built_in
        self._parts.element("ownOptions").hidden = not source.built_in
        self._parts.element("missingOption").hidden = source.built_in
        self._parts.element("testOption").hidden = selection is None
        self._parts.element("testChosen").hidden = source.test is None
        self._parts.show("testName", source.test.name if source.test is not None else "")
        self._parts.element("heldOut").disabled = source.test is not None
        presets = self._parts.element("settings").querySelector(".presets")
        presets.hidden = not source.built_in

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
        self._parts.show("accuracyLabel", label)


def told_choice(selection: Selection) -> str:
    """Return how many inputs there are, and what is predicted."""
    choice = selection.choice
    inputs = len(choice.inputs)
    outputs = []
    for name, sort in zip(choice.outputs[:4], choice.sorts, strict=False):
        kind = "numbers"
        if sort == "classes":
            kind = f"{len(selection.table.columns[name].categories[1]):,} classes"
        outputs.append(f"the {kind} of {shortened(name, 40)}")
    more = f" and {len(choice.outputs) - 4} more" if len(choice.outputs) > 4 else ""
    return f"{inputs} input{'s' * (inputs > 1)} to predict {', '.join(outputs)}{more}"
