"""The loss as a landscape: what it would be with other weights, over a plane through a network's.

For a neuron with one weight and one bias the plane is all there is. For a larger network it is
spanned by two random directions, in which each unit's or filter's part is as long as its own
weights are, so that a step means the same in every layer (Li, Xu, Taylor, Studer, Goldstein:
"Visualizing the Loss Landscape of Neural Nets", 2018, section 4).
"""

from __future__ import annotations

import copy
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from nn.data.dataset import Dataset
from nn.model import Sequential

_MOST_WORK = 2e10
"""Multiplications for a whole landscape: some seconds, compiled."""

_SIDES = (41, 25)
_FEWEST_SAMPLES, _MOST_SAMPLES = 50, 500


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane of weights.

    Attributes:
        origin: (parameters,), where both coordinates are 0.
        directions: (2, parameters), how far a step of 1 across and one of 1 upwards lead.
        low, high: the corner with the smallest coordinates that is looked at, and the opposite one.
    """

    origin: np.ndarray
    directions: np.ndarray
    low: tuple[float, float]
    high: tuple[float, float]

    @property
    def corners(self) -> tuple[float, ...]:
        """Both corners, coordinate by coordinate."""
        return *self.low, *self.high

    def parameters(self, across: float, up: float) -> np.ndarray:
        """Return the weights at a place."""
        return np.asarray(self.origin + np.array([across, up]) @ self.directions)

    def places(self, parameters: np.ndarray) -> np.ndarray:
        """Return the places nearest to weights, (n, 2) for (n, parameters)."""
        away = (parameters - self.origin).astype(np.float64)
        return np.asarray(np.linalg.lstsq(self.directions.T, away.T, rcond=None)[0].T)

    def holds(self, places: np.ndarray) -> bool:
        """Whether (n, 2) places all lie in the part that is looked at."""
        return bool(np.all((places >= self.low) & (places <= self.high)))


@dataclass(eq=False)
class Landscape:
    """The loss at the places of a plane.

    Attributes:
        plane: where.
        losses: (side, side), rows from the highest place down; NaN where nobody has looked yet.
        samples: how many the loss is the mean over.
    """

    plane: Plane
    losses: np.ndarray
    samples: int

    @property
    def done(self) -> float:
        """The share of places that have been looked at."""
        return 1 - float(np.isnan(self.losses).mean())

    def heights(self) -> np.ndarray:
        """Return (side, side) heights from 0, the lowest, to 1, by the loss's logarithm.

        A valley whose walls are a million times as high as its floor shows both.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(self.losses)
        known = np.isfinite(logs)
        if not known.any():
            return np.full_like(self.losses, np.nan)
        low, high = logs[known].min(), logs[known].max()
        heights = (logs - low) / (high - low) if high > low else np.where(known, 0.5, np.nan)
        # 0 has no logarithm, and what is beyond all numbers is as high as can be.
        return np.where(self.losses == 0, 0.0, np.where(self.losses == np.inf, 1.0, heights))


def neuron_plane(model: Sequential, data: Dataset, path: np.ndarray) -> Plane:
    """Return the plane of a linear neuron's w and b, around its path and the lowest place.

    Args:
        model: a network with two parameters, w and b.
        data: with (n, 1) inputs and targets.
        path: (n, 2), where it has been.
    """
    inputs = np.column_stack([data.inputs, np.ones(len(data))])
    lowest = np.linalg.lstsq(inputs, data.targets, rcond=None)[0].T
    seen = np.concatenate([path[np.isfinite(path).all(axis=1)], lowest])
    # A run that overshoots leads far away, where there is nothing to see.
    seen = np.clip(seen, lowest - 3 * (1 + np.abs(lowest)), lowest + 3 * (1 + np.abs(lowest)))
    low, high = seen.min(axis=0), seen.max(axis=0)
    margin = 0.25 * (high - low) + 0.05
    (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
    return Plane(np.zeros(2), np.eye(2), (left, bottom), (right, top))


def random_plane(model: Sequential, rng: np.random.Generator) -> Plane:
    """Return a plane through a network's weights along two filter-normalized random directions.

    Biases, and what else is not a kernel, stay as they are.
    """
    directions = np.zeros((2, len(model.parameters)))
    for direction in directions:
        start = 0
        for views in model.gradient_views:
            for layer_name, view in views.items():
                stop = start + view.size
                if layer_name == "kernel":
                    weights = model.parameters[start:stop].reshape(view.shape)
                    direction[start:stop] = _as_long_as(weights, rng).ravel()
                start = stop
    return Plane(model.parameters.astype(np.float64), directions, (-1.0, -1.0), (1.0, 1.0))


def _as_long_as(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return random numbers of which each unit's, on the last axis, are as long as its weights."""
    drawn = rng.standard_normal(weights.shape)
    axes = tuple(range(weights.ndim - 1))
    wanted = np.sqrt(np.square(weights, dtype=np.float64).sum(axes))
    return np.asarray(drawn * wanted / np.sqrt(np.square(drawn).sum(axes)))


def size_for(model: Sequential, samples: int) -> tuple[int, int]:
    """Return how many places each way a landscape has, and of how many samples, at most."""
    each = max(1, model.multiplications)
    for side in _SIDES:
        fitting = int(_MOST_WORK / (side**2 * each))
        if fitting >= _MOST_SAMPLES or side == _SIDES[-1]:
            break
    return side, min(samples, max(_FEWEST_SAMPLES, min(fitting, _MOST_SAMPLES)))


def surveying(
    model: Sequential, data: Dataset, plane: Plane, side: int
) -> Generator[Landscape, None, Landscape]:
    """Compute the loss over a plane, a place at a time.

    Args:
        model: a built and compiled network; not changed.
        data: what the loss is the mean over, all of it.
        plane: where to look.
        side: places each way.

    Yields:
        The landscape, after each place.

    Returns:
        The whole landscape.

    Raises:
        ValueError: the data does not fit the network.
    """
    model.check_fit(data)
    twin = copy.copy(model)
    found = Landscape(plane, np.full((side, side), np.nan), len(data))
    across = np.linspace(plane.low[0], plane.high[0], side)
    up = np.linspace(plane.high[1], plane.low[1], side)
    with np.errstate(over="ignore"):
        for row, y in enumerate(up.tolist()):
            for column, x in enumerate(across.tolist()):
                twin.parameters = plane.parameters(x, y)
                totals, _ = twin.program.evaluate(data, 0, len(data))
                loss = totals.loss / len(data) + twin.penalty()
                found.losses[row, column] = loss if np.isfinite(loss) else np.inf
                yield found
    return found
