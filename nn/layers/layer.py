"""What every layer kind has: the contract between a layer and the network that it is part of.

A kind is one class in a file of its own, and a line in :data:`nn.layers.LAYERS`. The arguments of
its constructor are attributes of the same names, which is all its configuration. All shapes are
those of one sample, channels last: (28, 28, 1) for a grey picture, (4,) for a row of four numbers.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nn.activations import ACTIVATIONS, Activation, named
from nn.arguments import constructor_arguments
from nn.initializers import INITIALIZERS, Initializer
from nn.names import lookup

Shape = tuple[int, ...]

LINEAR = ACTIVATIONS["linear"]


@dataclass(frozen=True, eq=False)
class Weight:
    """An array that a layer learns, or keeps.

    A penalty on it, added to the loss, is the layer's attribute of its name and "_regularizer".

    Attributes:
        name: the layer's attribute that it becomes.
        shape: of the array.
        initializer: draws where it starts.
        trainable: whether it has a gradient; otherwise the layer itself changes it.
    """

    name: str
    shape: Shape
    initializer: Initializer
    trainable: bool = True

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


@dataclass(eq=False)
class Pass:
    """A mini-batch on its way through one layer, and back: what it is given besides x and z.

    Attributes:
        training: whether this is training, or prediction.
        observing: whether moving statistics take this mini-batch in.
        key: decides what is random in this layer and update, a number of 32 bits.
        first: index of the first sample within its mini-batch, which may be worked on in parts.
        gradients: by name of the weight, arrays to be overwritten by ``backward``.
        residuals: by name, (n, *shape) arrays that ``backward`` finds as ``forward`` left them.
        mask: (n, steps), False where a step is padding; None where all are real.
        dot, matmul: multiply matrices, as ``np.dot`` and ``np.matmul``.
    """

    training: bool = False
    observing: bool = False
    key: int = 0
    first: int = 0
    gradients: dict[str, np.ndarray] = field(default_factory=dict)
    residuals: dict[str, np.ndarray] = field(default_factory=dict)
    mask: np.ndarray | None = None
    # Without a BLAS, as under Pyodide, dot is four times as fast as matmul for a single row.
    dot: Callable[..., Any] = np.dot
    matmul: Callable[..., Any] = np.matmul


class Layer:
    """A function of a mini-batch of samples, with weights that training changes.

    Its activation is not part of ``forward`` and ``backward``: the network applies it. A built
    layer's weights are attributes, views into the flat arrays of its network; assigning to one
    copies the values into the view.

    Attributes:
        activation: what is done with every output, or with every row of them.
        random: whether ``forward`` uses the pass's key.
        couples_samples: whether a sample's output depends on the others of its mini-batch.
        couples_steps: whether :meth:`step` cannot go through a sequence one step at a time.
    """

    activation: Activation = LINEAR
    random = False
    couples_samples = False
    couples_steps = False

    def output_shape(self, x: Shape) -> Shape:
        """Return the shape of an output for inputs of shape ``x``.

        Raises:
            ValueError: the layer cannot be given such inputs; the message has both shapes.
        """
        return x

    def weights(self, x: Shape) -> list[Weight]:
        """Return the weights for inputs of shape ``x``, in the order in which they are drawn."""
        return []

    def residuals(self, x: Shape) -> dict[str, Shape]:
        """Return the shapes, a sample, of what ``forward`` keeps for ``backward``, by name."""
        return {}

    def multiplications(self, x: Shape) -> int:
        """Return how many multiplications ``forward`` takes for one sample, about."""
        return math.prod(x)

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        """Write what comes before the activation into ``z``: (n, *x) to (n, *output_shape(x))."""
        raise NotImplementedError

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        """Set the weights' gradients and pass the gradient on to the layer below.

        Args:
            x: what ``forward`` was given.
            dz: ∂L/∂z, of the shape of ``z``.
            dx: receives ∂L/∂x, of the shape of ``x``; None when there is no layer below.
            p: as ``forward`` had it.
        """
        raise NotImplementedError

    def mask_after(self, x: np.ndarray, mask: np.ndarray | None) -> np.ndarray | None:
        """Return which steps of the output are real, given which of ``x`` are: (n, steps) or None.

        Only layers that go through a sequence step by step look at it.
        """
        return mask

    def step(self, x: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        """Return what ``forward`` would for the next step of sequences, given those before.

        Args:
            x: (n, *shape) where the layer is given (steps, *shape).
            memory: what the steps before have left, by name: nothing before the first. It is
                changed. Sequences may go on longer than those that the network was built for.

        Raises:
            ValueError: the layer cannot work on one step after another.
        """
        if self.couples_steps:
            raise ValueError(f"{type(self).__name__} cannot go through a sequence step by step")
        shape = (1, *x.shape[1:])
        z = np.empty((len(x), *self.output_shape(shape)), x.dtype)
        kept = self.residuals(shape).items()
        residuals = {name: np.empty((len(x), *s), x.dtype) for name, s in kept}
        self.forward(x[:, np.newaxis], z, Pass(residuals=residuals))
        return z[:, 0]

    def parameter_count(self, x: Shape) -> int:
        """Return how many numbers are trained when inputs have the shape ``x``."""
        return sum(weight.size for weight in self.weights(x) if weight.trainable)

    def config(self) -> dict[str, Any]:
        """Return the arguments that make an equal layer, by name.

        >>> from nn.layers import Dense
        >>> Dense(3, activation="relu").config()["activation"].name
        'relu'
        """
        return {name: getattr(self, name) for name in constructor_arguments(type(self))}

    def adopt(self, views: dict[str, np.ndarray], owner: object) -> None:
        """Take weights from ``views``, by name: what the network ``owner`` does when it is built.

        Raises:
            ValueError: the layer is part of another network, whose weights would change with these.
        """
        before = self.__dict__.get("_owner")
        if before is not None and before() not in (None, owner):
            raise ValueError(
                f"this {type(self).__name__} layer is part of another network: make one for each, "
                "or copy it with copy.copy"
            )
        self.__dict__.update(_views=views, _owner=weakref.ref(owner))

    @property
    def views(self) -> dict[str, np.ndarray]:
        """The weights by name; none before the network is built."""
        found: dict[str, np.ndarray] = self.__dict__.get("_views", {})
        return found

    def __getstate__(self) -> dict[str, Any]:
        # A copy has weights of its own, and no network yet.
        state = {**self.__dict__, "_views": {name: v.copy() for name, v in self.views.items()}}
        state.pop("_owner", None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __getattr__(self, name: str) -> Any:
        # Called only where there is no such attribute.
        views = self.__dict__.get("_views", {})
        if name in views:
            return views[name]
        raise AttributeError(f"{type(self).__name__} has no {name!r}; its weights come with build")

    def __setattr__(self, name: str, value: Any) -> None:
        view = self.views.get(name)
        if view is None:
            object.__setattr__(self, name, value)
        elif np.shape(value) != view.shape:
            raise ValueError(f"{name} has the shape {view.shape}, not {np.shape(value)}")
        else:
            view[...] = value


def checked_count(name: str, value: int) -> int:
    """Return a positive whole number; raise a ValueError that names it otherwise."""
    if isinstance(value, bool) or value < 1 or value != int(value):
        raise ValueError(f"{name} must be a positive whole number, got {value!r:.40}")
    return int(value)


def checked_sequence(x: Shape) -> tuple[int, int]:
    """Return steps and features of a sequence; raise a ValueError unless ``x`` is one's shape."""
    if len(x) != 2:
        raise ValueError(f"expected sequences of shape (steps, features), got {x}")
    return x[0], x[1]


def checked_activation(name: str | Activation | None) -> Activation:
    """Return an activation by its name in :data:`nn.activations.ACTIVATIONS`; None is "linear"."""
    if name is None or isinstance(name, str) or not hasattr(name, "backward"):
        return named(name)
    return name


def checked_initializer(initializer: str | Initializer) -> Initializer:
    """Return an initializer by its name in :data:`nn.initializers.INITIALIZERS`."""
    if isinstance(initializer, str) or not callable(initializer):
        return lookup("initializer", INITIALIZERS, initializer)
    return initializer
