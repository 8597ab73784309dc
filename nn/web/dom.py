"""Elements, events and messages of the page."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Callable
from typing import Any

from pyscript import document, window
from pyscript.ffi import create_proxy
from pyscript.js_modules import glue


def element(name: str) -> Any:
    """Return the element with the id ``name``."""
    return document.getElementById(name)


def show(name: str, text: object) -> None:
    """Write ``text`` into the element with the id ``name``, as text and never as HTML."""
    element(name).textContent = str(text)


def new(tag: str, text: str = "", **attributes: str) -> Any:
    """Return a new element; ``data_index`` as an attribute is written ``data-index``."""
    node = document.createElement(tag)
    node.textContent = text
    for key, value in attributes.items():
        node.setAttribute(key.replace("_", "-"), value)
    return node


def log(text: str) -> None:
    """Add a line to the messages."""
    glue.log(text)


def announce(text: str) -> None:
    """Add a line to the messages that a screen reader speaks too."""
    glue.log(text, "news")


def complain(error: ValueError) -> None:
    """Say what a visitor did that cannot be done: the one way in which an error is reported."""
    glue.log(str(error), "error")


def on(target: Any, event: str, handler: Callable[[Any], Any]) -> None:
    """Call ``handler``, which may be a coroutine function, for every such event from now on."""
    # One proxy a listener, for as long as the page lives: none is made while the page is used.
    target.addEventListener(event, create_proxy(lambda event: start(handler, event)))


def start(handler: Callable[..., Any], *arguments: Any) -> None:
    """Call ``handler`` and report what goes wrong in it, now or later if it is a coroutine."""
    try:
        result = handler(*arguments)
    except Exception as error:
        _report(error)
    else:
        if inspect.iscoroutine(result):
            asyncio.ensure_future(result).add_done_callback(_report_result)


def _report_result(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and isinstance(error := task.exception(), Exception):
        _report(error)


def _report(error: Exception) -> None:
    if isinstance(error, ValueError):
        complain(error)
    elif isinstance(error, MemoryError):
        complain(ValueError("this tab has no memory left for that; reload the page to free some"))
    else:
        window.console.error("".join(traceback.format_exception(error)))
        complain(ValueError(f"something went wrong in the page: {type(error).__name__}"))
