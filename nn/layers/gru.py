"""GRU: a state that gates let through or replace."""

from __future__ import annotations

import numpy as np

from nn.activations import ACTIVATIONS
from nn.initializers import INITIALIZERS
from nn.layers.layer import Pass, Shape, Weight
from nn.layers.recurrent import Recurrent, State

SIGMOID, TANH = ACTIVATIONS["sigmoid"], ACTIVATIONS["tanh"]


class GRU(Recurrent):
    """The gated recurrent unit (Cho et al. 2014), in Keras's form with ``reset_after``.

    With u the inputs' sums ``x · kernel + bias[0]`` and v the state's, ``h · recurrent_kernel +
    bias[1]``, each in three parts, at each step::

        z = sigmoid(u_z + v_z)          how much of the state stays
        r = sigmoid(u_r + v_r)          how much of it the candidate sees
        c = tanh(u_c + r · v_c)         the candidate
        h ← z · h + (1 - z) · c

    ``bias`` is (2, 3 · units).

    >>> GRU(64, return_sequences=True).output_shape((100, 8))
    (100, 64)
    """

    gates = 3

    def bias_weight(self) -> Weight:
        return Weight("bias", (2, 3 * self.units), INITIALIZERS["zeros"])

    @property
    def input_bias(self) -> np.ndarray:
        first: np.ndarray = self.bias[0]
        return first

    def residuals(self, x: Shape) -> dict[str, Shape]:
        # What the reset gate is multiplied by.
        return {**super().residuals(x), "inner": (x[0], self.units)}

    def cell(self, gates: np.ndarray, state: State, t: int, p: Pass) -> State:
        (h,), two = state, 2 * self.units
        sums = p.matmul(h, self.recurrent_kernel)
        sums += self.bias[1]
        inner = sums[:, two:]
        if p.residuals:
            p.residuals["inner"][:, t] = inner
        both = gates[:, :two] + sums[:, :two]
        SIGMOID.forward(both)
        gates[:, :two] = both
        z, r = both[:, : self.units], both[:, self.units :]
        c = gates[:, two:]
        c += r * inner
        TANH.forward(c)
        return (z * h + (1 - z) * c,)

    def cell_backward(
        self, gates: np.ndarray, state: State, gradient: State, t: int, p: Pass
    ) -> State:
        (h,), (dh,), two = state, gradient, 2 * self.units
        z, r, c = (gates[:, i : i + self.units] for i in range(0, 3 * self.units, self.units))
        inner = p.residuals["inner"][:, t]
        before = dh * z
        dc = dh * (1 - z) * (1 - c * c)
        dz = dh * (h - c) * z * (1 - z)
        dr = dc * inner * r * (1 - r)
        # In place of what they are the gradients of.
        np.multiply(dc, r, out=inner)
        gates[...] = np.concatenate([dz, dr, dc], axis=1)
        before += p.matmul(gates[:, :two], self.recurrent_kernel[:, :two].T)
        before += p.matmul(inner, self.recurrent_kernel[:, two:].T)
        return (before,)

    def recurrent_gradients(self, sums: np.ndarray, p: Pass) -> None:
        two = 2 * self.units
        if p.mask is not None:
            p.residuals["inner"] *= p.mask[..., np.newaxis]
        inner = p.residuals["inner"].reshape(len(sums), -1)
        before = p.residuals["before"].reshape(len(sums), -1)
        kernel, bias = p.gradients["recurrent_kernel"], p.gradients["bias"]
        kernel[:, :two] = p.matmul(before.T, sums[:, :two])
        kernel[:, two:] = p.matmul(before.T, inner)
        bias[0] = sums.sum(axis=0)
        bias[1, :two] = bias[0, :two]
        bias[1, two:] = inner.sum(axis=0)
