"""A network: layers in a row, and the flat array that holds all they learn."""

from __future__ import annotations

import copy
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from nn.activations import Activation, SlicedActivation
from nn.arrays import aligned_zeros
from nn.data.dataset import Dataset
from nn.layers import Layer, Pass, Rescaling, Shape, Weight
from nn.losses import LOSSES, Loss
from nn.optimizers import SGD, Optimizer
from nn.regularizers import L1L2


class Network:
    """Layers one after another, their weights, and what they are trained for.

    All that is trained lies in one flat array, ``parameters``, beside an equal one, ``gradients``;
    what layers keep besides, such as moving means, in a third, ``state``. Each layer's weights are
    views of these. Assigning to one of the arrays copies values into it.

    Args:
        layers: at least one. A :class:`~nn.layers.Rescaling` that comes first becomes ``inputs``.
        inputs: how raw data is scaled before the first layer.
        dtype: of weights and arithmetic; "float64" serves to check gradients, and where float32
            is too coarse.

    Attributes:
        shapes: of a sample, then of what each layer makes of it; empty before ``build``.
        gradient_views: of each layer, by the name of the weight, views of ``gradients``.
        optimizer, loss, target_range: how the network is trained.
        noise: decides, with the count of updates, what layers such as Dropout do.

    Raises:
        ValueError: there is no layer, or one stands there twice.
    """

    def __init__(
        self,
        layers: Iterable[Layer],
        inputs: Rescaling | None = None,
        dtype: str = "float32",
    ) -> None:
        self.layers = list(layers)
        if inputs is None and len(self.layers) > 1:
            first = self.layers[0]
            if type(first) is Rescaling:
                inputs, self.layers = first, self.layers[1:]
        if not self.layers:
            raise ValueError("a network needs at least one layer")
        if len({id(layer) for layer in self.layers}) < len(self.layers):
            raise ValueError("a layer stands in the network twice: make one for each place")
        self.inputs = inputs or Rescaling()
        self.dtype = np.dtype(dtype)
        self.shapes: list[Shape] = []
        self.gradient_views: list[dict[str, np.ndarray]] = [{} for _ in self.layers]
        self._parameters = self._gradients = self._state = np.empty(0, dtype=self.dtype)
        self.noise = 0
        self._penalized: list[tuple[Layer, str, str, np.ndarray]] = []

        self.optimizer: Optimizer = SGD()
        self.loss: Loss = LOSSES["mean_squared_error"]
        self.target_range = (0.0, 1.0)

    @property
    def parameters(self) -> np.ndarray:
        """All that is trained, flat."""
        return self._parameters

    @parameters.setter
    def parameters(self, values: np.ndarray) -> None:
        self._parameters[...] = values

    @property
    def gradients(self) -> np.ndarray:
        """∂(mean loss)/∂parameters of the last mini-batch, flat."""
        return self._gradients

    @gradients.setter
    def gradients(self, values: np.ndarray) -> None:
        self._gradients[...] = values

    @property
    def state(self) -> np.ndarray:
        """What layers keep besides and do not train, flat."""
        return self._state

    @state.setter
    def state(self, values: np.ndarray) -> None:
        self._state[...] = values

    @property
    def input_shape(self) -> Shape:
        """Of a sample, such as (784,); () before ``build``."""
        return self.shapes[0] if self.shapes else ()

    @property
    def output_shape(self) -> Shape:
        """Of what the last layer makes of a sample; () before ``build``."""
        return self.shapes[-1] if self.shapes else ()

    @property
    def features(self) -> int:
        """How many numbers a sample has; 0 before ``build``."""
        return math.prod(self.shapes[0]) if self.shapes else 0

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for a sample; 0 before ``build``."""
        return math.prod(self.shapes[-1]) if self.shapes else 0

    @property
    def widths(self) -> list[int]:
        """Features and units from input to output, such as [784, 100, 10]."""
        return [math.prod(shape) for shape in self.shapes]

    @property
    def random(self) -> bool:
        """Whether training is random within layers."""
        return any(layer.random for layer in self.layers)

    @property
    def couples_samples(self) -> bool:
        """Whether a mini-batch cannot be worked on in parts."""
        return any(layer.couples_samples for layer in self.layers)

    @property
    def multiplications(self) -> int:
        """How many multiplications a sample takes on its way forward, about."""
        pairs = zip(self.layers, self.shapes, strict=False)
        return sum(layer.multiplications(shape) for layer, shape in pairs)

    def build(self, shape: int | Sequence[int], rng: np.random.Generator) -> None:
        """Make weights for samples of a shape and draw them from ``rng``.

        Args:
            shape: of one sample, such as (28, 28, 1); a number stands for a row of so many.
            rng: a generator, or a seed for one.

        Raises:
            ValueError: a layer cannot be given what comes to it, or is part of another network.
        """
        self.allocate(shape)
        for layer, weights in zip(self.layers, self._weights(), strict=True):
            for weight in weights:
                layer.views[weight.name][...] = weight.initializer(weight.shape, rng)

    def allocate(self, shape: int | Sequence[int]) -> None:
        """Make weights as :meth:`build` does, but all of zeros."""
        shapes = shapes_of(self.layers, checked_shape(shape))
        self.inputs.output_shape(shapes[0])
        self.shapes = shapes
        weights = [weight for weights in self._weights() for weight in weights]
        trained, kept = (sum(w.size for w in weights if w.trainable is kind) for kind in _KINDS)
        self._parameters, self._gradients = (aligned_zeros(trained, self.dtype) for _ in range(2))
        self._state = aligned_zeros(kept, self.dtype)
        self._give_out()

    def _weights(self) -> list[list[Weight]]:
        """Return what each layer of a built network has."""
        pairs = zip(self.layers, self.shapes, strict=False)
        return [layer.weights(shape) for layer, shape in pairs]

    def _give_out(self) -> None:
        """Give each layer its views of the flat arrays."""
        ends = dict.fromkeys(_KINDS, 0)
        self._penalized = []
        for layer, weights, gradients in zip(
            self.layers, self._weights(), self.gradient_views, strict=True
        ):
            views = {}
            gradients.clear()
            for weight in weights:
                start = ends[weight.trainable]
                stop = ends[weight.trainable] = start + weight.size
                flat = self._parameters if weight.trainable else self._state
                views[weight.name] = flat[start:stop].reshape(weight.shape)
                if weight.trainable:
                    gradients[weight.name] = self._gradients[start:stop].reshape(weight.shape)
            layer.adopt(views, self)
            for name, gradient in gradients.items():
                if f"{name}_regularizer" in vars(layer):
                    self._penalized.append((layer, name, f"{name}_regularizer", gradient))

    def __deepcopy__(self, memo: dict[int, object]) -> Network:
        """Return a network that is trained on its own from here on."""
        return self.__copy__()

    def __copy__(self) -> Network:
        twin = type(self).__new__(type(self))
        twin.__setstate__(self.__getstate__())
        return twin

    def __getstate__(self) -> dict[str, Any]:
        """Return all that a copy is made of."""
        state = self.__dict__.copy()
        state["layers"] = [copy.copy(layer) for layer in self.layers]
        state["gradient_views"] = [{} for _ in self.layers]
        state["_penalized"] = []
        for name in ("inputs", "optimizer"):
            state[name] = copy.deepcopy(state[name])
        for name in ("_parameters", "_gradients", "_state"):
            # An aligned copy, as build makes them.
            array = aligned_zeros(state[name].size, self.dtype)
            array[...] = state[name]
            state[name] = array
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self.shapes:
            self._give_out()

    def penalty(self) -> float:
        """Return what the layers' regularizers add to the mean loss."""
        return sum(regularizer.penalty(weight) for regularizer, weight, _ in self._penalties())

    def add_penalty_gradients(self) -> None:
        """Add the derivative of :meth:`penalty` to the gradients."""
        for regularizer, weight, gradient in self._penalties():
            regularizer.add_gradient(weight, gradient)

    def _penalties(self) -> Iterator[tuple[L1L2, np.ndarray, np.ndarray]]:
        # Looked at each time, since a layer's regularizer can be changed at any time.
        for layer, name, attribute, gradient in self._penalized:
            regularizer = getattr(layer, attribute)
            if regularizer is not None:
                yield regularizer, layer.views[name], gradient

    def rows(self, inputs: np.ndarray) -> np.ndarray:
        """Return raw inputs as (n, *input_shape), without a copy.

        A network of flat rows takes pictures too, and one of pictures their rows: the same numbers
        in the same order.

        Raises:
            ValueError: they have another shape; the message has both.
        """
        shape, found = self.input_shape, inputs.shape[1:]
        if found == shape:
            return inputs
        flat = 1 in (len(shape), len(found))
        if not flat or math.prod(found) != math.prod(shape) or inputs.ndim < 2:
            expected = ", ".join(map(str, shape))
            raise ValueError(f"expected inputs of shape (n, {expected}), got {inputs.shape}")
        return inputs.reshape(len(inputs), *shape)

    def activations(self, x: np.ndarray) -> list[np.ndarray]:
        """Return what each layer makes of raw inputs, (n, *input_shape): (n, *shape) for each."""
        self.check_built()
        outputs = []
        mask = None
        x = self.rows(np.asarray(x))
        below = np.empty(x.shape, self.dtype)
        self.inputs.forward(x, below, Pass())
        with np.errstate(over="ignore", invalid="ignore"):
            for layer, shape in zip(self.layers, self.shapes, strict=False):
                out = np.empty((len(x), *layer.output_shape(shape)), self.dtype)
                kept = layer.residuals(shape).items()
                residuals = {name: np.empty((len(x), *s), self.dtype) for name, s in kept}
                layer.forward(below, out, Pass(residuals=residuals, mask=mask))
                layer.activation.forward(out)
                mask = layer.mask_after(below, mask)
                outputs.append(out)
                below = out
        return outputs

    def check_fit(self, data: Dataset) -> None:
        """Raise a ValueError unless ``data`` is what this network takes and gives."""
        self.check_built()
        if len(data) == 0:
            raise ValueError("the data set is empty")
        try:
            self.rows(data.inputs[:1])
        except ValueError:
            raise ValueError(
                f"the network takes inputs of shape {self.input_shape}, "
                f"the data has {data.inputs.shape[1:]}"
            ) from None
        if data.classes is not None:
            self.target_table(data.classes)
            if data.targets.shape[1:] != self.output_shape[:-1]:
                raise ValueError(
                    f"the network gives outputs of shape {self.output_shape}, "
                    f"the data has labels of {data.targets.shape[1:]}"
                )
        elif data.targets.shape[1:] != self.output_shape:
            raise ValueError(
                f"the network gives outputs of shape {self.output_shape}, "
                f"the data has targets of {data.targets.shape[1:]}"
            )

    def target_table(self, classes: int) -> np.ndarray:
        """Return the (classes, outputs) table whose row c is the target of class c.

        Two classes may also share one output, which is then the second class's.
        """
        if classes == 2 and self.output_shape[-1:] == (1,):
            one_hot = np.array([[0.0], [1.0]])
        elif self.output_shape[-1:] == (classes,):
            one_hot = np.eye(classes)
        else:
            raise ValueError(
                f"{classes} classes do not fit a network whose outputs have the shape "
                f"{self.output_shape}"
            )
        off, on = self.target_range
        if len(one_hot[0]) > 1 and off > on:
            raise ValueError(
                f"with several outputs the largest is the answer: target_range {off, on} must have "
                "the lower number first"
            )
        return (off + (on - off) * one_hot).astype(self.dtype)

    def check_built(self) -> None:
        """Raise a ValueError if there are no weights yet."""
        if not self.shapes:
            raise ValueError("the network has no parameters yet: call build or fit first")


