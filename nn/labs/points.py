"""Points: what a place in the unit square is, one of some classes or a number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from nn.data.columns import Columns, Input, Output
from nn.data.dataset import Dataset, hold_out
from nn.data.points import FEATURES, MAX_NOISE, SHAPES, features
from nn.experiment.fields import Field, choice, real, whole, write_real
from nn.experiment.layer_settings import LayerSettings, layers
from nn.experiment.layer_text import read_layers
from nn.experiment.settings import FIELDS, Settings, SettingsError
from nn.experiment.task import Task
from nn.labs.colours import NUMBER_LOSSES
from nn.labs.edits import (
    AddedPoint,
    Edits,
    MovedPoint,
    Placed,
    placed,
    read_added,
    read_moved,
    read_removed,
    write_added,
    write_moved,
    write_removed,
)
from nn.labs.own_points import OwnPoints
from nn.labs.split import suggested_share
from nn.losses import LOSSES

CLASSES = ("blue", "orange")
BUILT_IN = Output("class", CLASSES)
"""What the network for the built-in points predicts."""

MAX_POINTS = 10_000

_MOST_LAYERS = 8
_UPDATES = 6_000
_FEWEST_EPOCHS, _MOST_EPOCHS = 20, 400


@dataclass(frozen=True)
class PointsSettings(Settings):
    """What makes an experiment with points repeatable.

    Attributes:
        shape: a name in :data:`nn.data.points.SHAPES`.
        points: how many there are, those to test with included and those added not.
        noise: 0 to :data:`nn.data.points.MAX_NOISE`.
        test_share: percent of the points that are held out to test with.
        added: points to train on too.
        moved, removed: what else a visitor has done to the points, as
            :class:`nn.labs.edits.Edits` has it.
        inputs: what a network is told about a point: names in
            :data:`nn.data.points.FEATURES`, one at least.
    """

    shape: str = "diagonal"
    points: int = 200
    noise: float = 0.0
    test_share: int = 20
    added: tuple[AddedPoint, ...] = ()
    moved: tuple[MovedPoint, ...] = ()
    removed: tuple[int, ...] = ()
    inputs: tuple[str, ...] = ("x", "y")

    table: ClassVar[dict[str, Field]]

    def network(self) -> tuple[object, ...]:
        """Return what decides where a network starts, and what it is there for.

        What was done to single points is not part of it: a network that knows the others learns
        them too.
        """
        drawn = self.shape, self.points, self.noise, self.test_share
        return *super().network(), self.inputs, *drawn

    @property
    def edits(self) -> Edits:
        """What a visitor has done to the points."""
        return Edits(self.added, self.moved, self.removed)


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
    "testShare": Field("Held out", "test_share", whole(0, 90)),
    "added": Field("Added points", "added", read_added, write_added),
    "moved": Field("Moved points", "moved", read_moved, write_moved),
    "removed": Field("Removed points", "removed", read_removed, write_removed),
    "inputs": Field("Inputs", "inputs", _read_inputs, _write_inputs),
}

DEFAULTS = PointsSettings(
    hidden=layers(5),
    learning_rate=0.3,
    batch_size=10,
    epochs=400,
    use_bias=True,
)
"""The tutorial's network, 2-5-1, for points above and below y = x."""

_FASTER = replace(
    DEFAULTS,
    activation="tanh",
    loss="binary_crossentropy",
    optimizer="adam",
    learning_rate=0.03,
    epochs=200,
)

PRESETS = {
    "Diagonal": DEFAULTS,
    "Circle": replace(_FASTER, shape="circle", hidden=layers(4)),
    "Exclusive-or": replace(_FASTER, shape="exclusive_or", hidden=layers(6, 6)),
    "Gaussians": replace(_FASTER, shape="gaussians", noise=0.1, hidden=layers(2), epochs=100),
    "Spiral": replace(
        _FASTER,
        shape="spiral",
        noise=0.1,
        inputs=("x", "y", "sin x", "sin y"),
        hidden=layers(8, 8),
        learning_rate=0.02,
        decay="cosine",
        batch_size=20,
        epochs=400,
    ),
    "Sine": replace(_FASTER, shape="sine", hidden=layers(8)),
    "Cubic": replace(_FASTER, shape="cubic", hidden=layers(8)),
    "Absolute": replace(_FASTER, shape="absolute", hidden=layers(4)),
}
"""For each shape a network that learns it."""


def of_shape(settings: PointsSettings | None, shape: str) -> PointsSettings:
    """Return settings for another shape: its preset, unless they are somebody's own.

    Of one's own only the shape changes; the shape that there is, chosen again, brings its preset.

    Args:
        settings: so far; None where they make no sense.
        shape: a name in :data:`nn.data.points.SHAPES`.

    >>> of_shape(PRESETS["Circle"], "spiral") == PRESETS["Spiral"]
    True
    >>> of_shape(replace(PRESETS["Circle"], noise=0.25), "spiral").noise
    0.25
    """
    suits = next(preset for preset in PRESETS.values() if preset.shape == shape)
    if settings is None or settings.shape == shape or settings in PRESETS.values():
        return suits
    return replace(settings, shape=shape)


