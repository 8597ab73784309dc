"""What a network for points is asked: a place of the square, of which it is told some features."""

from __future__ import annotations

from functools import partial

import numpy as np

from nn.data.columns import Output
from nn.data.points import features, grid
from nn.explain.changes import Knob
from nn.labs.own_points import Axis
from nn.labs.question import Given, Question

_SIDE = 28
"""Of the small pictures of what a unit makes of the square."""

_SQUARE = Axis("x", 0.0, 1.0), Axis("y", 0.0, 1.0)


def question(
    told: tuple[str, ...],
    outputs: tuple[Output, ...],
    place: tuple[float, float],
    axes: tuple[Axis, Axis] | None = None,
) -> Question:
    """Return the question for a place.

    Args:
        told: the features of it that the network is given.
        outputs: what it answers.
        place: x and y in the unit square.
        axes: the columns that these are; None for the bare square.
    """
    axes = axes or _SQUARE

    def rows(axis: int, values: np.ndarray) -> np.ndarray:
        places = np.repeat(np.array([place]), len(values), axis=0)
        places[:, axis] = axes[axis].place(values)
        return features(places, told)

    knobs = tuple(
        Knob.between(
            axis.name,
            axis.low + share * (axis.high - axis.low),
            partial(rows, number),
            axis.low,
            axis.high,
        )
        for number, (axis, share) in enumerate(zip(axes, place, strict=True))
    )
    given = tuple(Given(name, at, at + 1) for at, name in enumerate(told))
    where = ", ".join(f"{knob.name} {knob.told(knob.value)}" for knob in knobs)
    inputs = features(np.array([place]), told)
    plane = features(grid(_SIDE), told)
    return Question(f"the place {where}", inputs, outputs, given, knobs, plane=plane)
