"""What a test has shown: the confusion matrix and the worst mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.datasets import Dataset
from nn.datasets.image_csv import SIDE
from nn.metrics import confusion_matrix
from nn.training import Evaluation
from nn.web import dom, pictures
from nn.web.text import percent

_MOST_MISTAKES = 24


class Results:
    """The test panel; ``choose`` is called with the picture of a mistake that is chosen."""

    def __init__(self, choose: Callable[[np.ndarray], None]) -> None:
        self._choose = choose
        self._images: list[np.ndarray] = []
        self._cells = self._table()
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
        self._show_matrix(confusion_matrix(test.targets, predicted, 10))
        self._show_mistakes(test, evaluation.outputs, predicted, wrong)

    def clear(self, text: str) -> None:
        """Show nothing but a sentence."""
        dom.show("testSummary", text)
        dom.element("confusion").hidden = True
        dom.element("mistakes").replaceChildren()
        self._images = []

    def _table(self) -> list[list[Any]]:
        table = dom.element("confusion")
        head = dom.new("tr")
        head.append(dom.new("td"), *(dom.new("th", str(digit), scope="col") for digit in range(10)))
        table.append(head)
        rows = []
        for digit in range(10):
            cells = [dom.new("td") for _ in range(10)]
            row = dom.new("tr")
            row.append(dom.new("th", str(digit), scope="row"), *cells)
            table.append(row)
            rows.append(cells)
        return rows

    def _show_matrix(self, matrix: np.ndarray) -> None:
        shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
        for i, row in enumerate(self._cells):
            for j, cell in enumerate(row):
                cell.textContent = f"{matrix[i, j]}" if matrix[i, j] else "·"
                # The root makes one mistake in a hundred visible.
                cell.style.setProperty("--share", f"{shares[i, j] ** 0.5:.3f}")
                cell.className = "right" if i == j else "wrong"
        dom.element("confusion").hidden = False

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
