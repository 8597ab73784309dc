"""Which inputs matter to a network: how much worse it answers once one of them is shuffled.

Permutation importance, after Breiman, "Random Forests", Machine Learning 45 (2001), section 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nn.data import Dataset
from nn.labs.scores import Score, scores
from nn.model import Sequential

_MOST_ROWS = 1_000
_TIMES = 3
"""How often each column is shuffled: by chance, once may do little."""


@dataclass(frozen=True)
class Importance:
    """How much a column matters.

    Attributes:
        name: of the column.
        drop: by how much the share of right answers falls without it, or R² where numbers are
            predicted; the mean over all outputs. Below 0 where it does not matter.
    """

    name: str
    drop: float


def importances(model: Sequential, rows: Dataset, rng: np.random.Generator) -> Iterator[Importance]:
    """Yield how much each column of a network matters, one column a turn.

    Args:
        model: its columns have names.
        rows: to answer, best such as it has not learnt from; the first thousand are used.
        rng: shuffles.
    """
    columns = model.columns
    assert columns
    part = rows.take(np.arange(_MOST_ROWS)) if len(rows) > _MOST_ROWS else rows
    whole = _mean(scores(columns, part, model.predict(part.inputs)))
    start = 0
    for column in columns.inputs:
        place = slice(start, start + len(column.features))
        start = place.stop
        drops = []
        for _ in range(_TIMES):
            shuffled = part.inputs.copy()
            shuffled[:, place] = shuffled[rng.permutation(len(shuffled)), place]
            found = scores(columns, part, model.predict(shuffled))
            drops.append(whole - _mean(found))
        yield Importance(column.name, float(np.mean(drops)))


def _mean(found: list[Score]) -> float:
    return float(
        np.mean([score.r2 if score.classes is None else score.accuracy for score in found])
    )
