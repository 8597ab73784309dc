"""LSTM: a memory cell beside the state."""

from __future__ import annotations

import numpy as np

from nn.activations import ACTIVATIONS
from nn.initializers import INITIALIZERS, Initializer
from nn.layers.layer import Pass, Weight
from nn.layers.recurrent import Recurrent, State

SIGMOID, TANH = ACTIVATIONS["sigmoid"], ACTIVATIONS["tanh"]


def _forgets_nothing(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Ones for the forget gate, the second of four, and zeros elsewhere."""
    return np.repeat([0.0, 1.0, 0.0, 0.0], shape[0] // 4)


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000), in Keras's form.

    With s the sums ``x · kernel + h · recurrent_kernel + bias`` in four parts, at each step::

        i = sigmoid(s_i)                how much of the candidate is taken in
        f = sigmoid(s_f)                how much of the cell stays
        g = tanh(s_g)                   the candidate
        o = sigmoid(s_o)                how much of the cell is shown
        c ← f · c + i · g
        h ← o · tanh(c)

    ``bias`` is (4 · units,).

    Args:
        units, return_sequences, kernel_initializer, recurrent_initializer: as :class:`Recurrent`
            has them.
        unit_forget_bias: whether the bias of the forget gate starts at 1, so that the cell
            remembers from the first (Jozefowicz et al. 2015).

    >>> LSTM(128).output_shape((100, 8))
    (128,)
    """

    gates = 4
    carried = ("before", "cell_before")

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        kernel_initializer: str | Initializer = "glorot_uniform",
        recurrent_initializer: str | Initializer = "orthogonal",
        unit_forget_bias: bool = True,
    ) -> None:
        super().__init__(units, return_sequences, kernel_initializer, recurrent_initializer)
        self.unit_forget_bias = bool(unit_forget_bias)

    def bias_weight(self) -> Weight:
        start = _forgets_nothing if self.unit_forget_bias else INITIALIZERS["zeros"]
        return Weight("bias", (4 * self.units,), start)

    def cell(self, gates: np.ndarray, state: State, t: int, p: Pass) -> State:
        h, c = state
        gates += p.matmul(h, self.recurrent_kernel)
        i, f, g, o = self._parts(gates)
        for gate in (i, f, o):
            SIGMOID.forward(gate)
        TANH.forward(g)
        c = f * c + i * g
        return o * np.tanh(c), c

    def cell_backward(
        self, gates: np.ndarray, state: State, gradient: State, t: int, p: Pass
    ) -> State:
        (_, c), (dh, dc) = state, gradient
        i, f, g, o = self._parts(gates)
        shown = np.tanh(f * c + i * g)
        dc = dc + dh * o * (1 - shown * shown)
        d_i = dc * g * i * (1 - i)
        d_f = dc * c * f * (1 - f)
        d_g = dc * i * (1 - g * g)
        d_o = dh * shown * o * (1 - o)
        cell_before = dc * f
        gates[...] = np.concatenate([d_i, d_f, d_g, d_o], axis=1)
        return p.matmul(gates, self.recurrent_kernel.T), cell_before

    def _parts(self, gates: np.ndarray) -> list[np.ndarray]:
        return [gates[:, i * self.units : (i + 1) * self.units] for i in range(4)]
