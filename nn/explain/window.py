"""The window of a convolution or a pooling layer, where it stands for one output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nn.explain.links import window
from nn.layers import Conv2D, MaxPooling2D

if TYPE_CHECKING:
    from nn.explain.walk import Walk


@dataclass(frozen=True, eq=False)
class Window:
    """What a window sees in one channel of its picture.

    Attributes:
        rows, columns: of the picture, from 0, which the window covers; some may be beyond it.
        channel: from 0, that is looked at: the path's.
        patch: (rows, columns) numbers in it, 0 beyond the edge.
        kernel: (rows, columns) weights; None for pooling.
        chosen: row and column within the window of the path's input.
        winner: of a maximum, the same of the largest number; None for others.
    """

    rows: range
    columns: range
    channel: int
    patch: np.ndarray
    kernel: np.ndarray | None
    chosen: tuple[int, int]
    winner: tuple[int, int] | None

    @property
    def products(self) -> np.ndarray | None:
        """The patch times the kernel, number by number."""
        return None if self.kernel is None else self.patch.astype(np.float64) * self.kernel


def window_of(walk: Walk, i: int) -> Window | None:
    """Return the window of layer i for the path's unit; None if the layer has none."""
    trace, unit = walk.trace, walk.units[i + 1]
    found = window(trace, i, unit)
    if found is None:
        return None
    rows, columns = found
    layer, x = trace.network.layers[i], trace.x[i][0]
    row, column, channel = (int(n) for n in np.unravel_index(walk.source(i), x.shape))
    patch = np.zeros((len(rows), len(columns)), x.dtype)
    for a, r in enumerate(rows):
        for b, c in enumerate(columns):
            if 0 <= r < x.shape[0] and 0 <= c < x.shape[1]:
                patch[a, b] = x[r, c, channel]
    kernel = winner = None
    if isinstance(layer, Conv2D):
        kernel = layer.kernel[:, :, channel, unit % layer.filters]
    elif isinstance(layer, MaxPooling2D):
        links = walk.into(i)
        assert links is not None
        at = np.unravel_index(int(links.places[links.factors.argmax()]), x.shape)
        winner = int(at[0]) - rows.start, int(at[1]) - columns.start
    chosen = row - rows.start, column - columns.start
    return Window(rows, columns, channel, patch, kernel, chosen, winner)