_KINDS = (True, False)
"""Weights that are trained, and those that are not."""


def checked_shape(shape: int | Sequence[int]) -> Shape:
    """Return the shape of a sample; raise a ValueError unless it is one."""
    sizes = tuple(shape) if isinstance(shape, Iterable) else (shape,)
    if not sizes or not all(isinstance(size, int | np.integer) and size > 0 for size in sizes):
        raise ValueError(f"expected the shape of a sample, such as (28, 28, 1), got {shape!r:.60}")
    return tuple(int(size) for size in sizes)


def shapes_of(layers: Iterable[Layer], shape: Shape) -> list[Shape]:
    """Return the shape of a sample, then of what each layer makes of it.

    Args:
        layers: which need not have been built.
        shape: of a sample.

    Raises:
        ValueError: a layer cannot be given what comes to it; the message says which.
    """
    shapes = [shape]
    for number, layer in enumerate(layers, start=1):
        try:
            shapes.append(layer.output_shape(shapes[-1]))
            _check_width(layer.activation, shapes[-1])
        except ValueError as error:
            raise ValueError(f"layer {number}, {type(layer).__name__}: {error}") from None
    return shapes


def _check_width(activation: Activation, shape: Shape) -> None:
    if isinstance(activation, SlicedActivation) and activation.width != shape[-1]:
        raise ValueError(
            f"{activation.name} is of {activation.width:,} outputs, and there are {shape[-1]:,}"
        )


def summary_rows(layers: Sequence[Layer], shape: Shape) -> list[tuple[str, str, int]]:
    """Return name and type, output shape and parameter count of each layer, as Keras has them.

    Args:
        layers: which need not have been built.
        shape: of a sample, which the first of them is given.
    """
    rows = []
    seen: defaultdict[str, int] = defaultdict(int)
    shapes = shapes_of(layers, shape)
    for layer, given, made in zip(layers, shapes, shapes[1:], strict=False):
        kind = type(layer).__name__
        name = f"{_snake(kind)}_{seen[kind]}" if seen[kind] else _snake(kind)
        seen[kind] += 1
        count = sum(weight.size for weight in layer.weights(given))
        rows.append((f"{name} ({kind})", f"(None, {', '.join(map(str, made))})", count))
    return rows


def _snake(name: str) -> str:
    """Return a class's name as Keras writes it: max_pooling2d for MaxPooling2D."""
    letters = "".join(
        f"_{c}" if c.isupper() and before.islower() else c
        for before, c in zip(f"_{name}", name, strict=False)
    )
    return letters.lower()
