"""The panel with the settings as a program, to change, to run and to take elsewhere."""

from __future__ import annotations

from typing import Any

from pyodide.ffi import JsException, to_js
from pyscript import window
from pyscript.ffi import create_proxy
from pyscript.js_modules import glue

from nn.experiment.code import program
from nn.experiment.notebook import notebook
from nn.web import dom
from nn.web.lab import Lab
from nn.web.panels import Panel, S
from nn.web.program_run import ProgramRun

_FOLLOWS = "The program of these settings. In a terminal, it trains the same network."
_CHANGED = "You have changed this program; this browser keeps it. Reset brings the settings' back."
_OUTDATED = "The settings are others now; this program is still the one that you have changed."
_INVALID = "Fix the marked fields: until then, this is the program of the settings before."
_NO_EDITOR = "The editor could not be fetched: check your connection, then open this tab again."

_RESET, _TAKE = "Reset", "Take the settings' program"
_TYPES = {"train.py": "text/x-python", "train.ipynb": "application/x-ipynb+json"}


def open_panel(lab: Lab[S]) -> CodePanel[S]:
    """Return the panel of ``lab``."""
    return CodePanel(lab)


def _attributes(described_by: str) -> Any:
    """Return what a screen reader is told of the editor."""
    # One tab stop, which CodeMirror's element is without saying so.
    attributes = {"aria-label": "Program", "aria-describedby": described_by, "tabindex": "0"}
    return to_js(attributes, dict_converter=window.Object.fromEntries)


class CodePanel(Panel[S]):
    """The editor with the program, and its run."""

    def __init__(self, lab: Lab[S]) -> None:
        super().__init__(lab)
        self._own = self._shown = ""
        self._editor: Any = None
        self._coming = False
        self._run = ProgramRun(lab, self._mark)
        self.parts.click("codeRun", self._run_or_stop)
        self.parts.click("codeReset", self._take_settings)
        self.parts.click("copyCode", self._copy)
        self.parts.click("saveCode", lambda: self._download("train.py", self._text))
        self.parts.click(
            "saveNotebook", lambda: self._download("train.ipynb", notebook(self._text))
        )
        dom.on(self.parts.element("codeCalls"), "click", self._go_to)

    @property
    def _text(self) -> str:
        return self.lab.draft.shown(self._own)

    def refresh(self) -> None:
        if self._editor is None:
            dom.start(self._fetch_editor)
        settings = self.lab.form.valid()
        if settings is not None or not self._own:
            known = settings or self.lab.made_with
            self._own = program(known, self.lab.task(known), self.lab.data_code(known))
        self._show()
        self._tell()

    async def _fetch_editor(self) -> None:
        if self._coming:
            return
        self._coming = True
        try:
            self._editor = await glue.newEditor(
                self.parts.element("code"),
                _attributes(self.parts.element("codeKeys").id),
                create_proxy(lambda text: dom.start(self._changed, text)),
                create_proxy(lambda: dom.start(self._start)),
            )
        except JsException:
            self.parts.show("codeNote", _NO_EDITOR)
        finally:
            self._coming = False
        self._show()

    def _show(self, undoable: bool = False) -> None:
        """Show the program, unless it is what the editor shows."""
        if self._editor is not None and self._text != self._shown:
            self._shown = self._text
            self._editor.write(self._text, undoable)

    def _tell(self) -> None:
        """Say whose program it is."""
        draft = self.lab.draft
        outdated = draft.outdated(self._own)
        self.parts.show("codeReset", _TAKE if outdated else _RESET)
        self.parts.allow("codeReset", draft.text is not None, "You have not changed the program")
        if draft.text is not None:
            note = _OUTDATED if outdated else _CHANGED
        else:
            note = _FOLLOWS if self.lab.form.valid() else _INVALID
        if files := " and ".join(self.lab.program_files()):
            note += f" For a terminal, put {files} beside it."
        self.parts.show("codeNote", note)

    def _changed(self, text: str) -> None:
        """Take in what a visitor has typed."""
        self._shown = text
        self.lab.draft.write(text, self._own)
        self._tell()
        self.lab.memory.tick()

    def _take_settings(self) -> None:
        self.lab.draft.take_settings()
        self._show(undoable=True)
        self._tell()
        dom.announce("The settings' program is back; Ctrl+Z in the editor brings yours")

    # ---- Running it.

    def _run_or_stop(self) -> None:
        if self._run.busy:
            self._run.stop()
        else:
            self._start()

    def _start(self) -> None:
        if not self._run.busy:
            self._run.start(self._text)

    def _mark(self, line: int) -> None:
        if self._editor is not None:
            self._editor.mark(line)

    def _go_to(self, event: Any) -> None:
        button = event.target.closest("button")
        if button and self._editor is not None:
            self._editor.goTo(int(button.dataset.line))

    # ---- Taking it elsewhere.

    async def _copy(self) -> None:
        try:
            await glue.copy(self._text)
        except JsException:
            if self._editor is not None:
                self._editor.selectAll()
            raise ValueError(
                "the browser does not let the page copy; the program is selected, press Ctrl+C"
            ) from None
        dom.announce("Copied the program")

    def _download(self, name: str, text: str) -> None:
        glue.download(name, text, _TYPES[name])
        dom.announce(f"Saved {name}")
