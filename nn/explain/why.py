"""Why a network answers as it does: what spoke for its best answers, and what against them.

Each input is held to account for its gradient times itself, ``x · ∂z/∂x``, where z is what the
answer's output is made of (Shrikumar et al., "Not just a black box", 2016). Where a network only
adds up, as one layer does, that is exact: these and the biases come to z. The same at the last
hidden layer, activation times weight, says which units decided.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nn.activations import Linear, Softmax
from nn.data.columns import Output
from nn.explain.names import KEEPING
from nn.explain.prediction import Prediction
from nn.layers import AveragePooling2D, Conv2D, Dense, GlobalAveragePooling2D, Shape
from nn.network import Network

_ADDING = (
    *KEEPING,
    AveragePooling2D,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
)
"""Layers that, in prediction, only multiply by what does not depend on the sample, and add."""

MOST_UNITS = 5
"""Hidden units that are named for an answer."""


@dataclass(frozen=True, eq=False)
class Unit:
    """A hidden unit, or a filter with all its places, and what it did for an answer.

    Attributes:
        place: of the unit in its layer, or of the filter, from 0.
        y: what it gave, the mean of a filter's places.
        weight: between it and the answer; None for a filter, which has one a place.
        pull: y · weight, for a filter the sum of those: for the answer above 0, against it below.
        looks: of the network's input's shape: how much z of the unit grows with each number. Of a
            dense layer that comes first, these are its weights.
    """

    place: int
    y: float
    weight: float | None
    pull: float
    looks: np.ndarray


@dataclass(frozen=True, eq=False)
class Case:
    """What spoke for and against one answer.

    Attributes:
        label: the position of its class; 0 for a number.
        share: the output for it; of a number the number.
        z: what the output is made of, before its activation.
        inputs: of the network's input's shape: x · ∂z/∂x of each.
        units: of the last hidden layer, those that counted most first.
    """

    label: int
    share: float
    z: float
    inputs: np.ndarray
    units: tuple[Unit, ...]

    @property
    def speaking_for(self) -> float:
        """What all inputs above 0 come to."""
        return float(np.maximum(self.inputs, 0).sum(dtype=np.float64))

    @property
    def speaking_against(self) -> float:
        """What all inputs below 0 come to."""
        return float(np.minimum(self.inputs, 0).sum(dtype=np.float64))

    @property
    def rest(self) -> float:
        """What z is besides: the bias of one layer, and of several what bends between them too."""
        return self.z - self.speaking_for - self.speaking_against


@dataclass(frozen=True, eq=False)
class Why:
    """The reasons of an answer.

    Attributes:
        cases: of the best answers, the best one first; one for a number.
        exact: whether inputs and biases come to z, as in a network that only adds up.
        layer: the number, from 0, of the layer whose units are named; None if none is hidden.
        filters: whether these are filters.
    """

    cases: tuple[Case, ...]
    exact: bool
    layer: int | None
    filters: bool


def why(network: Network, inputs: np.ndarray, output: Output, first: int = 0, most: int = 2) -> Why:
    """Return why a network answers a question as it does.

    Args:
        network: built; only read.
        inputs: (1, *input_shape) the raw sample.
        output: the question, with the names of its classes or the scale of its number.
        first: where its outputs begin.
        most: answers that are looked into.

    Raises:
        ValueError: an output is not finite.

    >>> from nn import Dense, Sequential
    >>> model = Sequential([Dense(2)])
    >>> model.build(2, 0)
    >>> model.parameters = [1.0, 0.0, 2.0, -1.0, 0.5, 0.0]
    >>> case = why(model, np.array([[3.0, 1.0]]), Output("kind", ("a", "b"))).cases[0]
    >>> case.label, case.inputs.tolist(), case.rest, case.z
    (0, [3.0, 2.0], 0.5, 5.5)
    """
    made = Prediction(network, inputs)
    y = made.x[-1].ravel().astype(np.float64)
    if not np.isfinite(y).all():
        raise ValueError("the network's answer is not a number: its weights are no longer finite")
    level, origin = _hidden_level(network)
    answers = _answers(y, output, first, network.target_range)[:most]
    cases = [_case(made, answer, level, network.shapes[origin], output) for answer in answers]
    if not level:
        return Why(tuple(cases), only_adds(network), None, False)
    pooled = isinstance(network.layers[origin - 1], GlobalAveragePooling2D)
    filters = pooled or len(network.shapes[origin]) == 3
    return Why(tuple(cases), only_adds(network), origin - 1, filters)


def only_adds(network: Network) -> bool:
    """Whether z of the last layer is a sum of the inputs, each times a fixed factor, and biases."""
    bends = any(layer.activation.name != Linear.name for layer in network.layers[:-1])
    return not bends and all(isinstance(layer, _ADDING) for layer in network.layers)


def told_sum(network: Network, outputs: np.ndarray) -> str:
    """Return a sentence on what outputs for classes come to, where that is not always 100 %.

    Args:
        network: they are its own.
        outputs: (classes,) of one sample.
    """
    name = network.layers[-1].activation.name
    if name == Softmax.name or len(outputs) < 2 or not np.isfinite(outputs).all():
        return ""
    together = f"{100 * float(outputs.sum()):.0f} %"
    return f"Together {together}: {name} judges each alone."


@dataclass(frozen=True)
class _Answer:
    """One answer: the output it is read from, and whether that speaks for it (1) or against."""

    label: int
    share: float
    place: int
    sign: int


def _answers(
    y: np.ndarray, output: Output, first: int, target_range: tuple[float, float]
) -> list[_Answer]:
    """Return the answers to a question, the best one first."""
    if output.classes is None:
        return [_Answer(0, float(output.numbers(y[first])), first, 1)]
    if len(output.classes) == 2 and len(y) == 1:
        # Two classes share the output, which is the second one's.
        off, on = target_range
        second = float(y[0])
        toward = 1 if on > off else -1
        both = [_Answer(1, second, 0, toward), _Answer(0, off + on - second, 0, -toward)]
        return both if toward * (second - (off + on) / 2) > 0 else both[::-1]
    part = y[first : first + len(output.classes)]
    order = np.argsort(-part, kind="stable")
    return [_Answer(int(label), float(part[label]), first + int(label), 1) for label in order]


def _case(made: Prediction, answer: _Answer, level: int, shape: Shape, output: Output) -> Case:
    network = made.network
    last = len(network.layers) - 1
    # A number is told in the unit of its column, where it is z times something.
    linear = output.classes is None and network.layers[-1].activation.name == Linear.name
    factor, offset = (output.scale, output.offset) if linear else (1.0, 0.0)
    dz = np.zeros(made.z[-1].shape)
    dz.reshape(-1)[answer.place] = answer.sign * factor
    slopes = made.gradients(last, dz)
    z = float(made.z[-1].ravel()[answer.place]) * answer.sign * factor + offset
    pulls = [made.x[i][0].astype(np.float64) * slopes[i][0] for i in (0, level)]
    units: tuple[Unit, ...] = ()
    if level:
        # Of pictures, all places of a filter go together.
        channels = shape[-1] if len(shape) == 3 else pulls[1].size
        units = _units(made, level, channels, pulls[1], slopes[level][0])
    return Case(answer.label, answer.share, z, pulls[0], units)


def _units(
    made: Prediction, level: int, channels: int, pulls: np.ndarray, slopes: np.ndarray
) -> tuple[Unit, ...]:
    """Return the units of a level that pulled most, or its filters, each with what it looks for."""
    y = made.x[level][0].reshape(-1, channels)
    total = pulls.reshape(-1, channels).sum(axis=0)
    order = np.argsort(-np.abs(total), kind="stable")[:MOST_UNITS]
    order = order[total[order] != 0]
    if not len(order):
        return ()
    # Each unit gets a copy of the sample, so that one way back is enough for all.
    copies = Prediction(made.network, np.repeat(made.raw, len(order), axis=0))
    dz = np.zeros((len(order), len(y), channels))
    dz[np.arange(len(order)), :, order] = 1 / len(y)
    looks = copies.gradients(level - 1, dz.reshape(len(order), *made.z[level - 1].shape[1:]))[0]
    return tuple(
        Unit(
            int(place),
            float(y[:, place].mean()),
            float(slopes.ravel()[place]) if len(y) == 1 else None,
            float(total[place]),
            look,
        )
        for place, look in zip(order, looks, strict=True)
    )


def _hidden_level(network: Network) -> tuple[int, int]:
    """Return which ``x`` the last layer with a kernel is given, and which it is the same as.

    That is the level behind layers that only keep their places, as a row made of pictures keeps
    them; both are 0, the network's input, where no hidden layer comes before.
    """
    level = max((i for i, each in enumerate(network.layers) if "kernel" in each.views), default=0)
    made = level
    while made and isinstance(network.layers[made - 1], KEEPING):
        made -= 1
    return (level, made) if made else (0, 0)
