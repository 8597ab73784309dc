"""``python -m nn compare``: many settings, on one process or on many, and which of them is best."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from nn.commands.alone import alone
from nn.commands.results import FINISHED, Results
from nn.experiment import comparison_file
from nn.experiment.comparison import Run, Score, differences, scores, without_seed
from nn.experiment.comparison_file import Plan
from nn.experiment.fields import SettingsError
from nn.experiment.search import rungs
from nn.labs.subjects import Subject, subject_of

_MOST_SHOWN = 20
"""Settings that are listed in the end."""


class Trainer(Protocol):
    """Trains runs."""

    def train(self, runs: Iterable[Run[Any]]) -> Iterator[Run[Any]]:
        """Train all, in any order; yield each once when it has ended, and perhaps before."""


def add_to(commands: Any) -> None:
    """Add the command to those of ``python -m nn``."""
    command = commands.add_parser("compare", help="train many settings, and say which is best")
    command.set_defaults(run=run)
    command.add_argument("file", type=Path, metavar="FILE", help="experiments.toml: what is tried")
    command.add_argument(
        "--data",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="FOLDER",
        help="pictures for lab = digits (default: mnist)",
    )
    command.add_argument(
        "--results",
        type=Path,
        metavar="FILE",
        help="CSV where finished runs are kept; those it has are not trained again "
        "(default: FILE with .results.csv in the end)",
    )
    where = command.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=_count, metavar="N", help="train on so many processes of this machine"
    )
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="train on a Dask cluster, such as tcp://host:8786"
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 1_000):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, not {text!r}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Train what a file lists, less what has been trained, and print how good each setting is."""
    path: Path = options.file
    if not path.exists():
        raise ValueError(f"there is no file {path}")
    try:
        return _run(options)
    except SettingsError as error:
        # Its fields are those of the file, not options of this command.
        problems = (f"{name}: {problem}" for name, problem in error.problems.items())
        raise ValueError(f"{path.name}: {'; '.join(problems)}") from None


def _run(options: argparse.Namespace) -> int:
    path: Path = options.file
    try:
        found = comparison_file.outline(path.read_text(encoding="utf-8"))
        subject = subject_of(found, options.data, path.parent)
        base = subject.base(found.preset)
        plan = comparison_file.plan(found, base)
    except SettingsError:
        raise
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
    kept: Path = options.results or path.with_suffix(".results.csv")
    if not kept.parent.is_dir():
        raise ValueError(f"there is no folder {kept.parent} to keep the results in")
    results = Results(kept, base, subject.key)
    for note in subject.notes:
        print(note)
    if len(results):
        print(f"{len(results):,} finished runs are kept from before")
    with _trainer(options, subject) as trainer:
        last = _search(plan, trainer, results)
    _print(last)
    failed = sum(run.state == "failed" for run in last)
    if failed:
        print(f"{failed} runs failed: the same command tries them again")
    return 1 if failed else 0


def _trainer(options: argparse.Namespace, subject: Subject) -> AbstractContextManager[Trainer]:
    if options.workers is None and options.scheduler is None:
        return nullcontext(_Here(subject.prepare))
    try:
        from nn.commands.cluster import cluster
    except ImportError:
        raise ValueError(
            'training on several processes needs Dask: pip install ".[cluster]"'
        ) from None
    return cluster(subject.prepare, options.workers, options.scheduler)


class _Here:
    """One run after another, in this process."""

    def __init__(self, prepare: Callable[[Any], Any]) -> None:
        self._prepare = prepare

    def train(self, runs: Iterable[Run[Any]]) -> Iterator[Run[Any]]:
        for run in runs:
            yield from alone(run, self._prepare)


def _search(plan: Plan[Any], trainer: Trainer, results: Results) -> list[Run[Any]]:
    """Train what a plan says; return the runs of its last round."""
    rounds = rungs(plan.settings, plan.halving)
    candidates = list(zip(plan.settings, plan.seeds, strict=True))
    runs: list[Run[Any]] = []
    for number, rung in enumerate(rounds, 1):
        settings = [rung.at(replace(one, seed=seed)) for one, seeds in candidates for seed in seeds]
        runs = [results.of(one) or Run(one) for one in settings]
        name = f"round {number} of {len(rounds)}" if len(rounds) > 1 else "runs"
        _train(name, runs, trainer, results)
        if number < len(rounds):
            best = _ranked(scores(runs))
            places = {key: place for place, (key, _) in enumerate(best)}
            candidates.sort(key=lambda one: places.get(without_seed(rung.at(one[0])), len(places)))
            print(f"{name}: {rung.kept} of {len(candidates)} settings go on")
            candidates = candidates[: rung.kept]
    return runs


def _train(name: str, runs: Sequence[Run[Any]], trainer: Trainer, results: Results) -> None:
    waiting = [run for run in runs if run.state not in FINISHED]
    told = dict(zip(runs, _names(runs), strict=True))
    settings = _settings_names(runs)
    best_so_far = ""
    done = len(runs) - len(waiting)
    # It is drawn twice a second at most, and whenever a run has ended.
    bar = tqdm(total=len(runs), initial=done, desc=name, unit=" runs", mininterval=0.5, miniters=0)
    with bar:
        for run in trainer.train(waiting):
            if run.state == "training":
                share = run.samples / max(1, run.planned)
                bar.set_postfix_str(f"{share:.0%} of {told[run]}{best_so_far}", refresh=False)
                bar.update(0)
                continue
            if run.state in FINISHED:
                results.add(run)
            bar.write(f"{_result(run):>10}  {told[run]}")
            bar.update()
            if best := _ranked(scores(runs)):
                key, score = best[0]
                best_so_far = f", best so far {score.said()}: {settings[key]}"
                bar.set_postfix_str(best_so_far[2:])


def _ranked(found: dict[tuple[str, ...], Score]) -> list[tuple[tuple[str, ...], Score]]:
    return sorted(found.items(), key=lambda one: -one[1].better)


def _names(runs: Sequence[Run[Any]]) -> list[str]:
    """Return for each run what tells it from the others, or that it is alone."""
    return [text or "as the file says" for text in differences(runs, besides=())]


def _settings_names(runs: Sequence[Run[Any]]) -> dict[tuple[str, ...], str]:
    """Return what tells each setting from the others, whatever its seeds."""
    alike = {without_seed(run.settings): Run(replace(run.settings, seed=0)) for run in runs}
    return dict(zip(alike, _names(list(alike.values())), strict=True))


def _result(run: Run[Any]) -> str:
    if run.state != "done":
        return f"{run.state}: {run.problem}" if run.problem else run.state
    return f"{run.accuracy:.2%}" if run.accuracy is not None else f"{run.loss:.4g}"


def _print(runs: Sequence[Run[Any]]) -> None:
    """Print how good each setting is, the best first."""
    names = _settings_names(runs)
    ranked = _ranked(scores(runs))
    several = any(score.seeds > 1 for _, score in ranked)
    print("\nmean and standard deviation over seeds, the best first" if several else "\nbest first")
    for key, score in ranked[:_MOST_SHOWN]:
        seeds = f"  ({score.seeds} seeds)" if score.seeds > 1 else ""
        print(f"{score.said():>17}  {names[key]}{seeds}")
    if len(ranked) > _MOST_SHOWN:
        print(f"and {len(ranked) - _MOST_SHOWN} more, in the file of results")
    known = {key for key, _ in ranked}
    for run in runs:
        if run.state != "done" and (key := without_seed(run.settings)) not in known:
            known.add(key)
            print(f"{_result(run):>17}  {names[key]}")
