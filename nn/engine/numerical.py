"""The engine of introductory tutorials: gradients by nudging each parameter, without calculus."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

import numpy as np

from nn.data.dataset import Dataset
from nn.engine.numpy import Buffers, NumpyProgram
from nn.network import Network


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

    >>> from nn import Dense, Sequential
    >>> model = Sequential([Dense(1)])
    >>> model.compile(engine=NumericalEngine())
    >>> model.build(2, 1)
    >>> model.program.name
    'NumPy, by nudging'
    """

    name = "NumPy, by nudging"

    def __init__(self, step: float = 0.01) -> None:
        if not 0 < step < float("inf"):
            raise ValueError(f"step must be a positive number, got {step}")
        self.step = step

    def program(self, network: Network) -> NumericalProgram:
        return NumericalProgram(network, self.step)


class NumericalProgram(NumpyProgram):
    """A network whose gradients are found by finite differences; see :class:`NumericalEngine`."""

    def __init__(self, network: Network, step: float = 0.01) -> None:
        super().__init__(network, name=NumericalEngine.name)
        self._step = step
        pairs = zip(network.layers, network.shapes, strict=False)
        sizes = [layer.parameter_count(shape) for layer, shape in pairs]
        self._starts = list(accumulate(sizes, initial=0))
        # A gradient takes about samples · parameters² operations; but below 32 samples, a pass for
        # each parameter is hardly faster with fewer.
        if not network.couples_samples:
            parameters = max(1, network.parameters.size)
            self.part = min(self.part, max(32, 3_000_000 // parameters**2))
        self._loaded: Buffers | None = None
        self._true_inputs = 0

    def load(self, data: Dataset, batch: np.ndarray) -> float:
        """Take the mini-batch that :meth:`perturbed` works on until the program does anything else.

        Returns:
            its mean loss + penalty.
        """
        totals, buffers = self._forward(data, batch, training=True)
        return self._hold(buffers, totals.loss)

    def perturbed(self, i: int, by: float) -> float:
        """Return the mean loss + penalty with parameter ``i``, of all in a row, moved by ``by``.

        The parameter is put back before this returns, to the last bit.
        """
        buffers = self._loaded
        assert buffers is not None, "load a mini-batch first"
        layer = bisect_right(self._starts, i) - 1
        # What changes lies above the parameter's layer. What lies below is still there from the
        # last pass, unless that moved a parameter of a lower layer.
        first = min(layer, self._true_inputs)
        parameters = self._network.parameters
        value = parameters[i]
        parameters[i] = value + by
        try:
            loss = self._run(buffers, first)
            self._true_inputs = layer
            return loss / len(buffers.x) + self._network.penalty()
        finally:
            parameters[i] = value

    def _find_gradients(self, buffers: Buffers, loss: float) -> None:
        here = self._hold(buffers, loss)
        gradients, step = self._network.gradients, self._step
        for i in range(len(gradients)):
            gradients[i] = (self.perturbed(i, step) - here) / step

    def _hold(self, buffers: Buffers, loss: float) -> float:
        self._loaded = buffers
        for p in buffers.passes:
            p.observing = False
        # The pass that measured the loss left every layer its true input.
        self._true_inputs = len(self._network.layers)
        return loss / len(buffers.x) + self._network.penalty()