def suggested(settings: PointsSettings, own: OwnPoints) -> PointsSettings:
    """Return settings that suit a visitor's points; the seed and the engine stay."""
    share = suggested_share(len(own.drawn))
    rows = max(1, round(len(own.drawn) * (1 - share)))
    batch_size = min(max(8, rows // 100), 64)
    epochs = -(-_UPDATES * batch_size // rows)
    return replace(
        _FASTER,
        hidden=layers(8, 8),
        loss="mean_squared_error" if own.output.classes is None else "categorical_crossentropy",
        learning_rate=0.01,
        decay="cosine",
        batch_size=batch_size,
        epochs=min(max(epochs, _FEWEST_EPOCHS), _MOST_EPOCHS),
        test_share=round(100 * share),
        seed=settings.seed,
        engine=settings.engine,
    )


def resized(settings: PointsSettings, layer: int, by: int) -> PointsSettings:
    """Return settings with ``by`` more units in a hidden layer.

    Raises:
        ValueError: none would be left.
    """
    hidden = list(settings.hidden)
    units = hidden[layer].units + by
    if units < 1:
        raise ValueError("a layer has at least one neuron; remove the layer instead")
    hidden[layer] = replace(hidden[layer], units=units)
    return replace(settings, hidden=tuple(hidden))


def deepened(settings: PointsSettings, by: int) -> PointsSettings:
    """Return settings with one hidden layer more, like the last, or with ``by`` -1 one fewer.

    Raises:
        ValueError: there is none to remove, or no room for another.
    """
    hidden = settings.hidden
    if by < 0 and not hidden:
        raise ValueError("there is no hidden layer left to remove")
    if by > 0 and len(hidden) >= _MOST_LAYERS:
        raise ValueError(f"there is room for {_MOST_LAYERS} hidden layers in the drawing")
    more = hidden[-1:] or layers(4)
    return replace(settings, hidden=hidden[:-1] if by < 0 else hidden + more)


def other_points(before: PointsSettings, after: PointsSettings) -> bool:
    """Whether other points are drawn, to which what was done to the former ones does not apply.

    >>> moved = replace(DEFAULTS, removed=(3,))
    >>> other_points(moved, replace(moved, shape="circle")), other_points(DEFAULTS, moved)
    (True, False)
    """

    def drawn(settings: PointsSettings) -> tuple[object, ...]:
        return settings.shape, settings.points, settings.noise, settings.seed

    done = after.moved or after.removed
    same = (before.moved, before.removed) == (after.moved, after.removed)
    return bool(done) and same and drawn(before) != drawn(after)


def task(settings: PointsSettings, output: Output = BUILT_IN) -> Task:
    """Return what a network for points is to do.

    Of two classes it answers 1 for the second and 0 for the first; with softmax it has an output
    for each of both, and the second one is the answer. Of more classes each has an output. A number
    is a linear output.

    Raises:
        SettingsError: the loss does not suit a number.
    """
    inputs = tuple(map(Input, settings.inputs))
    columns = Columns(inputs, (output,))
    if output.classes is None:
        if settings.loss not in NUMBER_LOSSES:
            problem = f"expected {' or '.join(NUMBER_LOSSES)}: the output is a number"
            raise SettingsError({"loss": problem}, settings.table)
        return Task(len(inputs), 1, output_activation="linear", columns=columns)
    softmax = LOSSES[settings.loss].output_activation == "softmax"
    one = len(output.classes) == 2 and not softmax
    return Task(len(inputs), 1 if one else len(output.classes), columns=columns)


def points(
    settings: PointsSettings, own: OwnPoints | None = None, edits: Edits | None = None
) -> Placed:
    """Return the points to train on, added ones last, and those to test with.

    Inputs are (n, 2), x and y in the unit square. Added points are never tested with.

    Args:
        settings: what is drawn and held out.
        own: points of a visitor's table, in place of the built-in ones.
        edits: what was done to those; the settings say it of the built-in ones.

    Raises:
        ValueError: no point is left to train on.
    """
    rng = np.random.default_rng(settings.seed)
    if own is not None:
        return own.placed(settings.test_share / 100, rng, edits)
    drawn = SHAPES[settings.shape](settings.points, settings.noise, rng)
    rows = np.arange(len(drawn))
    train_rows, test_rows = rows, rows[:0]
    if settings.test_share:
        numbered = Dataset(drawn.inputs, rows, len(rows))
        kept, held_out = hold_out(numbered, settings.test_share / 100, rng)
        train_rows, test_rows = kept.targets, held_out.targets
    return placed(drawn, train_rows, test_rows, settings.edits, lambda labels: labels)


def told(points: Dataset, inputs: tuple[str, ...]) -> Dataset:
    """Return points as a network is told about them, by the features called ``inputs``."""
    return Dataset(features(points.inputs, inputs), points.targets, points.classes, points.names)


def data(
    settings: PointsSettings, own: OwnPoints | None = None, edits: Edits | None = None
) -> tuple[Dataset, Dataset]:
    """Return what to train on and what to test with; the arguments are those of :func:`points`."""
    found = points(settings, own, edits)
    train = told(found.train, settings.inputs)
    return train, told(found.test, settings.inputs) if found.held_out else train


def answers(outputs: np.ndarray) -> np.ndarray:
    """Return how much each place is class 1 of two: (n,) from a network's (n, outputs)."""
    return np.asarray(outputs[:, -1])
