"""Layers: one file a kind, each with its mathematics; :data:`LAYERS` lists them."""

from nn.layers.activation import Activation
from nn.layers.batch_normalization import BatchNormalization
from nn.layers.conv2d import Conv2D
from nn.layers.dense import Dense
from nn.layers.dropout import Dropout
from nn.layers.flatten import Flatten
from nn.layers.layer import Layer, Pass, Shape, Weight
from nn.layers.pooling2d import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from nn.layers.rescaling import Rescaling

LAYERS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
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
}
"""The layer kinds by name, as files hold it."""

__all__ = [
    "LAYERS",
    "Activation",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "Layer",
    "MaxPooling2D",
    "Pass",
    "Rescaling",
    "Shape",
    "Weight",
]
