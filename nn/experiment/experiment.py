"""An experiment: a network made, trained, tested and saved as some settings say.

The page and the command line both work through this, so the same settings give the same network.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from nn import formats
from nn.data.dataset import Dataset
from nn.engine import default_engine, named_engine
from nn.engine.numerical import NumericalEngine
from nn.engine.protocol import Engine
from nn.experiment.layer_settings import LayerSettings, described
from nn.experiment.settings import DECAYS, Settings, SettingsError, parse
from nn.experiment.task import Task, loss_setting
from nn.formats import weights
from nn.layers import Layer, Shape
from nn.model import Sequential
from nn.network import shapes_of
from nn.optimizers import OPTIMIZERS
from nn.position import Position
from nn.progress import UNLIMITED, Evaluation, Limit, Progress
from nn.regularizers import L1L2
from nn.training import evaluating, training

_KERNEL_INITIALIZERS = {
    "sigmoid": "random_uniform",
    "relu": "he_normal",
    "leaky_relu": "he_normal",
}
"""By the layer's activation; Glorot's for all others."""


MAX_MULTIPLICATIONS = 200_000_000
"""Of a sample on its way forward: more would hold a frame for seconds."""

MAX_OUTPUTS = 1_000_000
"""Of all layers for a sample: each sample of a mini-batch keeps them until its way back."""

S = TypeVar("S", bound=Settings)


@dataclass
class Begun:
    """A run that has begun and has not come to its end.

    Attributes:
        settings: those it began with.
        validation_freq: how many epochs come before each test.
        random: the state of the experiment's generator before the run drew anything.
        samples: how many it is trained on.
        position: where it is.
    """

    settings: Settings
    validation_freq: int
    random: dict[str, Any]
    samples: int = 0
    position: Position = field(default_factory=Position)

    @property
    def steps(self) -> int | None:
        """How many updates it has in all; None where it goes on until it is stopped."""
        epochs = self.settings.epochs
        return epochs and epochs * -(-self.samples // self.settings.batch_size)


def make_layers(settings: Settings, task: Task) -> list[Layer]:
    """Return the layers that settings describe, output last, without weights yet."""
    output = replace(
        settings.output,
        units=task.outputs,
        activation=settings.output.activation
        or task.loss(settings.loss).output_activation
        or task.output_activation,
    )
    return [_make_layer(layer, settings, task) for layer in (*settings.hidden, output)]


def _make_layer(layer: LayerSettings, settings: Settings, task: Task) -> Layer:
    activation = layer.activation or settings.activation
    usual = task.initializer or _KERNEL_INITIALIZERS.get(activation, "glorot_uniform")
    bias = task.initializer or "zeros"
    return layer.make(activation, usual, bias, settings.use_bias, task.things)


def sample_shape(layers: Sequence[Layer], task: Task) -> Shape:
    """Return the shape of a sample for ``layers``: a row, or a picture where they need one.

    Raises:
        ValueError: they do not fit either; the message says which layer does not.
    """
    rows = (task.features,)
    try:
        shapes_of(layers, rows)
    except ValueError:
        other = task.picture or task.sequence
        if other is None:
            raise
        shapes_of(layers, other)
        return other
    return rows


def check(settings: Settings, task: Task) -> None:
    """Raise a SettingsError if ``settings`` ask for a network that cannot be made or saved."""

    def refuse(field: str, problem: str) -> SettingsError:
        return SettingsError({field: problem}, settings.table)

    try:
        layers = make_layers(settings, task)
        shapes = shapes_of(layers, sample_shape(layers, task))
    except ValueError as error:
        raise refuse("hidden", str(error)) from None
    pairs = list(zip(layers, shapes, strict=False))
    if len(shapes[-1]) > 1 and task.sequence is None:
        raise refuse(
            "hidden",
            f"the hidden layers end in {'x'.join(map(str, shapes[-2]))} numbers: put flatten or "
            "globalavgpool before the output layer",
        )
    weight_count = sum(layer.parameter_count(shape) for layer, shape in pairs)
    work = sum(layer.multiplications(shape) for layer, shape in pairs)
    for count, most, things in (
        (weight_count, weights.MAX_PARAMETERS, "weights"),
        (work, MAX_MULTIPLICATIONS, "multiplications a sample"),
        (sum(map(math.prod, shapes[1:])), MAX_OUTPUTS, "outputs of all layers"),
    ):
        if count > most:
            raise refuse("hidden", f"{count:,} {things} are too many: at most {most:,}")
    needed, found = task.loss(settings.loss).output_activation, layers[-1].activation.name
    if needed not in (None, found):
        raise refuse("output", f"{settings.loss} needs {needed} here, not {found}")
    if settings.decay != "none" and settings.epochs is None:
        raise refuse("decay", f"{settings.decay} needs an end to fall towards: set Epochs above 0")


class Experiment:
    """A network, the generator behind its randomness, and what it has been through.

    Attributes:
        model: the network.
        history: its training so far, as it is saved.
        rng: the generator.
        run: the last one, unless it came to its end.
    """

    run: Begun | None = None

    def __init__(self, settings: Settings, task: Task) -> None:
        """Make a new network.

        Raises:
            SettingsError: there can be no such network, or it would have more parameters than a
                weights file may.
        """
        check(settings, task)
        self.rng = np.random.default_rng(settings.seed)
        self.model = _network(settings, task)
        self.model.build(sample_shape(self.model.layers, task), self.rng)
        self.history = weights.Training(settings=settings.fields())
        self.compile(settings, steps=1)

    @classmethod
    def loaded(cls, data: bytes) -> Experiment:
        """Return an experiment that goes on from the bytes of a file with a network, of any format.

        How it goes on is seeded by the samples that the network has seen, so that going on from
        the same file repeats.

        Raises:
            ValueError: the file is not one, or of a network that nn has not.
        """
        experiment = cls.__new__(cls)
        experiment.model, experiment.history = formats.loads(data)
        experiment.rng = np.random.default_rng(experiment.history.samples)
        return experiment

    @property
    def untrained(self) -> bool:
        """Whether the weights are still those that settings drew; of other tools' it is unknown."""
        return not self.history.samples and bool(self.history.settings)

    def settings(self, base: S, task: Task) -> S:
        """Return the settings to go on with: this network's, trained as it was the last time.

        Args:
            base: settings for what the network's history does not tell.
            task: what the network is for.

        Raises:
            ValueError: no settings make such a network.
        """
        try:
            settings = parse(self.history.settings, base)
        except SettingsError:
            settings = base
        settings = replace(settings, loss=loss_setting(self.model.loss))
        found = [described(layer) for layer in self.model.layers]
        try:
            if [described(layer) for layer in make_layers(settings, task)] == found:
                return settings
        except ValueError:
            # The history is of another network.
            pass
        *hidden, output = found
        if output.kind != "Dense":
            raise ValueError(f"the last layer must be Dense here, and is {output.kind}")
        return replace(
            settings,
            activation=next((layer.activation for layer in hidden if layer.activation), None)
            or settings.activation,
            use_bias=bool(output.use_bias),
            hidden=tuple(hidden),
            output=replace(output, units=0),
        )

    def saved(self) -> str:
        """Return the text of a weights file, which can be asked for in mid-training too."""
        return weights.dumps(self.model, self.history)

    def saved_as(self, name: str) -> tuple[str, bytes]:
        """Return the name and bytes of a file, in the format that ``name`` ends with.

        Raises:
            ValueError: that format cannot hold the network.
        """
        return formats.one_file(self.model, name, self.history)

    def train(
        self,
        settings: Settings,
        data: Dataset,
        test: Dataset | None,
        budget: float,
        validation_freq: int = 1,
        limit: Limit = lambda: UNLIMITED,
    ) -> Iterator[Progress]:
        """Train the network further, as :func:`nn.training.training` does, and keep the history.

        Args:
            settings: optimizer, learning rate, batch size, epochs, patience, samples and
                augmentation are used.
            data: what to train on, or to draw ``settings.train_samples`` of.
            test: tested on, when given; without it nothing tells when patience is at its end.
            budget: about how many seconds of work between two yields.
            validation_freq: how many epochs come before each test; with patience it is one.
            limit: how many mini-batches there may be between two yields.

        Raises:
            SettingsError: ``settings.train_samples`` is more than there are.
        """
        freq = validation_freq if settings.patience is None or test is None else 1
        begun = Begun(settings, freq, dict(self.rng.bit_generator.state))
        data = self._drawn(settings, data)
        begun.samples = len(data)
        self.run = begun
        self.compile(settings, begun.steps)
        self.history.settings = settings.fields()
        return self._recorded(self._training(begun, data, test, budget, limit))

    def resume(
        self,
        data: Dataset,
        test: Dataset | None,
        budget: float,
        limit: Limit = lambda: UNLIMITED,
    ) -> Iterator[Progress]:
        """Go on with a run that was interrupted, as if it had not been.

        Args:
            data, test: what the run was begun with.
            budget, limit: as for :meth:`train`.

        Raises:
            ValueError: there is no run, or there are more samples or fewer than it began with.
        """
        if self.run is None:
            raise ValueError("there is no run to go on with: begin one")
        self.rng.bit_generator.state = self.run.random
        drawn = self._drawn(self.run.settings, data)
        if len(drawn) != self.run.samples:
            raise ValueError(
                f"the run began with {self.run.samples:,} samples and there are {len(drawn):,}: "
                "begin a new one"
            )
        return self._recorded(self._training(self.run, drawn, test, budget, limit))

    def _drawn(self, settings: Settings, data: Dataset) -> Dataset:
        count = settings.train_samples
        if count is None:
            return data
        if count > len(data):
            raise SettingsError({"trainSamples": f"there are only {len(data):,}"}, settings.table)
        return data.draw(count, self.rng)

    def _training(
        self, begun: Begun, data: Dataset, test: Dataset | None, budget: float, limit: Limit
    ) -> Iterator[Progress]:
        settings = begun.settings
        patience = settings.patience if test is not None else None
        return training(
            self.model,
            data,
            batch_size=settings.batch_size,
            epochs=settings.epochs,
            rng=self.rng,
            validation=test,
            validation_freq=begun.validation_freq if test is not None else None,
            augmentation=settings.augmentation,
            patience=patience,
            restore_best=patience is not None,
            budget=budget,
            limit=limit,
            position=begun.position,
        )

    def test(self, data: Dataset, budget: float) -> Generator[Progress, None, Evaluation]:
        """Test the network, as :func:`nn.training.evaluating` does, and keep the accuracy."""
        evaluation = yield from evaluating(self.model, data, budget=budget)
        self.history.test_accuracy = evaluation.accuracy
        return evaluation

    def _recorded(self, run: Iterator[Progress]) -> Iterator[Progress]:
        for progress in run:
            if progress.evaluation is not None:
                self.history.test_accuracy = progress.evaluation.accuracy
            elif not progress.testing:
                self.history.samples += progress.samples
                self.history.epochs += progress.finished
                self.history.test_accuracy = None
            yield progress
        self.run = None

    def compile(self, settings: Settings, steps: int | None) -> None:
        """Say how the network is trained, in a run of so many updates; its optimizer is new.

        Without ``steps``, the run goes on until it is stopped, and the learning rate stays.
        """
        decay = DECAYS[settings.decay] if steps is not None else DECAYS["none"]
        rate = decay(settings.learning_rate, steps or 1)
        self.model.compile(
            OPTIMIZERS[settings.optimizer](rate),
            self.model.loss,
            self.model.target_range,
            _engine(settings),
        )
        penalty = L1L2(settings.l1, settings.l2) if settings.l1 or settings.l2 else None
        for layer in self.model.layers:
            if "kernel_regularizer" in layer.config():
                layer.kernel_regularizer = penalty


def _engine(settings: Settings) -> Engine:
    if settings.gradients == "numerical":
        return NumericalEngine()
    return default_engine() if settings.engine == "auto" else named_engine(settings.engine)


def _network(settings: Settings, task: Task) -> Sequential:
    model = Sequential(make_layers(settings, task), task.inputs, task.dtype)
    model.columns = task.columns
    model.classes = task.classes
    model.compile(loss=task.loss(settings.loss), target_range=task.target_range)
    return model
