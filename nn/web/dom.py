"""Elements, events and messages of the page."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import traceback
from collections.abc import Callable
from typing import Any

from pyodide.ffi import to_js
from pyscript import document, window
from pyscript.ffi import create_proxy
from pyscript.js_modules import glue

from nn.elsewhere import BelongsElsewhere


def element(name: str) -> Any:
    """Return the element with the id ``name``."""
    return document.getElementById(name)


def show(name: str, text: object) -> None:
    """Write ``text`` into the element with the id ``name``, as text and never as HTML."""
    element(name).textContent = str(text)


class Parts:
    """The elements of one lab: what all labs have, each has for itself.

    Their ids begin with the lab's name, but for those of the first lab.
    """

    def __init__(self, lab: str) -> None:
        self.lab = lab
        self._prefix = "" if lab == "digits" else f"{lab}-"

    def element(self, name: str) -> Any:
        """Return the lab's element with the id ``name``, said without the lab's name."""
        return element(self._prefix + name)

    def show(self, name: str, text: object) -> None:
        """Write ``text`` into the lab's element with the id ``name``."""
        show(self._prefix + name, text)

    def click(self, name: str, handler: Callable[[], Any]) -> None:
        """Call ``handler`` whenever the lab's element with the id ``name`` is clicked."""
        on(self.element(name), "click", lambda event: handler())

    def allow(self, name: str, allowed: bool, why_not: str) -> None:
        """Let a button be used or not, which its title then explains."""
        button = self.element(name)
        button.disabled = not allowed
        button.title = "" if allowed else why_not

    def on_files(self, name: str, open_files: Callable[[list[Any]], Any]) -> None:
        """Call ``open_files`` with the files that are chosen in the file input ``name``."""
        chooser = self.element(name)

        def chosen(event: Any) -> Any:
            files = list(chooser.files)
            # So that the same file can be chosen again, once it has been mended.
            chooser.value = ""
            return opening(open_files, files) if files else None

        on(chooser, "change", chosen)


async def opening(open_files: Callable[[list[Any]], Any], files: list[Any]) -> None:
    """Open files; those that are for another lab can be opened there, by a button in the log."""
    try:
        result = open_files(files)
        if inspect.isawaitable(result):
            await result
    except BelongsElsewhere as error:
        glue.offer(str(error), error.lab, to_js(files))


def new(tag: str, text: str = "", **attributes: str) -> Any:
    """Return a new element; ``data_index`` as an attribute is written ``data-index``."""
    node = document.createElement(tag)
    node.textContent = text
    for key, value in attributes.items():
        node.setAttribute(key.replace("_", "-"), value)
    return node


def row(head: str, *cells: str) -> Any:
    """Return a new row of a table, headed by its first cell."""
    node = new("tr")
    node.append(new("th", head, scope="row"), *(new("td", cell) for cell in cells))
    return node


def new_svg(tag: str, **attributes: str) -> Any:
    """Return a new element of a drawing; ``data_index`` is written ``data-index``."""
    node = document.createElementNS("http://www.w3.org/2000/svg", tag)
    for key, value in attributes.items():
        node.setAttribute(key.replace("_", "-"), value)
    return node


_begun_in: contextvars.ContextVar[str] = contextvars.ContextVar("_begun_in", default="")
"""The lab that was shown when what is going on began: its log has what is said of it."""


def log(text: str, repeated: bool = False) -> None:
    """Add a line to the messages; what a chart shows too is ``repeated``, and folded."""
    glue.log(text, "", _begun_in.get(), repeated)


def announce(text: str, repeated: bool = False) -> None:
    """Add a line to the messages that a screen reader speaks too."""
    glue.log(text, "news", _begun_in.get(), repeated)


def complain(error: ValueError) -> None:
    """Say what a visitor did that cannot be done: the one way in which an error is reported."""
    glue.log(str(error), "error", _begun_in.get())


def speaking_for(lab: str, action: Callable[[], None]) -> None:
    """Do something whose messages are of ``lab``, whichever is shown."""

    def act() -> None:
        _begun_in.set(lab)
        action()

    contextvars.copy_context().run(act)


def on(target: Any, event: str, handler: Callable[[Any], Any]) -> None:
    """Call ``handler``, which may be a coroutine function, for every such event from now on."""
    # One proxy a listener, for as long as the page lives: none is made while the page is used.
    target.addEventListener(event, create_proxy(lambda event: start(handler, event)))


def before_frame(handler: Callable[[], None]) -> Callable[[], Any]:
    """Return what has ``handler`` called once, right before the next frame is painted."""
    proxy = create_proxy(lambda time: start(handler))
    return lambda: window.requestAnimationFrame(proxy)


def start(handler: Callable[..., Any], *arguments: Any) -> None:
    """Call ``handler`` and report what goes wrong in it, now or later if it is a coroutine.

    What it says, now or later, is of the lab that is shown now.
    """
    contextvars.copy_context().run(_start, handler, arguments)


def later(seconds: float, handler: Callable[[], Any]) -> None:
    """Call ``handler`` in so many seconds, as :func:`start` does."""
    asyncio.get_running_loop().call_later(seconds, lambda: start(handler))


def _start(handler: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    if not _begun_in.get():
        _begun_in.set(glue.currentLab())
    try:
        result = handler(*arguments)
    except Exception as error:
        report(error)
    else:
        if inspect.iscoroutine(result):
            asyncio.ensure_future(result).add_done_callback(_report_result)


def _report_result(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and isinstance(error := task.exception(), Exception):
        report(error)


def report(error: Exception) -> None:
    """Say what went wrong: what a visitor did as it is, a fault of the page in the console too."""
    if isinstance(error, ValueError):
        complain(error)
    elif isinstance(error, MemoryError):
        complain(ValueError("this tab has no memory left for that; reload the page to free some"))
    else:
        complain(ValueError(f"something went wrong in the page: {type(error).__name__}"))
        window.console.error("".join(traceback.format_exception(error)))
