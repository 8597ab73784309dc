"""A run in the terminal: a bar an epoch, and what tests say."""

from __future__ import annotations

from collections.abc import Iterator

from tqdm import tqdm

from nn.progress import Progress

BUDGET = 0.1
"""Seconds between two refreshes of the bar."""


def show(run: Iterator[Progress]) -> None:
    """Train, or test, and say how it gets on."""
    bar = None
    for progress in run:
        if progress.best is not None:
            print(f"back to the best epoch, {progress.best}: ", end="")
        elif bar is None:
            of = "" if progress.epochs is None else f"/{progress.epochs}"
            title = "test" if progress.testing else f"epoch {progress.epoch}{of}"
            bar = tqdm(
                total=progress.total, desc=title, unit=" samples", leave=not progress.testing
            )
        if bar is not None:
            bar.update(progress.samples)
            bar.set_postfix(loss=f"{progress.loss:.4f}", refresh=False)
            if progress.done == progress.total:
                bar.close()
                bar = None
        if progress.evaluation:
            evaluation = progress.evaluation
            print(f"test loss {evaluation.loss:.4f}, accuracy {evaluation.accuracy:.2%}")
