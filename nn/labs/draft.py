"""A lab's program as a visitor has it: the one of the settings, or what they made of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass
class Draft:
    """What a visitor has written in the place of the settings' program.

    Attributes:
        text: it; None while it is the settings' program.
        base: what the settings' program was when they began to change it.

    >>> draft = Draft()
    >>> draft.write("x = 2", own="x = 1")
    >>> draft.shown("x = 1"), draft.outdated("x = 1"), draft.outdated("x = 3")
    ('x = 2', False, True)
    """

    text: str | None = None
    base: str = ""

    @classmethod
    def loads(cls, text: str) -> Draft:
        """Return what :meth:`dumps` made a text of."""
        return cls(**json.loads(text))

    def dumps(self) -> str:
        """Return it as a text, to be kept."""
        return json.dumps(asdict(self))

    def write(self, text: str, own: str) -> None:
        """Take in what a visitor has written, while the settings' program is ``own``."""
        if text == own:
            self.take_settings()
        elif self.text is None:
            self.text, self.base = text, own
        else:
            self.text = text

    def take_settings(self) -> None:
        """Go back to the settings' program."""
        self.text, self.base = None, ""

    def shown(self, own: str) -> str:
        """Return the program, where that of the settings is ``own``."""
        return own if self.text is None else self.text

    def outdated(self, own: str) -> bool:
        """Whether the settings' program, ``own`` by now, was another when a visitor changed it."""
        return self.text is not None and self.base != own
