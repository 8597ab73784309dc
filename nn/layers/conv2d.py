"""Conv2D: the same small kernel at every place of a picture."""

from __future__ import annotations

from collections.abc import Iterator

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
from nn.layers.windows import (
    checked_padding,
    checked_picture,
    output_size,
    padding_around,
    pair,
)
from nn.regularizers import L1L2


class Conv2D(Layer):
    """A convolution: each output pixel is a weighted sum of the window of inputs around it.

    ``z[i, j, f] = Σ x[i·s + a, j·s + b, c] · kernel[a, b, c, f] + bias[f]`` over rows a and columns
    b of the window and channels c, with stride s. ``kernel`` is (rows, columns, channels, filters),
    ``bias`` (filters,) or None. Pictures are (height, width, channels).

    Args:
        filters: channels of the output.
        kernel_size: of the window: one number, or rows and columns.
        strides: how far the window moves: one number, or down and to the right.
        padding: "valid", the window stays within the picture; or "same", zeros around the picture
            let it sit on every ``strides``-th pixel.
        activation: a name in :data:`nn.activations.ACTIVATIONS`; None is "linear".
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer: a name in :data:`nn.initializers.INITIALIZERS` or an
            initializer.
        kernel_regularizer: a penalty on the kernel, added to the loss.

    Raises:
        ValueError: a name is unknown, or a size is not a positive whole number.

    >>> Conv2D(16, 5, strides=2).output_shape((28, 28, 1))
    (12, 12, 16)
    """

    couples_steps = True

    kernel: np.ndarray
    bias: np.ndarray | None

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: str = "valid",
        activation: str | Activation | None = None,
        use_bias: bool = True,
        kernel_initializer: str | Initializer = "glorot_uniform",
        bias_initializer: str | Initializer = "zeros",
        kernel_regularizer: L1L2 | None = None,
    ) -> None:
        self.filters = checked_count("filters", filters)
        self.kernel_size = pair("kernel_size", kernel_size)
        self.strides = pair("strides", strides)
        self.padding = checked_padding(padding)
        self.activation = checked_activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = checked_initializer(kernel_initializer)
        self.bias_initializer = checked_initializer(bias_initializer)
        self.kernel_regularizer = kernel_regularizer
        if not use_bias:
            self.bias = None

    def output_shape(self, x: Shape) -> Shape:
        checked_picture(x, self.kernel_size, self.padding)
        rows, columns = (
            output_size(size, window, stride, self.padding)
            for size, window, stride in zip(x, self.kernel_size, self.strides, strict=False)
        )
        return rows, columns, self.filters

    def weights(self, x: Shape) -> list[Weight]:
        shape = (*self.kernel_size, x[-1], self.filters)
        kernel = Weight("kernel", shape, self.kernel_initializer)
        bias = Weight("bias", (self.filters,), self.bias_initializer)
        return [kernel, bias] if self.use_bias else [kernel]

    def around(self, x: Shape) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the zeros above and below, and to the left and right of pictures ``x``."""
        rows, columns = (
            padding_around(size, window, stride, self.padding)
            for size, window, stride in zip(x, self.kernel_size, self.strides, strict=False)
        )
        return rows, columns

    def residuals(self, x: Shape) -> dict[str, Shape]:
        (top, bottom), (left, right) = self.around(x)
        if not any((top, bottom, left, right)):
            return {}
        return {"padded": (x[0] + top + bottom, x[1] + left + right, x[2])}

    def multiplications(self, x: Shape) -> int:
        rows, columns, filters = self.output_shape(x)
        return rows * columns * filters * self.kernel_size[0] * self.kernel_size[1] * x[2]

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        if p.residuals:
            padded = p.residuals["padded"]
            padded[...] = 0
            self._inside(padded, x.shape[1:])[...] = x
            x = padded
        sums = z.reshape(-1, self.filters)
        for a, windows in enumerate(self._windows(x, z.shape[1:3])):
            product = p.matmul(windows, self.kernel[a].reshape(-1, self.filters))
            if a == 0:
                sums[...] = product
            else:
                sums += product
        if self.bias is not None:
            z += self.bias

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        dz_rows = dz.reshape(-1, self.filters)
        if self.bias is not None:
            np.add.reduce(dz_rows, axis=0, out=p.gradients["bias"])
        padded = p.residuals.get("padded", x)
        for a, windows in enumerate(self._windows(padded, dz.shape[1:3])):
            gradient = p.gradients["kernel"][a].reshape(-1, self.filters)
            p.matmul(windows.T, dz_rows, out=gradient)
        if dx is None:
            return
        down, right = self.strides
        height, width = (size - 1 for size in dz.shape[1:3])
        whole = np.zeros_like(padded)
        for a, kernel in enumerate(self.kernel):
            parts = p.matmul(dz_rows, kernel.reshape(-1, self.filters).T)
            parts = parts.reshape(*dz.shape[:3], len(kernel), -1)
            rows = whole[:, a : a + down * height + 1 : down]
            for b in range(len(kernel)):
                rows[:, :, b : b + right * width + 1 : right] += parts[:, :, :, b]
        dx[...] = self._inside(whole, x.shape[1:])

    def _inside(self, padded: np.ndarray, shape: Shape) -> np.ndarray:
        """Return the part of padded pictures that is not padding."""
        (top, _), (left, _) = self.around(shape)
        return padded[:, top : top + shape[0], left : left + shape[1]]

    def _windows(self, x: np.ndarray, places: tuple[int, ...]) -> Iterator[np.ndarray]:
        """Yield row after row of all windows: (n · rows · columns of z, columns · channels)."""
        down, right = self.strides
        count, columns, channels = len(x), self.kernel_size[1], x.shape[3]
        by_sample, by_row, by_column, by_channel = x.strides
        for a in range(self.kernel_size[0]):
            # Channels last: a row of a window is numbers side by side.
            rows = np.lib.stride_tricks.as_strided(
                x[:, a:],
                (count, *places, columns, channels),
                (by_sample, by_row * down, by_column * right, by_column, by_channel),
                writeable=False,
            )
            yield rows.reshape(-1, columns * channels)
