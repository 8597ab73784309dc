"""Points: which of two classes a place in the unit square belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from nn.data.columns import Columns
from nn.data.dataset import Dataset, hold_out
from nn.data.points import FEATURES, MAX_NOISE, SHAPES, features
from nn.experiment.fields import Field, choice, real, whole, write_real
from nn.experiment.layer_settings import LayerSettings, layers
from nn.experiment.layer_text import read_layers
from nn.experiment.settings import FIELDS, Settings
from nn.experiment.task import DataCode, Task
from nn.losses import LOSSES

CLASSES = ("blue", "orange")
MAX_POINTS = 10_000
MAX_ADDED = 300
"""Every added point makes the page's address longer."""

_DECIMALS = 3


@dataclass(frozen=True)
class AddedPoint:
    """A point that a visitor has put there.

    Attributes:
        x, y: in the unit square.
        label: 0 or 1.
    """

    x: float
    y: float
    label: int


@dataclass(frozen=True)
class PointsSettings(Settings):
    """What makes an experiment with points repeatable.

    Attributes:
        shape: a name in :data:`nn.data.points.SHAPES`.
        points: how many there are, those to test with included and those added not.
        noise: 0 to :data:`nn.data.points.MAX_NOISE`.
        test_share: percent of the points that are held out to test with.
        added: points to train on too.
        inputs: what a network is told about a point: names in
            :data:`nn.data.points.FEATURES`, one at least.
    """

    shape: str = "diagonal"
    points: int = 1000
    noise: float = 0.0
    test_share: int = 20
    added: tuple[AddedPoint, ...] = ()
    inputs: tuple[str, ...] = ("x", "y")

    table: ClassVar[dict[str, Field]]

    def network(self) -> tuple[object, ...]:
        """Return what decides where a network starts, and what it is there for.

        Added points are not part of it: a network that knows the others learns them too.
        """
        drawn = self.shape, self.points, self.noise, self.test_share
        return *super().network(), self.inputs, *drawn


_WORDS = {"x²": "x2", "y²": "y2", "sin x": "sinx", "sin y": "siny"}
"""How links have the names of features that are not plain letters."""

_NAMES = {word: name for name, word in _WORDS.items()}


def _read_inputs(text: str) -> tuple[str, ...]:
    words = [word.strip() for word in text.split(",")]
    names = tuple(_NAMES.get(word, word) for word in words)
    if not set(names) <= FEATURES.keys() or len(set(names)) < len(names):
        known = ", ".join(_WORDS.get(name, name) for name in FEATURES)
        raise ValueError(f"expected one or more of {known}, each once")
    return names


def _write_inputs(names: tuple[str, ...]) -> str:
    return ",".join(_WORDS.get(name, name) for name in names)


def _read_added(text: str) -> tuple[AddedPoint, ...]:
    parts = text.split(",") if text else []
    if len(parts) > MAX_ADDED:
        raise ValueError(f"expected at most {MAX_ADDED} added points")
    return tuple(map(_read_point, parts))


def _read_point(text: str) -> AddedPoint:
    try:
        x, y, label = text.split(":")
        return AddedPoint(_within(x), _within(y), whole(0, 1)(label))
    except ValueError:
        raise ValueError(
            "expected x:y:class of each added point, such as 0.5:0.1:0, with commas between them"
        ) from None


_within: Callable[[str], float] = real(0, 1)


def _write_added(points: tuple[AddedPoint, ...]) -> str:
    return ",".join(
        f"{write_real(point.x)}:{write_real(point.y)}:{point.label}" for point in points
    )


def _read_dense(text: str) -> tuple[LayerSettings, ...]:
    hidden = read_layers(text)
    if any(layer.kind != "Dense" for layer in hidden):
        raise ValueError("expected dense layers only: here each neuron is drawn")
    return hidden


PointsSettings.table = {
    **FIELDS,
    "hidden": replace(FIELDS["hidden"], read=_read_dense),
    "shape": Field("Data", "shape", choice(SHAPES)),
    "points": Field("Points", "points", whole(10, MAX_POINTS)),
    "noise": Field("Noise", "noise", real(0, MAX_NOISE), write_real),
    "testShare": Field("Held out", "test_share", whole(1, 90)),
    "added": Field("Added points", "added", _read_added, _write_added),
    "inputs": Field("Inputs", "inputs", _read_inputs, _write_inputs),
}

DEFAULTS = PointsSettings(
    hidden=layers(5),
    learning_rate=0.3,
    batch_size=10,
    epochs=100,
    use_bias=True,
)
"""The tutorial's network, 2-5-1, for points above and below y = x."""

