"""How fast a run goes by the clock, and a single step of it: neither changes what comes of it."""

from __future__ import annotations

from collections.abc import Iterator

from nn.progress import UNLIMITED, Progress

SPEEDS: tuple[float | None, ...] = (120, 60, 30, 15, 10, 5, None)
"""Seconds that a whole run may be given, the slowest first; None for as fast as it can."""

_MOST_OWED = 1.5
"""Seconds of work that are made up for: browsers wake a hidden tab once a second, but the rest of a
longer pause is over and done with."""


class Pace:
    """Spreads a run over the seconds that it is given.

    Samples fall due as time passes, so the speed can be changed in the middle of a run.

    Attributes:
        seconds: for the whole run; None for as fast as it can.
        most: mini-batches at once, where less than the clock allows are wanted.

    >>> pace = Pace(10.0)
    >>> pace.begin(samples=1_000, batch_size=10, now=0.0)
    >>> pace.due(0.0), pace.limit()  # the first one at once
    (True, 1)
    >>> pace.took(10)
    >>> pace.due(0.05), pace.due(0.2), pace.limit()
    (False, True, 2)
    """

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self.most: int | None = None
        self.begin(1, 1, 0.0)

    def begin(self, samples: int, batch_size: int, now: float) -> None:
        """Begin a run of so many samples in all, or go on with one."""
        self._samples, self._batch = samples, batch_size
        self._owed, self._last = float(batch_size), now

    def due(self, now: float) -> bool:
        """Whether another mini-batch may be trained by now."""
        passed, self._last = now - self._last, now
        if self.seconds is None or self.most is not None:
            return True
        rate = self._samples / self.seconds
        most = max(self._batch, _MOST_OWED * rate)
        self._owed = min(self._owed + passed * rate, most)
        # A hair less will do, for sums of fractions are not exact.
        return self._owed >= 0.999 * self._batch

    def limit(self) -> int:
        """Return how many mini-batches may be trained in one go now, 1 or more."""
        if self.most is not None:
            return self.most
        if self.seconds is None:
            return UNLIMITED
        return max(1, int(self._owed / self._batch + 0.001))

    def took(self, samples: int) -> None:
        """Take in that so many samples have been trained on."""
        self._owed -= samples


def one_step(
    chunks: Iterator[Progress | None], batch_size: int, epoch: bool, validation_freq: int
) -> Iterator[Progress | None]:
    """Pull a run for one mini-batch, or to the end of an epoch, with the test that is due then.

    What is pulled is the run itself: steps lead to the very weights that training through does. The
    run's last step pulls it to its end.

    Args:
        chunks: the run, none of whose chunks goes beyond what a step is.
        batch_size: samples of a mini-batch.
        epoch: whether the step is an epoch.
        validation_freq: how many epochs of the run come before each test.
    """
    stepped = False
    for progress in chunks:
        yield progress
        if progress is None:
            continue
        last = progress.epoch == progress.epochs
        if progress.testing:
            if stepped and progress.evaluation is not None and not last:
                return
        elif progress.finished or not (epoch or progress.done % batch_size):
            stepped = True
            if not progress.finished or not (last or progress.epoch % validation_freq == 0):
                return
