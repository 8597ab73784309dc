"""Which sample takes the step: one to learn, one to test with, or what the network is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.data import Dataset
from nn.experiment.fields import real
from nn.explain.place import SOURCES
from nn.labs.question import Question
from nn.metrics import predicted_classes
from nn.web import dom
from nn.web.lab import Lab

Key = tuple[object, ...]
"""What differs from sample to sample."""

_FIRST = 500
"""Samples that are there from the beginning, whatever is still on its way."""

_read_number = real(-1e12, 1e12)


class PassSamples:
    """The fields that say which sample it is.

    Args:
        lab: the lab.
        changed: called when a visitor has chosen another one.

    Attributes:
        number: of the sample, from 0.
        on_its_way: whether it has not arrived yet.
    """

    def __init__(self, lab: Lab[Any], changed: Callable[[], None]) -> None:
        self._lab, self._changed = lab, changed
        self._rng = np.random.default_rng()
        self._source = lab.parts.element("passOf")
        self._field = lab.parts.element("passSample")
        self._label = lab.parts.element("passRight")
        self._right = ""  # what a visitor takes for right; "" for what is known, or is answered
        self._right_for = b""
        self._made_for: object = None
        self._answers: Any = None  # the field for it, a list or for a number
        self._data: Dataset
        self.number = 0
        self.on_its_way = False
        dom.on(self._source, "change", lambda event: self._other_source())
        dom.on(self._field, "change", lambda event: changed())
        dom.on(self._label, "change", self._right_chosen)

    @property
    def source(self) -> str:
        """One of :data:`nn.explain.place.SOURCES`."""
        return str(self._source.value)

    def put(self, source: str, number: int) -> None:
        """Choose a sample by its number from 0."""
        self._source.value = SOURCES[SOURCES.index(source)]
        self._field.value = str(number + 1)

    def choose(self) -> Key:
        """Take in what the fields say; return which sample that is.

        Raises:
            ValueError: there is no such sample.
        """
        asked = self.source == "asked"
        self._label.hidden = not asked
        self._field.parentElement.hidden = asked
        self._lab.parts.element("passOther").hidden = asked
        self.on_its_way = False
        if asked:
            if len(self._lab.experiment.model.output_shape) > 1:
                raise ValueError(
                    "the network answers after each step: follow a training sample or a test sample"
                )
            question = self._lab.question()
            right = self._right_answer(question)
            self._data, self.number = question.sample(right), 0
            return "asked", self._data.inputs.tobytes(), right
        if not self._lab.busy:
            self._lab.check_data()
        self._data = self._lab.data if self.source == "train" else self._lab.test_data
        if not len(self._data):
            raise ValueError("there are no test samples: choose a training sample")
        self._field.max = str(len(self._data))
        self.number = _index(self._field, len(self._data))
        missing = not self._data.inputs[self.number].any()
        self.on_its_way = missing and bool(self._lab.waits_for())
        return self.source, self.number, len(self._data)

    def choose_another(self) -> None:
        """Choose a sample at random."""
        number = int(self._rng.integers(len(self._data)))
        if not self._data.inputs[number].any():
            # That one may not be there yet.
            number = int(self._rng.integers(min(len(self._data), _FIRST)))
        self._field.value = str(number + 1)

    def batch(self, count: int) -> Dataset:
        """Return the sample, followed by others if more than one is needed."""
        if self.source == "asked":
            others = self._lab.data.take(np.arange(min(count - 1, len(self._lab.data))))
            return _together(self._data, others) if len(others) else self._data
        data = self._data
        return data.take((self.number + np.arange(min(count, len(data)))) % len(data))

    # ---- What is taken for right.

    def _other_source(self) -> None:
        self._right = ""
        self._changed()

    def _right_chosen(self, event: Any) -> None:
        self._right = str(event.target.value)
        self._changed()

    def _right_answer(self, question: Question) -> float:
        """Return the right answer: a visitor's choice, or the known one, or what is answered."""
        output = question.outputs[0]
        if output.classes != self._made_for or self._answers is None:
            self._make_field(output.classes)
        inputs = question.inputs.tobytes()
        if inputs != self._right_for:
            self._right, self._right_for = "", inputs
        if self._right:
            return _read_number(self._right)
        if question.truth is not None:
            right = question.truth[0]
        else:
            outputs = self._lab.experiment.model.predict(question.inputs)
            if output.classes is None:
                right = float(output.numbers(outputs[0, :1].astype(np.float64))[0])
            else:
                right = float(predicted_classes(outputs)[0])
        self._answers.value = f"{right:g}"
        return right

    def _make_field(self, classes: tuple[str, ...] | None) -> None:
        """Make a list of the classes, or a field for a number."""
        self._made_for, self._right = classes, ""
        if self._answers is not None:
            self._answers.remove()
        if classes is None:
            field = dom.new("input", inputmode="decimal")
        else:
            field = dom.new("select")
            options = [dom.new("option", name, value=str(i)) for i, name in enumerate(classes)]
            field.append(*options)
        self._label.append(field)
        self._answers = field


def _index(field: Any, count: int) -> int:
    """Return which sample, from 0, a field asks for; mend the field if there is none such."""
    text = str(field.value).strip()
    # At first not the first one: there is more to see of 50 degrees than of 0.
    index = min(max(int(text), 1), count) if text.isdecimal() else min(count // 2, _FIRST) + 1
    field.value = str(index)
    return index - 1


def _together(one: Dataset, others: Dataset) -> Dataset:
    return Dataset(
        np.concatenate([one.inputs, others.inputs]),
        np.concatenate([one.targets, others.targets]),
        one.classes,
        one.names,
    )
