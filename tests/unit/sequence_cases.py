"""Networks of layers for sequences, for the tests of file formats."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nn.layers import (
    GRU,
    LSTM,
    Activation,
    Conv1D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalMaxPooling1D,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
    PositionEmbedding,
    Rescaling,
    SimpleRNN,
    TransformerBlock,
)
from nn.model import Sequential
from tests.unit.format_cases import built

STEPS = (6, 5)
LETTERS = 7

ROWS: list[list[Layer]] = [
    [SimpleRNN(4)],
    [SimpleRNN(3, return_sequences=True, recurrent_initializer="glorot_normal")],
    [GRU(4)],
    [GRU(3, return_sequences=True), Dense(2, "tanh")],
    [LSTM(4)],
    [LSTM(3, return_sequences=True, unit_forget_bias=False), LSTM(2)],
    [LayerNormalization(0.01), Activation("softmax")],
    [Conv1D(3, 2), Activation("relu")],
    [Conv1D(4, 3, 2, "same", "sigmoid"), Conv1D(2, 2, padding="causal", activation="softmax")],
    [Conv1D(3, 4, 1, "same"), GlobalMaxPooling1D(), Dense(2)],
    [GlobalMaxPooling1D()],
    [Rescaling(np.linspace(0.5, 1, 5), 0.25), GRU(4, return_sequences=True), Flatten(), Dense(2)],
]
"""What is given sequences of numbers, of the shape ``STEPS``, and most tools have."""

BODIES: list[list[Layer]] = [
    [Dense(4, "relu")],
    [SimpleRNN(5, return_sequences=True), Dropout(0.25)],
    [GRU(5, return_sequences=True), LSTM(4, return_sequences=True)],
    [Conv1D(4, 3, padding="causal", activation="relu"), LayerNormalization()],
]
"""What stands between an Embedding and a Dense layer, and most tools have."""

ATTENTION: list[list[Layer]] = [
    [PositionEmbedding()],
    [PositionEmbedding(), MultiHeadAttention(2, 3), LayerNormalization()],
    [MultiHeadAttention(3, 2, causal=False)],
    [TransformerBlock(2, 3, 8), TransformerBlock(1, 4, 6), GlobalMaxPooling1D()],
]


def copies(layers: list[Layer]) -> list[Layer]:
    return [type(layer)(**layer.config()) for layer in layers]


def of_numbers(layers: list[Layer], dtype: str = "float32") -> Sequential:
    return built(Sequential(copies(layers), Rescaling(1 / 255, -0.5), dtype), STEPS)


def of_letters(body: list[Layer], mask_zero: bool = False, dtype: str = "float32") -> Sequential:
    first, last = Embedding(LETTERS, 4, mask_zero=mask_zero), Dense(LETTERS, "softmax")
    return built(Sequential([first, *copies(body), last], None, dtype), 6)


def sequence_networks(dtype: str = "float32") -> Iterator[Sequential]:
    """Networks of the layers that most tools have."""
    yield from (of_numbers(layers, dtype) for layers in ROWS)
    yield from (of_letters(body, dtype=dtype) for body in BODIES)


def steps_for(model: Sequential, count: int = 5) -> np.ndarray:
    """Raw inputs: letters, as whole numbers, or any numbers as of pictures."""
    rng = np.random.default_rng(5)
    letters = isinstance(model.layers[0], Embedding)
    most = LETTERS if letters else 256
    return rng.integers(0, most, (count, *model.input_shape)).astype(model.dtype)


def check_same(again: Sequential, model: Sequential) -> None:
    """The layers, their weights and the predictions are the same to the bit."""
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in model.layers]
    assert again.dtype == model.dtype and again.input_shape == model.input_shape
    assert again.parameters.tobytes() == model.parameters.tobytes()
    x = steps_for(model)
    assert np.array_equal(again.predict(x), model.predict(x))
