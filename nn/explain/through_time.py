"""What a recurrent layer does with one sample, step by step, forward and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nn.explain.layerwise import residuals
from nn.explain.trace import Trace
from nn.layers import Pass
from nn.layers.recurrent import Recurrent


@dataclass(frozen=True, eq=False)
class ThroughTime:
    """Everything between the inputs and the outputs of a recurrent layer, for the first sample.

    Attributes:
        gates: (steps, gates · units) what each step's gates are.
        states: for each part of the state, (steps, units), what it is before each step.
        slopes: for each part of the state, (steps, units), ∂L/∂state after each step.
        sums: (steps, gates · units) ∂L/∂s, where s is what a gate's own function is given.
    """

    gates: np.ndarray
    states: list[np.ndarray]
    slopes: list[np.ndarray]
    sums: np.ndarray

    @classmethod
    def of(cls, trace: Trace, i: int) -> ThroughTime:
        """Go through the steps of layer i once more, with the layer's own code."""
        layer = trace.network.layers[i]
        assert isinstance(layer, Recurrent)
        x, shape = trace.x[i], trace.network.shapes[i]
        p = Pass(training=True, residuals=residuals(trace.network, layer, shape, len(x)))
        with np.errstate(all="ignore"):
            layer.forward(x, np.empty_like(trace.z[i]), p)
            gates = p.residuals["gates"][0].copy()
            states = [p.residuals[name][0].copy() for name in layer.carried]
            slopes = [np.empty_like(state) for state in states]
            for back, gradient in enumerate(layer.through_time(trace.dz[i], p), start=1):
                for slope, part in zip(slopes, gradient, strict=True):
                    slope[-back] = part[0]
        return cls(gates, states, slopes, p.residuals["gates"][0])
