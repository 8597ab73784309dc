"""A graph of ONNX that grows: the operators so far, and what the last of them gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.activations import Activation as Function
from nn.activations import SlicedActivation
from nn.formats.onnx_model import DOUBLE, FLOAT, Node
from nn.layers import Shape

INPUT = "input"

_SINGLE = {
    *("Conv", "AveragePool", "GlobalAveragePool", "LeakyRelu"),
    *("RNN", "GRU", "LSTM"),
}
"""Operators that ONNX Runtime has for float32 only."""

_ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}


class Graph:
    """The operators so far, and what the last of them gives.

    Attributes:
        shape: of a sample, channels last.
        first: whether its channels stand first all the same.
        scope: what names begin with: the name of the layer.
        current: the name of what the last operator gives.
        padding: the name of whole numbers, of which 0 is padding, and how many steps they are;
            None where no padding is passed over.
    """

    def __init__(self, shape: Shape, dtype: np.dtype[Any]) -> None:
        self.shape, self.dtype = shape, dtype
        self.kind = DOUBLE if dtype == np.float64 else FLOAT
        self.first = False
        self.scope = ""
        self.current = INPUT
        self.padding: tuple[str, int] | None = None
        self.nodes: list[Node] = []
        self.constants: dict[str, np.ndarray] = {}

    def add(self, op: str, constants: dict[str, np.ndarray] | None = None, **how: Any) -> None:
        """Add an operator on what there is, and on constants by name."""
        names = [self.constant(name, array) for name, array in (constants or {}).items()]
        self.node(op, [self.current, *names], **how)

    def constant(self, name: str, array: Any) -> str:
        """Add a constant, and return its full name."""
        full = f"{self.scope}/{name}"
        self.constants[full] = np.asarray(array, self.dtype)
        return full

    def integers(self, name: str, values: int | Sequence[int]) -> str:
        """Add a constant of whole numbers, such as a shape, and return its full name."""
        full = f"{self.scope}/{name}"
        self.constants[full] = np.asarray(values, np.int64)
        return full

    def node(self, op: str, inputs: Sequence[str], place: int = 0, **how: Any) -> str:
        """Add an operator on anything by its name, and return the name of what it gives.

        Args:
            op: what it is called.
            inputs: "" for what is left out.
            place: of what is asked for among all that it gives.
            how: its attributes.
        """
        single = op in _SINGLE and self.kind == DOUBLE
        if single:
            inputs = [self.cast(name, FLOAT) if name else "" for name in inputs]
        output = f"{self.scope}/{op}_{len(self.nodes)}"
        self.nodes.append(Node(op, list(inputs), [""] * place + [output], how))
        self.current = self.cast(output, DOUBLE) if single else output
        return self.current

    def cast(self, name: str, kind: int) -> str:
        """Return the name of the same numbers of a type: constants stay with all their digits."""
        output = f"{name}/{'single' if kind == FLOAT else 'double'}_{len(self.nodes)}"
        self.nodes.append(Node("Cast", [name], [output], {"to": kind}))
        return output

    def channels(self, first: bool) -> None:
        """Have the channels first, or last."""
        rank = len(self.shape)
        if self.first != first and rank > 1:
            last = (*range(2, rank + 1), 1)
            self.add("Transpose", perm=(0, rank, *range(1, rank)) if first else (0, *last))
        self.first = first and rank > 1

    def activate(self, function: Function) -> None:
        """Add an activation, if it is one."""
        if isinstance(function, SlicedActivation):
            self._activate_slices(function)
        elif function.name == "softmax":
            self.add("Softmax", axis=1 if self.first else len(self.shape))
        elif function.name == "leaky_relu":
            self.add("LeakyRelu", alpha=float(getattr(function, "negative_slope")))  # noqa: B009
        elif function.name != "linear":
            self.add(_ACTIVATIONS[function.name])

    def _activate_slices(self, function: SlicedActivation) -> None:
        self.channels(first=False)
        axis = len(self.shape)
        widths = [part.stop - part.start for part in function.slices]
        parts = [f"{self.scope}/part_{number}" for number in range(len(widths))]
        sizes = self.integers("widths", widths)
        self.nodes.append(Node("Split", [self.current, sizes], parts, {"axis": axis}))
        done = []
        for part, own in zip(parts, function.parts, strict=True):
            self.current = part
            self.activate(own)
            done.append(self.current)
        self.node("Concat", done, axis=axis)
