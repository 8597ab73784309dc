"""Neural networks in pure Python on NumPy, in a terminal and in a browser tab alike."""

from nn.data import Augmentation, Dataset
from nn.engine.numerical import NumericalEngine
from nn.formats import load_model, weights
from nn.initializers import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    RandomUniform,
    VarianceScaling,
    Zeros,
)
from nn.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Rescaling,
)
from nn.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    HalfSquaredError,
    MeanAbsoluteError,
    MeanSquaredError,
)
from nn.metrics import accuracy, confusion_matrix
from nn.model import Sequential
from nn.optimizers import SGD, Adam, RMSprop
from nn.progress import Evaluation, Progress
from nn.regularizers import L1L2
from nn.schedules import CosineDecay, ExponentialDecay, InverseTimeDecay

__all__ = [
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
