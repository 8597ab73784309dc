"""The kernels of each layer kind; :data:`KERNELS` lists them."""

from __future__ import annotations

from nn.engine.wasm.layers.conv2d import Conv2DKernels
from nn.engine.wasm.layers.dense import DensePlain
from nn.engine.wasm.layers.dense_deferred import DenseDeferred
from nn.engine.wasm.layers.dense_sparse import DenseSparse
from nn.engine.wasm.layers.layer import LayerKernels
from nn.layers import Conv2D, Dense, Flatten, Layer

KERNELS: dict[type[Layer], tuple[type[LayerKernels], ...]] = {
    Conv2D: (Conv2DKernels,),
    Dense: (DenseDeferred, DenseSparse, DensePlain),
    Flatten: (),
}
"""For each layer kind its code, in order of preference: the first that is for a place is used.

Where there is none, nothing has to be computed: the same numbers are seen in another shape.
"""
