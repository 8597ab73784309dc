"""The panel that shows the settings as a program."""

from __future__ import annotations

from pyodide.ffi import JsException
from pyscript.js_modules import glue

from nn.experiment.code import program
from nn.web import dom
from nn.web.lab import Lab
from nn.web.panels import Panel, S


def open_panel(lab: Lab[S]) -> CodePanel[S]:
    """Return the panel of ``lab``."""
    return CodePanel(lab)


class CodePanel(Panel[S]):
    """The program for what the form says, to read, to copy and to download."""

    def __init__(self, lab: Lab[S]) -> None:
        super().__init__(lab)
        self._text = ""
        dom.on(self.parts.element("copyCode"), "click", lambda event: self._copy())
        self.parts.click("saveCode", self._download)

    def refresh(self) -> None:
        settings = self.lab.form.valid()
        known = settings is not None
        for name in ("copyCode", "saveCode"):
            self.parts.allow(name, known, "Some settings need mending first")
        if settings is None:
            self._text = ""
            self.parts.show("code", "Some settings need mending first.")
            return
        text = program(settings, self.lab.task(settings), self.lab.data_code(settings))
        if text != self._text:
            self._text = text
            self.parts.show("code", text)

    async def _copy(self) -> None:
        try:
            await glue.copy(self._text)
        except JsException:
            glue.select(self.parts.element("code"))
            raise ValueError(
                "the browser does not let the page copy; the program is selected, press Ctrl+C"
            ) from None
        dom.announce("Copied the program")

    def _download(self) -> None:
        glue.download("train.py", self._text, "text/x-python")
        dom.announce("Saved train.py")
