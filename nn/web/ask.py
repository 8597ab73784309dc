"""A question before something is thrown away that a visitor has made."""

from __future__ import annotations

from collections.abc import Callable

from nn.web.dom import Parts


class Ask:
    """A question with two buttons, in an element of the lab, hidden until there is one.

    Args:
        parts: the lab's elements.
        name: of the element, with which the names of those in it begin.
    """

    def __init__(self, parts: Parts, name: str = "ask") -> None:
        self._parts, self._name = parts, name
        self._action: Callable[[], None] | None = None
        parts.click(f"{name}Yes", self._agree)
        parts.click(f"{name}No", self.close)

    def ask(self, question: str, agree: str, action: Callable[[], None]) -> None:
        """Ask, and do it once a visitor agrees.

        Args:
            question: what would be lost.
            agree: what stands on the button.
            action: what is done then.
        """
        self._action = action
        self._parts.show(f"{self._name}Text", question)
        self._parts.show(f"{self._name}Yes", agree)
        self._parts.element(self._name).hidden = False
        self._parts.element(f"{self._name}No").focus()

    def close(self) -> None:
        """Take the question away; nothing is done."""
        self._action = None
        self._parts.element(self._name).hidden = True

    def _agree(self) -> None:
        action = self._action
        self.close()
        if action is not None:
            action()
