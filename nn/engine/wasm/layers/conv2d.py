"""Conv2D: convolutions picture by picture; :mod:`nn.engine.wasm.kernels.conv` has their tiles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import I32, Value
from nn.engine.wasm.kernels import conv, matmul, vectors
from nn.engine.wasm.kernels.conv import Geometry
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site, facts
from nn.engine.wasm.memory import ONE, Place, padded
from nn.layers import Conv2D, Shape


@dataclass(frozen=True)
class Conv2DKernels(LayerKernels):
    """Any sizes.

    Attributes:
        window, strides: rows and columns.
        before, after: zeros above and to the left of the picture, and below and to the right.
    """

    window: tuple[int, int]
    strides: tuple[int, int]
    before: tuple[int, int]
    after: tuple[int, int]

    @classmethod
    def of(cls, layer: Conv2D, x: Shape, site: Site) -> Self | None:
        (top, bottom), (left, right) = layer.around(x)
        return cls(*facts(layer, x), layer.kernel_size, layer.strides, (top, left), (bottom, right))

    @property
    def biased(self) -> bool:
        return len(self.weights) > 1

    @property
    def is_padded(self) -> bool:
        return any((*self.before, *self.after))

    @property
    def padded_shape(self) -> Shape:
        """Of the pictures that windows slide over."""
        height, width, channels = self.x
        return (
            height + self.before[0] + self.after[0],
            width + self.before[1] + self.after[1],
            channels,
        )

    @property
    def geometry(self) -> Geometry:
        height, width, channels = self.padded_shape
        g = Geometry(height, width, channels, *self.window, *self.strides, self.y[-1])
        return conv.merged(g)

    @property
    def residuals(self) -> dict[str, int]:
        return {"padded": math.prod(self.padded_shape)} if self.is_padded else {}

    @property
    def shared(self) -> int:
        # The transposed kernel, and the gradient of a picture with its padding.
        g = self.geometry
        return padded(4 * g.kernel) + (g.x_bytes if self.is_padded else 0)

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        if self.is_padded:
            source, x = x, f.local(place.residual("padded"))
            f.call(_pad(f.module, self), source, x, rows)
        bias = [place.weight("bias")] if self.biased else []
        f.call(_forward(f.module, self), x, place.weight("kernel"), z, rows, *bias)

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        gradient = _input_gradient(f.module, self)
        f.call(gradient, dz, place.weight("kernel"), dx, rows, place.shared)

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        if self.biased:
            sums = matmul.column_sums(f.module, self.y[-1])
            places = rows * (self.y[0] * self.y[1])
            f.call(sums, place.constant(ONE), dz, place.gradient("bias"), I32(1), places)
        if self.is_padded:
            x = place.residual("padded")
        f.call(_kernel_gradient(f.module, self), x, dz, place.gradient("kernel"), rows)


@once
def _forward(module: Module, kernels: Conv2DKernels) -> Function:
    """Return a function of (x, kernel, z, rows[, bias]), for padded pictures."""
    g = kernels.geometry
    one = conv.correlation(module, g, kernels.biased)
    with module.function("conv2d", *[I32] * (4 + kernels.biased)) as f:
        x, kernel, z, rows, *bias = f.parameters
        with f.for_range(z, f.local(z + rows * g.z_bytes), g.z_bytes):
            f.call(one, x, kernel, z, *bias)
            x += g.x_bytes
    return f


@once
def _kernel_gradient(module: Module, kernels: Conv2DKernels) -> Function:
    """Return a function of (x, dz, gradient, rows), for padded pictures."""
    g = kernels.geometry
    # A picture at a time: it and its deltas stay in the cache next to the processor.
    one = conv.kernel_gradient(module, g)
    with module.function("conv2d kernel gradient", I32, I32, I32, I32) as f:
        x, dz, gradient, rows = f.parameters
        f.call(vectors.clear(module), gradient, I32(g.kernel))
        with f.for_range(dz, f.local(dz + rows * g.z_bytes), g.z_bytes):
            f.call(one, x, dz, gradient)
            x += g.x_bytes
    return f


@once
def _input_gradient(module: Module, kernels: Conv2DKernels) -> Function:
    """Return a function of (dz, kernel, dx, rows, shared)."""
    g = kernels.geometry
    size = math.prod(kernels.x)
    one = conv.input_gradient(module, g)
    with module.function("conv2d input gradient", I32, I32, I32, I32, I32) as f:
        dz, kernel, dx, rows, transposed = f.parameters
        f.call(conv.transposed(module, g), kernel, transposed)
        if not kernels.is_padded:
            f.call(vectors.clear(module), dx, rows * size)
        whole = f.local(transposed + padded(4 * g.kernel))
        with f.for_range(f.local(I32(0)), rows):
            if kernels.is_padded:
                f.call(vectors.clear(module), whole, I32(g.x_bytes // 4))
                f.call(one, dz, transposed, whole)
                f.call(_inside(module, kernels), whole, dx)
            else:
                f.call(one, dz, transposed, dx)
            dz += g.z_bytes
            dx += 4 * size
    return f


@once
def _inside(module: Module, kernels: Conv2DKernels) -> Function:
    """Return a function of (source, x) that copies a picture from the middle of its padding."""
    height, width, channels = kernels.x
    row = 4 * kernels.padded_shape[1] * channels
    top, left = kernels.before
    with module.function("inside", I32, I32) as f:
        source, x = f.parameters
        source += top * row + 4 * left * channels
        with f.for_range(f.local(I32(0)), height):
            f.call(vectors.copy(module), source, x, I32(width * channels))
            source += row
            x += 4 * width * channels
    return f


@once
def _pad(module: Module, kernels: Conv2DKernels) -> Function:
    """Return a function of (x, target, rows) that copies pictures to the middle of zeros."""
    height, width, channels = kernels.x
    shape = kernels.padded_shape
    line, padded_line = width * channels, shape[1] * channels
    top, left = kernels.before
    with module.function("pad", I32, I32, I32) as f:
        x, target, rows = f.parameters
        f.call(vectors.clear(module), target, rows * math.prod(shape))
        target += 4 * (top * padded_line + left * channels)
        with f.for_range(f.local(I32(0)), rows):
            with f.for_range(f.local(I32(0)), height):
                f.call(vectors.copy(module), x, target, I32(line))
                x += 4 * line
                target += 4 * padded_line
            target += 4 * (shape[0] - height) * padded_line
    return f
