"""The slider that says how fast a run goes by the clock."""

from __future__ import annotations

from collections.abc import Callable

from nn.experiment.pace import SPEEDS, Pace
from nn.web import dom
from nn.web.dom import Parts

_FAST = "fast"
"""How links have the speed that no clock holds back."""


class Speed:
    """The slider, and the pace that it sets.

    Args:
        parts: the lab's elements.
        usual: seconds for a whole run, where neither a link nor a visitor says otherwise.

    Attributes:
        pace: what holds the lab's runs back.
        changed: called when a visitor has moved the slider.
    """

    def __init__(self, parts: Parts, usual: float | None) -> None:
        self.pace = Pace()
        self.changed: Callable[[], None] = lambda: None
        self._parts, self._usual = parts, usual
        self._slider = parts.element("speed")
        self._slider.max = str(len(SPEEDS) - 1)
        self._set(usual)
        dom.on(self._slider, "input", lambda event: self._slide())

    def _slide(self) -> None:
        self._set(SPEEDS[int(self._slider.value)])
        self.changed()

    def _set(self, seconds: float | None) -> None:
        self.pace.seconds = seconds
        self._slider.value = str(SPEEDS.index(seconds))
        self._slider.setAttribute("aria-valuetext", f"a whole run in {told(seconds)}")
        self._parts.show("speedShown", told(seconds))

    @property
    def word(self) -> str:
        """What links say of it."""
        return _FAST if self.pace.seconds is None else f"{self.pace.seconds:g}"

    def unusual(self) -> dict[str, str]:
        """Return what a link has to say of it: nothing where it is as usual."""
        return {} if self.pace.seconds == self._usual else {"speed": self.word}

    def follow(self, word: str | None) -> None:
        """Go as fast as a link says, or as usual if it says nothing."""
        words = {_FAST if seconds is None else f"{seconds:g}": seconds for seconds in SPEEDS}
        if word is None:
            self._set(self._usual)
        elif word in words:
            self._set(words[word])
        else:
            choices = ", ".join(words)
            dom.complain(ValueError(f"the link's speed, {word[:40]!r}, is none of {choices}"))


def told(seconds: float | None) -> str:
    """Return how long a whole run takes, in words."""
    if seconds is None:
        return "as fast as it can"
    return f"about {seconds:g} s" if seconds < 60 else f"about {seconds / 60:g} min"
