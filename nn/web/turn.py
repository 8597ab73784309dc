"""Whose turn it is: that of the work begun last, until it ends or is stopped."""

from __future__ import annotations

from collections.abc import Callable


class Turn:
    """One turn at a time."""

    def __init__(self) -> None:
        self._current: object | None = None

    @property
    def taken(self) -> bool:
        """Whether any work has its turn."""
        return self._current is not None

    def begin(self) -> Callable[[], bool]:
        """End the turn of other work; return what says whether this work still has its own."""
        # What was begun before finds that it is no longer current.
        current = self._current = object()
        return lambda: self._current is current

    def end(self) -> None:
        """End whatever turn there is."""
        self._current = None
