"""Bars: how much a network holds of each of some answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nn.web import dom
from nn.web.figures import percent


class Bars:
    """A list of bars in ``host``, an element for list items."""

    def __init__(self, host: Any) -> None:
        self._host = host
        self._names: list[str] = []
        self._items: list[Any] = []

    def show(self, names: Sequence[str], shares: Sequence[float], best: int) -> None:
        """Show a bar for each name.

        Args:
            names: what the bars stand for.
            shares: their lengths; below 0 counts as 0, above 1 as 1.
            best: the position of the answer, -1 for none.
        """
        while len(self._items) < len(names):
            item = dom.new("li", data_name="", data_probability="0")
            item.append(dom.new("b"), dom.new("span"), dom.new("small"))
            self._host.append(item)
            self._items.append(item)
            self._names.append("")
        while len(self._items) > len(names):
            self._items.pop().remove()
            self._names.pop()
        for place, (item, name, share) in enumerate(zip(self._items, names, shares, strict=True)):
            share = min(max(share, 0.0), 1.0)
            if name != self._names[place]:
                self._names[place] = item.dataset.name = item.firstChild.textContent = name
                item.firstChild.title = name
            item.dataset.probability = f"{share:.4f}"
            item.style.setProperty("--share", f"{share:.3f}")
            item.lastChild.textContent = percent(share, 0)
            item.className = "best" if place == best else ""
