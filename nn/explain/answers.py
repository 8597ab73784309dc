"""Which activation and which loss an output belongs to, where a network answers several things."""

from __future__ import annotations

from dataclasses import dataclass

from nn.activations import Activation, SlicedActivation
from nn.losses import Loss, SlicedLoss
from nn.network import Network


@dataclass(frozen=True)
class Answer:
    """What applies to an output and those beside it: all of a row, or a slice.

    Attributes:
        activation, loss: their own.
        places: which outputs of a row these are.
    """

    activation: Activation
    loss: Loss
    places: slice

    @property
    def width(self) -> int:
        """How many outputs it takes."""
        return int(self.places.stop - self.places.start)


def answer_of(network: Network, unit: int) -> Answer:
    """Return what output ``unit``, flat, is a part of."""
    width = network.output_shape[-1]
    activation, loss = network.layers[-1].activation, network.loss
    if not isinstance(activation, SlicedActivation) or not isinstance(loss, SlicedLoss):
        return Answer(activation, loss, slice(0, width))
    parts = zip(activation.parts, loss.parts, loss.slices, strict=True)
    return next(Answer(*part) for part in parts if unit % width < part[2].stop)