_FASTER = replace(
    DEFAULTS,
    activation="tanh",
    loss="binary_crossentropy",
    optimizer="adam",
    learning_rate=0.03,
    epochs=40,
)

PRESETS = {
    "Diagonal": DEFAULTS,
    "Circle": replace(_FASTER, shape="circle", hidden=layers(4)),
    "Exclusive-or": replace(_FASTER, shape="exclusive_or", hidden=layers(4, 4)),
    "Gaussians": replace(_FASTER, shape="gaussians", noise=0.1, hidden=layers(2), epochs=20),
    "Spiral": replace(
        _FASTER,
        shape="spiral",
        noise=0.1,
        inputs=("x", "y", "sin x", "sin y"),
        hidden=layers(8, 8),
        learning_rate=0.02,
        decay="cosine",
        batch_size=20,
        epochs=80,
    ),
    "Sine": replace(_FASTER, shape="sine", hidden=layers(8)),
    "Cubic": replace(_FASTER, shape="cubic", hidden=layers(8)),
    "Absolute": replace(_FASTER, shape="absolute", hidden=layers(4)),
}
"""For each shape a network that learns it."""


def with_point(settings: PointsSettings, x: float, y: float, label: int) -> PointsSettings:
    """Return settings with one more point, on a lattice of a thousandth of the square's side.

    Raises:
        ValueError: there are :data:`MAX_ADDED` already.
    """
    if len(settings.added) == MAX_ADDED:
        raise ValueError(f"there are {MAX_ADDED} added points already: remove them to add others")
    point = AddedPoint(round(x, _DECIMALS), round(y, _DECIMALS), label)
    return replace(settings, added=(*settings.added, point))


def task(settings: PointsSettings) -> Task:
    """Return what a network for points is to do: answer 1 for orange and 0 for blue.

    With softmax it has an output for each of both, and the second one is the answer.
    """
    outputs = 2 if LOSSES[settings.loss].output_activation == "softmax" else 1
    columns = Columns.plain(settings.inputs, "class", CLASSES)
    return Task(len(settings.inputs), outputs, columns=columns)


def points(settings: PointsSettings) -> tuple[Dataset, Dataset]:
    """Return the points to train on, added ones last, and those to test with.

    Inputs are (n, 2), x and y in the unit square. Added points are never tested with.
    """
    rng = np.random.default_rng(settings.seed)
    drawn = SHAPES[settings.shape](settings.points, settings.noise, rng)
    train, test = hold_out(drawn, settings.test_share / 100, rng)
    if settings.added:
        places = np.array([(point.x, point.y) for point in settings.added], dtype=np.float32)
        labels = np.array([point.label for point in settings.added], dtype=np.uint8)
        train = Dataset(
            np.concatenate([train.inputs, places]), np.concatenate([train.targets, labels]), 2
        )
    return train, test


def told(points: Dataset, inputs: tuple[str, ...]) -> Dataset:
    """Return points as a network is told about them, by the features called ``inputs``."""
    return Dataset(features(points.inputs, inputs), points.targets, 2)


def data(settings: PointsSettings) -> tuple[Dataset, Dataset]:
    """Return what to train on and what to test with."""
    train, test = points(settings)
    return told(train, settings.inputs), told(test, settings.inputs)


def data_code(settings: PointsSettings) -> DataCode:
    """Return how a program gets the points, as :func:`data` does."""
    names = ", ".join(f'"{name}"' for name in settings.inputs)
    imports = ["import numpy as np", "from nn import Dataset"]
    imports += [
        "from nn.data import hold_out",
        "from nn.data.points import SHAPES, features",
    ]
    lines = [
        f"rng = np.random.default_rng({settings.seed})",
        f'points = SHAPES["{settings.shape}"]({settings.points}, {settings.noise!r}, rng)',
        f"train, test = hold_out(points, {settings.test_share} / 100, rng)",
    ]
    if settings.added:
        added = [f"    ({point.x!r}, {point.y!r}, {point.label})," for point in settings.added]
        lines += ["added = [", *added, "]"]
        lines += [
            "places = np.array([(x, y) for x, y, _ in added], dtype=np.float32)",
            "labels = np.array([label for _, _, label in added], dtype=np.uint8)",
            "inputs = np.concatenate([train.inputs, places])",
            "train = Dataset(inputs, np.concatenate([train.targets, labels]), 2)",
        ]
    lines += [
        f"inputs = [{names}]",
        "train, test = (",
        "    Dataset(features(points.inputs, inputs), points.targets, 2)",
        "    for points in (train, test)",
        ")",
    ]
    return DataCode(imports, lines)


def answers(outputs: np.ndarray) -> np.ndarray:
    """Return how much each place is class 1: (n,) from a network's (n, outputs)."""
    return np.asarray(outputs[:, -1])
