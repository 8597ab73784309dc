"""A button that brings back what a visitor had before something took its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from nn.web.dom import Parts

T = TypeVar("T")


class Undo(Generic[T]):
    """The lab's button "undo", which is hidden while there is nothing to bring back; one step.

    ``restore`` is called with what was kept.
    """

    def __init__(self, parts: Parts, restore: Callable[[T], None]) -> None:
        self._button = parts.element("undo")
        self._restore = restore
        self._former: T | None = None
        parts.click("undo", self._undo)

    def keep(self, former: T) -> None:
        """Keep what will be replaced, in the place of what was kept before."""
        self._former = former
        self._button.hidden = False

    def _undo(self) -> None:
        former, self._former = self._former, None
        self._button.hidden = True
        if former is not None:
            self._restore(former)
