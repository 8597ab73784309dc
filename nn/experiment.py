"""An experiment: a network made, trained, tested and saved as some settings say.

The page and the command line both work through this, so the same settings give the same network.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np

from nn import weights
from nn.datasets.dataset import Dataset
from nn.layers import Dense, Rescaling
from nn.losses import LOSSES
from nn.model import Sequential
from nn.optimizers import OPTIMIZERS
from nn.regularizers import L1L2
from nn.settings import DECAYS, Settings, SettingsError, parse
from nn.training import Evaluation, Progress, evaluating, training

_KERNEL_INITIALIZERS = {
    "sigmoid": "random_uniform",
    "relu": "he_normal",
    "leaky_relu": "he_normal",
}
"""By the layer's activation; Glorot's for all others."""


def check_size(settings: Settings, features: int = 784, classes: int = 10) -> None:
    """Raise a SettingsError if the network has more parameters than a weights file may."""
    widths = [features, *settings.hidden, classes]
    count = sum((a + settings.use_bias) * b for a, b in zip(widths, widths[1:], strict=False))
    if count > weights.MAX_PARAMETERS:
        raise SettingsError(
            {"hidden": f"{count:,} weights are too many: at most {weights.MAX_PARAMETERS:,}"}
        )


class Experiment:
    """A network, the generator behind its randomness, and what it has been through.

    Attributes:
        model: the network.
        history: its training so far, as it is saved.
    """

    def __init__(self, settings: Settings, features: int = 784, classes: int = 10) -> None:
        """Make a new network.

        Raises:
            SettingsError: the network would have more parameters than a weights file may.
        """
        check_size(settings, features, classes)
        self._rng = np.random.default_rng(settings.seed)
        self.model = _network(settings, classes)
        self.model.build(features, self._rng)
        self.history = weights.Training(settings=settings.fields())
        self._compile(settings, steps=1)

    @classmethod
    def loaded(cls, data: bytes) -> Experiment:
        """Return an experiment that goes on from the bytes of a weights file.

        How it goes on is seeded by the samples that the network has seen, so that going on from
        the same file repeats.

        Raises:
            ValueError: the file is not one.
        """
        experiment = cls.__new__(cls)
        experiment.model, experiment.history = weights.loads(data)
        experiment._rng = np.random.default_rng(experiment.history.samples)
        return experiment

    def settings(self) -> Settings:
        """Return the settings to go on with: this network's, trained as it was the last time."""
        try:
            settings = parse(self.history.settings)
        except SettingsError:
            settings = Settings()
        *hidden, _ = self.model.layers
        first = self.model.layers[0]
        return replace(
            settings,
            hidden=tuple(layer.units for layer in hidden),
            activation=first.activation.name if hidden else settings.activation,
            loss=self.model.loss.name,
            use_bias=first.use_bias,
        )

    def saved(self) -> str:
        """Return the text of a weights file, which can be asked for in mid-training too."""
        return weights.dumps(self.model, self.history)

    def train(
        self, settings: Settings, data: Dataset, test: Dataset | None, budget: float
    ) -> Iterator[Progress]:
        """Train the network further, as :func:`nn.training.training` does, and keep the history.

        Args:
            settings: optimizer, learning rate, batch size, epochs and samples are used.
            data: what to train on, or to draw ``settings.train_samples`` of.
            test: tested on after each epoch, when given.
            budget: about how many seconds of work between two yields.

        Raises:
            SettingsError: ``settings.train_samples`` is more than there are.
        """
        count = settings.train_samples
        if count is not None and count > len(data):
            raise SettingsError({"trainSamples": f"there are {len(data):,} training samples"})
        if count is not None and count < len(data):
            chosen = self._rng.choice(len(data), count, replace=False)
            data = data.take(np.sort(chosen))
        self._compile(settings, steps=settings.epochs * -(-len(data) // settings.batch_size))
        self.history.settings = settings.fields()
        return self._recorded(
            training(
                self.model,
                data,
                batch_size=settings.batch_size,
                epochs=settings.epochs,
                rng=self._rng,
                validation=test,
                budget=budget,
            )
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
                self.history.epochs += progress.done == progress.total
                self.history.test_accuracy = None
            yield progress

    def _compile(self, settings: Settings, steps: int) -> None:
        rate = DECAYS[settings.decay](settings.learning_rate, steps)
        self.model.compile(
            OPTIMIZERS[settings.optimizer](rate), self.model.loss, self.model.target_range
        )
        for layer in self.model.layers:
            layer.kernel_regularizer = L1L2(l2=settings.l2) if settings.l2 else None


def _network(settings: Settings, classes: int) -> Sequential:
    loss = LOSSES[settings.loss]
    output = loss.output_activation or "sigmoid"
    model = Sequential(
        [
            Dense(
                units,
                activation,
                settings.use_bias,
                kernel_initializer=_KERNEL_INITIALIZERS.get(activation, "glorot_uniform"),
            )
            for units, activation in [
                *((units, settings.activation) for units in settings.hidden),
                (classes, output),
            ]
        ],
        # A squared error goes with the reference run's ranges, cross-entropy with probabilities.
        inputs=Rescaling(1 / 255) if loss.output_activation else weights.TUTORIAL_INPUTS,
    )
    model.compile(
        loss=loss, target_range=(0.0, 1.0) if loss.output_activation else weights.TUTORIAL_TARGETS
    )
    return model
