"""What the page runs once Python is up: open each lab when it is first shown."""

from __future__ import annotations

import importlib
from typing import Any

from pyscript import document
from pyscript.js_modules import glue

from nn.web import dom
from nn.web.lab import Lab

_labs: dict[str, Lab[Any] | None] = {}
"""The labs that have been opened; None for one that is being opened."""


async def open_shown() -> None:
    """Open the lab that is shown, unless it is open already; the others pause."""
    name = glue.currentLab()
    for each in filter(None, _labs.values()):
        each.show(each.name == name)
    if name in _labs:
        return
    _labs[name] = None
    try:
        lab: Lab[Any] = await importlib.import_module(f"nn.web.{name}").open_lab()
    except Exception as error:
        del _labs[name]
        if _labs or not isinstance(error, ValueError):
            dom.report(error)
        else:
            glue.fail(str(error))
        return
    _labs[name] = lab
    glue.enable(name)
    lab.show(glue.currentLab() == name)
    dom.announce(lab.greeting)


def _open_dropped(event: Any) -> Any:
    lab = _labs.get(glue.currentLab())
    return dom.opening(lab.open_files, list(event.detail)) if lab is not None else None


dom.on(document, "lab", lambda event: open_shown())
dom.on(document, "files", _open_dropped)
dom.start(open_shown)
