"""``Sequential``: layers one after another, with Keras's names for what one does with them."""

from __future__ import annotations

import copy
import operator
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from nn.arrays import aligned_zeros
from nn.data.columns import Columns
from nn.data.dataset import Dataset
from nn.engine import default_engine
from nn.engine.protocol import Engine, Program
from nn.layers import Dense, Rescaling
from nn.losses import LOSSES, Loss
from nn.names import lookup
from nn.optimizers import OPTIMIZERS, SGD, Optimizer
from nn.training import Evaluation, evaluating, exhaust, training


class Sequential:
    """A network of layers one after another.

    ``build`` makes the parameters, ``compile`` says how they are trained. All parameters lie in one
    flat array, ``parameters``, beside an equal one, ``gradients``; each layer holds views of both.

    Args:
        layers: at least one.
        inputs: how raw data is scaled before the first layer.
        dtype: of parameters and arithmetic; "float64" serves to check gradients, and where float32
            is too coarse.

    Attributes:
        columns: what inputs and outputs stand for, where they have names.
    """

    def __init__(
        self,
        layers: Iterable[Dense],
        inputs: Rescaling | None = None,
        dtype: str = "float32",
    ) -> None:
        self.layers = list(layers)
        if not self.layers:
            raise ValueError("a network needs at least one layer")
        self.inputs = inputs or Rescaling()
        self.dtype = np.dtype(dtype)
        self.features = 0
        self.parameters = np.empty(0, dtype=self.dtype)
        self.gradients = np.empty(0, dtype=self.dtype)

        self.optimizer: Optimizer = SGD()
        self.loss: Loss = LOSSES["mean_squared_error"]
        self.target_range = (0.0, 1.0)
        self.columns: Columns | None = None
        self._engine: Engine | None = None
        self._program: Program | None = None

    @property
    def outputs(self) -> int:
        """Units of the last layer."""
        return self.layers[-1].units

    @property
    def widths(self) -> list[int]:
        """Features and units from input to output, such as [784, 100, 10]."""
        return [self.features, *(layer.units for layer in self.layers)]

    def build(self, features: int, rng: np.random.Generator) -> None:
        """Make parameters for inputs of ``features`` columns and draw them from ``rng``."""
        features = operator.index(features)
        if features < 1:
            raise ValueError(f"a network needs at least one input feature, got {features}")
        self.features = features
        sizes = [
            layer.parameter_count(inputs)
            for layer, inputs in zip(self.layers, self.widths, strict=False)
        ]
        self.parameters = aligned_zeros(sum(sizes), self.dtype)
        self.gradients = aligned_zeros(sum(sizes), self.dtype)
        self._give_out_parameters()
        for layer in self.layers:
            layer.initialize(rng)
        self._program = None
        self.optimizer.build(self.parameters)

    def _give_out_parameters(self) -> None:
        """Give each layer its views of the flat arrays."""
        end = 0
        for layer, inputs in zip(self.layers, self.widths, strict=False):
            start, end = end, end + layer.parameter_count(inputs)
            layer.build(inputs, self.parameters[start:end], self.gradients[start:end])

    def __deepcopy__(self, memo: dict[int, object]) -> Sequential:
        """Return a network that is trained on its own from here on; it shares the engine."""
        twin = copy.copy(self)
        twin.layers = [copy.copy(layer) for layer in self.layers]
        twin.inputs = copy.deepcopy(self.inputs, memo)
        twin.optimizer = copy.deepcopy(self.optimizer, memo)
        twin.parameters, twin.gradients = self.parameters.copy(), self.gradients.copy()
        twin._program = None
        if twin.features:
            twin._give_out_parameters()
        return twin

    def compile(
        self,
        optimizer: str | Optimizer = "sgd",
        loss: str | Loss = "mean_squared_error",
        target_range: tuple[float, float] = (0.0, 1.0),
        engine: Engine | None = None,
    ) -> None:
        """Say how the network is trained.

        Args:
            optimizer: an optimizer, or a name in :data:`nn.optimizers.OPTIMIZERS` for its default
                settings.
            loss: a loss, or a name in :data:`nn.losses.LOSSES`.
            target_range: what an output shall give for a class that is not, and one that is, the
                label; (0, 0.99) suits a sigmoid, which never reaches 1.
            engine: who does the arithmetic; the fastest there is, by default.

        Raises:
            ValueError: a name is unknown, or the loss does not go with the output activation.
        """
        if isinstance(loss, str):
            loss = lookup("loss", LOSSES, loss)
        needed, found = loss.output_activation, self.layers[-1].activation.name
        if needed not in (None, found):
            raise ValueError(f"{loss.name} needs a last layer with {needed}, not with {found}")
        if isinstance(optimizer, str):
            optimizer = _default_optimizer(optimizer)
        self.optimizer = optimizer
        self.loss = loss
        self.target_range = target_range
        self._engine = engine
        self._program = None
        self.optimizer.build(self.parameters)

    @property
    def program(self) -> Program:
        """The network made ready to run by its engine."""
        self._check_built()
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
        rng: np.random.Generator | None = None,
    ) -> list[Evaluation]:
        """Train on all samples ``epochs`` times, shuffled anew each time.

        Args:
            x: (n, features) raw inputs.
            y: (n,) integer labels, or (n, outputs) floating-point targets.
            batch_size: samples a mini-batch; the last one may be smaller.
            epochs: passes over the samples.
            validation_data: x and y to evaluate on; the training data by default.
            validation_freq: how many epochs come before each evaluation.
            rng: draws the parameters, if there are none yet, and shuffles.

        Returns:
            The evaluations, the last of them after the last epoch.
        """
        rng = rng or np.random.default_rng()
        data = self._dataset(x, y)
        validation = self._dataset(*validation_data) if validation_data else data
        if not self.features:
            self.build(data.inputs.shape[1], rng)
        run = training(
            self,
            data,
            batch_size=batch_size,
            epochs=epochs,
            rng=rng,
            validation=validation,
            validation_freq=validation_freq,
        )
        return [progress.evaluation for progress in run if progress.evaluation]

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> Evaluation:
        """Return loss, accuracy and outputs on (n, features) inputs with targets as for ``fit``."""
        return exhaust(evaluating(self, self._dataset(x, y)))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the outputs, (n, outputs), for raw inputs, (n, features)."""
        self._check_built()
        x = np.asarray(x)
        if x.ndim != 2 or x.shape[1] != self.features:
            raise ValueError(f"expected inputs of shape (n, {self.features}), got {x.shape}")
        return self.program.predict(x)

    def activations(self, x: np.ndarray) -> list[np.ndarray]:
        """Return what each layer makes of raw inputs, (n, features): (n, units) for each."""
        outputs = []
        below = np.empty(x.shape, self.dtype)
        self.inputs.forward(x, below)
        with np.errstate(over="ignore", invalid="ignore"):
            for layer in self.layers:
                out = np.empty((len(x), layer.units), self.dtype)
                layer.forward(below, out)
                outputs.append(out)
                below = out
        return outputs

    def check_fit(self, data: Dataset) -> None:
        """Raise a ValueError unless ``data`` is what this network takes and gives."""
        self._check_built()
        if len(data) == 0:
            raise ValueError("the data set is empty")
        if data.inputs.shape[1] != self.features:
            raise ValueError(
                f"the network takes {self.features} inputs, the data has {data.inputs.shape[1]}"
            )
        if data.classes is not None:
            self.target_table(data.classes)
        elif data.targets.shape[1] != self.outputs:
            raise ValueError(
                f"the network gives {self.outputs} outputs, the data has {data.targets.shape[1]}"
            )

    def penalty(self) -> float:
        """Return what the layers' regularizers add to the mean loss."""
        return sum(
            layer.kernel_regularizer.penalty(layer.kernel)
            for layer in self.layers
            if layer.kernel_regularizer is not None
        )

    def target_table(self, classes: int) -> np.ndarray:
        """Return the (classes, outputs) table whose row c is the target of class c.

        Two classes may also share one output, which is then the second class's.
        """
        if classes == 2 and self.outputs == 1:
            one_hot = np.array([[0.0], [1.0]])
        elif classes == self.outputs:
            one_hot = np.eye(classes)
        else:
            raise ValueError(f"{classes} classes do not fit a network of {self.outputs} outputs")
        off, on = self.target_range
        return (off + (on - off) * one_hot).astype(self.dtype)

    def summary(self) -> str:
        """Return a table of the layers with output shapes and parameter counts, as Keras does."""
        self._check_built()
        rows = summary_rows(self.layers, self.features)
        total = sum(count for _, _, count in rows)
        lines = [f"{'Layer (type)':<26}{'Output shape':<18}{'Param #':>12}", "=" * 56]
        lines += [f"{name:<26}{shape:<18}{count:>12,}" for name, shape, count in rows]
        lines += ["=" * 56, f"Total params: {total:,}"]
        return "\n".join(lines)

    def _check_built(self) -> None:
        if not self.features:
            raise ValueError("the network has no parameters yet: call build or fit first")

    def _dataset(self, x: np.ndarray, y: np.ndarray) -> Dataset:
        x, y = np.asarray(x), np.asarray(y)
        if x.dtype != np.uint8:
            x = x.astype(self.dtype, copy=False)
        if np.issubdtype(y.dtype, np.floating):
            return Dataset(x, y[:, np.newaxis] if y.ndim == 1 else y)
        return Dataset(x, y[:, 0] if y.shape[1:] == (1,) else y, classes=max(2, self.outputs))


def summary_rows(layers: Iterable[Dense], features: int) -> list[tuple[str, str, int]]:
    """Return name and type, output shape and parameter count of each layer, as Keras has them.

    Args:
        layers: which need not have been built.
        features: what the first of them is given.
    """
    rows = []
    seen: defaultdict[str, int] = defaultdict(int)
    inputs = features
    for layer in layers:
        kind = type(layer).__name__
        name = f"{kind.lower()}_{seen[kind]}" if seen[kind] else kind.lower()
        seen[kind] += 1
        rows.append((f"{name} ({kind})", f"(None, {layer.units})", layer.parameter_count(inputs)))
        inputs = layer.units
    return rows


def _default_optimizer(name: str) -> Optimizer:
    make = lookup("optimizer", OPTIMIZERS, name)
    return make(0.01 if name in ("sgd", "momentum", "nesterov") else 0.001)
