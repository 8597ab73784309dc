"""One run to its end, the same to the last bit wherever that is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from threadpoolctl import threadpool_limits

from nn.experiment.comparison import Run, comparing


def alone(run: Run[Any], prepare: Callable[[Any], Any]) -> Iterator[Run[Any]]:
    """Train a run; yield it as it goes. ``prepare`` is that of :func:`comparing`.

    A BLAS with several threads shares work out in another way than one with a single thread, and
    would take the processors of other runs.
    """
    with threadpool_limits(1):
        # Without a clock, what is tested at once is the same everywhere.
        yield from comparing([run], prepare, math.inf)
