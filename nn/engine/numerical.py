"""The engine of introductory tutorials: gradients by nudging each parameter, without calculus."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from nn.data.dataset import Dataset
from nn.engine.numpy import Buffers, NumpyProgram

if TYPE_CHECKING:
    from nn.model import Sequential


class NumericalEngine:
    """Finds each gradient by moving the parameter a little and looking at the loss.

    ``∂L/∂w ≈ (L(w + h) - L(w)) / h``, the forward difference, where L is the mini-batch's mean loss
    plus the penalty. With P parameters that takes P + 1 forward passes a mini-batch, where
    backpropagation takes one forward and one backward: all tutorials that begin with nudging leave
    it for that reason. Everything else is as with NumPy.

    The error has two parts. The loss is not a straight line, which costs about ``h/2 · ∂²L/∂w²``;
    and it is rounded, which costs about ``10⁻⁷ · L/h`` in float32. So a much smaller step is not
    better: with h = 0.01 the first part is the larger, with 0.0001 often the second.

    Args:
        step: h, added to one parameter at a time.

    Raises:
        ValueError: ``step`` is not a positive number.
    """

    name = "NumPy, by nudging"

    def __init__(self, step: float = 0.01) -> None:
        if not 0 < step < float("inf"):
            raise ValueError(f"step must be a positive number, got {step}")
        self.step = step

    def program(self, model: Sequential) -> NumericalProgram:
        return NumericalProgram(model, self.step)


class NumericalProgram(NumpyProgram):
    """A network whose gradients are found by nudging; see :class:`NumericalEngine`."""

    name = NumericalEngine.name

    def __init__(self, model: Sequential, step: float = 0.01) -> None:
        super().__init__(model)
        self._step = step
        sizes = [
            layer.parameter_count(inputs)
            for layer, inputs in zip(model.layers, model.widths, strict=False)
        ]
        self._starts = list(accumulate(sizes, initial=0))
        # A gradient takes about samples · parameters² operations; but below 32 samples, a pass for
        # each parameter is hardly faster with fewer.
        self.part = min(self.part, max(32, 3_000_000 // self._starts[-1] ** 2))
        self._loaded: Buffers | None = None
        self._true_inputs = 0

    def load(self, data: Dataset, batch: np.ndarray) -> float:
        """Take the mini-batch that :meth:`nudged` works on until the program does anything else.

        Returns:
            its mean loss + penalty.
        """
        totals, room = self._forward(data, batch)
        return self._hold(room, totals.loss)

    def nudged(self, i: int, by: float) -> float:
        """Return the mean loss + penalty with parameter ``i``, of all in a row, moved by ``by``.

        The parameter is put back before this returns, to the last bit.
        """
        room = self._loaded
        assert room is not None, "load a mini-batch first"
        layer = bisect_right(self._starts, i) - 1
        # What a nudge changes lies above its layer. What lies below is still there from the last
        # pass, unless that nudged a lower layer.
        first = min(layer, self._true_inputs)
        parameters = self._model.parameters
        value = parameters[i]
        parameters[i] = value + by
        try:
            loss = self._run(room, first)
            self._true_inputs = layer
            return loss / len(room.x) + self._model.penalty()
        finally:
            parameters[i] = value

    def _find_gradients(self, room: Buffers, loss: float) -> None:
        here = self._hold(room, loss)
        gradients, step = self._model.gradients, self._step
        for i in range(len(gradients)):
            gradients[i] = (self.nudged(i, step) - here) / step

    def _hold(self, room: Buffers, loss: float) -> float:
        self._loaded = room
        # The pass that measured the loss left every layer its true input.
        self._true_inputs = len(self._model.layers)
        return loss / len(room.x) + self._model.penalty()
