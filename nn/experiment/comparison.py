"""Several experiments, one after another, to see which settings do better."""

from __future__ import annotations

import csv
import io
import itertools
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from nn.data.dataset import Dataset
from nn.data.spreadsheets import harmless
from nn.experiment.experiment import Experiment
from nn.experiment.fields import SettingsError
from nn.experiment.layer_settings import LayerSettings
from nn.experiment.layer_text import write_manner
from nn.experiment.settings import Settings
from nn.experiment.task import Task
from nn.progress import Clock, Progress

S = TypeVar("S", bound=Settings)

MOST_RUNS = 100
"""A table with more rows helps nobody."""

VARIED = ("hidden", "batchSize", "optimizer", "learningRate")
"""The fields of settings that :func:`read_variations` varies."""

_WORDED = {
    "activation": "{}",
    "loss": "{}",
    "gradients": "{}",
    "trainSamples": "{} samples",
    "engine": "engine {}",
}
"""How :func:`differences` says a field, where its label would make it longer and no clearer."""

_UNSAID = {"trainSamples": "all", "patience": "never", "augment": "none"}
"""How it says a field that is empty, where that does not leave something to the program."""

_CURVE_POINTS = 150
_CURVE_SAMPLES = 100
"""Samples behind a point of a curve, unless the run is so short that it would have few points."""

_FEWEST_POINTS = 12


@dataclass
class Curve:
    """How a run gets on: means over stretches of its training samples.

    Attributes:
        samples: seen at the end of each stretch.
        loss: mean over the stretch.
        accuracy: in it, where there are classes.
    """

    samples: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)

    _count = 0
    _loss_sum = 0.0
    _correct = 0.0

    def add(self, progress: Progress, seen: int, stretch: float) -> None:
        """Take in a chunk of training, after which ``seen`` samples have been seen."""
        self._count += progress.samples
        self._loss_sum += progress.loss * progress.samples
        self._correct += (progress.accuracy or 0.0) * progress.samples
        if self._count >= stretch:
            self.samples.append(seen)
            self.loss.append(self._loss_sum / self._count)
            if progress.accuracy is not None:
                self.accuracy.append(self._correct / self._count)
            self._count, self._loss_sum, self._correct = 0, 0.0, 0.0


@dataclass(eq=False)
class Run(Generic[S]):
    """One line of the table.

    Attributes:
        settings: of the experiment.
        published: the test accuracy that others have published for it.
        state: "waiting", "training", "done", "diverged" once its loss was not a number, or
            "refused" if there can be no such experiment.
        problem: why it was refused.
        parameters: how many the network has, once it is made.
        samples: trained on so far, counted anew each epoch.
        planned: how many there will be in the end.
        seconds: of training so far; neither tests nor other work of the page are counted.
        loss, accuracy: on the test set, after the last epoch. No accuracy without classes.
        curve: how it got on.
    """

    settings: S
    published: float | None = None
    state: str = "waiting"
    problem: str = ""
    parameters: int | None = None
    samples: int = 0
    planned: int = 0
    seconds: float = 0.0
    loss: float | None = None
    accuracy: float | None = None
    curve: Curve = field(default_factory=Curve)

    def start_over(self) -> None:
        """Forget what came of it, and wait again."""
        vars(self).update(vars(Run(self.settings, self.published)))

    def take_in(self, progress: Progress, seconds: float) -> None:
        """Take in a chunk of work that took ``seconds``."""
        if not math.isfinite(progress.loss):
            self.state = "diverged"
        if progress.testing:
            if progress.evaluation is not None and self.state != "diverged":
                self.loss = progress.evaluation.loss
                self.accuracy = progress.evaluation.accuracy
            return
        self.samples += progress.samples
        self.planned = progress.epochs * progress.total
        self.seconds += seconds
        if self.state != "diverged":
            stretch = min(_CURVE_SAMPLES, self.planned / _FEWEST_POINTS)
            self.curve.add(progress, self.samples, max(stretch, self.planned / _CURVE_POINTS))


def comparing(
    runs: list[Run[S]],
    prepare: Callable[[S], tuple[Task, Dataset, Dataset]],
    budget: float,
    clock: Clock = time.perf_counter,
) -> Iterator[Run[S]]:
    """Train those of ``runs`` that wait, one after another, and test each in the end.

    A run that diverges ends at once, and the rest goes on. Runs may be added to the list and taken
    from it meanwhile.

    Args:
        runs: the table, whose entries are changed in place.
        prepare: returns what settings are for, what to train on and what to test with.
        budget: about how many seconds of work between two yields.
        clock: returns seconds.

    Yields:
        The run that is worked on, before it begins and after each chunk.
    """
    while waiting := [run for run in runs if run.state == "waiting"]:
        run = waiting[0]
        run.state = "training"
        yield run
        try:
            task, data, test = prepare(run.settings)
            experiment = Experiment(run.settings, task)
            chunks = experiment.train(run.settings, data, test, budget, run.settings.epochs)
        except ValueError as error:
            run.state, run.problem = "refused", str(error)
            yield run
            continue
        run.parameters = len(experiment.model.parameters)
        started = clock()
        for progress in chunks:
            run.take_in(progress, clock() - started)
            yield run
            if run.state == "diverged" or run not in runs:
                break
            started = clock()
        else:
            run.state = "done"
            yield run


