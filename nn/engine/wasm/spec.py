"""All that the code of a network depends on, and where things lie for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nn.engine.wasm.asm.instructions import Value
from nn.engine.wasm.kernels.updates import Update
from nn.engine.wasm.layers.layer import LayerKernels, Mode
from nn.engine.wasm.memory import CONSTANTS, Place, buffer, padded
from nn.layers import Shape

_FORWARD = {"samples", "batch", "inputs", "order", "parameters", "constants", "scratch"}
_BESIDES = {
    "train": {"targets", "rates", "totals"},
    "gradients": {"targets", "gradients", "totals"},
    "evaluate": {"targets", "outputs", "totals"},
    "predict": {"outputs"},
}
"""What the functions of a network read: all of them, and each of them besides."""


def arguments_of(function: str, spec: Spec) -> set[str]:
    """Return the arguments that a network's ``function`` reads; in the others it finds a 0."""
    names = _FORWARD | _BESIDES[function]
    if function == "train":
        if not spec.in_place:
            names |= {"gradients", *(f"slot_{i}" for i in range(spec.update.slots))}
        if spec.defers:
            names |= {"deferred"}
    if spec.layout.state:
        names |= {"state"}
    if spec.random and function in ("train", "gradients"):
        names |= {"keys", "first"}
    return names


@dataclass(frozen=True)
class Step:
    """A layer in a network's code.

    Attributes:
        kernels: its code.
        activation: by name; comes after it.
        penalized: whether its kernel has a regularizer.
    """

    kernels: LayerKernels
    activation: str
    penalized: bool

    @property
    def units(self) -> int:
        """Numbers along the last axis of what it gives."""
        return self.kernels.y[-1]

    @property
    def positions(self) -> int:
        """Rows of that in a sample: 1, or the pixels of a picture."""
        return math.prod(self.kernels.y[:-1])


@dataclass(frozen=True)
class Spec:
    """All that code for a network depends on: equal ones share a module.

    Attributes:
        steps: from input to output.
        outputs: the shape of what the network gives for a sample.
        loss: its name.
        classes: of the labels; None when targets are values.
        update: how the optimizer is computed.
        inputs: "bytes", uint8, or "floats", float32.
        clips: whether the gradient is shortened where it is too long.
        in_place: whether an update is computed without the gradients being written anywhere.
    """

    steps: tuple[Step, ...]
    outputs: Shape
    loss: str
    classes: int | None
    update: Update
    inputs: str
    clips: bool
    in_place: bool

    @cached_property
    def layout(self) -> Layout:
        return Layout(self)

    @property
    def first(self) -> LayerKernels:
        return self.steps[0].kernels

    @property
    def features(self) -> int:
        return math.prod(self.first.x)

    @property
    def size(self) -> int:
        """How many numbers the network gives for a sample."""
        return math.prod(self.outputs)

    @property
    def units(self) -> int:
        """Numbers along the last axis of what the network gives."""
        return self.outputs[-1]

    @property
    def positions(self) -> int:
        """Rows of that for a sample: 1, or the pixels of a picture."""
        return math.prod(self.outputs[:-1])

    @property
    def last(self) -> int:
        """Index of the last step."""
        return len(self.steps) - 1

    @property
    def target_bytes(self) -> int:
        """Bytes of a sample's target: a label, or a value for each output."""
        return 4 * self.size if self.classes is None else 4 * self.positions

    @property
    def labels_each(self) -> bool:
        """Whether each of several positions has a label of its own, or -1 for none."""
        return self.classes is not None and len(self.outputs) > 1

    @property
    def from_logits(self) -> bool:
        """Whether the loss needs the last layer's sums, and not only its outputs."""
        return "crossentropy" in self.loss

    @property
    def defers(self) -> bool:
        """Whether a layer defers a part of its updates to the end of a call."""
        return any(step.kernels.deferred for step in self.steps)

    @property
    def random(self) -> bool:
        return any(step.kernels.random for step in self.steps)

    @property
    def training(self) -> Mode:
        """How layers are run where gradients are wanted."""
        differs = any(step.kernels.trains_differently for step in self.steps)
        return Mode.TRAINING if differs else Mode.PREDICTION


