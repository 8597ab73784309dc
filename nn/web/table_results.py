"""What a test has shown of a network for a table: who is taken for whom, or how near it comes."""

from __future__ import annotations

import numpy as np

from nn.data import Dataset
from nn.data.columns import Columns
from nn.metrics import confusion_matrix
from nn.model import Sequential
from nn.progress import Evaluation
from nn.web.dom import Parts
from nn.web.matrix import Matrix
from nn.web.scatter import Scatter
from nn.web.text import percent

_MOST_CLASSES = 20
_LIVE_ROWS = 1_000


class TableResults:
    """The test panel: a confusion matrix for classes, a scatter and R² for numbers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._matrix = Matrix(parts.element("confusion"))
        self._scatter = Scatter(parts)

    def begin(self, columns: Columns) -> None:
        """Show nothing yet, for another network."""
        self._matrix.hide()
        self._scatter.hide()
        self._parts.show(
            "testSummary",
            "Press Test to see which classes the network confuses."
            if columns.classes
            else "Predicted and true numbers are shown here once there is data to test with.",
        )

    def follow(self, model: Sequential, test: Dataset) -> None:
        """Show how a network that predicts numbers does on some of ``test`` just now."""
        columns = model.columns
        assert columns
        part = test.take(np.arange(_LIVE_ROWS)) if len(test) > _LIVE_ROWS else test
        self._show_numbers(columns, part, model.predict(part.inputs), len(test))

    def show(self, columns: Columns, test: Dataset, evaluation: Evaluation) -> None:
        """Show the result of a test."""
        if columns.classes is None:
            self._show_numbers(columns, test, evaluation.outputs, len(test))
        else:
            self._show_classes(columns.classes, test, evaluation)

    def _show_numbers(
        self, columns: Columns, test: Dataset, outputs: np.ndarray, rows: int
    ) -> None:
        true = columns.numbers(test.targets.astype(np.float64))
        predicted = columns.numbers(outputs.astype(np.float64))
        score = self._scatter.show(true, predicted, columns.output)
        if score is None:
            text = "not a number"
        else:
            text = f"{score:.4f}" if score > -1_000 else f"{score:.1e}"
        self._parts.show("accuracy", "–" if score is None else text)
        which = f"the {rows:,}" if len(test) == rows else f"{len(test):,} of the {rows:,}"
        self._parts.show("testSummary", f"R² is {text} on {which} rows kept to test with.")

    def _show_classes(
        self, classes: tuple[str, ...], test: Dataset, evaluation: Evaluation
    ) -> None:
        counts = confusion_matrix(test.targets, evaluation.predicted, len(classes))
        right = int(np.trace(counts))
        shown = np.arange(len(classes))
        which = ""
        if len(classes) > _MOST_CLASSES:
            most = np.argsort(-counts.sum(axis=1), kind="stable")[:_MOST_CLASSES]
            shown = np.sort(most)
            which = f" The {_MOST_CLASSES} most frequent of {len(classes):,} classes are shown."
        self._parts.show(
            "testSummary",
            f"{right:,} of {len(test):,} right: {percent(evaluation.accuracy, 2)}. "
            f"Rows are what it is, columns what was said.{which}",
        )
        self._matrix.show([classes[label] for label in shown], counts[np.ix_(shown, shown)])
