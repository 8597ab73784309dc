"""The networks that everybody trains, and how."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

CLASSES = 10


@dataclass(frozen=True)
class Layer:
    """One layer, channels last: from a shape of ``inputs`` to one of ``outputs``.

    Attributes:
        kind: "dense", "conv" (no padding), "pool" (the largest of each window, side by side) or
            "flatten" (rows, then columns, then channels).
        units: of a dense layer; filters of a convolution.
        window: rows, and columns, that a convolution or a pool looks at.
        stride: rows, and columns, from one window to the next.
        inputs, outputs: shapes of one sample, which the network works out.
    """

    kind: str
    units: int = 0
    window: int = 0
    stride: int = 1
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()

    @property
    def kernel(self) -> tuple[int, ...] | None:
        """Shape of the kernel; None where there is none."""
        if self.kind == "dense":
            return (*self.inputs, self.units)
        if self.kind == "conv":
            return (self.window, self.window, self.inputs[-1], self.units)
        return None

    @property
    def label(self) -> str:
        return str(self.units) if self.kind == "dense" else f"{self.kind}{self.units or ''}"

    def after(self, inputs: tuple[int, ...]) -> Layer:
        """Return the layer with its shapes, where ``inputs`` is what it is given."""
        if self.kind == "dense":
            outputs: tuple[int, ...] = (self.units,)
        elif self.kind == "flatten":
            outputs = (math.prod(inputs),)
        else:
            rows, columns, channels = inputs
            sides = ((side - self.window) // self.stride + 1 for side in (rows, columns))
            outputs = (*sides, self.units or channels)
        return Layer(self.kind, self.units, self.window, self.stride, inputs, outputs)


@dataclass(frozen=True)
class Net:
    """A network and how it is trained.

    Attributes:
        shape: of one input.
        layers: from input to output; ``chained`` makes them.
        hidden: activation of the layers with kernels, but for the last.
        loss: half_squared_error, after a sigmoid, or categorical_crossentropy, after a softmax.
        optimizer, rate: sgd or adam, with its learning rate.
        biases: whether layers have them; they start at 0.
        scale, offset: what a byte of a picture is made into.
        off, on: targets of the classes that are not, and of the one that is, the label.
    """

    shape: tuple[int, ...]
    layers: tuple[Layer, ...]
    hidden: str
    loss: str
    optimizer: str
    rate: float
    biases: bool
    scale: float
    offset: float
    off: float
    on: float

    @property
    def name(self) -> str:
        shown = [layer.label for layer in self.layers if layer.kind != "flatten"]
        return "-".join(["x".join(map(str, self.shape)), *shown])

    @property
    def dense(self) -> bool:
        """Whether all layers are dense."""
        return all(layer.kind == "dense" for layer in self.layers)

    @property
    def widths(self) -> list[int]:
        """Numbers of one sample, from input to output."""
        return [math.prod(self.shape), *(math.prod(layer.outputs) for layer in self.layers)]

    def facts(self) -> dict[str, Any]:
        """Return all of it, as a peer is told."""
        layers = [asdict(layer) | {"kernel": layer.kernel} for layer in self.layers]
        return asdict(self) | {"layers": layers, "widths": self.widths}

    def kernels(self) -> list[np.ndarray]:
        """Where training starts, the same for everybody, in order, float32.

        (inputs, units) for dense layers, (rows, columns, channels, filters) for convolutions.
        """
        rng = np.random.default_rng(1)
        return [
            rng.uniform(-0.5, 0.5, shape).astype(np.float32)
            if self.hidden == "sigmoid"
            else rng.normal(0, np.sqrt(2 / math.prod(shape[:-1])), shape).astype(np.float32)
            for shape in (layer.kernel for layer in self.layers)
            if shape
        ]

    def value(self, outputs: np.ndarray, labels: np.ndarray) -> float:
        """Return the mean loss of ``outputs``, (n, 10), for n labels."""
        if self.loss == "categorical_crossentropy":
            right = outputs[np.arange(len(labels)), labels]
            return float(-np.log(np.maximum(right, 1e-12)).mean())
        targets = np.where(np.arange(CLASSES) == labels[:, None], self.on, self.off)
        return float(0.5 * np.square(outputs - targets).sum(axis=1).mean())


def chained(shape: tuple[int, ...], *layers: Layer) -> tuple[Layer, ...]:
    """Return layers with their shapes, the first of which is given inputs of ``shape``."""
    found: list[Layer] = []
    for layer in layers:
        found.append(layer.after(shape))
        shape = found[-1].outputs
    return tuple(found)


def _dense(*units: int) -> list[Layer]:
    return [Layer("dense", count) for count in units]


TUTORIAL = Net(
    (784,),
    chained((784,), *_dense(100, 10)),
    hidden="sigmoid",
    loss="half_squared_error",
    optimizer="sgd",
    rate=0.2,
    biases=False,
    scale=0.99 / 255,
    offset=0.01,
    off=0.0,
    on=0.99,
)
DEEPER = Net(
    (784,),
    chained((784,), *_dense(256, 128, 10)),
    hidden="relu",
    loss="categorical_crossentropy",
    optimizer="adam",
    rate=0.001,
    biases=True,
    scale=1 / 255,
    offset=0.0,
    off=0.0,
    on=1.0,
)
CONVOLUTIONAL = Net(
    (28, 28, 1),
    chained(
        (28, 28, 1),
        Layer("conv", 16, window=5, stride=2),
        Layer("conv", 32, window=3),
        Layer("pool", window=2, stride=2),
        Layer("flatten"),
        *_dense(64, 10),
    ),
    hidden="relu",
    loss="categorical_crossentropy",
    optimizer="adam",
    rate=0.001,
    biases=True,
    scale=1 / 255,
    offset=0.0,
    off=0.0,
    on=1.0,
)