class Layout:
    """Where things lie, for one network.

    Attributes:
        weights: of each step, by name, in bytes from ``parameters`` and ``gradients``, or from
            ``state`` for what is not trained.
        parameters, state: how many numbers there are.
        penalties: of each step, index in ``constants`` of l1; l2 follows.
        scales, offsets: index in ``constants`` of each feature's scaling, where inputs are not
            lists of pixels.
        constants: how many numbers there are.
        deferred: how many numbers layers keep between calls.
        row: bytes of a sample in all buffers.

    In ``scratch`` lie what steps share at :meth:`shared`, then buffers with a row for each sample
    of a mini-batch, at :meth:`buffer`.
    """

    def __init__(self, spec: Spec) -> None:
        self.weights: list[dict[str, int]] = []
        ends = {True: 0, False: 0}
        for step in spec.steps:
            places = {}
            for name, size, trainable in step.kernels.weights:
                places[name] = 4 * ends[trainable]
                ends[trainable] += size
            self.weights.append(places)
        self.parameters, self.state = ends[True], ends[False]

        first = CONSTANTS + spec.update.constants
        self.penalties = [first + 2 * i for i in range(len(spec.steps))]
        self.scales = first + 2 * len(spec.steps)
        self.offsets = self.scales + spec.features
        self.constants = self.scales + (0 if spec.first.lists else 2 * spec.features)
        kept = [step.kernels.deferred for step in spec.steps]
        self.deferred = sum(kept)
        self._kept = [sum(kept[:i]) for i in range(len(kept))]
        self._residuals = [list(step.kernels.residuals) for step in spec.steps]

        # Where each buffer starts, in bytes for each sample that there is memory for.
        self._places: dict[str, int] = {}
        self.row = 0
        self._shared = max(padded(step.kernels.shared) for step in spec.steps)
        self._add("x", spec.first.lists or 4 * spec.features)
        for i, step in enumerate(spec.steps):
            kernels = step.kernels
            under = f"y{i - 1}" if i else "x"
            if kernels.in_place:
                self._places[f"y{i}"] = self._places[under]
            else:
                self._add(f"y{i}", 4 * math.prod(kernels.y))
        self._add_deltas(spec)
        self._add("z", 4 * spec.size)
        self._add("t", 4 * spec.size)
        for i, step in enumerate(spec.steps):
            for name, size in step.kernels.residuals.items():
                self._add(f"{name}{i}", 4 * size)

    def _add_deltas(self, spec: Spec) -> None:
        """Let the steps' deltas, of which two are in use at a time, alternate between two buffers.

        A step that works in place has its inputs' deltas where its own are.
        """
        turns, turn = [0] * len(spec.steps), 0
        for i in range(spec.last, 0, -1):
            if not spec.steps[i].kernels.in_place:
                turn = 1 - turn
            turns[i - 1] = turn
        sizes = [4 * math.prod(step.kernels.y) for step in spec.steps]
        for which in range(2):
            users = [i for i, turn in enumerate(turns) if turn == which]
            for i in users:
                self._places[f"delta{i}"] = self.row
            self.row += padded(max((sizes[i] for i in users), default=0))

    def _add(self, name: str, size: int) -> None:
        self._places[name] = self.row
        self.row += padded(size)

    def scratch(self, batch: int) -> int:
        """Return the bytes of ``scratch`` for so many samples at a time."""
        return self._shared + batch * self.row

    def buffer(self, arguments: Value, name: str) -> Value:
        """Return the address of "x", "z" or "t", or of a step's "y0" or "delta0"."""
        return buffer(arguments, self._shared, self._places[name])

    def place(
        self,
        index: int,
        arguments: Value,
        parameters: Value,
        written: Value | None = None,
        key: Value | None = None,
        rate: Sequence[Value] = (),
    ) -> Place:
        """Return where the code of a step finds what it works on."""
        return Place(
            arguments,
            parameters,
            self.weights[index],
            self._shared,
            {name: self._places[f"{name}{index}"] for name in self._residuals[index]},
            4 * self._kept[index],
            written,
            key,
            rate,
        )
