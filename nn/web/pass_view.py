"""A page of one sample's way, as elements: the formulas above their numbers, and the sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nn.explain.figures import shown
from nn.explain.lines import Line, Number, Page, Terms, Where
from nn.web import dom
from nn.web.dom import Parts

BIAS = "bias"
"""What a row without a place of its own stands for."""


class PassView:
    """The words, formulas and sums of a page.

    Args:
        parts: the lab's elements.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._places: list[Where] = []

    def show(self, page: Page) -> None:
        """Show a page."""
        self._parts.show("passTitle", page.title)
        self._parts.show("passWords", page.words)
        self._places = []
        lines = self._parts.element("passLines")
        lines.replaceChildren(*(self._line(line) for line in page.lines))
        self._parts.element("passTerms").replaceChildren(*map(_table, page.tables))

    def where(self, number: str) -> Where:
        """Return what the link of this number leads to."""
        return self._places[int(number)]

    def _line(self, line: Line) -> Any:
        item = dom.new("li")
        said = f"{line.formula}. In numbers: {_in_numbers(line)}"
        formula = dom.new("div", aria_hidden="true")
        formula.className = "formula"
        for part in line.parts:
            formula.append(_part(part))
        item.append(dom.new("p", line.words), dom.new("p", said), formula)
        item.children[1].className = "unseen"
        if line.where is not None:
            file, number, _, _ = line.where.read()
            link = dom.new("button", f"{file}, line {number}", type="button")
            link.className = "source-link"
            link.dataset.key = f"source{len(self._places)}"
            link.dataset.where = str(len(self._places))
            link.title = f"The code that computes this: {line.where.name}"
            self._places.append(line.where)
            item.append(link)
        return item


def _part(part: Number | str) -> Any:
    if isinstance(part, str):
        return dom.new("span", part)
    both = dom.new("span")
    both.className = "number"
    both.dataset.symbol = part.symbol
    both.append(dom.new("i", part.symbol), dom.new("b", shown(part.value)))
    return both


def _in_numbers(line: Line) -> str:
    return " ".join(part if isinstance(part, str) else shown(part.value) for part in line.parts)


def _table(terms: Terms) -> Any:
    head = dom.new("thead")
    row = dom.new("tr")
    row.append(*(dom.new("th", text, scope="col") for text in (terms.name, *terms.heads)))
    head.append(row)
    body = dom.new("tbody")
    for term in terms.rows:
        row = dom.new("tr")
        name = dom.new("th", scope="row")
        chooses = term.place is not None or term.name == BIAS
        if terms.level is None or not chooses:
            name.textContent = term.name
        else:
            button = dom.new("button", term.name, type="button")
            button.ariaPressed = str(term.chosen).lower()
            button.dataset.level = str(terms.level)
            button.dataset.place = BIAS if term.place is None else str(term.place)
            button.dataset.key = f"term{button.dataset.level}-{button.dataset.place}"
            name.append(button)
        row.append(name)
        for number in term.numbers:
            row.append(dom.new("td", "" if number is None else shown(number)))
        body.append(row)
    table = dom.new("table")
    table.append(dom.new("caption", terms.caption), head, body)
    return table


def keeping_focus(panel: Any, render: Callable[[], None]) -> None:
    """Do ``render``, which makes elements anew, and give the focus to the one that had it."""
    active = panel.ownerDocument.activeElement
    key = active.getAttribute("data-key") if active and panel.contains(active) else None
    render()
    again = panel.querySelector(f'[data-key="{key}"]') if key else None
    if again:
        again.focus()
