"""The confusion matrix, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.web import dom
from nn.web.shades import matrix_shares


class Matrix:
    """Shows how often each class was taken for each other one in ``table``, a table element."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self._names: list[str] = []
        self._rows: list[Any] = []
        self._cells: list[list[Any]] = []

    def show(self, names: Sequence[str], counts: np.ndarray) -> None:
        """Show (classes, classes) ``counts``: rows are what it is, columns what was said."""
        self._lay_out(list(names))
        shares = matrix_shares(counts)
        for i, row in enumerate(self._cells):
            for j, cell in enumerate(row):
                cell.textContent = f"{counts[i, j]}" if counts[i, j] else "·"
                cell.style.setProperty("--share", f"{shares[i, j]:.3f}")
                cell.className = "right" if i == j else "wrong"
        self._table.hidden = False

    def hide(self) -> None:
        """Show nothing."""
        self._table.hidden = True

    def _lay_out(self, names: list[str]) -> None:
        if names == self._names:
            return
        for row in self._rows:
            row.remove()
        head = dom.new("tr")
        head.append(dom.new("td"), *(self._heading(name, "col") for name in names))
        self._rows = [head]
        self._cells = []
        for name in names:
            cells = [dom.new("td") for _ in names]
            row = dom.new("tr")
            row.append(self._heading(name, "row"), *cells)
            self._rows.append(row)
            self._cells.append(cells)
        self._table.append(*self._rows)
        self._names = names

    @staticmethod
    def _heading(name: str, scope: str) -> Any:
        heading = dom.new("th", scope=scope, title=name)
        heading.append(dom.new("span", name))
        return heading
