"""Which columns of a visitor's table are the axes of points, and which is their answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nn.labs.point_columns import can_be_answer, can_be_axis
from nn.labs.points_source import PointsSource
from nn.web import dom
from nn.web.dom import Parts

_NAMES = ("xColumn", "yColumn", "answerColumn")


class ColumnChoice:
    """A select each for x, y and the answer.

    Args:
        parts: the lab's elements.
        chosen: called with the names of the columns of x, y and the answer.
    """

    def __init__(self, parts: Parts, chosen: Callable[[str, str, str], None]) -> None:
        self._chosen = chosen
        self._host = parts.element("tableColumns")
        self._selects = [parts.element(name) for name in _NAMES]
        self._source = PointsSource()
        dom.on(self._host, "change", self._changed)

    def show(self, source: PointsSource) -> None:
        """Show the columns that points are taken from; nothing if there is no table of them."""
        self._source = source
        self._host.hidden = source.own is None or source.opened is None
        if source.own is None or source.opened is None:
            return
        columns = source.opened.table.columns
        axes = [name for name, column in columns.items() if can_be_axis(column)]
        answers = [name for name, column in columns.items() if can_be_answer(column)]
        for select, names, name in zip(
            self._selects, (axes, axes, answers), self._names(), strict=True
        ):
            select.replaceChildren(*(dom.new("option", each, value=each) for each in names))
            select.value = name

    def _names(self) -> list[str]:
        own = self._source.own
        assert own is not None
        return [*(axis.name for axis in own.axes), own.output.name]

    def _changed(self, event: Any) -> None:
        before = self._names()
        names = [str(select.value) for select in self._selects]
        place = next(i for i, (a, b) in enumerate(zip(names, before, strict=True)) if a != b)
        # What was somewhere else changes places with what was here, or gives way to another column.
        for other, name in enumerate(names):
            if other != place and name == names[place]:
                possible = [str(option.value) for option in self._selects[other].options]
                free = [each for each in possible if each not in names]
                names[other] = next(iter([p for p in before if p in free] + free), before[place])
        try:
            self._chosen(*names)
        except ValueError:
            self.show(self._source)
            raise
