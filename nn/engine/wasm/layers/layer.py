"""What the code of every layer kind has: the contract between its kernels and the network's code.

A kind is one file here with one or several classes derived from :class:`LayerKernels`, and a line
in :data:`nn.engine.wasm.layers.KERNELS`, which tries them in order. An object of such a class says
all that the code depends on: equal ones write equal code, and networks of equal ones share a
module.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

from nn.engine.wasm.asm.assembler import Function
from nn.engine.wasm.asm.instructions import Value
from nn.engine.wasm.memory import Place
from nn.layers import Layer, Shape


class Mode(Enum):
    """What a mini-batch is run for: to predict, to find gradients, or to train.

    The last is TRAINING, except for layers that defer a part of their updates.
    """

    PREDICTION = "prediction"
    TRAINING = "training"
    DEFERRED = "deferred"


@dataclass(frozen=True)
class Site:
    """What a layer's code may depend on besides the layer.

    Attributes:
        index: of the layer in its network.
        first: whether it is given the network's inputs.
        last: whether it gives the network's outputs.
        inputs: "sparse", uint8 of which most are 0, "bytes", uint8, or "floats", float32.
        offset: whether what is added to scaled inputs is not 0.
        in_place: whether parameters are updated without gradients being written anywhere.
        under: the activation of what it is given, by name.
    """

    index: int
    first: bool
    last: bool
    inputs: str
    offset: bool
    in_place: bool
    under: str


@dataclass(frozen=True)
class LayerKernels:
    """The code of one layer; methods write it into a function ``f``.

    ``x`` and ``z`` there are addresses of the mini-batch before and after the layer, ``dz`` and
    ``dx`` of ∂L/∂z and ∂L/∂x, all rows of float32 a sample; ``rows`` says how many samples there
    are; ``place`` says where all else lies.

    Attributes:
        x, y: shapes of a sample before and after the layer.
        weights: name, size, and whether it is trained, of each weight, in order.
    """

    x: Shape
    y: Shape
    weights: tuple[tuple[str, int, bool], ...]

    @classmethod
    def covers(cls, layer: Any) -> bool:
        """Return whether there is code for what the layer's arguments ask for."""
        return True

    @classmethod
    def of(cls, layer: Any, x: Shape, site: Site) -> Self | None:
        """Return the code of a layer for inputs of shape ``x``, or None if this is not for it."""
        return cls(*facts(layer, x))

    @property
    def in_place(self) -> bool:
        """Whether ``z`` lies where ``x`` does, and ``dx`` where ``dz`` does."""
        return False

    @property
    def updates_in_place(self) -> bool:
        """Whether :meth:`weight_gradients` can update parameters at once, with ``place.rate``."""
        return not self.weights

    @property
    def trains_differently(self) -> bool:
        """Whether :meth:`forward` depends on the mode, other than by what is deferred."""
        return False

    @property
    def random(self) -> bool:
        """Whether it needs ``place.key``."""
        return False

    @property
    def lists(self) -> int:
        """Bytes of a sample if inputs are to be lists of pixels that are not 0; 0 otherwise."""
        return 0

    @property
    def residuals(self) -> dict[str, int]:
        """How many numbers forward keeps for backward, a sample, by name."""
        return {}

    @property
    def shared(self) -> int:
        """Bytes that it needs at ``place.shared`` while it runs."""
        return 0

    @property
    def deferred(self) -> int:
        """Numbers that it keeps at ``place.deferred`` from call to call."""
        return 0

    def begin(self, f: Function, place: Place) -> None:
        """Compute what all samples have in common, before :meth:`forward`."""

    def resume(self, f: Function, place: Place) -> None:
        """Begin a call that trains: :meth:`begin` is then left out, if anything is deferred."""

    def merge(self, f: Function, place: Place) -> None:
        """End a call that trains: bring the parameters up to date."""

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        """Write what comes before the activation to ``z``."""
        raise NotImplementedError

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        """Write ∂L/∂x to ``dx``; comes before :meth:`weight_gradients`."""
        raise NotImplementedError

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        """Write the gradients of all weights, or update them at once."""


def facts(layer: Layer, x: Shape) -> tuple[Shape, Shape, tuple[tuple[str, int, bool], ...]]:
    """Return the first three fields of a layer's kernels."""
    weights = tuple((w.name, math.prod(w.shape), w.trainable) for w in layer.weights(x))
    return x, layer.output_shape(x), weights
