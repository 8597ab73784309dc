"""A visitor's program at work: what it prints, where it fails, and the model that it leaves."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from pyodide.ffi import to_js
from pyscript import window
from pyscript.ffi import create_proxy
from pyscript.js_modules import glue

from nn.experiment.experiment import Experiment
from nn.experiment.settings import Settings
from nn.experiment.task import Task
from nn.labs.running import PICTURES
from nn.web import dom
from nn.web.ask import Ask
from nn.web.figures import percent, work_time
from nn.web.lab import Lab
from nn.web.turn import Turn
from nn.web.workbooks import readers_of

S = TypeVar("S", bound=Settings)

_MOST_SHOWN = 20_000
"""Characters of what was printed: of more, the last ones."""

_NOT_STARTED = "Python could not be fetched: check your connection, then run it again."
_UNFIT = "Its model stays in the program: {}."


class ProgramRun(Generic[S]):
    """Runs programs of a lab, one at a time.

    Args:
        lab: whose data they get, and whose network their model may become.
        mark: is called with the line where a program failed; with 0 when another one begins.
    """

    def __init__(self, lab: Lab[S], mark: Callable[[int], None]) -> None:
        self._lab, self._parts, self._mark = lab, lab.parts, mark
        self._ask = Ask(lab.parts, "codeAsk")
        self._turn = Turn()
        self._end: Callable[[], None] | None = None
        self._began = 0.0
        self._printed = 0
        self._settings: S = lab.made_with
        self._task: Task | None = None
        self._model = ""
        self._tell = create_proxy(self._told)
        lab.parts.click("codeAdopt", self._adopt_or_ask)

    @property
    def busy(self) -> bool:
        """Whether a program runs, or is about to."""
        return self._turn.taken

    def start(self, text: str) -> None:
        """Run a program, on the lab's data as it is now."""
        self._clear()
        self._settings = self._lab.form.valid() or self._lab.made_with
        self._task = self._lab.task(self._settings)
        self._began = time.perf_counter()
        self._parts.show("codeRun", "Stop")
        self._show_progress(None, "Starting a Python for the program …")
        wanted = self._turn.begin()

        async def begin() -> None:
            try:
                while what := self._lab.waits_for():
                    self._show_progress(None, what)
                    await asyncio.sleep(0.1)
                    if not wanted():
                        return
                files = self._lab.program_files()
                files |= await readers_of(files.values())
                if wanted():
                    if pictures := self._lab.program_pictures():
                        files[PICTURES] = pictures
                    given = to_js(files, dict_converter=window.Object.fromEntries)
                    self._end = glue.runProgram(text, given, self._tell)
            except Exception:
                if wanted():
                    self._over("It could not begin")
                raise

        dom.start(begin)

    def stop(self) -> None:
        """End the program, whatever it does."""
        self._over("Stopped")
        dom.announce("The program is stopped")

    def _over(self, how: str) -> None:
        self._turn.end()
        if self._end is not None:
            self._end()
            self._end = None
        self._parts.show("codeRun", "Run")
        self._parts.element("codeProgress").hidden = True
        self._parts.show(
            "codeState", f"{how} after {work_time(time.perf_counter() - self._began)}."
        )

    # ---- What happens.

    def _told(self, what: str, content: str) -> None:
        # Another lab may be shown by now.
        dom.speaking_for(self._lab.name, lambda: dom.start(self._hear, what, content))

    def _hear(self, what: str, content: str) -> None:
        if what == "begun":
            self._show_progress(None, "Running")
        elif what == "printed":
            self._print(content)
        elif what == "progress":
            self._progress(json.loads(content))
        elif what == "failed":
            self._fail(**json.loads(content))
        elif what == "model":
            self._offer(content)
        elif what == "unfit":
            self._say_of_model(_UNFIT.format(content))
        elif what == "broken":
            self._fail(f"Python itself failed: {content}" if content else _NOT_STARTED, [])
            self._over("Failed")
        elif what == "ended":
            self._over("Failed" if self._failed else "Ended")
            if not self._failed:
                dom.announce("The program has ended")

    def _progress(self, done: dict[str, Any]) -> None:
        doing = "testing" if done["testing"] else "training"
        figures = f"loss {done['loss']}"
        if done["accuracy"] is not None:
            figures += f", accuracy {percent(done['accuracy'], 1)}"
        of = f" of {done['epochs']}" if done["epochs"] else ""
        text = f"Epoch {done['epoch']}{of}, {doing}: {figures}"
        self._show_progress(done["share"], text)

    def _show_progress(self, share: float | None, text: str) -> None:
        bar = self._parts.element("codeProgress")
        bar.hidden = False
        if share is None:
            bar.removeAttribute("value")
        else:
            bar.value = share
        self._parts.show("codeState", text)

    def _print(self, text: str) -> None:
        output = self._parts.element("codeOutput")
        output.hidden = False
        below = output.scrollHeight - output.scrollTop - output.clientHeight
        output.append(text)
        self._printed += len(text)
        while self._printed > _MOST_SHOWN and output.childNodes.length > 1:
            self._printed -= output.firstChild.length
            output.firstChild.remove()
        if below < 20:  # whoever has scrolled up is reading
            output.scrollTop = output.scrollHeight

    # ---- How it failed.

    @property
    def _failed(self) -> bool:
        return not self._parts.element("codeFailed").hidden

    def _fail(self, message: str, calls: list[dict[str, Any]]) -> None:
        line = calls[-1]["line"] if calls else 0
        self._parts.element("codeFailed").hidden = False
        self._parts.show("codeError", f"Line {line}: {message}" if line else message)
        items = []
        for call in calls:
            item = dom.new("li")
            within = "" if call["within"] == "<module>" else f", in {call['within']}"
            place = f"Line {call['line']}{within}"
            button = dom.new("button", place, type="button", data_line=str(call["line"]))
            button.className = "small"
            item.append(button, dom.new("code", call["text"] or ""))
            items.append(item)
        self._parts.element("codeCalls").replaceChildren(*items)
        self._mark(line)
        dom.announce(f"The program failed: {self._parts.element('codeError').textContent}")

    def _clear(self) -> None:
        self._model, self._printed = "", 0
        self._ask.close()
        self._mark(0)
        self._parts.element("codeOutput").replaceChildren()
        for name in ("codeOutput", "codeFailed", "codeModel"):
            self._parts.element(name).hidden = True

    # ---- The model that it leaves.

    def _say_of_model(self, text: str) -> None:
        self._parts.element("codeModel").hidden = False
        self._parts.element("codeAdopt").hidden = not self._model
        self._parts.show("codeModelText", text)

    def _offer(self, model: str) -> None:
        self._model = model
        self._say_of_model("The program has left a network, model.")

    def _adopt_or_ask(self) -> None:
        experiment = self._experiment()
        seen = self._lab.experiment.history.samples
        if not seen:
            self._adopt(experiment)
            return
        question = f"The lab's network has learnt from {seen:,} samples. Replace it?"
        self._ask.ask(question, "Replace it", lambda: self._adopt(experiment))

    def _experiment(self) -> Experiment:
        """Return the program's network, as one for this lab; raises a ValueError if it is none."""
        experiment = Experiment.loaded(self._model.encode())
        model, task = experiment.model, self._task
        assert task is not None
        # A program does not say what the columns and the classes of its data are called.
        if (model.features, model.outputs) == (task.features, task.outputs):
            model.columns, model.classes = task.columns, task.classes
        try:
            self._lab.check_loaded(model)
        except ValueError as error:
            raise ValueError(f"the program's network is not one for this lab: {error}") from None
        experiment.history.settings = self._settings.fields()
        return experiment

    def _adopt(self, experiment: Experiment) -> None:
        self._lab.take(experiment, "the program's network")
        self._parts.element("codeModel").hidden = True
