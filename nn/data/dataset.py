"""What every reader returns and every model trains on: samples with their answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples with their answers, batch-first.

    Attributes:
        inputs: (n, *shape), uint8 or floating; rows of numbers, or pictures, channels last.
        targets: (n,) integer class labels, or (n, *outputs) floating values. Labels may also be
            (n, steps), one at each step of a sequence: there, -1 says that a step has none.
        classes: how many classes the labels choose from; None when targets are values.
        names: what the classes are called; None for their numbers.
        unknown: how many more samples there were whose class is none of these: no answer to them is
            right, and a test counts them as wrong.

    Raises:
        ValueError: shapes or types do not fit together, or a label is outside 0 to classes - 1.

    >>> data = Dataset(np.zeros((3, 28, 28, 1), np.uint8), np.array([0, 1, 1]), classes=2)
    >>> len(data), len(data.take([1, 2]))
    (3, 2)
    """

    inputs: np.ndarray
    targets: np.ndarray
    classes: int | None = None
    names: tuple[str, ...] | None = None
    unknown: int = 0

    def __post_init__(self) -> None:
        inputs, targets = self.inputs, self.targets
        if inputs.ndim < 2:
            raise ValueError(f"inputs must have the shape (n, features), not {inputs.shape}")
        if inputs.dtype != np.uint8 and not np.issubdtype(inputs.dtype, np.floating):
            raise ValueError(f"inputs must be uint8 or floating, not {inputs.dtype}")
        if len(inputs) != len(np.atleast_1d(targets)):
            raise ValueError(
                f"there are {len(inputs)} inputs but {len(np.atleast_1d(targets))} targets"
            )
        if self.classes is None:
            if targets.ndim < 2 or not np.issubdtype(targets.dtype, np.floating):
                raise ValueError(
                    "targets without classes must be floating with the shape (n, outputs), "
                    f"not {targets.dtype} with the shape {targets.shape}"
                )
        else:
            _check_labels(targets, self.classes)
        if self.names is not None and len(self.names) != self.classes:
            raise ValueError(f"there are {len(self.names)} names for {self.classes} classes")

    def __len__(self) -> int:
        """The number of samples."""
        return len(self.inputs)

    @property
    def labels(self) -> float:
        """How many labels a sample has: 1, or on average one for each step that has one."""
        if self.targets.ndim == 1:
            return 1.0
        return float(np.count_nonzero(self.targets >= 0)) / max(1, len(self))

    def take(self, indices: np.ndarray | Sequence[int]) -> Dataset:
        """The samples at `indices`, in that order, as a copy.

        Raises:
            IndexError: an index is beyond the samples.
        """
        return Dataset(self.inputs[indices], self.targets[indices], self.classes, self.names)

    def draw(self, count: int, rng: np.random.Generator) -> Dataset:
        """`count` of the samples, drawn at random but in the order they are in here.

        All of them, and nothing of `rng`, if there are just as many.

        Raises:
            ValueError: there are fewer.
        """
        if count > len(self):
            raise ValueError(f"there are {len(self):,} samples, too few to draw {count:,}")
        if count == len(self):
            return self
        return self.take(np.sort(rng.choice(len(self), count, replace=False)))


def _check_labels(labels: np.ndarray, classes: int) -> None:
    if labels.ndim < 1 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            "targets with classes must be whole numbers with the shape (n,) or (n, steps), "
            f"not {labels.dtype} with the shape {labels.shape}"
        )
    least = 0 if labels.ndim == 1 else -1
    labels = labels.reshape(len(labels), math.prod(labels.shape[1:]))
    wrong = np.flatnonzero(((labels < least) | (labels >= classes)).any(axis=1))
    if wrong.size:
        first = wrong[0]
        found = labels[first]
        label = found[(found < least) | (found >= classes)][0]
        raise ValueError(f"sample {first + 1} has the label {label}; expected 0 to {classes - 1}")


def hold_out(data: Dataset, fraction: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
    """Split at random into samples to train on and samples to test with.

    Args:
        data: at least two samples.
        fraction: the share to hold out, above 0 and below 1. Each side gets at least one sample.
        rng: decides which samples; the same seed gives the same split.

    Returns:
        (kept, held_out), both copies.

    Raises:
        ValueError: fraction is outside that range, or there are fewer than two samples.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"the fraction to hold out must be above 0 and below 1, not {fraction}")
    if len(data) < 2:
        raise ValueError(f"holding out needs at least two samples, not {len(data)}")
    count = min(max(round(len(data) * fraction), 1), len(data) - 1)
    order = rng.permutation(len(data))
    return data.take(order[count:]), data.take(order[:count])
