"""What a network's code is given, and where it finds it.

A function of the module is called with the address of its arguments: numbers, and addresses of
arrays. :mod:`nn.engine.wasm.program` fills them in; :mod:`nn.engine.wasm.network` and the layers
write code that reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nn.engine.wasm.asm.instructions import I32, Value

ARGUMENTS = (
    *("samples", "batch", "inputs", "order", "targets", "outputs", "parameters", "gradients"),
    *("slot_0", "slot_1", "rates", "constants", "scratch", "deferred", "totals"),
    *("state", "keys", "first"),
)
"""In this order: numbers and addresses.

samples, batch: how many to work through, and how many fit into ``scratch`` at a time.
inputs: rows of uint8 or float32.
order: (samples,) i32, rows of ``inputs``.
targets: (samples,) i32 labels or (samples, outputs) float32 values, already in order.
outputs: (samples, outputs), receives what the network answers.
parameters, gradients, slot_0, slot_1: flat float32 arrays, the network's and the optimizer's own.
rates: a float32 for each mini-batch, or two: what the optimizer has that changes from one to the
    next.
constants, scratch, deferred: see :class:`nn.engine.wasm.spec.Layout`.
totals: two float64, to which the loss and the right answers are added.
state: the flat float32 array of what layers keep and do not train.
keys: an i32 for each mini-batch, which decides what is random in it.
first: how many samples of the mini-batch have gone before these.
"""

ONE, OFF, ON, SCALE, OFFSET, CLIP, CONSTANTS = range(7)
"""Where numbers lie in ``constants``: a one, the target of a class that is not the label and of one
that is, the scaling of pixels, the length that gradients are shortened to, then the optimizer's
own."""


def argument(arguments: Value, name: str) -> Value:
    """Read one of the arguments at an address."""
    return I32.load(arguments, 4 * ARGUMENTS.index(name))


def padded(size: int) -> int:
    """Return ``size``, in bytes, made up to whole vectors."""
    return -(-size // 16) * 16


def buffer(arguments: Value, start: int, row: int) -> Value:
    """Return the address of a buffer in ``scratch``: of rows, one for each sample of a mini-batch.

    Args:
        arguments: their address.
        start: bytes that come before all buffers.
        row: bytes of a sample in the buffers that come before this one.
    """
    offset = argument(arguments, "batch") * row
    return argument(arguments, "scratch") + start + offset


@dataclass(frozen=True)
class Place:
    """Where a layer's code finds what it works on.

    Attributes:
        arguments: their address.
        parameters: the address of all parameters.
        weights: in bytes from there, by name, or from that of the state for what is not trained.
        start: bytes in ``scratch`` that come before all buffers.
        residuals: by name, as :func:`buffer` takes it.
        kept: in bytes from the address of what is deferred.
        written: the address to which gradients are written, or that of the parameters, which are
            then updated at once.
        key: decides what is random in this layer and mini-batch.
        rate: the learning rate, for an update at once.
    """

    arguments: Value
    parameters: Value
    weights: Mapping[str, int]
    start: int
    residuals: Mapping[str, int] = field(default_factory=dict)
    kept: int = 0
    written: Value | None = None
    key: Value | None = None
    rate: Sequence[Value] = ()

    def weight(self, name: str) -> Value:
        """Return the address of a weight that is trained."""
        return self.parameters + self.weights[name]

    def gradient(self, name: str) -> Value:
        """Return the address of its gradient, or of what is updated at once."""
        assert self.written is not None
        return self.written + self.weights[name]

    def state(self, name: str) -> Value:
        """Return the address of a weight that is not trained."""
        return argument(self.arguments, "state") + self.weights[name]

    def constant(self, index: int) -> Value:
        """Return the address of one of the constants."""
        return argument(self.arguments, "constants") + 4 * index

    @property
    def shared(self) -> Value:
        """The address of memory that all layers use in turns."""
        return argument(self.arguments, "scratch")

    def residual(self, name: str) -> Value:
        """Return the address of what forward keeps for backward, a row a sample."""
        return buffer(self.arguments, self.start, self.residuals[name])

    @property
    def deferred(self) -> Value:
        """The address of what the layer keeps between calls."""
        place = argument(self.arguments, "deferred")
        return place + self.kept if self.kept else place
