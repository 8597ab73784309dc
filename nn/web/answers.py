"""Pictures without labels: what the network says of each, to look at and to save."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np
from pyscript.js_modules import glue

from nn.data.spreadsheets import harmless
from nn.labs import digits, pictures
from nn.layers import Shape
from nn.model import Sequential
from nn.web import dom
from nn.web.figures import percent, shortened
from nn.web.pictures import paint, shown

_AT_A_TIME = 200
_MOST_SHOWN = 200
_LONGEST_NAME = 12


class Answers:
    """The panel of answers.

    Args:
        network: returns the network to ask, and the shape of the pictures that it takes.
        choose: called with the picture that is chosen.
    """

    def __init__(
        self, network: Callable[[], tuple[Sequential, Shape]], choose: Callable[[np.ndarray], None]
    ) -> None:
        self._network, self._choose = network, choose
        self._pictures: np.ndarray | None = None
        self._ids: tuple[str, ...] = ()
        self._said: list[str] = []
        self._asked = 0
        dom.on(dom.element("answersAgain"), "click", lambda event: self.predict())
        dom.on(dom.element("answersSave"), "click", lambda event: self._save())
        dom.on(dom.element("answers"), "click", self._clicked)

    async def open(self, pictures: np.ndarray, ids: tuple[str, ...]) -> None:
        """Take (n, height, width, channels) pictures, and say what they show."""
        self._pictures, self._ids = pictures, ids
        glue.chooseTab(dom.element("answersTab"))
        await self.predict()

    def stale(self) -> None:
        """Say that the answers are those of another network."""
        self._asked += 1
        if self._said:
            dom.show("answersSummary", "The network has changed: press Predict all.")

    async def predict(self) -> None:
        """Ask the network about all pictures, some of them each frame."""
        if self._pictures is None:
            raise ValueError("open pictures without labels first, under Pictures")
        model, shape = self._network()
        fitted, changed = pictures.fitting(self._pictures, shape)
        self._asked += 1
        asked = self._asked
        outputs = []
        for start in range(0, len(fitted), _AT_A_TIME):
            outputs.append(model.predict(fitted[start : start + _AT_A_TIME]))
            dom.show("answersSummary", f"{start:,} of {len(fitted):,} pictures are answered …")
            await asyncio.sleep(0)
            if asked != self._asked:
                return
        together = np.concatenate(outputs)
        if not np.isfinite(together).all():
            raise ValueError("the network's weights are no longer finite: train a new one")
        names = digits.classes_of(model).shown
        self._said = [names[place] for place in together.argmax(axis=1)]
        self._show(fitted, together.max(axis=1))
        dom.element("answersButtons").hidden = False
        count = f"{len(fitted):,} picture{'' if len(fitted) == 1 else 's'} without labels"
        some = f"; the first {_MOST_SHOWN} are shown" if len(fitted) > _MOST_SHOWN else ""
        dom.show("answersSummary", f"{count}{some}. {changed.capitalize()}".strip())
        dom.announce(f"Answered {count}{f': {changed}' if changed else ''}")

    def _show(self, fitted: np.ndarray, outputs: np.ndarray) -> None:
        items = []
        for number, said in enumerate(self._said[:_MOST_SHOWN]):
            button = dom.new("button", type="button", data_number=str(number))
            name = self._ids[number] if self._ids else f"Picture {number + 1}"
            button.title = f"{name}: {said}, {percent(float(outputs[number]), 1)}"
            button.setAttribute("aria-label", f"{button.title}: put it on the canvas")
            canvas = dom.new("canvas")
            canvas.className = "pixels" if fitted.shape[3] == 1 else "pixels coloured"
            paint(canvas, shown(fitted[number]))
            button.append(canvas, dom.new("small", shortened(said, _LONGEST_NAME)))
            item = dom.new("li")
            item.append(button)
            items.append(item)
        dom.element("answers").replaceChildren(*items)
        self._fitted = fitted

    def _clicked(self, event: Any) -> None:
        button = event.target.closest("button")
        if button:
            self._choose(self._fitted[int(button.dataset.number)])

    def _save(self) -> None:
        glue.download("answers.csv", as_csv(self._said, self._ids), "text/csv")
        dom.announce("Saved answers.csv")


def as_csv(answers: list[str], ids: tuple[str, ...]) -> str:
    """Return answers as competitions want them: what each picture is called, or its number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["ImageId", "Label"])
    numbered = ids or map(str, range(1, 1 + len(answers)))
    writer.writerows(
        [harmless(i), harmless(said)] for i, said in zip(numbered, answers, strict=True)
    )
    return text.getvalue()
