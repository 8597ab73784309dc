"""What stands in a program for PyTorch: lines that make modules, and lines that use them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from nn.layers import Rescaling
from nn.sliced import parts_of, slices

_ACTIVATIONS = {
    "leaky_relu": "F.leaky_relu({x}, 0.2)",
    "linear": "{x}",
    "relu": "torch.relu({x})",
    "sigmoid": "torch.sigmoid({x})",
    "softmax": "torch.softmax({x}, {axis})",
    "tanh": "torch.tanh({x})",
}


@dataclass
class Lines:
    """What stands in ``__init__`` and in ``forward``.

    Attributes:
        first: whether x has channels first at this place.
    """

    init: list[str] = field(default_factory=list)
    forward: list[str] = field(default_factory=list)
    first: bool = False

    def channels(self, first: bool) -> None:
        """Turn x, unless it is as asked for."""
        if self.first != first:
            axes = "0, 3, 1, 2" if first else "0, 2, 3, 1"
            self.forward.append(f"x = x.permute({axes})")
            self.first = first

    def assign(self, value: str, activation: str = "linear") -> None:
        """Let x be a value, with an activation after it."""
        if parts := parts_of(activation):
            self.forward.append(f"x = {value}")
            self.channels(first=False)
            self._assign_parts(parts)
            return
        text = self._applied(value, activation)
        if text != "x":
            self.forward.append(f"x = {text}")

    def _assign_parts(self, parts: list[tuple[str, int]]) -> None:
        places = slices(width for _, width in parts)
        given = [f"x[..., {place.start}:{place.stop}]" for place in places]
        done = [self._applied(x, name) for x, (name, _) in zip(given, parts, strict=True)]
        self.forward.append(f"x = torch.cat([{', '.join(done)}], -1)")

    def _applied(self, value: str, activation: str) -> str:
        if activation not in _ACTIVATIONS:
            raise ValueError(f"the activation {activation} cannot be written for PyTorch here")
        return _ACTIVATIONS[activation].format(x=value, axis=1 if self.first else -1)

    def module(self, name: str, made: str) -> None:
        """Make a module of PyTorch's, by its class and arguments."""
        self.init.append(f"self.{name} = nn.{made}")

    def rescale(self, layer: Rescaling, name: str) -> None:
        """Write a scaling, whose arrays are buffers."""
        parts = []
        for argument, neutral in (("scale", 1), ("offset", 0)):
            value = getattr(layer, argument)
            if np.ndim(value):
                self.channels(first=False)
                buffer = f"{name}_{argument}"
                shape = ", ".join(map(str, np.shape(value)))
                self.init.append(f'self.register_buffer("{buffer}", torch.zeros({shape}))')
                parts.append(f"self.{buffer}")
            else:
                parts.append("" if value == neutral else repr(float(value)))
        scale, offset = parts
        text = f"x * {scale}" if scale else "x"
        self.assign(f"{text} + {offset}" if offset else text)
