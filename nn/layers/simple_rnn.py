"""SimpleRNN: the next state from the input and the state."""

from __future__ import annotations

import numpy as np

from nn.activations import ACTIVATIONS
from nn.initializers import INITIALIZERS
from nn.layers.layer import Pass, Weight
from nn.layers.recurrent import Recurrent, State

TANH = ACTIVATIONS["tanh"]


class SimpleRNN(Recurrent):
    """``h ← tanh(x · kernel + h · recurrent_kernel + bias)`` at each step (Elman 1990).

    ``bias`` is (units,).

    >>> SimpleRNN(16).output_shape((20, 3))
    (16,)
    """

    def bias_weight(self) -> Weight:
        return Weight("bias", (self.units,), INITIALIZERS["zeros"])

    def cell(self, gates: np.ndarray, state: State, t: int, p: Pass) -> State:
        gates += p.matmul(state[0], self.recurrent_kernel)
        TANH.forward(gates)
        return (gates,)

    def cell_backward(
        self, gates: np.ndarray, state: State, gradient: State, t: int, p: Pass
    ) -> State:
        sums = gradient[0] * (1 - gates * gates)
        gates[...] = sums
        return (p.matmul(sums, self.recurrent_kernel.T),)
