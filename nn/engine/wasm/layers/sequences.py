"""What works along a sequence as along a picture one pixel high: Conv1D, GlobalMaxPooling1D."""

from __future__ import annotations

from typing import Any, Self

from nn.engine.wasm.layers.conv2d import Conv2DKernels
from nn.engine.wasm.layers.layer import Site, facts
from nn.engine.wasm.layers.pooling2d import MaxPoolingKernels
from nn.layers import Conv1D, GlobalMaxPooling1D, MaxPooling2D, Shape


class Conv1DKernels(Conv2DKernels):
    @classmethod
    def of(cls, layer: Any, x: Shape, site: Site) -> Self | None:
        assert isinstance(layer, Conv1D)
        before, after = layer.around(x)
        _, y, weights = facts(layer, x)
        windows = (1, layer.kernel_size), (1, layer.strides), (0, before), (0, after)
        return cls((1, *x), (1, *y), weights, *windows)


class GlobalMaxPooling1DKernels(MaxPoolingKernels):
    @classmethod
    def of(cls, layer: Any, x: Shape, site: Site) -> Self | None:
        assert isinstance(layer, GlobalMaxPooling1D)
        return super().of(MaxPooling2D((1, x[0])), (1, *x), site)
