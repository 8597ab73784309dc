"""The panel that says why the network answers as it does: what spoke for it, and against."""

from __future__ import annotations

import time

import numpy as np

from nn.data.columns import Output
from nn.explain.changes import furthest_changes, smallest_changes
from nn.explain.why import why
from nn.labs.question import Question
from nn.metrics import predicted_classes
from nn.web import dom
from nn.web.lab import Lab
from nn.web.panels import Panel, S
from nn.web.why_view import WhyView

_PAUSE, _REST = 0.5, 20
"""Seconds between two looks at the network while it learns, and that as a multiple of what one
takes: of a large network it takes longer than a frame."""

_MOST_CHANGES = 8


def open_panel(lab: Lab[S]) -> WhyPanel[S]:
    """Return the panel of ``lab``."""
    return WhyPanel(lab)


class WhyPanel(Panel[S]):
    """The reasons of the answer in the first card; they follow it, and the network too."""

    def __init__(self, lab: Lab[S]) -> None:
        super().__init__(lab)
        self._element = self.parts.element("whyPanel")
        self._view = WhyView(self.parts)
        self._which = self.parts.element("whyOutput")
        self._due = 0.0
        dom.on(self._which, "change", lambda event: self.refresh())
        dom.on(self.parts.element("whySample"), "change", lambda event: self._ask())
        lab.painter.add(_PAUSE, self._follow)

    def _follow(self) -> None:
        started = time.perf_counter()
        if self._element.hidden or started < self._due:
            return
        self.refresh()
        now = time.perf_counter()
        self._due = now + _REST * (now - started)

    def asked_anew(self) -> None:
        if not self.lab.busy:  # or the painter sees to it
            self.refresh()

    def _ask(self) -> None:
        """Ask about the test sample whose number was typed."""
        field, count = self.parts.element("whySample"), len(self.lab.test_data)
        text = str(field.value).strip()
        if not text.isdecimal() or not 1 <= int(text) <= count:
            field.value = ""
            raise ValueError(
                f"expected the number of a test sample, from 1 to {count:,}"
                if count
                else "there are no test samples here"
            )
        self.lab.ask(int(text) - 1)

    def refresh(self) -> None:
        try:
            question = self.lab.question()
            place, first = self._chosen(question)
            output = question.outputs[place]
            reasons = why(self.lab.experiment.model, question.inputs, output, first)
        except ValueError as error:
            self._view.say(f"There is nothing to explain: {error}.")
            return
        self._view.show(question, output, reasons, self.lab.experiment)
        if question.knobs:
            self._show_changes(question, output, place)

    def _chosen(self, question: Question) -> tuple[int, int]:
        """Return which of the outputs is looked into, and where it begins among the numbers."""
        names = [output.name for output in question.outputs]
        if [option.textContent for option in self._which.options] != names:
            options = [dom.new("option", name, value=str(i)) for i, name in enumerate(names)]
            self._which.replaceChildren(*options)
            self._which.parentElement.hidden = len(names) < 2
        place = max(0, self._which.selectedIndex)
        return place, sum(output.width for output in question.outputs[:place])

    def _show_changes(self, question: Question, output: Output, place: int) -> None:
        model = self.lab.experiment.model

        def answers(rows: np.ndarray) -> np.ndarray:
            outputs = model.predict(rows.astype(np.float32))
            if len(question.outputs) > 1:
                assert model.columns
                outputs = model.columns.of_each(outputs)[place]
            if output.classes is None:
                return output.numbers(outputs[:, 0].astype(np.float64))
            return predicted_classes(outputs, model.target_range)

        if output.classes is None:
            found = furthest_changes(answers, question.knobs)[:_MOST_CHANGES]
            self._view.show_reach(found)
        else:
            changes = smallest_changes(answers, question.knobs)[:_MOST_CHANGES]
            self._view.show_changes(changes, output.classes)
