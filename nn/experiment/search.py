"""Which settings are tried: all combinations of some values, some at random, or few of many."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from nn.experiment.fields import SettingsError, write_real
from nn.experiment.settings import Settings, ending

S = TypeVar("S", bound=Settings)

MOST_RUNS = 100
"""A table in the page with more rows helps nobody."""

SHOWN = ("hidden", "batchSize", "optimizer", "learningRate")
"""The fields of settings that have a column in the page's table."""

VARIED = (*SHOWN, "seed")
"""Those that :func:`read_variations` varies."""


def combinations(base: S, values: Mapping[str, Sequence[Any]]) -> list[S]:
    """Return ``base`` with every combination of values, the last field changing fastest.

    Args:
        base: for what is not varied.
        values: of fields, by their names in ``base.table``; where there are none, base's own stays.
    """
    varied = {base.table[name].key: list(found) for name, found in values.items() if found}
    return [
        replace(base, **dict(zip(varied, each, strict=True)))
        for each in itertools.product(*varied.values())
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
    return combinations(base, values)


@dataclass(frozen=True)
class Span:
    """Numbers from ``low`` to ``high`` to draw from.

    Attributes:
        low, high: both may be drawn.
        log: whether each power of ten is as likely as any other, as suits learning rates.
        whole: whether they are whole numbers.

    Raises:
        ValueError: the span is empty, or logarithmic from 0 or below.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"expected from below to, not {self.low} and {self.high}")
        if self.log and self.low <= 0:
            raise ValueError(f"a logarithmic span begins above 0, not at {self.low}")

    def draw(self, rng: np.random.Generator) -> str:
        """Return a number as text, with four digits, which are plenty for settings."""
        if self.log:
            value = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        else:
            value = rng.uniform(self.low, self.high)
        value = min(max(float(f"{value:.4g}"), self.low), self.high)
        return str(round(value)) if self.whole else write_real(value)


def drawn(
    base: S, choices: Mapping[str, Sequence[str] | Span], count: int, rng: np.random.Generator
) -> list[S]:
    """Return ``count`` settings, each with a value drawn for every field in ``choices``.

    What is drawn twice is drawn anew; where there are no more than so few, all there are come.

    Args:
        base: for all other fields.
        choices: texts to choose from, or a span, by the names in ``base.table``.
        count: how many.
        rng: draws.

    Raises:
        SettingsError: a value makes no sense.
    """
    found: dict[tuple[str, ...], S] = {}
    for _ in range(20 * count):
        if len(found) == count:
            break
        texts = {
            name: choice.draw(rng)
            if isinstance(choice, Span)
            else choice[int(rng.integers(len(choice)))]
            for name, choice in choices.items()
        }
        values = {}
        for name, text in texts.items():
            try:
                values[base.table[name].key] = base.table[name].read(text)
            except ValueError as error:
                raise SettingsError({name: f"{error}, not {text}"}, base.table) from None
        settings = replace(base, **values)
        found[tuple(settings.fields().values())] = settings
    return list(found.values())


@dataclass(frozen=True)
class Rung:
    """One round of successive halving.

    Attributes:
        share: of each setting's epochs that it is trained for.
        kept: how many settings go on to the next round.
    """

    share: float
    kept: int

    def at(self, settings: S) -> S:
        """Return settings with the epochs of this round."""
        return replace(settings, epochs=max(1, round(ending(settings) * self.share)))


def rungs(candidates: Sequence[Settings], factor: int | None) -> list[Rung]:
    """Return the rounds of a search: one of all, or with a factor those of successive halving.

    Many settings are trained for few epochs, the best ``1 / factor`` of them for ``factor`` times
    as many, and so on, until few are trained for all their epochs. Each round begins from fresh
    weights, as scikit-learn's HalvingGridSearchCV does: a learning rate that decays ends in each.

    Source: Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter
    Optimization", 2016, https://arxiv.org/abs/1502.07943

    >>> rungs([Settings(epochs=9)] * 20, factor=3)  # doctest: +NORMALIZE_WHITESPACE
    [Rung(share=0.1111111111111111, kept=7), Rung(share=0.3333333333333333, kept=3),
     Rung(share=1.0, kept=3)]
    """
    count = len(candidates)
    if factor is None or count == 0:
        return [Rung(1.0, count)]
    epochs = min(ending(settings) for settings in candidates)
    last = 0
    while factor ** (last + 1) <= min(count, epochs):
        last += 1
    found = []
    for i in range(last + 1):
        if i < last:
            count = -(-count // factor)
        found.append(Rung(float(factor) ** (i - last), count))
    return found
