"""A lab's program, as a visitor has it by now, run apart from the page.

The page runs it in a Python of its own, which it can end whatever the program does. What happens
is told as it happens, in texts, for nothing else passes between the two.
"""

from __future__ import annotations

import io
import json
import linecache
import math
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

import nn.data
from nn.data.images import Images
from nn.formats import weights
from nn.labs import kept
from nn.model import Sequential
from nn.progress import Clock, Progress, listening

PICTURES = "pictures.packed"
"""The file in which a lab hands its pictures over, as :func:`nn.labs.kept.pack_pictures` has them:
the page keeps pictures, and not the files that they came in."""

Tell = Callable[[str, str], object]
"""Is called with what has happened, and its content:

- "printed" and a text;
- "progress" and a JSON object: ``testing`` or not, the ``share`` of the run that is done, the
  ``epoch`` of how many ``epochs``, the ``loss``, and the ``accuracy`` or null;
- "failed" and a JSON object: the ``message``, and the ``calls`` that led there, each a ``line`` of
  the program, the name ``within`` which it stands, and its ``text``;
- "model" and the text of a weights file;
- "unfit" and why the program's model can be no weights file;
- "ended" and nothing, in the end.
"""

_PROGRAM = "<program>"
_PROGRESS_EVERY = 0.1  # seconds
_AT_ONCE, _A_SECOND = 100, 5
"""How many times what was printed is told without delay, and how often then."""
_MOST_WAITING = 20_000
"""Characters: of more, the last ones, which is what people can look at."""


def run(text: str, tell: Tell, clock: Clock = time.perf_counter) -> None:
    """Run a program in the current folder, where the files are that it reads.

    >>> told = []
    >>> run("print(1 + 1)", lambda what, content: told.append((what, content)))
    >>> told
    [('printed', '2\\n'), ('ended', '')]
    """
    _make_readable(Path())
    # A traceback shows its lines.
    linecache.cache[_PROGRAM] = (len(text), None, text.splitlines(keepends=True), _PROGRAM)
    names: dict[str, Any] = {"__name__": "__main__"}
    trained = _Trained(tell, clock)
    printed = Printed(tell, clock)
    failure = ""
    with redirect_stdout(printed), redirect_stderr(printed), listening(trained.hear):
        try:
            exec(compile(text, _PROGRAM, "exec"), names)
        except SystemExit as end:
            if isinstance(end.code, str):
                print(end.code)
        # Whatever it raises is for the visitor to see.
        except BaseException as error:
            failure = _failure(error)
    printed.tell()
    if failure:
        tell("failed", failure)
    elif isinstance(model := names.get("model"), Sequential):
        _tell_model(model, trained.histories.get(model), tell)
    tell("ended", "")


def _make_readable(folder: Path) -> None:
    """Let a program in ``folder`` read what a lab hands over there that is not in its own file."""
    # Such as the reader of Excel workbooks.
    sys.path += [str(path) for path in folder.glob("*.whl")]
    packed = folder / PICTURES
    if packed.exists():
        pictures = kept.unpack_pictures(packed.read_bytes())
        packed.unlink()  # not twice in memory
        images = Images(*pictures.original, pictures.description, assumed=pictures.assumed)
        nn.data.read_folder = lambda folder, decode=None: images


def _tell_model(model: Sequential, history: weights.Training | None, tell: Tell) -> None:
    try:
        text = weights.dumps(model, history)
    except ValueError as error:
        tell("unfit", str(error))
    else:
        tell("model", text)


def _failure(error: BaseException) -> str:
    *_, message = traceback.TracebackException.from_exception(error).format_exception_only()
    calls = _calls(error.__traceback__)
    if isinstance(error, SyntaxError) and error.filename == _PROGRAM and error.lineno:
        source = linecache.getline(_PROGRAM, error.lineno)
        calls = [{"line": error.lineno, "within": "<module>", "text": source.strip()}]
    return json.dumps({"message": message.strip(), "calls": calls})


def _calls(found: TracebackType | None) -> list[dict[str, Any]]:
    return [
        {"line": frame.lineno, "within": frame.name, "text": frame.line}
        for frame in traceback.extract_tb(found)
        if frame.filename == _PROGRAM
    ]


class _Trained:
    """Tells of training now and then, and counts what each network has been through."""

    def __init__(self, tell: Tell, clock: Clock) -> None:
        self.histories: WeakKeyDictionary[Sequential, weights.Training] = WeakKeyDictionary()
        self._tell, self._clock = tell, clock
        self._due = 0.0

    def hear(self, model: Sequential, progress: Progress) -> None:
        history = self.histories.setdefault(model, weights.Training())
        if progress.evaluation is not None:
            history.test_accuracy = progress.evaluation.accuracy
        elif not progress.testing:
            history.samples += progress.samples
            history.epochs += progress.finished
            history.test_accuracy = None
        if self._clock() >= self._due:
            self._due = self._clock() + _PROGRESS_EVERY
            self._tell("progress", json.dumps(_told(progress)))


def _told(progress: Progress) -> dict[str, Any]:
    done = progress.epoch if progress.testing else progress.epoch - 1
    part = 0.0 if progress.testing else progress.done / progress.total
    return {
        "testing": progress.testing,
        "share": (done + part) / (progress.epochs or math.inf),
        "epoch": progress.epoch,
        "epochs": progress.epochs,
        "loss": f"{progress.loss:.4g}",
        "accuracy": progress.accuracy,
    }


class Printed(io.TextIOBase):
    """Tells what is printed: at once while that is little, and of much only the end.

    >>> printed = Printed(lambda what, content: print(what, repr(content)))
    >>> count = printed.write("so "), printed.write("it is\\n")
    printed 'so it is\\n'
    """

    def __init__(self, tell: Tell, clock: Clock = time.perf_counter) -> None:
        self._tell, self._clock = tell, clock
        self._waiting: list[str] = []
        self._size = 0
        self._allowed, self._last = float(_AT_ONCE), clock()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._waiting.append(text)
        self._size += len(text)
        if self._size > 2 * _MOST_WAITING:
            self._waiting = ["".join(self._waiting)[-_MOST_WAITING:]]
            self._size = _MOST_WAITING
        if text.endswith("\n"):
            self.flush()
        return len(text)

    def flush(self) -> None:
        now = self._clock()
        self._allowed = min(_AT_ONCE, self._allowed + (now - self._last) * _A_SECOND)
        self._last = now
        if self._allowed >= 1:
            self._allowed -= 1
            self.tell()

    def tell(self) -> None:  # type: ignore[override]
        """Tell all that was not told yet."""
        if self._waiting:
            self._tell("printed", "".join(self._waiting)[-_MOST_WAITING:])
            self._waiting, self._size = [], 0
