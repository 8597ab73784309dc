"""Several experiments, one after another, to see which settings do better."""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

from nn.data.dataset import Dataset
from nn.data.spreadsheets import harmless
from nn.experiment.experiment import Experiment
from nn.experiment.layer_text import write_manner
from nn.experiment.search import SHOWN
from nn.experiment.settings import Settings, ending
from nn.experiment.task import Task
from nn.progress import Clock, Progress

S = TypeVar("S", bound=Settings)

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

    @property
    def over(self) -> bool:
        """Whether its results are final."""
        return self.state in ("done", "diverged", "refused")

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
        self.planned = (progress.epochs or 1) * progress.total
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
            chunks = experiment.train(run.settings, data, test, budget, ending(run.settings))
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


def differences(runs: Sequence[Run[S]], besides: Sequence[str] = SHOWN) -> list[str]:
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


@dataclass(frozen=True)
class Score:
    """What came of one setting with one seed or several.

    Attributes:
        mean: of the test accuracy, or of the test loss where there are no classes.
        deviation: the standard deviation of a single run, by n - 1; None for a single seed.
        seeds: how many runs there are behind it.
        accuracy: whether it is one, or a loss.
    """

    mean: float
    deviation: float | None
    seeds: int
    accuracy: bool

    @property
    def better(self) -> float:
        """What is larger, the better the setting."""
        return self.mean if self.accuracy else -self.mean

    def said(self, decimals: int = 2) -> str:
        """Return it for people, an accuracy in percent with so many decimals.

        >>> Score(0.98, 0.001, 3, accuracy=True).said()
        '98.00 ± 0.10 %'
        >>> Score(0.5, None, 1, accuracy=False).said()
        'loss 0.5'
        """
        if self.accuracy:
            parts = [f"{100 * part:.{decimals}f}" for part in self._parts]
            return f"{' ± '.join(parts)} %"
        return f"loss {' ± '.join(f'{part:.3g}' for part in self._parts)}"

    @property
    def _parts(self) -> list[float]:
        return [self.mean] if self.deviation is None else [self.mean, self.deviation]


def without_seed(settings: Settings) -> tuple[str, ...]:
    """Return what runs of the same setting have in common: all fields but the seed."""
    return tuple(text for name, text in settings.fields().items() if name != "seed")


def scores(runs: Sequence[Run[S]]) -> dict[tuple[str, ...], Score]:
    """Return the score of each setting that has come to its end with all its seeds.

    A setting of which a seed diverged has none: what its other seeds came to is luck.
    """
    groups: dict[tuple[str, ...], list[Run[S]]] = {}
    for run in runs:
        groups.setdefault(without_seed(run.settings), []).append(run)
    return {
        key: _score(group)
        for key, group in groups.items()
        if all(run.state == "done" and run.loss is not None for run in group)
    }


def _score(runs: Sequence[Run[S]]) -> Score:
    accuracies = [run.accuracy for run in runs if run.accuracy is not None]
    values = accuracies or [run.loss for run in runs if run.loss is not None]
    mean = float(np.mean(values))
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return Score(mean, deviation, len(values), bool(accuracies))


RESULTS: dict[str, Callable[[Run[Any]], object]] = {
    "state": lambda run: run.state,
    "parameters": lambda run: run.parameters,
    "samples": lambda run: run.samples,
    "seconds": lambda run: round(run.seconds, 3),
    "testLoss": lambda run: run.loss,
    "testAccuracy": lambda run: run.accuracy,
    "publishedAccuracy": lambda run: run.published,
}
"""The columns of a table of runs after those of their settings."""


def to_csv(runs: Sequence[Run[S]]) -> str:
    """Return the table as CSV: all settings by the names that links use, then the results."""
    table = list(runs[0].settings.table) if runs else []
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*table, *RESULTS])
    for run in runs:
        fields = run.settings.fields()
        writer.writerow(
            [
                *(harmless(fields[name]) for name in table),
                *(result(run) for result in RESULTS.values()),
            ]
        )
    return text.getvalue()
