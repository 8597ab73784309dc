"""What a test has shown: the confusion matrix and the worst mistakes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nn.data import Dataset
from nn.data.labels import Classes
from nn.metrics import confusion_matrix
from nn.progress import Evaluation
from nn.web import dom, pictures
from nn.web.figures import percent, shortened
from nn.web.matrix import Matrix

_MOST_MISTAKES = 24
_LONGEST_NAME = 16


class Results:
    """The test panel; ``choose`` is called with the picture of a mistake that is chosen."""

    def __init__(self, choose: Callable[[np.ndarray], None]) -> None:
        self._choose = choose
        self._images: list[np.ndarray] = []
        self._matrix = Matrix(dom.element("confusion"))
        dom.on(dom.element("mistakes"), "click", self._clicked)

    def show(self, test: Dataset, evaluation: Evaluation) -> None:
        """Show how a network did on ``test``."""
        predicted = evaluation.predicted
        wrong = np.flatnonzero(predicted != test.targets)
        right = len(test) - len(wrong)
        dom.show(
            "testSummary",
            f"{right:,} of {len(test):,} right: {percent(evaluation.accuracy, 2)}. "
            "Rows are the true class, columns the answer; beside them the worst mistakes.",
        )
        names = Classes(test.classes or 0, test.names).shown
        counts = confusion_matrix(test.targets, predicted, len(names))
        self._matrix.show([shortened(name, _LONGEST_NAME) for name in names], counts)
        self._show_mistakes(test, evaluation.outputs, predicted, wrong, names)

    def clear(self, text: str) -> None:
        """Show nothing but a sentence."""
        dom.show("testSummary", text)
        self._matrix.hide()
        dom.element("mistakes").replaceChildren()
        self._images = []

    def _show_mistakes(
        self,
        test: Dataset,
        outputs: np.ndarray,
        predicted: np.ndarray,
        wrong: np.ndarray,
        names: Sequence[str],
    ) -> None:
        margin = outputs[wrong, predicted[wrong]] - outputs[wrong, test.targets[wrong]]
        worst = wrong[np.argsort(-margin, kind="stable")[:_MOST_MISTAKES]]
        self._images = [test.inputs[i] for i in worst]
        items = []
        for number, i in enumerate(worst):
            said, right = names[predicted[i]], names[test.targets[i]]
            button = dom.new("button", type="button", data_number=str(number))
            button.title = f"Said {said}, is {right}: put it on the canvas"
            button.setAttribute("aria-label", button.title)
            canvas = dom.new("canvas")
            grey = self._images[number].shape[2] == 1
            canvas.className = "pixels" if grey else "pixels coloured"
            pictures.paint(canvas, pictures.shown(self._images[number]))
            button.append(canvas, dom.new("small", f"{said}, is {right}"))
            item = dom.new("li")
            item.append(button)
            items.append(item)
        dom.element("mistakes").replaceChildren(*items)

    def _clicked(self, event: Any) -> None:
        button = event.target.closest("button")
        if button:
            self._choose(self._images[int(button.dataset.number)])
