"""Layers: one file a kind, each with its mathematics; :data:`LAYERS` lists them."""

from nn.layers.activation import Activation
from nn.layers.batch_normalization import BatchNormalization
from nn.layers.conv1d import Conv1D
from nn.layers.conv2d import Conv2D
from nn.layers.dense import Dense
from nn.layers.dropout import Dropout
from nn.layers.embedding import Embedding
from nn.layers.flatten import Flatten
from nn.layers.gru import GRU
from nn.layers.layer import Layer, Pass, Shape, Weight
from nn.layers.layer_normalization import LayerNormalization
from nn.layers.lstm import LSTM
from nn.layers.multi_head_attention import MultiHeadAttention
from nn.layers.pooling1d import GlobalMaxPooling1D
from nn.layers.pooling2d import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from nn.layers.position_embedding import PositionEmbedding
from nn.layers.rescaling import Rescaling
from nn.layers.simple_rnn import SimpleRNN
from nn.layers.transformer_block import TransformerBlock

LAYERS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        Activation,
        AveragePooling2D,
        BatchNormalization,
        Conv1D,
        Conv2D,
        Dense,
        Dropout,
        Embedding,
        Flatten,
        GRU,
        GlobalAveragePooling2D,
        GlobalMaxPooling1D,
        LSTM,
        LayerNormalization,
        MaxPooling2D,
        MultiHeadAttention,
        PositionEmbedding,
        Rescaling,
        SimpleRNN,
        TransformerBlock,
    )
}
"""The layer kinds by name, as files hold it."""

__all__ = [
    "Activation",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv1D",
    "Conv2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GRU",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "LAYERS",
    "LSTM",
    "Layer",
    "LayerNormalization",
    "MaxPooling2D",
    "MultiHeadAttention",
    "Pass",
    "PositionEmbedding",
    "Rescaling",
    "Shape",
    "SimpleRNN",
    "TransformerBlock",
    "Weight",
]
