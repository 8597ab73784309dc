"""What recurrent layers have in common: a state that goes from step to step of a sequence.

A kind says what one step does, in ``cell``, and how a gradient passes back through it. The products
with the inputs do not depend on the state, so they are computed for all steps at once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nn.initializers import Initializer
from nn.layers.layer import (
    Layer,
    Pass,
    Shape,
    Weight,
    checked_count,
    checked_initializer,
    checked_sequence,
)

State = tuple[np.ndarray, ...]
"""What goes from step to step, each (n, units): first h, which is the layer's output."""


class Recurrent(Layer):
    """A layer that goes through a sequence, step by step, from a state of zeros.

    ``kernel`` is (features, gates · units), ``recurrent_kernel`` (units, gates · units). Sequences
    (steps, features) become (steps, units), or (units,) without ``return_sequences``. At a step
    that the mask calls padding the state stays as it is, and so does the output.

    Args:
        units: numbers in the state.
        return_sequences: whether to give every step's output, not only the last one's.
        kernel_initializer, recurrent_initializer: a name in
            :data:`nn.initializers.INITIALIZERS` or an initializer.

    Attributes:
        gates: how many sums a step makes for each unit.
        carried: residuals that keep each part of the state as it was before each step.
    """

    gates = 1
    carried: tuple[str, ...] = ("before",)

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        kernel_initializer: str | Initializer = "glorot_uniform",
        recurrent_initializer: str | Initializer = "orthogonal",
    ) -> None:
        self.units = checked_count("units", units)
        self.return_sequences = bool(return_sequences)
        self.kernel_initializer = checked_initializer(kernel_initializer)
        self.recurrent_initializer = checked_initializer(recurrent_initializer)

    def output_shape(self, x: Shape) -> Shape:
        steps, _ = checked_sequence(x)
        return (steps, self.units) if self.return_sequences else (self.units,)

    def weights(self, x: Shape) -> list[Weight]:
        columns = self.gates * self.units
        return [
            Weight("kernel", (x[1], columns), self.kernel_initializer),
            Weight("recurrent_kernel", (self.units, columns), self.recurrent_initializer),
            self.bias_weight(),
        ]

    def residuals(self, x: Shape) -> dict[str, Shape]:
        steps, columns = x[0], self.gates * self.units
        return {"gates": (steps, columns), **{name: (steps, self.units) for name in self.carried}}

    def multiplications(self, x: Shape) -> int:
        return x[0] * (x[1] + self.units) * self.gates * self.units

    def mask_after(self, x: np.ndarray, mask: np.ndarray | None) -> np.ndarray | None:
        return mask if self.return_sequences else None

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        count, steps, features = x.shape
        gates = p.residuals["gates"]
        sums = gates.reshape(count * steps, -1)
        p.matmul(x.reshape(-1, features), self.kernel, out=sums)
        sums += self.input_bias
        state = self._zeros(count, x.dtype)
        for t in range(steps):
            for name, part in zip(self.carried, state, strict=True):
                p.residuals[name][:, t] = part
            after = self.cell(gates[:, t], state, t, p)
            if p.mask is not None:
                real = p.mask[:, t, np.newaxis]
                after = tuple(np.where(real, a, b) for a, b in zip(after, state, strict=True))
            state = after
            if self.return_sequences:
                z[:, t] = state[0]
        if not self.return_sequences:
            z[...] = state[0]

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        count, steps, features = x.shape
        for _ in self.through_time(dz, p):
            pass
        # What are now the gradients of the sums, step after step.
        sums = p.residuals["gates"].reshape(count * steps, -1)
        p.matmul(x.reshape(-1, features).T, sums, out=p.gradients["kernel"])
        self.recurrent_gradients(sums, p)
        if dx is not None:
            p.matmul(sums, self.kernel.T, out=dx.reshape(-1, features))

    def through_time(self, dz: np.ndarray, p: Pass) -> Iterator[State]:
        """Go back step by step, and yield ∂L/∂state after each, the last step's first.

        In the end the residual "gates" holds ∂L/∂sums.
        """
        gates = p.residuals["gates"]
        count, steps, _ = gates.shape
        gradient = self._zeros(count, dz.dtype)
        for t in reversed(range(steps)):
            if self.return_sequences:
                gradient = (gradient[0] + dz[:, t], *gradient[1:])
            elif t == steps - 1:
                gradient = (gradient[0] + dz, *gradient[1:])
            yield gradient
            state = tuple(p.residuals[name][:, t] for name in self.carried)
            before = self.cell_backward(gates[:, t], state, gradient, t, p)
            if p.mask is not None:
                real = p.mask[:, t, np.newaxis]
                gates[:, t] *= real
                before = tuple(np.where(real, a, b) for a, b in zip(before, gradient, strict=True))
            gradient = before

    def recurrent_gradients(self, sums: np.ndarray, p: Pass) -> None:
        """Set the gradients of ``recurrent_kernel`` and ``bias``.

        Args:
            sums: (n · steps, gates · units), the gradients of the sums.
            p: with the residuals as ``cell_backward`` has left them.
        """
        before = p.residuals["before"].reshape(len(sums), self.units)
        p.matmul(before.T, sums, out=p.gradients["recurrent_kernel"])
        np.add.reduce(sums, axis=0, out=p.gradients["bias"])

    def step(self, x: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        zeros = self._zeros(len(x), x.dtype)
        state = tuple(
            memory.get(name, start) for name, start in zip(self.carried, zeros, strict=True)
        )
        gates = x @ self.kernel
        gates += self.input_bias
        state = self.cell(gates, state, 0, Pass())
        memory.update(zip(self.carried, state, strict=True))
        return state[0]

    def _zeros(self, count: int, dtype: np.dtype[np.generic]) -> State:
        return tuple(np.zeros((count, self.units), dtype) for _ in self.carried)

    @property
    def input_bias(self) -> np.ndarray:
        """What is added to the products with the inputs, for all steps at once."""
        return self.bias

    def bias_weight(self) -> Weight:
        """Return what ``bias`` is."""
        raise NotImplementedError

    def cell(self, gates: np.ndarray, state: State, t: int, p: Pass) -> State:
        """Return the state after a step.

        Args:
            gates: (n, gates · units), ``x · kernel + bias``; what ``cell_backward`` needs is left
                in its place.
            state: before the step.
            t: which step it is, whose other residuals may be written, where there are any.
            p: has these.
        """
        raise NotImplementedError

    def cell_backward(
        self, gates: np.ndarray, state: State, gradient: State, t: int, p: Pass
    ) -> State:
        """Return ∂L/∂state before a step, and leave ∂L/∂sums in ``gates``.

        Args:
            gates: as ``cell`` has left it.
            state: before the step.
            gradient: ∂L/∂state after the step.
            t: which step it is.
            p: has the residuals.
        """
        raise NotImplementedError
