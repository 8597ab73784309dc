"""What a test has shown of a network for a table: who is taken for whom, or how near it comes."""

from __future__ import annotations

import numpy as np

from nn.data import Dataset
from nn.data.columns import Columns
from nn.labs.scores import Score, scores
from nn.model import Sequential
from nn.progress import Evaluation
from nn.web import dom
from nn.web.dom import Parts
from nn.web.figures import percent, readable
from nn.web.matrix import Matrix
from nn.web.scatter import Scatter

_MOST_CLASSES = 20
_LIVE_ROWS = 1_000


class TableResults:
    """The test panel: a confusion matrix for classes, a scatter and R² for numbers.

    Where several columns are predicted, each has a line, and one of them is shown in full.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._matrix = Matrix(parts.element("confusion"))
        self._scatter = Scatter(parts)
        self._which = parts.element("resultOf")
        self._scores: list[Score] = []
        self._rows = ""
        dom.on(self._which, "change", lambda event: self._show_one())

    def begin(self, columns: Columns) -> None:
        """Show nothing yet, for another network."""
        self._matrix.hide()
        self._scatter.hide()
        self._scores = []
        several = len(columns.outputs) > 1
        self._which.parentElement.hidden = not several
        self._which.replaceChildren(
            *(dom.new("option", one.name, value=str(i)) for i, one in enumerate(columns.outputs))
        )
        self._parts.element("outputScores").replaceChildren()
        self._parts.show(
            "testSummary",
            "Press Test to see which classes the network confuses."
            if columns.classes
            else "Predicted and true numbers are shown here once there is data to test with.",
        )

    def follow(self, model: Sequential, test: Dataset, which: str) -> None:
        """Show how a network does on some of ``test`` just now; ``which`` says what they are."""
        assert model.columns
        part = test.take(np.arange(_LIVE_ROWS)) if len(test) > _LIVE_ROWS else test
        found = scores(model.columns, part, model.predict(part.inputs))
        some = "" if len(part) == len(test) else f"{len(part):,} of "
        self._take(found, f"{some}{_rows(test, which)}")

    def show(self, columns: Columns, test: Dataset, evaluation: Evaluation, which: str) -> None:
        """Show the result of a test."""
        found = scores(columns, test, evaluation.outputs)
        self._take(found, _rows(test, which))

    def _take(self, found: list[Score], rows: str) -> None:
        self._scores, self._rows = found, rows
        if len(found) > 1:
            lines = [dom.row(score.name, _measure(score)) for score in found]
            self._parts.element("outputScores").replaceChildren(*lines)
        self._show_one()

    def _show_one(self) -> None:
        """Show in full what was found of one output."""
        if not self._scores:
            return
        score = self._scores[int(self._which.value or 0)]
        if score.classes is None:
            self._matrix.hide()
            self._show_numbers(score)
        else:
            self._scatter.hide()
            self._show_classes(score.classes, score)

    def _show_numbers(self, score: Score) -> None:
        r2 = self._scatter.show(score.true[:, None], score.predicted[:, None], score.name)
        if r2 is None:
            text, off = "not a number", ""
        else:
            text = f"{r2:.4f}" if r2 > -1_000 else f"{r2:.1e}"
            off = f"; off by {readable(score.mean_absolute_error, 4)} on average"
        self._parts.show("accuracy", "–" if r2 is None else text)
        self._parts.show("testSummary", f"R² is {text} on {self._rows}{off}.")

    def _show_classes(self, classes: tuple[str, ...], score: Score) -> None:
        counts = score.confusion
        rows = len(score.true) + score.unknown
        shown = np.arange(len(classes))
        which = ""
        if score.unknown:
            which = f" Of classes that training never shows: {score.unknown:,}."
        if len(classes) > _MOST_CLASSES:
            most = np.argsort(-counts.sum(axis=1), kind="stable")[:_MOST_CLASSES]
            shown = np.sort(most)
            which += f" The {_MOST_CLASSES} most frequent of {len(classes):,} classes are shown."
        self._parts.show("accuracy", percent(score.accuracy, 2))
        self._parts.show(
            "testSummary",
            f"{score.right:,} of {rows:,} right: {percent(score.accuracy, 2)}, of "
            f"{self._rows}. Rows are the true class, columns the answer.{which}",
        )
        self._matrix.show([classes[label] for label in shown], counts[np.ix_(shown, shown)])


def _rows(test: Dataset, which: str) -> str:
    return f"the {len(test) + test.unknown:,} rows {which}"


def _measure(score: Score) -> str:
    if score.classes is not None:
        return percent(score.accuracy, 2)
    off = readable(score.mean_absolute_error, 4)
    return f"R² {score.r2:.4f}, off by {off}" if np.isfinite(score.r2) else "not a number"
