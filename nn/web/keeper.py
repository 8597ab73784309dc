"""Writes what has changed of a lab into this browser's store, a little at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pyodide.ffi import JsException, to_js
from pyscript.js_modules import glue

from nn.web import dom

EVERY = 1.0
"""Seconds between two writes: with the time that a write takes, less than two are ever lost."""


@dataclass(frozen=True)
class Part:
    """A part of what is kept.

    Attributes:
        key: returns something that equals what it returned before as long as nothing has changed.
        make: returns the part, given its key.
    """

    key: Callable[[], Any]
    make: Callable[[Any], bytes]


def text_part(text: Callable[[], str]) -> Part:
    """Return a part that is a short text."""
    return Part(text, str.encode)


class Keeper:
    """Keeps the parts of one lab; where the browser keeps nothing, that is said once.

    Attributes:
        parts: by name.
        on: whether anything is written.
    """

    _said = False

    def __init__(self, lab: str) -> None:
        self.parts: dict[str, Part] = {}
        self.on = False
        self._lab = lab
        self._written: dict[str, Any] = {}
        self._writing = 0
        self._last = 0.0

    async def read(self) -> dict[str, bytes]:
        """Return what is kept, by name: nothing where the browser keeps nothing."""
        try:
            found = await glue.kept(self._lab)
        except JsException as error:
            self._fail(error)
            return {}
        self.on = True
        return {str(name): data.to_bytes() for name, data in found}

    def tick(self) -> None:
        """Write what has changed if it is time for that: called often."""
        if not self._writing and time.perf_counter() - self._last >= EVERY:
            self.write()

    def write(self) -> None:
        """Write what has changed, in the background."""
        self._last = time.perf_counter()
        if not self.on:
            return
        try:
            changed = self._changed()
            if changed:
                # Begun at once: a page that goes away is not asked a second time.
                dom.start(self._wait_for, glue.keep(self._lab, to_js(changed)))
        except Exception as error:
            # Such as no memory left: training goes on.
            self._fail(error)

    def written(self, names: Iterable[str]) -> None:
        """Take in that these parts are in the store as they are now."""
        for name in names:
            if name in self.parts:
                self._written[name] = self.parts[name].key()

    def _changed(self) -> list[tuple[str, bytes | None]]:
        """Return the parts that have changed, and None for those that are no longer there."""
        changed: list[tuple[str, bytes | None]] = []
        for name, part in self.parts.items():
            key = part.key()
            if name not in self._written or self._written[name] != key:
                changed.append((name, part.make(key)))
                self._written[name] = key
        for name in self._written.keys() - self.parts.keys():
            del self._written[name]
            changed.append((name, None))
        return changed

    async def _wait_for(self, writing: Any) -> None:
        self._writing += 1
        try:
            await writing
        except JsException as error:
            self._fail(error)
        finally:
            self._writing -= 1

    def _fail(self, error: Exception) -> None:
        self.on = False
        if not Keeper._said:
            Keeper._said = True
            dom.complain(
                ValueError(
                    f"this browser cannot keep your work here ({error}): Save the network "
                    "before you leave"
                )
            )
