"""Where a small network's weights have been while it learnt."""

from __future__ import annotations

import numpy as np

_MOST_PARAMETERS = 100
_MOST = 400


class Trail:
    """Weights from time to time, the first and the newest among them.

    Attributes:
        changes: a count of them.

    >>> trail = Trail()
    >>> for value in range(1_000):
    ...     trail.add(np.array([value, 0.0]))
    >>> path = trail.path(2)
    >>> len(path) <= 400, path[0].tolist(), path[-1].tolist()
    (True, [0.0, 0.0], [999.0, 0.0])
    """

    def __init__(self) -> None:
        self.changes = 0
        self.clear()

    def clear(self) -> None:
        """Forget them, for another network."""
        self.changes += 1
        self._kept: list[np.ndarray] = []
        self._newest: np.ndarray | None = None
        self._every, self._count = 1, 0

    def add(self, parameters: np.ndarray) -> None:
        """Take in the weights as they are now; those of a large network are not kept."""
        if parameters.size > _MOST_PARAMETERS:
            return
        self.changes += 1
        self._newest = parameters.astype(np.float32)
        if self._count % self._every == 0:
            self._kept.append(self._newest)
            if len(self._kept) >= _MOST:
                # Half as many draw the same line.
                self._kept = self._kept[::2]
                self._every *= 2
        self._count += 1

    def path(self, size: int) -> np.ndarray:
        """Return (n, size) weights, the oldest first; none if they were of another network."""
        found = [*self._kept]
        if self._newest is not None and (not found or found[-1] is not self._newest):
            found.append(self._newest)
        rows = [each for each in found if each.size == size]
        return np.array(rows, np.float32).reshape(len(rows), size)

    def bring_back(self, path: np.ndarray) -> None:
        """Have been where :meth:`path` says."""
        self.clear()
        for row in path:
            self.add(row)
