"""Points dragged with a mouse, a pen or a finger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nn.web import dom
from nn.web.brush import Brush
from nn.web.dom import Parts
from nn.web.surface import Surface

REACH = 0.03
"""How near to a point one must be, as a share of the square's side."""

_FINGER_REACH = 0.06
_LEAST = 4
"""Pixels that a pointer moves before it drags and does not click."""


class PointEditing:
    """Listens to pointers on the square.

    Args:
        parts: the lab's elements.
        surface: the square.
        brush: what a click does.
        nearest: returns the key of the point nearest to x and y within a reach, or None.
        moved: called with a point's key and where it was dropped.
    """

    def __init__(
        self,
        parts: Parts,
        surface: Surface,
        brush: Brush,
        nearest: Callable[[float, float, float], int | None],
        moved: Callable[[int, float, float], None],
    ) -> None:
        self._surface = surface
        self._brush = brush
        self._nearest = nearest
        self._moved = moved
        self._plane = parts.element("plane")
        self._ghost = parts.element("ghost")
        self._held: tuple[int, float, float] | None = None
        self._dragging = False
        self._ended = False
        dom.on(self._plane, "pointerdown", self._down)
        dom.on(self._plane, "pointermove", self._move)
        dom.on(self._plane, "pointerup", self._up)
        dom.on(self._plane, "pointercancel", lambda event: self._let_go())

    def was_drag(self) -> bool:
        """Return whether the click that comes now is the end of a drag; once."""
        ended, self._ended = self._ended, False
        return ended

    def _down(self, event: Any) -> None:
        self._ended = False
        chosen = self._brush.chosen
        finger = event.pointerType == "touch"
        if event.button != 0 or chosen in ("look", "remove") or (finger and chosen != "move"):
            return
        key = self._nearest(*self._surface.place_of(event), _FINGER_REACH if finger else REACH)
        if key is not None:
            self._held = key, event.clientX, event.clientY
            self._plane.setPointerCapture(event.pointerId)

    def _move(self, event: Any) -> None:
        if self._held is None:
            return
        _, x, y = self._held
        far = abs(event.clientX - x) + abs(event.clientY - y) >= _LEAST
        self._dragging = self._dragging or far
        if self._dragging:
            x, y = self._within(event)
            self._ghost.setAttribute("d", f"M{100 * x:.1f} {100 - 100 * y:.1f}h0")

    def _up(self, event: Any) -> None:
        held, dragging = self._held, self._dragging
        self._let_go()
        if held is not None and dragging:
            self._ended = True
            self._moved(held[0], *self._within(event))

    def _let_go(self) -> None:
        self._held, self._dragging = None, False
        self._ghost.setAttribute("d", "")

    def _within(self, event: Any) -> tuple[float, float]:
        x, y = self._surface.place_of(event)
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
