"""What a test has shown: the confusion matrix and the worst mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.data import Dataset
from nn.data.image_csv import CLASSES, SIDE
from nn.metrics import confusion_matrix
from nn.progress import Evaluation
from nn.web import dom, pictures
from nn.web.matrix import Matrix
from nn.web.text import percent

_MOST_MISTAKES = 24


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
            "Rows are what it is, columns what was said; beside them the worst mistakes.",
        )
        counts = confusion_matrix(test.targets, predicted, CLASSES)
        self._matrix.show([str(digit) for digit in range(CLASSES)], counts)
        self._show_mistakes(test, evaluation.outputs, predicted, wrong)

    def clear(self, text: str) -> None:
        """Show nothing but a sentence."""
        dom.show("testSummary", text)
        self._matrix.hide()
        dom.element("mistakes").replaceChildren()
        self._images = []

    def _show_mistakes(
        self, test: Dataset, outputs: np.ndarray, predicted: np.ndarray, wrong: np.ndarray
    ) -> None:
        margin = outputs[wrong, predicted[wrong]] - outputs[wrong, test.targets[wrong]]
        worst = wrong[np.argsort(-margin, kind="stable")[:_MOST_MISTAKES]]
        self._images = [test.inputs[i].reshape(SIDE, SIDE) for i in worst]
        items = []
        for number, i in enumerate(worst):
            said, right = predicted[i], test.targets[i]
            button = dom.new("button", type="button", data_number=str(number))
            button.title = f"Said {said}, is {right}: put it on the canvas"
            button.setAttribute("aria-label", button.title)
            canvas = dom.new("canvas")
            canvas.className = "pixels"
            pictures.paint(canvas, pictures.ink(self._images[number]))
            button.append(canvas, dom.new("small", f"{said}, is {right}"))
            item = dom.new("li")
            item.append(button)
            items.append(item)
        dom.element("mistakes").replaceChildren(*items)

    def _clicked(self, event: Any) -> None:
        button = event.target.closest("button")
        if button:
            self._choose(self._images[int(button.dataset.number)])
