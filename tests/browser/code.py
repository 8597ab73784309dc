"""What a visitor does in the panel Code and reads from it."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Download, Locator, expect

from tests.browser.lab import Lab

PASTE = """(editor, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  editor.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })
  );
}"""


class Code:
    """The panel of a lab, opened.

    Attributes:
        lab: the lab.
        editor: the element that is typed into.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        lab.click("codeTab")
        self.editor = lab.find("code").get_by_role("textbox", name="Program")
        expect(self.editor).to_contain_text("Sequential(")

    @property
    def text(self) -> str:
        """The program."""
        return Path(self.download("saveCode", "train.py").path()).read_text()

    @property
    def notebook(self) -> dict:
        return json.loads(Path(self.download("saveNotebook", "train.ipynb").path()).read_text())

    def download(self, button: str, name: str) -> Download:
        with self.lab.page.expect_download() as download:
            self.lab.click(button)
        assert download.value.suggested_filename == name
        return download.value

    def write(self, text: str) -> None:
        """Put other text in the place of the program, as a visitor does who pastes it."""
        self.editor.press("Control+a")
        self.editor.evaluate(PASTE, text)

    @property
    def note(self) -> Locator:
        return self.lab.find("codeNote")

    # ---- Its run.

    @property
    def state(self) -> Locator:
        return self.lab.find("codeState")

    @property
    def printed(self) -> Locator:
        return self.lab.find("codeOutput")

    def run(self, end: str = "Ended") -> None:
        """Run it, and wait for its end."""
        self.lab.click("codeRun")
        self.ends(end)

    def ends(self, how: str) -> None:
        expect(self.state).to_contain_text(f"{how} after", timeout=90_000)
        expect(self.lab.find("codeRun")).to_have_text("Run")