def variations(
    base: S,
    hidden: Sequence[tuple[LayerSettings, ...]] = (),
    batch_sizes: Sequence[int] = (),
    optimizers: Sequence[str] = (),
    learning_rates: Sequence[float] = (),
) -> list[S]:
    """Return ``base`` with every combination of these; where none are given, its own stays."""
    return [
        replace(base, hidden=one, batch_size=batch_size, optimizer=optimizer, learning_rate=rate)
        for one, batch_size, optimizer, rate in itertools.product(
            hidden or [base.hidden],
            batch_sizes or [base.batch_size],
            optimizers or [base.optimizer],
            learning_rates or [base.learning_rate],
        )
    ]


def read_variations(base: S, texts: Mapping[str, str]) -> list[S]:
    """Return the variations of ``base`` that ``texts`` spell out.

    Args:
        base: for what is not varied.
        texts: by the names in :data:`VARIED`, values with semicolons between them.

    Raises:
        SettingsError: with a sentence for every text that makes no sense.
        ValueError: they are more than :data:`MOST_RUNS`.
    """
    values = {}
    problems = {}
    for name in VARIED:
        parts = [part.strip() for part in texts.get(name, "").split(";")]
        try:
            # The same value twice would be the same run twice.
            values[name] = list(
                dict.fromkeys(base.table[name].read(part) for part in parts if part)
            )
        except ValueError as error:
            problems[name] = f"{error}; with semicolons between several"
    if problems:
        raise SettingsError(problems, base.table)
    count = math.prod(max(1, len(found)) for found in values.values())
    if count > MOST_RUNS:
        raise ValueError(f"these are {count:,} combinations; at most {MOST_RUNS} fit in the table")
    return variations(base, *(values[name] for name in VARIED))


def differences(runs: Sequence[Run[S]], besides: Sequence[str] = VARIED) -> list[str]:
    """Return for each run what tells it from others, apart from the fields ``besides``.

    It names only fields in which the runs differ: "1,600 samples · seed 2". Of hidden layers it
    tells what they are apart from their kinds and sizes, where that differs.
    """
    if not runs:
        return []
    table = runs[0].settings.table
    texts = [run.settings.fields() for run in runs]
    telling = [
        name for name in table if name not in besides and len({text[name] for text in texts}) > 1
    ]
    said = [[_said(table[name].label, name, text[name]) for name in telling] for text in texts]
    manners = {write_manner(layer) for run in runs for layer in run.settings.hidden}
    if len(manners) > 1 and len({text["hidden"] for text in texts}) > 1:
        for words, run in zip(said, runs, strict=True):
            words.insert(0, _manner(run.settings))
    return [" · ".join(filter(None, words)) for words in said]


def _said(label: str, name: str, text: str) -> str:
    label = label[0].lower() + label[1:]
    if text in ("true", "false"):
        return label if text == "true" else f"no {label}"
    if text.isdecimal() and name != "seed":
        text = f"{int(text):,}"
    return _WORDED.get(name, f"{label} {{}}").format(text or _UNSAID.get(name, "auto"))


def _manner(settings: Settings) -> str:
    """Return what the hidden layers are: said once if they are alike, or each with its size."""
    manners = {write_manner(layer) for layer in settings.hidden}
    if len(manners) > 1:
        return settings.fields()["hidden"]
    return "".join(manner or "plain layers" for manner in manners)


def described(settings: Settings) -> str:
    """Return all settings, each on a line."""
    fields = settings.fields()
    return "\n".join(
        f"{field.label}: {fields[name] or '–'}" for name, field in settings.table.items()
    )


def to_csv(runs: Sequence[Run[S]]) -> str:
    """Return the table as CSV: all settings by the names that links use, then the results."""
    results: dict[str, Callable[[Run[S]], object]] = {
        "state": lambda run: run.state,
        "parameters": lambda run: run.parameters,
        "samples": lambda run: run.samples,
        "seconds": lambda run: round(run.seconds, 3),
        "testLoss": lambda run: run.loss,
        "testAccuracy": lambda run: run.accuracy,
        "publishedAccuracy": lambda run: run.published,
    }
    table = list(runs[0].settings.table) if runs else []
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*table, *results])
    for run in runs:
        fields = run.settings.fields()
        writer.writerow(
            [
                *(harmless(fields[name]) for name in table),
                *(result(run) for result in results.values()),
            ]
        )
    return text.getvalue()
