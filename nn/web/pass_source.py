"""The code behind a line: the function that computes it, with that line marked."""

from __future__ import annotations

from typing import Any

from nn.explain.lines import Where
from nn.web import dom
from nn.web.dom import Parts


class PassSource:
    """The part of the panel that shows code.

    Args:
        parts: the lab's elements.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._from: Any = None
        parts.click("passSourceClose", self._close)

    def show(self, where: Where, link: Any) -> None:
        """Show the function of a line, and lead there; closing leads back to ``link``."""
        file, number, lines, marked = where.read()
        self._from = link.dataset.key
        self._parts.show("passSourceTitle", f"{file}, line {number}: {where.name}")
        code = self._parts.element("passCode")
        code.replaceChildren()
        for index, line in enumerate(lines):
            text = dom.new("mark" if index == marked else "span", f"{line}\n")
            code.append(text)
        self._parts.element("passSource").hidden = False
        self._parts.element("passSourceTitle").focus()
        code.children[marked].scrollIntoView({"block": "nearest"})

    def hide(self) -> None:
        """Show no code."""
        self._parts.element("passSource").hidden = True

    def _close(self) -> None:
        self.hide()
        link = self._parts.element("passPanel").querySelector(f'[data-key="{self._from}"]')
        if link:
            link.focus()
