"""Layers: forward, backward, parameters and their gradients."""

from __future__ import annotations

import numpy as np

from nn.activations import ACTIVATIONS
from nn.initializers import INITIALIZERS, Initializer
from nn.names import lookup
from nn.regularizers import L1L2


class Rescaling:
    """``x · scale + offset``: raw data, such as pixels from 0 to 255, to what a network is given.

    Args:
        scale, offset: one number for all features, or an array with one a feature.
    """

    def __init__(self, scale: float | np.ndarray = 1.0, offset: float | np.ndarray = 0.0) -> None:
        self.scale, self.offset = scale, offset
        self._changes = bool(np.any(np.not_equal(scale, 1)) or np.any(offset))

    def forward(self, raw: np.ndarray, out: np.ndarray) -> None:
        """Write the scaled (n, features) ``raw`` into the floating-point ``out``."""
        if not self._changes:
            # A copy: with few samples of few features, arithmetic would take a tenth of all time.
            out[...] = raw
            return
        np.multiply(raw, self.scale, out=out, dtype=out.dtype, casting="unsafe")
        np.add(out, self.offset, out=out, dtype=out.dtype, casting="unsafe")


class Dense:
    """A fully connected layer, ``y = activation(x · kernel + bias)``.

    ``kernel`` is (inputs, units), ``bias`` (units,) or None. Both, and their gradients, are views
    into the flat arrays of the network that built the layer.

    ``affine``, ``forward`` and ``backward`` are the arithmetic of the NumPy engine. Where
    :mod:`nn.engine.wasm` trains and predicts, they are not called: compiled code works on the same
    arrays. To follow that, read on at :attr:`nn.model.Sequential.program`, then in nn/engine/wasm:
    ``WasmProgram`` in program.py, ``_forward`` in network.py, ``product`` in matmul.py and
    ``Function.madd`` in assembler.py.

    Args:
        units: number of outputs.
        activation: a name in :data:`nn.activations.ACTIVATIONS`.
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer: a name in :data:`nn.initializers.INITIALIZERS` or an
            initializer.
        kernel_regularizer: a penalty on the kernel, added to the loss.

    Raises:
        ValueError: a name is unknown or ``units`` is not a positive whole number.
    """

    def __init__(
        self,
        units: int,
        activation: str = "linear",
        use_bias: bool = True,
        kernel_initializer: str | Initializer = "glorot_uniform",
        bias_initializer: str | Initializer = "zeros",
        kernel_regularizer: L1L2 | None = None,
    ) -> None:
        if units < 1 or units != int(units):
            raise ValueError(f"units must be a positive whole number, got {units}")
        self.units = int(units)
        self.activation = lookup("activation", ACTIVATIONS, activation)
        self.use_bias = use_bias
        self.kernel_initializer = _initializer(kernel_initializer)
        self.bias_initializer = _initializer(bias_initializer)
        self.kernel_regularizer = kernel_regularizer

        self.kernel = np.empty((0, self.units))
        self.bias: np.ndarray | None = None
        self.kernel_gradient = np.empty((0, self.units))
        self.bias_gradient: np.ndarray | None = None

    def parameter_count(self, inputs: int) -> int:
        """Return how many parameters the layer has when it is given ``inputs`` features."""
        return (inputs + self.use_bias) * self.units

    def build(self, inputs: int, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Take ``kernel`` and ``bias`` from two flat arrays of :meth:`parameter_count` elements."""
        size = inputs * self.units
        self.kernel = parameters[:size].reshape(inputs, self.units)
        self.kernel_gradient = gradients[:size].reshape(inputs, self.units)
        if self.use_bias:
            self.bias = parameters[size:]
            self.bias_gradient = gradients[size:]

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw new parameters."""
        self.kernel[...] = self.kernel_initializer(self.kernel.shape, rng)
        if self.bias is not None:
            self.bias[...] = self.bias_initializer(self.bias.shape, rng)

    def affine(self, x: np.ndarray, out: np.ndarray) -> None:
        """Write ``z = x · kernel + bias`` into ``out``: (n, inputs) to (n, units)."""
        # Without a BLAS, as under Pyodide, dot is four times as fast as matmul for a single row.
        np.dot(x, self.kernel, out=out)
        if self.bias is not None:
            out += self.bias

    def forward(self, x: np.ndarray, out: np.ndarray) -> None:
        """Write ``y = activation(x · kernel + bias)`` into ``out``: (n, inputs) to (n, units)."""
        self.affine(x, out)
        self.activation.forward(out)

    def backward(self, x: np.ndarray, delta: np.ndarray, out: np.ndarray | None) -> None:
        """Set the parameters' gradients and pass the gradient on to the layer below.

        Args:
            x: (n, inputs), what ``forward`` was given.
            delta: (n, units), ∂L/∂z.
            out: (n, inputs), receives ∂L/∂x = δ · kernelᵀ; None when there is no layer below.
        """
        if len(x) == 1:
            # An outer product: without a BLAS, twice as fast as a product of matrices.
            np.multiply(x.T, delta, out=self.kernel_gradient)
        else:
            np.matmul(x.T, delta, out=self.kernel_gradient)
        if self.bias_gradient is not None:
            np.add.reduce(delta, axis=0, out=self.bias_gradient)
        if self.kernel_regularizer is not None:
            self.kernel_regularizer.add_gradient(self.kernel, self.kernel_gradient)
        if out is not None:
            np.matmul(delta, self.kernel.T, out=out)


def _initializer(initializer: str | Initializer) -> Initializer:
    if isinstance(initializer, str):
        return lookup("initializer", INITIALIZERS, initializer)
    return initializer
