"""A question before something is thrown away that a visitor has made."""

from __future__ import annotations

from collections.abc import Callable

from nn.web.dom import Parts


class Ask:
    """A question with two buttons, in the lab's element "ask", hidden until there is one."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._action: Callable[[], None] | None = None
        parts.click("askYes", self._agree)
        parts.click("askNo", self.close)

    def ask(self, question: str, agree: str, action: Callable[[], None]) -> None:
        """Ask, and do it once a visitor agrees.

        Args:
            question: what would be lost.
            agree: what stands on the button.
            action: what is done then.
        """
        self._action = action
        self._parts.show("askText", question)
        self._parts.show("askYes", agree)
        self._parts.element("ask").hidden = False
        self._parts.element("askNo").focus()

    def close(self) -> None:
        """Take the question away; nothing is done."""
        self._action = None
        self._parts.element("ask").hidden = True

    def _agree(self) -> None:
        action = self._action
        self.close()
        if action is not None:
            action()
