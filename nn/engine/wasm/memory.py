"""What a network's kernels are given: a table of words, and where things lie in what they say.

:mod:`nn.engine.wasm.program` fills it; :mod:`nn.engine.wasm.network` writes code that reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nn.engine.wasm.asm.instructions import I32, Value
from nn.engine.wasm.kernels.sparse import list_bytes
from nn.engine.wasm.kernels.updates import PLAIN, Update

ARGUMENTS = (
    *("samples", "batch", "inputs", "order", "targets", "outputs", "parameters", "gradients"),
    *("slot_0", "slot_1", "rates", "settings", "work", "kept", "totals"),
)
"""In this order: numbers and addresses.

samples, batch: how many to work through, and how many fit into ``work`` at a time.
inputs: rows of uint8 or float32.
order: (samples,) i32, rows of ``inputs``.
targets: (samples,) i32 labels or (samples, outputs) float32 values, already in order.
outputs: (samples, outputs), receives what the network answers.
parameters, gradients, slot_0, slot_1: flat float32 arrays, the network's and the optimizer's own.
rates: a float32 for each mini-batch.
settings, work, kept: see :class:`Layout`.
totals: two float64, to which the loss and the right answers are added.
"""

_FORWARD = {"samples", "batch", "inputs", "order", "parameters", "settings", "work"}
_BESIDES = {
    "train": {"targets", "rates", "totals"},
    "gradients": {"targets", "gradients", "totals"},
    "evaluate": {"targets", "outputs", "totals"},
    "predict": {"outputs"},
}
"""What the functions of a network read: all of them, and each of them besides."""


def arguments_of(function: str, spec: Spec) -> set[str]:
    """Return the words that a network's ``function`` reads; in the others it finds a 0."""
    words = _FORWARD | _BESIDES[function]
    if function == "train":
        if not spec.in_place:
            words |= {"gradients", *(f"slot_{i}" for i in range(spec.update.slots))}
        if spec.keeps:
            words |= {"kept"}
    return words


ONE, OFF, ON, SCALE, OFFSET, CONSTANTS = range(6)
"""Where numbers lie in ``settings``: a one, the target of a class that is not the label and of one
that is, the scaling of pixels, then the optimizer's constants."""


def word(table: Value, name: str) -> Value:
    """Read a word of the table at an address."""
    return I32.load(table, 4 * ARGUMENTS.index(name))


@dataclass(frozen=True)
class Layer:
    """One dense layer: ``penalized`` says whether its kernel has a regularizer."""

    inputs: int
    units: int
    activation: str
    biased: bool
    penalized: bool

    @property
    def size(self) -> int:
        """How many parameters it has."""
        return (self.inputs + self.biased) * self.units


@dataclass(frozen=True)
class Spec:
    """All that code for a network depends on: equal ones share a module.

    Attributes:
        layers: from input to output.
        loss: its name.
        classes: of the labels; None when targets are values.
        update: how the optimizer is worked out.
        inputs: "sparse", uint8 of which zeros are skipped, "bytes", uint8, or "floats", float32.
        offset: whether what is added to scaled pixels is not 0; only looked at for "sparse".
    """

    layers: tuple[Layer, ...]
    loss: str
    classes: int | None
    update: Update
    inputs: str
    offset: bool

    @cached_property
    def layout(self) -> Layout:
        return Layout(self)

    @property
    def features(self) -> int:
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        return self.layers[-1].units

    @property
    def last(self) -> int:
        """Index of the last layer."""
        return len(self.layers) - 1

    @property
    def target_bytes(self) -> int:
        """Bytes of a sample's target: a label, or a value for each output."""
        return 4 * self.outputs if self.classes is None else 4

    @property
    def from_logits(self) -> bool:
        """Whether the loss is worked out from the last layer's sums, not from its outputs."""
        return self.loss.endswith("crossentropy")

    @property
    def sparse(self) -> bool:
        return self.inputs == "sparse"

    @property
    def in_place(self) -> bool:
        """Whether an update is worked out without the gradients being written anywhere."""
        return self.update is PLAIN and not any(layer.penalized for layer in self.layers)

    @property
    def keeps(self) -> bool:
        """Whether the first kernel is kept in two parts; see :mod:`.kernels.sparse`."""
        return self.sparse and self.offset and self.in_place


class Layout:
    """Where things lie, for one network.

    Attributes:
        kernels, biases: of each layer, in bytes from ``parameters``; bytes from ``gradients`` too.
        parameters: how many there are.
        penalties: of each layer, index in ``settings`` of l1; l2 follows.
        scales, offsets: index in ``settings`` of each feature's scaling, where it is not sparse.
        settings: how many numbers there are.
        d, c, offset, count: in bytes from ``kept``, where the first kernel's part v is: its vectors
            d and c, the offset o that c was worked out with, and, as i32, a count of updates.
        kept: how many numbers there are; 0 if the network keeps nothing.

    In ``work`` lie, for one mini-batch after another, two vectors of the first layer's units, at
    :meth:`common` and :meth:`sums`, then rooms with a row for each sample, at :meth:`room`.
    """

    def __init__(self, spec: Spec) -> None:
        self.kernels: list[int] = []
        self.biases: list[int] = []
        place = 0
        for layer in spec.layers:
            self.kernels.append(4 * place)
            self.biases.append(4 * (place + layer.inputs * layer.units))
            place += layer.size
        self.parameters = place

        first = CONSTANTS + spec.update.constants
        self.penalties = [first + 2 * i for i in range(len(spec.layers))]
        self.scales = first + 2 * len(spec.layers)
        self.offsets = self.scales + spec.features
        self.settings = self.scales + (0 if spec.sparse else 2 * spec.features)

        units = spec.layers[0].units
        self.d = 4 * spec.features * units
        self.c = self.d + 4 * units
        self.offset = self.c + 4 * units
        self.count = self.offset + 4
        self.kept = self.count // 4 + 1 if spec.keeps else 0

        self._sums = _padded(4 * units)
        self._rooms = 2 * self._sums
        # Where each room starts, in bytes for each sample that there is room for.
        self._places: dict[str, int] = {}
        self._row = 0
        self._add("x", list_bytes(spec.features) if spec.sparse else 4 * spec.features)
        for i, layer in enumerate(spec.layers):
            self._add(f"y{i}", 4 * layer.units)
            self._add(f"delta{i}", 4 * layer.units)
        self._add("z", 4 * spec.outputs)
        self._add("t", 4 * spec.outputs)

    def _add(self, name: str, size: int) -> None:
        self._places[name] = self._row
        self._row += _padded(size)

    def work(self, batch: int) -> int:
        """Return the bytes of ``work`` for so many samples at a time."""
        return self._rooms + batch * self._row

    def common(self, table: Value) -> Value:
        """Return the address of what the first layer gives for a picture of zeros."""
        return word(table, "work")

    def sums(self, table: Value) -> Value:
        """Return the address of what the gradient of each row of the first kernel has in common."""
        return word(table, "work") + self._sums

    def room(self, table: Value, name: str) -> Value:
        """Return the address of the samples' "x", "z" or "t", or of a layer's "y0" or "delta0"."""
        offset = word(table, "batch") * self._places[name]
        return word(table, "work") + self._rooms + offset


def _padded(size: int) -> int:
    return -(-size // 16) * 16
