"""``Sequential``: a network with Keras's names for what one does with it."""

from __future__ import annotations

import copy
import math
import os
import weakref
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from nn.data.augmentation import Augmentation
from nn.data.columns import Columns
from nn.data.dataset import Dataset
from nn.data.targets import dataset_of
from nn.engine import default_engine, named_engine
from nn.engine.protocol import Engine, Program, Runnable
from nn.layers import Layer, Rescaling
from nn.losses import Loss
from nn.losses import named as named_loss
from nn.names import lookup
from nn.network import summary_rows
from nn.optimizers import OPTIMIZERS, Optimizer
from nn.progress import Evaluation, exhaust, heard
from nn.training import evaluating, training

_OWNERS: weakref.WeakKeyDictionary[Optimizer, weakref.ref[Sequential]] = weakref.WeakKeyDictionary()
"""Which network an optimizer trains."""


class Sequential(Runnable):
    """A network of layers one after another, as Keras has it.

    ``build`` makes the weights (``fit`` does, from the shape of the data), ``compile`` says how
    they are trained.

    Args:
        layers: at least one. A :class:`~nn.layers.Rescaling` that comes first becomes ``inputs``.
        inputs: how raw data is scaled before the first layer.
        dtype: of weights and arithmetic.

    Attributes:
        columns: what inputs and outputs stand for, where they have names.
        classes: a name for each output, where it is a class without columns; None for numbers.

    >>> from nn import Dense
    >>> model = Sequential([Dense(3, activation="tanh"), Dense(1)])
    >>> model.compile("adam", "mse")
    >>> history = model.fit(np.zeros((8, 2)), np.ones(8), epochs=2, rng=1)
    >>> model.predict(np.zeros((5, 2))).shape
    (5, 1)
    """

    def __init__(
        self,
        layers: Iterable[Layer],
        inputs: Rescaling | None = None,
        dtype: str = "float32",
    ) -> None:
        super().__init__(layers, inputs, dtype)
        self.columns: Columns | None = None
        self.classes: tuple[str, ...] | None = None
        self._compiled = False
        self._engine: Engine | None = None
        self._program: Program | None = None

    def build(self, shape: int | Sequence[int], rng: np.random.Generator | int) -> None:
        super().build(shape, np.random.default_rng(rng))

    def allocate(self, shape: int | Sequence[int]) -> None:
        super().allocate(shape)
        self._program = None
        self.optimizer.build(self.parameters)

    def __getstate__(self) -> dict[str, Any]:
        # Engines hold what cannot be pickled. Another process has one of its own.
        return {**super().__getstate__(), "_program": None, "_engine": None}

    def __copy__(self) -> Sequential:
        twin = super().__copy__()
        assert isinstance(twin, Sequential)
        twin._engine = self._engine
        return twin

    def compile(
        self,
        optimizer: str | Optimizer = "sgd",
        loss: str | Loss = "mean_squared_error",
        target_range: tuple[float, float] = (0.0, 1.0),
        engine: str | Engine | None = None,
    ) -> None:
        """Say how the network is trained.

        Args:
            optimizer: an optimizer, or a name in :data:`nn.optimizers.OPTIMIZERS` for its default
                settings. One that trains another network already is copied.
            loss: a loss, or a name in :data:`nn.losses.LOSSES`, or one of Keras's short ones.
            target_range: what an output shall give for a class that is not, and one that is, the
                label; (0, 0.99) suits a sigmoid, which never reaches 1.
            engine: who does the arithmetic, or its name, "numpy" or "wasm"; the fastest there is,
                by default.

        Raises:
            ValueError: a name is unknown, the loss does not go with the output activation, or the
                target range is not of two numbers.
        """
        if isinstance(loss, str):
            loss = named_loss(loss)
        needed, found = loss.output_activation, self.layers[-1].activation.name
        if needed not in (None, found):
            raise ValueError(f"{loss.name} needs a last layer with {needed}, not with {found}")
        off, on = target_range
        if not math.isfinite(on - off):
            raise ValueError(f"target_range must be two numbers, not {target_range!r}")
        if isinstance(optimizer, str):
            optimizer = _default_optimizer(optimizer)
        owner = _OWNERS.get(optimizer)
        if owner is not None and owner() not in (None, self):
            # Its moments are those of the other network.
            optimizer = copy.deepcopy(optimizer)
        _OWNERS[optimizer] = weakref.ref(self)
        self.optimizer = optimizer
        self.loss = loss
        self.target_range = target_range
        self._engine = named_engine(engine) if isinstance(engine, str) else engine
        self._program = None
        self._compiled = True
        self.optimizer.build(self.parameters)

    @property
    def program(self) -> Program:
        """The network made ready to run by its engine."""
        self.check_built()
        if self._program is None:
            engine = self._engine or default_engine()
            self._program = engine.program(self)
        return self._program

    def fit(
        self,
        x: np.ndarray,
        y: np.ndarray,
        batch_size: int = 32,
        epochs: int = 1,
        validation_data: tuple[np.ndarray, np.ndarray] | None = None,
        validation_freq: int = 1,
        rng: np.random.Generator | int | None = None,
        *,
        augmentation: Augmentation | None = None,
        patience: int | None = None,
        restore_best: bool = False,
    ) -> list[Evaluation]:
        """Train on all samples ``epochs`` times, shuffled anew each time.

        Args:
            x: (n, *shape) raw inputs.
            y: (n,) labels, whole numbers or booleans; or (n, outputs) targets, of which rows of
                whole numbers with a single 1 are labels too.
            batch_size: samples a mini-batch; the last one may be smaller.
            epochs: passes over the samples; 0 only builds the network.
            validation_data: x and y to evaluate on.
            validation_freq: how many epochs come before each evaluation.
            rng: a generator, or a seed for one. It draws the weights, if there are none yet, and
                shuffles.
            augmentation: changes pictures a little each time they are trained on.
            patience: evaluations without a lower validation loss after which training stops.
            restore_best: whether to go back to the weights of the lowest validation loss.

        Returns:
            The evaluations on ``validation_data``, the last of them after the last epoch. Without
            validation data they are the means of the training itself, without outputs.

        Raises:
            ValueError: the network is not compiled, or anything does not fit together.
        """
        if not self._compiled:
            raise ValueError("compile the network before fit: model.compile(optimizer, loss)")
        rng = np.random.default_rng(rng)
        if not self.shapes:
            self.build(np.shape(x)[1:], rng)
        data = self._dataset(x, y)
        validation = self._dataset(*validation_data) if validation_data else None
        if epochs == 0:
            return []
        run = training(
            self,
            data,
            batch_size=batch_size,
            epochs=epochs,
            rng=rng,
            validation=validation,
            validation_freq=validation_freq,
            augmentation=augmentation,
            patience=patience,
            restore_best=restore_best,
        )
        return [each.evaluation for each in heard(self, run) if each.evaluation]

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> Evaluation:
        """Return loss, accuracy and outputs on (n, *shape) inputs with targets as for ``fit``."""
        self.check_built()
        return exhaust(evaluating(self, self._dataset(x, y)))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the outputs, (n, *output_shape), for raw inputs, (n, *shape)."""
        self.check_built()
        return self.program.predict(self.rows(np.asarray(x)))

    def _dataset(self, x: np.ndarray, y: np.ndarray) -> Dataset:
        return dataset_of(x, y, self.output_shape, self.dtype)

    def summary(self) -> str:
        """Return a table of the layers with output shapes and parameter counts, as Keras does."""
        self.check_built()
        rows = summary_rows(self.layers, self.input_shape)
        lines = [f"{'Layer (type)':<34}{'Output shape':<22}{'Param #':>12}", "=" * 68]
        lines += [f"{name:<34}{shape:<22}{count:>12,}" for name, shape, count in rows]
        lines += ["=" * 68, f"Total params: {self.parameters.size + self.state.size:,}"]
        if self.state.size:
            lines.append(f"Trainable params: {self.parameters.size:,}")
        return "\n".join(lines)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network in the format that a file's name ends with.

        :data:`nn.formats.FORMATS` lists them; :func:`nn.load_model` reads all of them.

        Raises:
            ValueError: the network cannot be written; the message says why.
        """
        from nn.formats import save_model

        save_model(self, path)


def _default_optimizer(name: str) -> Optimizer:
    make = lookup("optimizer", OPTIMIZERS, name)
    return make(0.01 if name in ("sgd", "momentum", "nesterov") else 0.001)
