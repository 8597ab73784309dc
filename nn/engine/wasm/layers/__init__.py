"""The kernels of each layer kind; :data:`KERNELS` lists them."""

from __future__ import annotations

from nn.engine.wasm.layers.activation import ActivationKernels
from nn.engine.wasm.layers.batch_normalization import BatchNormalizationKernels
from nn.engine.wasm.layers.conv2d import Conv2DKernels
from nn.engine.wasm.layers.dense import DensePlain
from nn.engine.wasm.layers.dense_deferred import DenseDeferred
from nn.engine.wasm.layers.dense_sparse import DenseSparse
from nn.engine.wasm.layers.dropout import DropoutKernels
from nn.engine.wasm.layers.embedding import EmbeddingKernels
from nn.engine.wasm.layers.gru import GRUKernels
from nn.engine.wasm.layers.layer import LayerKernels
from nn.engine.wasm.layers.layer_normalization import LayerNormalizationKernels
from nn.engine.wasm.layers.lstm import LSTMKernels
from nn.engine.wasm.layers.multi_head_attention import MultiHeadAttentionKernels
from nn.engine.wasm.layers.pooling2d import (
    AveragePoolingKernels,
    GlobalAveragePoolingKernels,
    MaxPoolingKernels,
)
from nn.engine.wasm.layers.position_embedding import PositionEmbeddingKernels
from nn.engine.wasm.layers.rescaling import RescalingKernels
from nn.engine.wasm.layers.sequences import Conv1DKernels, GlobalMaxPooling1DKernels
from nn.engine.wasm.layers.simple_rnn import SimpleRNNKernels
from nn.engine.wasm.layers.transformer_block import TransformerBlockKernels
from nn.layers import (
    GRU,
    LSTM,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    MultiHeadAttention,
    PositionEmbedding,
    Rescaling,
    SimpleRNN,
    TransformerBlock,
)

KERNELS: dict[type[Layer], tuple[type[LayerKernels], ...]] = {
    Activation: (ActivationKernels,),
    AveragePooling2D: (AveragePoolingKernels,),
    BatchNormalization: (BatchNormalizationKernels,),
    Conv1D: (Conv1DKernels,),
    Conv2D: (Conv2DKernels,),
    Dense: (DenseDeferred, DenseSparse, DensePlain),
    Dropout: (DropoutKernels,),
    Embedding: (EmbeddingKernels,),
    Flatten: (),
    GRU: (GRUKernels,),
    GlobalAveragePooling2D: (GlobalAveragePoolingKernels,),
    GlobalMaxPooling1D: (GlobalMaxPooling1DKernels,),
    LSTM: (LSTMKernels,),
    LayerNormalization: (LayerNormalizationKernels,),
    MaxPooling2D: (MaxPoolingKernels,),
    MultiHeadAttention: (MultiHeadAttentionKernels,),
    PositionEmbedding: (PositionEmbeddingKernels,),
    Rescaling: (RescalingKernels,),
    SimpleRNN: (SimpleRNNKernels,),
    TransformerBlock: (TransformerBlockKernels,),
}
"""For each layer kind its code, in order of preference: the first that is for a place is used.

Where there is none, nothing has to be computed: the same numbers are seen in another shape.
"""
