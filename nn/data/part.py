"""What one file of pictures holds, before the files are put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Part:
    """Pictures with or without their labels.

    Attributes:
        pictures: (n, height, width, channels) uint8.
        labels: (n,) numbers or words; None where there are none.
        ids: what the pictures are called; empty where they have no names.
        said: what was assumed, for people.
    """

    pictures: np.ndarray
    labels: np.ndarray | None = None
    ids: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
