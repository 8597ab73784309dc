"""What the page runs once Python is up: open each lab when it is first shown."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pyodide.ffi import JsException, create_once_callable, create_proxy
from pyscript import document
from pyscript.js_modules import glue

from nn.web import dom

if TYPE_CHECKING:
    from nn.web.lab import Lab

_FIRST = ("charts", "meter", "form", "panels", "files", "lab")
"""What all labs need. It is imported a little at a time: the page stays alive between two."""

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
        module = await _imported(name)
        lab: Lab[Any] = await module.open_lab()
        glue.setState(name, "loading")  # until it is what it was
        back = await lab.memory.open()
    except Exception as error:
        del _labs[name]
        if not isinstance(error, ValueError):
            dom.report(error)
        elif _labs:
            glue.retry(str(error), create_once_callable(lambda: dom.start(open_shown)))
        else:
            glue.fail(str(error))
        return
    _labs[name] = lab
    glue.enable(name)
    glue.setState(name, lab.state)
    lab.show(glue.currentLab() == name)
    dom.announce("Your work is back as you left it" if back else lab.greeting)
    await glue.nextFrame()
    await _fetch_behind(lab)


async def _fetch_behind(lab: Lab[Any]) -> None:
    """Fetch what the page could begin without; what needs it asks again if that fails."""
    with contextlib.suppress(JsException):
        await glue.completePython()
        lab.fetch_rest()
        await glue.keepForOffline()


async def _imported(lab: str) -> ModuleType:
    for name in (*_FIRST, lab):
        module = importlib.import_module(f"nn.web.{name}")
        await asyncio.sleep(0)
    return module


def _open_dropped(event: Any) -> Any:
    lab = _labs.get(glue.currentLab())
    return dom.opening(lab.open_files, list(event.detail)) if lab is not None else None


def _own() -> bool:
    """Whether a visitor has brought anything to the lab that is shown."""
    lab = _labs.get(glue.currentLab())
    return lab is not None and lab.own


glue.askOwn(create_proxy(_own))
dom.on(document, "lab", lambda event: open_shown())
dom.on(document, "files", _open_dropped)
dom.start(open_shown)
