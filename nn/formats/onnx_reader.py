"""The operators of an ONNX file as layers, where they stand in a row and nn has such layers.

A file's numbers lie in an order of their own: channels first, mostly, and in rows made of such
pictures. nn's stand channels last. So it is kept track of which axis of the file's is which of
nn's, and after flattening which number; weights are put into nn's order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from nn import checks
from nn.activations import ACTIVATIONS
from nn.formats import layer_config, onnx_model
from nn.formats.onnx_model import DOUBLE, Body, Model, Node
from nn.formats.weights import MAX_LAYERS
from nn.layers import Activation, Conv1D, Conv2D, Dense, Flatten, Layer, Rescaling, Shape

_MAX_CONSTANT = layer_config.MAX_ARRAY
"""Most numbers that all Rescaling layers have together: they are made into JSON once."""


class Reader:
    """What has been read so far.

    Attributes:
        layers, arrays: those found, and their weights in nn's order.
        inputs: how raw inputs are scaled.
        input_shape: of a sample, as nn has it.
        shape: of what the last operator gives for a sample, as nn has it.
        axes: for each axis of the file's samples, which of ``shape`` it is.
        order: for each number of a row, which of nn's it is; None where they are the same.
        ones: the axes of size 1 that a mean over whole pictures has left in the file, and nn's has
            not: how many come before the channels, and after; None otherwise.
        steps_first: whether the steps of sequences stand before the samples at this place.
        directions: which axis of one direction a recurrent operator has left; None otherwise.
        whole: whether these are inputs as whole numbers, and ``highest`` what they are cut off at.
        shapes: of what is known to be nothing but asked for its shape, by name.
        rows: the name of the whole numbers with which rows of an Embedding are looked up.
        after: the name of what the node read now gives, if not its first output.
        batch: how many samples a mini-batch has, where shapes are worked out; ``any_batch`` if the
            file leaves it open.
        of_batch: names of constants that are others with another mini-batch, and their values then.
        aliases: what else names stand for, after nodes that do nothing.
        pads: zeros around pictures, or steps, that the next operator takes as its own padding: for
            each of nn's axes but the channels, before and after; None otherwise.
        padded_for: the only operator that takes them.
        skipped: the outputs of nodes that have been read with one before them.
        wraps: how many rows an Embedding must have, whose rows are counted from its end, too.
        tried: how many numbers were made to find out what operators do.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.layers: list[Layer] = []
        self.arrays: list[dict[str, np.ndarray]] = []
        self.inputs = Rescaling()
        self.order: np.ndarray | None = None
        self.ones: tuple[int, int] | None = None
        self.steps_first = self.whole = False
        self.directions: int | None = None
        self.highest: float | None = None
        self.shapes: dict[str, Shape] = {}
        self.after = self.rows = ""
        self.known: dict[str, np.ndarray] = dict(model.known)
        self.of_batch: dict[str, np.ndarray] = {}
        self.aliases: dict[str, str] = {}
        self.pads: tuple[tuple[int, int], ...] | None = None
        self.padded_for = ""
        self.skipped: set[str] = set()
        self.wraps: int | None = None
        self.tried = 0
        self.rescaled = 0
        free = [value for value in model.inputs if value.name not in model.constants]
        if len(free) != 1 or len(model.outputs) != 1:
            raise ValueError(
                f"the ONNX file has {len(free)} inputs and {len(model.outputs)} outputs; networks "
                "of nn have one of each"
            )
        self.current = free[0].name
        self.dtype = "float64" if free[0].kind == DOUBLE else "float32"
        first, *rest = free[0].shape or (None,)
        shape = tuple(rest)
        self.any_batch = not first
        self.batch = min(first or ANY_BATCH, MAX_BATCH)
        if not 1 <= len(shape) <= onnx_model.MAX_RANK or None in shape:
            raise ValueError("the ONNX file does not say the shape of its input, (n, features...)")
        self.begin(tuple(checks.count(size, "the input's shape") for size in shape), 0)

    def begin(self, shape: Shape, position: int) -> None:
        """Take samples of a shape of the file's as inputs; ``position`` is the next node's."""
        check_size(shape)
        rank = len(shape)
        self.axes = tuple(range(rank))
        if rank > 1 and self._channels_first(position):
            self.axes = (rank - 1, *range(rank - 1))
        self.shape = self.input_shape = tuple(shape[self.axes.index(axis)] for axis in range(rank))

    def _channels_first(self, position: int) -> bool:
        """Whether the first node that minds the order of axes wants the channels first."""
        constants = {*self.model.constants, *self.known, ""}
        for node in self.model.nodes[position:]:
            if node.op == "Shape" or constants.issuperset(node.inputs):
                constants.update(node.outputs)
            elif node.op not in _ALIKE:
                return node.op in PICTURES
        return False

    @property
    def file_shape(self) -> Shape:
        """The shape of a sample, as the file has it."""
        if self.ones is not None:
            return (1,) * self.ones[0] + self.shape + (1,) * self.ones[1]
        return tuple(self.shape[axis] for axis in self.axes)

    @cached_property
    def users(self) -> dict[str, set[str]]:
        """The operators that take what has a name, and "" where it is the file's output."""
        found: dict[str, set[str]] = {output.name: {""} for output in self.model.outputs}
        for node in self.model.nodes:
            bodies = [each for each in node.attributes.values() if isinstance(each, Body)]
            inner = [name for body in bodies for each in body.nodes for name in each.inputs]
            for name in (*node.inputs, *inner):
                found.setdefault(name, set()).add(node.op)
        return found

    def takers(self, name: str) -> set[str]:
        """The operators that take what has a name, beyond those that do nothing."""
        found, names = set[str](), {name}
        for node in self.model.nodes:
            if names.isdisjoint(node.inputs):
                continue
            if node.op in NOTHING:
                names.update(node.outputs)
            else:
                found.add(node.op)
        return found

    @cached_property
    def last_use(self) -> dict[str, int]:
        """The last node that takes what has a name; one past them all for the file's output."""
        nodes = self.model.nodes
        found = {name: place for place, node in enumerate(nodes) for name in node.inputs}
        return {**found, **{output.name: len(nodes) for output in self.model.outputs}}

    @cached_property
    def makers(self) -> dict[str, int]:
        """The node that makes what has a name."""
        nodes = enumerate(self.model.nodes)
        return {name: place for place, node in nodes for name in node.outputs}

    @property
    def whole_shape(self) -> Shape:
        """The shape of a mini-batch, as the file has it."""
        shape = self.file_shape
        found = (shape[0], self.batch, *shape[1:]) if self.steps_first else (self.batch, *shape)
        if self.directions is not None:
            found = (*found[: self.directions], 1, *found[self.directions :])
        return found

    # ---- what a node has -----------------------------------------------------------------------

    def resolved(self, name: str) -> str:
        """Return what a name stands for, if nodes that do nothing have given it."""
        return self.aliases.get(name, name)

    def constant(self, name: str) -> np.ndarray:
        """Return a constant by its name, decoded when it is first asked for."""
        if name not in self.known:
            if name not in self.model.constants:
                raise ValueError(f"{name!r:.40} is not a constant")
            tensor = self.model.constants[name]
            self.known[name] = onnx_model.array(tensor, f"the constant {name!r:.40}")
        return self.known[name]

    def is_constant(self, name: str) -> bool:
        """Whether a name is that of a constant."""
        return name in self.known or name in self.model.constants

    def given(self, node: Node, index: int) -> np.ndarray | None:
        """Return one of the constants that a node takes; None where it takes none."""
        name = node.inputs[index] if index < len(node.inputs) else ""
        return self.constant(name) if name else None

    def wanted(self, node: Node, index: int, ndim: int | None = None) -> np.ndarray:
        """Return one of the constants that a node must take, with so many axes."""
        found = self.given(node, index)
        if found is None:
            raise ValueError(f"its constant number {index} is missing")
        if ndim is not None and found.ndim != ndim:
            raise ValueError(f"its constant number {index} has {found.ndim} axes, expected {ndim}")
        return found

    # ---- layers --------------------------------------------------------------------------------

    def add(self, layer: Layer, arrays: dict[str, np.ndarray] | None = None) -> None:
        """Add a layer."""
        if len(self.layers) >= MAX_LAYERS:
            raise ValueError(f"there are more than {MAX_LAYERS} layers")
        self.shape = layer.output_shape(self.shape)
        check_size(self.shape)
        self.layers.append(layer)
        self.arrays.append(arrays or {})

    def flatten(self) -> None:
        """Make a row of a sample, in the file's order."""
        if self.ones is not None:
            self.ones = None
        elif len(self.shape) > 1:
            places = np.arange(math.prod(self.shape)).reshape(self.shape)
            order = places.transpose(self.axes).ravel()
            if self.axes != tuple(range(len(self.shape))):
                self.order = order
            self.add(Flatten())
        self.axes = (0,)

    def need_channels_first(self, rank: int | None = None) -> None:
        """Raise a ValueError unless the file's samples have their channels first."""
        found = len(self.shape)
        if self.ones is not None or self.axes != (found - 1, *range(found - 1)):
            raise ValueError("it works on another axis than that of the channels")
        if rank is not None and found != rank:
            raise ValueError("nn has it for pictures only")

    def need_last(self) -> None:
        """Raise a ValueError unless the last axis is the same in the file and in nn."""
        if self.ones is not None or self.axes != tuple(range(len(self.shape))):
            raise ValueError("it works on another axis than that of the channels")

    def in_order(self, values: np.ndarray) -> np.ndarray:
        """Return what stands in a row's order in nn's: along the first axis."""
        if self.order is None or len(values) != len(self.order):
            return values
        found = np.empty_like(values)
        found[self.order] = values
        return found

    def as_sample(self, value: np.ndarray) -> Any:
        """Return a constant that a sample is combined with, as Rescaling has it."""
        rank = len(self.file_shape)
        if value.dtype.kind not in "fiu":
            raise ValueError("its constant is of a type that nn has not, true and false")
        if value.size == 1:
            return value.reshape(()).item()
        if value.ndim > rank + 1 or (value.ndim == rank + 1 and len(value) != 1):
            raise ValueError("its constant does not fit a sample")
        value = value.reshape(value.shape[-rank:])
        value = value.reshape((1,) * (rank - value.ndim) + value.shape)
        if self.ones is not None:
            if value.size != len(value.ravel()) or value.size != self.shape[0]:
                raise ValueError("its constant does not fit a sample")
            return value.ravel()
        value = self.in_order(value.transpose([self.axes.index(axis) for axis in range(rank)]))
        while value.ndim > 1 and len(value) == 1:
            value = value[0]
        return value

    def rescale(self, scale: Any, offset: Any) -> None:
        """Multiply by ``scale``, or add ``offset``; None for what is not done."""
        layer = Rescaling(1.0 if scale is None else scale, 0.0 if offset is None else offset)
        layer.output_shape(self.shape)
        self.rescaled += np.size(layer.scale) + np.size(layer.offset)
        if self.layers and self.rescaled > _MAX_CONSTANT:
            raise ValueError("what it is scaled by has too many numbers")
        if not self.layers and _plain(self.inputs.offset, 0):
            # x · scale + offset is one Rescaling, be it in one node or two.
            if scale is None:
                self.inputs = Rescaling(self.inputs.scale, layer.offset)
                return
            if _plain(self.inputs.scale, 1):
                self.inputs = layer
                return
        last = self.layers[-1] if self.layers else None
        if scale is None and last is not None:
            if isinstance(last, Conv1D | Dense | Conv2D) and self._take_bias(last, offset):
                return
            if isinstance(last, Rescaling) and _plain(last.offset, 0):
                self.layers[-1] = Rescaling(last.scale, offset)
                return
        self.add(layer)

    def _take_bias(self, layer: Conv1D | Conv2D | Dense, offset: Any) -> bool:
        """Give a layer its bias, if it has none and this is one."""
        units = self.shape[-1]
        fits = np.shape(offset) in ((), (units,))
        if isinstance(layer, Conv1D):
            # Which always has one.
            if fits and layer.activation.name == "linear":
                self.arrays[-1]["bias"] = self.arrays[-1]["bias"] + offset
                return True
            return False
        if layer.use_bias or layer.activation.name != "linear" or not fits:
            return False
        again = type(layer)(**{**layer.config(), "use_bias": True})
        self.layers[-1] = again
        self.arrays[-1]["bias"] = np.broadcast_to(np.asarray(offset), (units,))
        return True

    def activate(self, name: str) -> None:
        """Apply an activation: as that of the last layer, where it has none yet."""
        last = self.layers[-1] if self.layers else None
        if isinstance(last, Conv1D | Conv2D | Dense) and last.activation.name == "linear":
            last.activation = ACTIVATIONS[name]
        else:
            self.add(Activation(name))


NOTHING = {"Cast", "Dropout", "Identity"}
"""Operators that change no number, where floats come to them."""

ANY_BATCH, MAX_BATCH = 3, 1000
"""Samples of which shapes are worked out where a file leaves open how many there are, and most."""


def check_size(shape: Sequence[int]) -> None:
    """Raise a ValueError for samples too large to be worked on."""
    if math.prod(shape) > checks.MAX_VALUES:
        raise ValueError(f"a sample has more than {checks.MAX_VALUES:,} numbers")


def _plain(value: Any, number: float) -> bool:
    return np.ndim(value) == 0 and bool(value == number)


_ALIKE = {
    *("Cast", "Identity", "Dropout", "Constant", "Mul", "Add", "Sub", "Div"),
    *("Pad", "Relu", "LeakyRelu", "Sigmoid", "Tanh"),
}
"""Operators on single numbers, or on none."""

PICTURES = {"Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "BatchNormalization"}
