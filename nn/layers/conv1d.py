"""Conv1D: the same small kernel at every step of a sequence."""

from __future__ import annotations

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
    checked_sequence,
)
from nn.layers.windows import output_size, padding_around
from nn.regularizers import L1L2

PADDINGS = ("valid", "same", "causal")


class Conv1D(Layer):
    """A convolution along a sequence: each step of the output is a weighted sum of a window.

    ``z[t, f] = Σ x[t·s + a, c] · kernel[a, c, f] + bias[f]`` over steps a of the window and
    channels c, with stride s. ``kernel`` is (window, channels, filters), ``bias`` (filters,).

    Args:
        filters: channels of the output.
        kernel_size: steps in the window.
        strides: how far the window moves.
        padding: "valid", the window stays within the sequence; "same", zeros on both sides let it
            sit on every ``strides``-th step; "causal", zeros before let it end there, so that it
            sees nothing that is still to come.
        activation: a name in :data:`nn.activations.ACTIVATIONS`; None is "linear".
        kernel_initializer, bias_initializer: a name in :data:`nn.initializers.INITIALIZERS` or an
            initializer.
        kernel_regularizer: a penalty on the kernel, added to the loss.

    Raises:
        ValueError: a name is unknown, or a size is not a positive whole number.

    >>> Conv1D(16, 5, padding="causal").output_shape((64, 8))
    (64, 16)
    """

    couples_steps = True

    kernel: np.ndarray
    bias: np.ndarray

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        activation: str | Activation | None = None,
        kernel_initializer: str | Initializer = "glorot_uniform",
        bias_initializer: str | Initializer = "zeros",
        kernel_regularizer: L1L2 | None = None,
    ) -> None:
        self.filters = checked_count("filters", filters)
        self.kernel_size = checked_count("kernel_size", kernel_size)
        self.strides = checked_count("strides", strides)
        if padding not in PADDINGS:
            raise ValueError(f"padding must be one of {', '.join(PADDINGS)}, got {padding!r:.40}")
        self.padding = padding
        self.activation = checked_activation(activation)
        self.kernel_initializer = checked_initializer(kernel_initializer)
        self.bias_initializer = checked_initializer(bias_initializer)
        self.kernel_regularizer = kernel_regularizer

    def around(self, x: Shape) -> tuple[int, int]:
        """Return how many zeros come before and after sequences of shape ``x``."""
        if self.padding == "causal":
            return self.kernel_size - 1, 0
        return padding_around(x[0], self.kernel_size, self.strides, self.padding)

    def output_shape(self, x: Shape) -> Shape:
        steps, _ = checked_sequence(x)
        if self.padding == "valid" and steps < self.kernel_size:
            raise ValueError(f"a window of {self.kernel_size} does not fit into {steps} steps")
        padded = steps + sum(self.around(x))
        return output_size(padded, self.kernel_size, self.strides, "valid"), self.filters

    def weights(self, x: Shape) -> list[Weight]:
        shape = self.kernel_size, x[1], self.filters
        return [
            Weight("kernel", shape, self.kernel_initializer),
            Weight("bias", (self.filters,), self.bias_initializer),
        ]

    def residuals(self, x: Shape) -> dict[str, Shape]:
        before, after = self.around(x)
        return {"padded": (x[0] + before + after, x[1])} if before or after else {}

    def multiplications(self, x: Shape) -> int:
        steps, filters = self.output_shape(x)
        return steps * filters * self.kernel_size * x[1]

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        if p.residuals:
            padded, before = p.residuals["padded"], self.around(x.shape[1:])[0]
            padded[...] = 0
            padded[:, before : before + x.shape[1]] = x
            x = padded
        z[...] = self.bias
        for a, kernel in enumerate(self.kernel):
            z += p.matmul(self._at(x, a, z.shape[1]), kernel)

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        padded, rows = p.residuals.get("padded", x), dz.reshape(-1, self.filters)
        np.add.reduce(rows, axis=0, out=p.gradients["bias"])
        for a, gradient in enumerate(p.gradients["kernel"]):
            windows = self._at(padded, a, dz.shape[1]).reshape(len(rows), -1)
            p.matmul(windows.T, rows, out=gradient)
        if dx is None:
            return
        whole = np.zeros_like(padded)
        for a, kernel in enumerate(self.kernel):
            places = self._at(whole, a, dz.shape[1])
            places += p.matmul(dz, kernel.T)
        before = self.around(x.shape[1:])[0]
        dx[...] = whole[:, before : before + x.shape[1]]

    def _at(self, x: np.ndarray, a: int, count: int) -> np.ndarray:
        """Return what stands at place ``a`` of each window: (n, count, channels), a view."""
        return x[:, a : a + self.strides * (count - 1) + 1 : self.strides]
