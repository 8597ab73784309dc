"""Every layer kind keeps the contract, for many shapes and arguments."""

from __future__ import annotations

import numpy as np
import pytest

from nn.engine.wasm.layers import KERNELS
from nn.layers import (
    GRU,
    LAYERS,
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
    Shape,
    SimpleRNN,
    TransformerBlock,
)
from nn.regularizers import L1L2
from tests.unit.check_layer import check_layer

CASES: dict[type[Layer], list[tuple[Layer, Shape]]] = {
    Dense: [
        (Dense(1), (1,)),
        (Dense(5, "tanh", use_bias=False), (7,)),
        (Dense(6, "sigmoid", kernel_regularizer=L1L2(0.001, 0.01)), (13,)),
        (Dense(4, "softmax"), (3, 5)),
        (Dense(9, "tanh"), (17, 6)),
        (Dense(3, use_bias=False), (16, 2)),
        (Dense(3, "leaky_relu"), (2, 3, 4)),
    ],
    Conv2D: [
        (Conv2D(1, 1), (1, 1, 1)),
        (Conv2D(3, 2, activation="tanh"), (4, 5, 1)),
        (Conv2D(5, (5, 3), padding="same", use_bias=False), (6, 5, 3)),
        (Conv2D(4, 3, strides=2, padding="same"), (6, 7, 4)),
        (Conv2D(7, 3, strides=(2, 1), kernel_regularizer=L1L2(l2=0.01)), (6, 5, 5)),
        (Conv2D(8, (1, 3), strides=3), (5, 8, 7)),
    ],
    MaxPooling2D: [
        (MaxPooling2D(), (4, 6, 4)),
        (MaxPooling2D(), (5, 7, 3)),
        (MaxPooling2D((3, 1), (2, 3)), (7, 5, 21)),
        (MaxPooling2D(3, 2, "same"), (6, 7, 5)),
        (MaxPooling2D(3, 1, "same"), (4, 3, 1)),
        (MaxPooling2D((2, 5), (4, 3), "same"), (9, 4, 7)),
        (MaxPooling2D(4), (4, 4, 2)),
    ],
    AveragePooling2D: [
        (AveragePooling2D(), (4, 6, 4)),
        (AveragePooling2D((2, 3), (1, 2)), (5, 7, 3)),
        (AveragePooling2D(3, 2, "same"), (6, 7, 5)),
        (AveragePooling2D((5, 2), 1, "same"), (3, 4, 17)),
        (AveragePooling2D(1, 2), (4, 5, 1)),
    ],
    GlobalAveragePooling2D: [
        (GlobalAveragePooling2D(), (1, 1, 1)),
        (GlobalAveragePooling2D(), (3, 5, 6)),
        (GlobalAveragePooling2D(), (2, 3, 55)),
    ],
    Activation: [
        (Activation("tanh"), (7,)),
        (Activation("softmax"), (3, 2, 5)),
    ],
    BatchNormalization: [
        (BatchNormalization(), (9,)),
        (BatchNormalization(0.9, 0.01), (3, 2, 4)),
        (BatchNormalization(0.5, 0.1), (3, 5)),
    ],
    Dropout: [
        (Dropout(0.5), (9,)),
        (Dropout(0.25), (3, 2, 5)),
        (Dropout(0), (6,)),
    ],
    Flatten: [
        (Flatten(), (5,)),
        (Flatten(), (3, 2, 5)),
    ],
    Embedding: [
        (Embedding(2, 3), (4,)),
        (Embedding(5, 9), (2, 3)),
    ],
    SimpleRNN: [
        (SimpleRNN(5), (4, 3)),
        (SimpleRNN(3, return_sequences=True), (1, 2)),
        (SimpleRNN(9, return_sequences=True), (3, 5)),
    ],
    GRU: [
        (GRU(5), (4, 3)),
        (GRU(3, return_sequences=True), (1, 2)),
        (GRU(9, return_sequences=True), (3, 5)),
    ],
    LSTM: [
        (LSTM(5), (4, 3)),
        (LSTM(3, return_sequences=True, unit_forget_bias=False), (1, 2)),
        (LSTM(9, return_sequences=True), (3, 5)),
    ],
    LayerNormalization: [
        (LayerNormalization(), (9,)),
        (LayerNormalization(0.1), (3, 4)),
        (LayerNormalization(0.01), (2, 3, 5)),
    ],
    Conv1D: [
        (Conv1D(1, 1), (1, 1)),
        (Conv1D(5, 3, activation="tanh"), (6, 4)),
        (Conv1D(4, 3, padding="causal"), (5, 3)),
        (Conv1D(3, 4, 2, "same", kernel_regularizer=L1L2(l2=0.01)), (7, 5)),
    ],
    GlobalMaxPooling1D: [
        (GlobalMaxPooling1D(), (1, 1)),
        (GlobalMaxPooling1D(), (5, 7)),
    ],
    PositionEmbedding: [
        (PositionEmbedding(), (1, 1)),
        (PositionEmbedding(), (4, 5)),
    ],
    MultiHeadAttention: [
        (MultiHeadAttention(1, 2), (1, 3)),
        (MultiHeadAttention(2, 3), (5, 4)),
        (MultiHeadAttention(3, 4, causal=False), (4, 5)),
        (MultiHeadAttention(1, 5), (9, 2)),
    ],
    TransformerBlock: [
        (TransformerBlock(1, 3, 5), (2, 4)),
        (TransformerBlock(2, 4, 9), (5, 6)),
    ],
    Rescaling: [
        (Rescaling(0.5, -0.25), (3, 2, 1)),
        (Rescaling(np.array([0.5, 2.0, 3.0]), 1.0), (2, 3)),
        (Rescaling(np.array([[[0.5]], [[2.0]]]), np.arange(5.0)), (2, 3, 5)),
    ],
}
"""For each kind, layers and the shapes of what they are given."""

ALL = [pytest.param(*case, id=f"{kind.__name__}-{i}")
       for kind, cases in CASES.items() for i, case in enumerate(cases)]  # fmt: skip


@pytest.mark.parametrize(("layer", "shape"), ALL)
def test_a_layer_keeps_the_contract(layer: Layer, shape: Shape):
    check_layer(layer, shape, compiled=type(layer) in KERNELS)


def test_every_kind_is_checked():
    assert set(CASES) == set(LAYERS.values())
