"""Neural networks in pure Python on NumPy, in a terminal and in a browser tab alike."""

from nn.data import Augmentation, Dataset
from nn.engine.numerical import NumericalEngine
from nn.formats import load_model, weights
from nn.initializers import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Orthogonal,
    RandomUniform,
    VarianceScaling,
    Zeros,
)
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
    LayerNormalization,
    MaxPooling2D,
    MultiHeadAttention,
    PositionEmbedding,
    Rescaling,
    SimpleRNN,
    TransformerBlock,
)
from nn.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    HalfSquaredError,
    MeanAbsoluteError,
    MeanSquaredError,
)
from nn.metrics import accuracy, bits_per_character, confusion_matrix, perplexity
from nn.model import Sequential
from nn.optimizers import SGD, Adam, AdamW, RMSprop
from nn.progress import Evaluation, Progress
from nn.regularizers import L1L2
from nn.schedules import CosineDecay, ExponentialDecay, InverseTimeDecay

__version__ = "0.1.0"

__all__ = [
    "GRU",
    "LSTM",
    "Conv1D",
    "Embedding",
    "GlobalMaxPooling1D",
    "LayerNormalization",
    "MultiHeadAttention",
    "PositionEmbedding",
    "SimpleRNN",
    "TransformerBlock",
    "AdamW",
    "Orthogonal",
    "bits_per_character",
    "perplexity",
    "SGD",
    "Activation",
    "Adam",
    "Augmentation",
    "AveragePooling2D",
    "BatchNormalization",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Conv2D",
    "CosineDecay",
    "Dataset",
    "Dense",
    "Dropout",
    "Evaluation",
    "ExponentialDecay",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlorotNormal",
    "GlorotUniform",
    "HalfSquaredError",
    "HeNormal",
    "HeUniform",
    "InverseTimeDecay",
    "L1L2",
    "MaxPooling2D",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "NumericalEngine",
    "Progress",
    "RMSprop",
    "RandomUniform",
    "Rescaling",
    "Sequential",
    "VarianceScaling",
    "Zeros",
    "accuracy",
    "load_model",
    "weights",
    "confusion_matrix",
]
