"""Dense: every output from every input."""

from __future__ import annotations

import math

import numpy as np

from nn.activations import Activation
from nn.initializers import Initializer
from nn.layers.layer import (
    Layer,
    Pass,
    Shape,
    Weight,
    checked_activation,
    checked_count,
    checked_initializer,
)
from nn.regularizers import L1L2


class Dense(Layer):
    """A fully connected layer, ``y = activation(x · kernel + bias)``, on the last axis.

    ``kernel`` is (inputs, units), ``bias`` (units,) or None. Inputs (..., inputs) become
    (..., units).

    ``forward`` and ``backward`` are the arithmetic of the NumPy engine. Where
    :mod:`nn.engine.wasm` trains and predicts, they are not called: compiled code works on the same
    arrays. To follow that, read on at :attr:`nn.model.Sequential.program`, then in nn/engine/wasm:
    ``WasmProgram`` in program.py, ``_forward`` in network.py, ``DensePlain`` in layers/dense.py,
    ``product`` in kernels/matmul.py and ``Function.madd`` in asm/assembler.py.

    Args:
        units: number of outputs.
        activation: a name in :data:`nn.activations.ACTIVATIONS`; None is "linear".
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer: a name in :data:`nn.initializers.INITIALIZERS` or an
            initializer.
        kernel_regularizer: a penalty on the kernel, added to the loss.

    Raises:
        ValueError: a name is unknown or ``units`` is not a positive whole number.

    >>> Dense(100, activation="relu").output_shape((784,))
    (100,)
    """

    kernel: np.ndarray
    bias: np.ndarray | None

    def __init__(
        self,
        units: int,
        activation: str | Activation | None = None,
        use_bias: bool = True,
        kernel_initializer: str | Initializer = "glorot_uniform",
        bias_initializer: str | Initializer = "zeros",
        kernel_regularizer: L1L2 | None = None,
    ) -> None:
        self.units = checked_count("units", units)
        self.activation = checked_activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = checked_initializer(kernel_initializer)
        self.bias_initializer = checked_initializer(bias_initializer)
        self.kernel_regularizer = kernel_regularizer
        if not use_bias:
            self.bias = None

    def output_shape(self, x: Shape) -> Shape:
        return (*x[:-1], self.units)

    def weights(self, x: Shape) -> list[Weight]:
        kernel = Weight("kernel", (x[-1], self.units), self.kernel_initializer)
        bias = Weight("bias", (self.units,), self.bias_initializer)
        return [kernel, bias] if self.use_bias else [kernel]

    def multiplications(self, x: Shape) -> int:
        return math.prod(x) * self.units

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        if x.ndim > 2:
            # Of more axes NumPy makes a product without its BLAS.
            p.matmul(x.reshape(-1, x.shape[-1]), self.kernel, out=z.reshape(-1, self.units))
        else:
            p.dot(x, self.kernel, out=z)
        if self.bias is not None:
            z += self.bias

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        if x.ndim > 2:
            x_rows, dz_rows = x.reshape(-1, x.shape[-1]), dz.reshape(-1, self.units)
        else:
            x_rows, dz_rows = x, dz
        if len(x_rows) == 1:
            # An outer product: without a BLAS, twice as fast as a product of matrices.
            np.multiply(x_rows.T, dz_rows, out=p.gradients["kernel"])
        else:
            p.matmul(x_rows.T, dz_rows, out=p.gradients["kernel"])
        if self.bias is not None:
            np.add.reduce(dz_rows, axis=0, out=p.gradients["bias"])
        if dx is not None:
            p.matmul(dz, self.kernel.T, out=dx)
