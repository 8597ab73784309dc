"""The Text lab: a network that learns to write, and writes while it learns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from nn.data import Dataset
from nn.data.text import MAX_BYTES, read_text
from nn.elsewhere import of_file
from nn.experiment.experiment import Experiment
from nn.formats import are_model_names
from nn.labs import text, text_source
from nn.labs.kept_text import pack_text, unpack_text
from nn.labs.question import Question
from nn.labs.text import TextSettings
from nn.labs.text_source import Learnt, TextSource, suggested
from nn.model import Sequential
from nn.progress import Evaluation
from nn.web import dom, files
from nn.web.keeper import Part, text_part
from nn.web.source_lab import RemakingLab
from nn.web.text_memory import MOST, TextMemory
from nn.web.text_sample import Sample
from nn.web.text_view import TextView

_TESTS = 25
"""Of a run, at most: each costs a frame."""

_MEASURED = 200
"""Windows of the held-out end that say how good a network is that was not tested here."""


async def open_lab() -> TextLab:
    """Open the lab."""
    return TextLab()


class TextLab(RemakingLab[TextSettings, TextSource]):
    """The lab.

    What it learns from is a :class:`nn.labs.text_source.TextSource`.
    """

    name = "text"
    defaults = text.DEFAULTS
    presets = text.PRESETS
    greeting = "Ready: press Train, and read what it writes meanwhile"

    def __init__(self) -> None:
        super().__init__(TextSource())
        self._learnt: Learnt | None = None
        self._sample = Sample(self.parts)
        self._view = TextView(self.parts)
        self._remembered = TextMemory(self.parts)
        self.begin()
        self.painter.add(0.03, self._sample.some)
        self.painter.add(0.25, self._sample.expect)
        self.painter.add(0.05, self._remembered.some)
        self.parts.click("useText", self._use_pasted)
        self.parts.click("builtIn", self._back_to_built_in)
        self.parts.on_files("textFile", self.open_files)
        options = self.parts.element("data")
        dom.on(options, "input", lambda event: self.form.set(event.target.name, event.target.value))
        dom.on(self.parts.element("memoryTab"), "click", lambda event: self._remembered.whole())

    # ---- What a lab says.

    def _check(self, settings: TextSettings) -> None:
        text.check(settings, self.task(settings))
        if self._source.without is None:
            text_source.check_length(self._source.text(settings), settings)

    def data_for(self, settings: TextSettings) -> tuple[Dataset, Dataset]:
        return self._source.data(settings, self._source.alphabet(settings)).parts

    def validation_freq(self, settings: TextSettings) -> int:
        return -(-(settings.epochs or _TESTS) // _TESTS)

    def check_loaded(self, model: Sequential) -> None:
        text.check_model(model)

    def settings_of(self, experiment: Experiment) -> TextSettings:
        model = experiment.model
        base = replace(self.defaults, steps=model.input_shape[0])
        task = text.task(base, text.alphabet_of(model))
        settings = replace(experiment.settings(base, task), steps=base.steps)
        self._source = self._source.for_network(settings, model)
        return settings

    def adopted(self) -> None:
        super().adopted()
        settings, model = self.made_with, self.experiment.model
        alphabet, source = text.alphabet_of(model), self._source
        there = source.without is None
        self._learnt = source.data(settings, alphabet) if there else None
        if self._learnt is None:
            self.data = self.test_data = text_source.empty(model)
        else:
            self.data, self.test_data = self._learnt.parts
        self._view.show(source, self._learnt)
        whole = self._learnt.text if self._learnt else ""
        self._sample.follow(model, alphabet, whole)
        self._remembered.follow(model, alphabet, self._read_by(settings))
        self._measure()
        self._tell_panels()

    def _read_by(self, settings: TextSettings) -> str:
        """Return some lines that the network is seen reading: of the end that it never learns."""
        if self._learnt is not None:
            return self._learnt.excerpt(MOST)
        known = text.alphabet_of(self.experiment.model).characters
        return known * (settings.steps // len(known) + 1)

    def _measure(self) -> None:
        """Say how close the network comes to the held-out end, if it has learnt anything."""
        if self._learnt is None or self.experiment.untrained:
            self._view.show_found(None, None, self._learnt)
            return
        some = self.test_data.take(np.arange(min(_MEASURED, len(self.test_data))))
        evaluation = self.experiment.model.evaluate(some.inputs, some.targets)
        self.evaluated(evaluation)

    def evaluated(self, evaluation: Evaluation) -> None:
        self._view.show_found(evaluation.loss, evaluation.accuracy, self._learnt)

    def question(self) -> Question:
        raise ValueError("a text is not asked about: look at what is expected next")

    # ---- What is kept.

    def kept_parts(self) -> dict[str, Part]:
        return {
            "text": Part(lambda: self._source, pack_text),
            "beginning": text_part(self._sample.kept),
        }

    async def read_parts(
        self, parts: dict[str, bytes], experiment: Experiment
    ) -> Callable[[], None]:
        return partial(self._learn_from, unpack_text(parts["text"]))

    def show_parts(self, parts: dict[str, bytes]) -> None:
        self._sample.bring_back(parts.get("beginning", b"").decode())

    def show_test(self, evaluation: Evaluation, samples: int) -> None:
        self.evaluated(evaluation)

    # ---- Another text.

    def _use_pasted(self) -> None:
        pasted = str(self.parts.element("pasted").value)
        self._open(TextSource(read_text(pasted.encode())), "Your text")

    async def open_files(self, chosen: list[Any]) -> None:
        """Open a weights file or a text."""
        if are_model_names([file.name for file in chosen]):
            self.load(*await files.network(chosen))
            return
        file = files.only(chosen, "file, a text or weights")
        files.check_size(file.name, file.size, MAX_BYTES)
        content = await files.content(file)
        try:
            source = TextSource(read_text(content), file.name)
        except ValueError as error:
            raise of_file(file.name, error) from None
        self._open(source, file.name)

    def _open(self, source: TextSource, what: str) -> None:
        """Learn from a visitor's text, or ask what becomes of the network."""
        without = self._source.without
        assert source.own is not None
        if without is not None and text.fits(source.own, without):
            self._go_on_with(source)
            dom.announce(f"{source.told()}; the loaded network can learn from it")
        else:
            self._learn_or_ask(partial(self._learn, source, what), what)

    def _learn(self, source: TextSource, what: str) -> None:
        settings = suggested(self.form.valid() or self.made_with, source)
        assert source.own is not None
        text_source.check_length(source.own, settings)
        self._begin_with(source, settings)
        dom.announce(f"{what}: {len(source.own):,} characters; a new network, {self.shape}")

    def _back_to_built_in(self) -> None:
        self._begin_with(TextSource(), self.defaults)
        dom.announce(f"A built-in text: a new network, {self.shape}")
