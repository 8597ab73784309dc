"""The kernels of each layer kind; :data:`KERNELS` lists them."""

from __future__ import annotations

from nn.engine.wasm.layers.activation import ActivationKernels
from nn.engine.wasm.layers.batch_normalization import BatchNormalizationKernels
from nn.engine.wasm.layers.conv2d import Conv2DKernels
from nn.engine.wasm.layers.dense import DensePlain
from nn.engine.wasm.layers.dense_deferred import DenseDeferred
from nn.engine.wasm.layers.dense_sparse import DenseSparse
from nn.engine.wasm.layers.dropout import DropoutKernels
from nn.engine.wasm.layers.layer import LayerKernels
from nn.engine.wasm.layers.pooling2d import (
    AveragePoolingKernels,
    GlobalAveragePoolingKernels,
    MaxPoolingKernels,
)
from nn.engine.wasm.layers.rescaling import RescalingKernels
from nn.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Rescaling,
)

KERNELS: dict[type[Layer], tuple[type[LayerKernels], ...]] = {
    Activation: (ActivationKernels,),
    AveragePooling2D: (AveragePoolingKernels,),
    BatchNormalization: (BatchNormalizationKernels,),
    Conv2D: (Conv2DKernels,),
    Dense: (DenseDeferred, DenseSparse, DensePlain),
    Dropout: (DropoutKernels,),
    Flatten: (),
    GlobalAveragePooling2D: (GlobalAveragePoolingKernels,),
    MaxPooling2D: (MaxPoolingKernels,),
    Rescaling: (RescalingKernels,),
}
"""For each layer kind its code, in order of preference: the first that is for a place is used.

Where there is none, nothing has to be computed: the same numbers are seen in another shape.
"""
